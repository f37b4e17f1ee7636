/** Searches that somebody gave a name, kept in this browser only: they hold no personal data, just filters. */
import { ref } from 'vue'
import type { Search } from '../api'

const STORE = 'onetown.console.searches'
// A row of names that fits the page; older ones go first.
const KEPT_MAX = 12

export interface Saved {
  name: string
  search: Search
}

function stored(): Saved[] {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? '[]') as Saved[]
  } catch {
    return []
  }
}

export const saved = ref<Saved[]>(stored())

function store(next: Saved[]): void {
  saved.value = next
  try {
    localStorage.setItem(STORE, JSON.stringify(next))
  } catch {
    // Without storage they last until the page is closed.
  }
}

export const save = (one: Saved) => store([...saved.value.filter(({ name }) => name !== one.name), one].slice(-KEPT_MAX))
export const remove = (name: string) => store(saved.value.filter((one) => one.name !== name))
