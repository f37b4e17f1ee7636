/**
 * The command centre's interface. Every change carries the CSRF token and an idempotency key; a session that ended is
 * renewed over the open page and the request goes out again with the same key, so nothing is lost and nothing is done
 * twice.
 */
import { ApiProblem, call } from '../api/client'
import { afterOwn, did, query } from './own'
import { restore, session, signedInAgain } from './session'
import type { CallerLook, Dashboard, LookBook, LookDay, OrderView, QueuePage, Row, Taken, Unit } from './types'

async function send(path: string, init: RequestInit, change: boolean): Promise<Response> {
  const csrf: Record<string, string> = change ? { 'X-CSRF-Token': session.value?.csrf ?? '' } : {}
  return call(path, { cache: 'no-store', ...init, headers: { ...(init.headers as Record<string, string>), ...csrf } })
}

export async function ask(path: string, init: RequestInit = {}, change = false): Promise<Response> {
  for (;;) {
    try {
      return await send(path, init, change)
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem
      if (problem.status === 401) {
        await signedInAgain()
      } else if (problem.code === 'csrfInvalid') {
        // Another window signed in anew: the cookie is its session, so the token has to be that one's too.
        const before = session.value?.csrf
        await restore()
        if (!session.value) await signedInAgain()
        else if (session.value.csrf === before) throw problem
      } else {
        throw problem
      }
    }
  }
}

export async function json<T>(path: string, init?: RequestInit, change = false): Promise<T> {
  const response = await ask(path, init, change)
  try {
    return (await response.json()) as T
  } catch {
    throw new ApiProblem('offline', 0, {})
  }
}

export const post = (body: unknown, key: string, method = 'POST'): RequestInit => ({
  method,
  headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
  body: JSON.stringify(body),
})

const orderPath = (id: string, rest = '') => `/api/dispatch/orders/${encodeURIComponent(id)}${rest}`

/** A conditional GET: the content with its tag, or null where nothing changed. */
export async function changed<T>(path: string, etag: string | null): Promise<{ body: T; etag: string | null } | null> {
  try {
    const response = await ask(path, etag ? { headers: { 'If-None-Match': etag } } : {})
    return { body: (await response.json()) as T, etag: response.headers.get('etag') }
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 304) return null
    throw problem instanceof ApiProblem ? problem : new ApiProblem('offline', 0, {})
  }
}

// The interface gives at most 100 rows a request.
const PAGE_ROWS = 100

/** Has lists show the change in `slot`, or what is older than two seconds, at once. The tick does it too, a little later. */
export const fold = (slot?: number): Promise<unknown> =>
  json(`/api/clock/fold${query(slot ? { after: String(slot) } : {})}`, { method: 'POST' }, true).catch(() => undefined)

export const getQueues = () => json<{ queues: { name: string; total: number }[] }>(`/api/dispatch/queues${query(afterOwn())}`)

export function getQueue(name: string, cursor: string | null, etag: string | null) {
  const page = query({ limit: String(PAGE_ROWS), ...(cursor ? { cursor } : {}), ...afterOwn() })
  return changed<QueuePage>(`/api/dispatch/queues/${encodeURIComponent(name)}${page}`, etag)
}

export const getOrder = (id: string, etag: string | null = null) => changed<OrderView>(orderPath(id), etag)

/** A step's name as it stands in a path. */
export const kebab = (step: string) => step.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

export async function takeStep(id: string, step: string, body: Record<string, unknown>, key: string): Promise<Taken> {
  const path = orderPath(id, `/${kebab(step)}`)
  const taken = did(await json<Taken>(path, post(body, key), true))
  await fold(taken.slot)
  return taken
}

export const lookAtCaller = (id: string, purpose: string, key: string) =>
  json<CallerLook>(orderPath(id, '/caller-looks'), post({ purpose }, key), true)

export const attachmentUrl = (order: string, id: string) => orderPath(order, `/attachments/${encodeURIComponent(id)}`)

export interface Search {
  month: string
  unit: string
  status: string
  category: string
  q: string
}

const searchPath = (search: Search & { purpose?: string }, cursor: string | null) => {
  const given = Object.entries({ ...search, cursor: cursor ?? '', ...afterOwn() }).filter(([, value]) => value !== '')
  return `/api/dispatch/orders?${new URLSearchParams(given)}`
}

export const searchOrders = (search: Search, cursor: string | null) =>
  json<{ items: Row[]; nextCursor: string | null }>(searchPath(search, cursor))

export const exportOrders = async (search: Search, purpose: string): Promise<Blob> =>
  (await ask(searchPath({ ...search, purpose }, null), { headers: { Accept: 'text/csv' } })).blob()

export const getDashboard = (etag: string | null) =>
  changed<Dashboard>(`/api/dispatch/dashboard${query(afterOwn())}`, etag)
export const getLooks = (cursor: string | null) =>
  json<{ items: { id: string; book: LookBook }[]; nextCursor: string | null }>(`/api/dispatch/looks${cursor ? `?cursor=${cursor}` : ''}`)
export const getLookDay = (id: string) => json<LookDay>(`/api/dispatch/looks/${encodeURIComponent(id)}`)
export const getUnits = () => json<{ units: Unit[] }>('/api/dispatch/units')
