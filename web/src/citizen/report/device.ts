/** A random name of this browser, so that "me too" counts it once. It says nothing about the person and never expires by itself. */
import { uuid } from '../../api/uuid'

const KEY = 'onetown.device'
let unkept = ''

export function deviceId(): string {
  try {
    const known = localStorage.getItem(KEY)
    if (known) return known
    const made = uuid()
    localStorage.setItem(KEY, made)
    return made
  } catch {
    // A browser that keeps nothing is one device until it is closed.
    return (unkept ||= uuid())
  }
}
