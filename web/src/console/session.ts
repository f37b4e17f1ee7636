/**
 * Who is signed in. When a session ends under an open page, the page stays and `ended` asks for a new sign-in over it;
 * whatever waited for an answer then goes on. What must stay true: the CSRF token is read when a request leaves, never
 * kept beside it, and a different person never continues on somebody else's page.
 */
import { computed, ref, shallowRef } from 'vue'
import { ApiProblem, call } from '../api/client'
import type { StaffSession } from './types'

export const session = shallowRef<StaffSession | null>(null)
export const staff = computed(() => session.value?.staff ?? null)
/** Whether whoever is signed in may do something that has nothing to do with one order. */
export const may = (action: string): boolean => session.value?.actions?.includes(action) ?? false
/** The session ended while a page was open. */
export const ended = ref(false)

let resume: (() => void)[] = []

/** Resolves once somebody has signed in again over the open page. */
export function signedInAgain(): Promise<void> {
  ended.value = true
  return new Promise((done) => resume.push(done))
}

async function read(response: Response): Promise<StaffSession> {
  try {
    return (await response.json()) as StaffSession
  } catch {
    throw new ApiProblem('offline', 0, {})
  }
}

/** Finds the session of an earlier visit; null where there is none. */
export async function restore(): Promise<StaffSession | null> {
  try {
    session.value = await read(await call('/api/identity/me', { cache: 'no-store' }))
  } catch (problem) {
    if (!(problem instanceof ApiProblem && problem.status === 401)) throw problem
    session.value = null
  }
  return session.value
}

/** What a sign-in may bring; each request brings all of it. */
export interface Entry {
  account: string
  password: string
  code?: string
  offer?: string
  newPassword?: string
  setUpSecondFactor?: boolean
}

export async function signIn(entry: Entry): Promise<void> {
  const before = staff.value?.id
  const response = await call('/api/identity/sessions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(entry),
  })
  session.value = await read(response)
  if (ended.value && before !== undefined && before !== session.value.staff.id) {
    location.reload()
    return
  }
  ended.value = false
  const waiting = resume
  resume = []
  for (const go of waiting) go()
}

export async function signOut(): Promise<void> {
  const csrf = session.value?.csrf ?? ''
  try {
    await call('/api/identity/sessions/current', { method: 'DELETE', headers: { 'X-CSRF-Token': csrf } })
  } catch (problem) {
    // A session that is gone already is what was wanted.
    if (!(problem instanceof ApiProblem && problem.status === 401)) throw problem
  }
  session.value = null
}
