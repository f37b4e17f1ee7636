/** Public routes of the inspection function. */
import { call, json, post } from '../../api/client'

export interface DrawRow {
  id: string
  name: string
  itemCode?: string
  committedAt: string
  status: string
  drawnAt?: string
  subjects: number
  drawn: number
  /** Inspectors were assigned by people. */
  directAssign?: boolean
  contributors?: Contributors | null
}

const base = '/api/inspection'

export interface Contributor {
  who: string
  name: string
  standing: string
  /** What they committed to. */
  hash: string | null
  pledgedAt: string | null
  /** What they revealed. */
  secret: string | null
  revealedAt: string | null
}

export interface Contributors {
  people: Contributor[]
  lotteries: { game: string; issue: number; at: string; numbers: string | null }[]
  pledgeBy: string
  revealBy: string
  /** When the lists were frozen with what was committed to. */
  committedAt: string | null
}

export interface Contributed {
  id: string
  name: string
  from: string
  until: string
  contributors: Contributors
}

export async function getDraws(): Promise<DrawRow[]> {
  return ((await (await call(`${base}/draws`)).json()) as { items: DrawRow[] }).items
}

export async function getDraw(id: string): Promise<DrawRow> {
  return (await (await call(`${base}/draws/${encodeURIComponent(id)}`)).json()) as DrawRow
}

const drawPath = (id: string, rest: string) => `${base}/draws/${encodeURIComponent(id)}/${rest}`

export const getContributors = (id: string) => json<Contributed>(drawPath(id, 'contributors'), { cache: 'no-store' })

/** The link's secret travels in the header only. */
export const pledge = (id: string, link: string, body: { who: string; hash: string }, key: string) =>
  json<unknown>(drawPath(id, 'contributors'), post(body, key, { Authorization: `Contributor ${link}` }))

export const reveal = (id: string, body: { who: string; secret: string }, key: string) => json<unknown>(drawPath(id, 'entropy'), post(body, key))

export const bundleUrl = (id: string) => `${base}/draws/${encodeURIComponent(id)}/bundle`

export async function getBundle(id: string): Promise<string> {
  return (await call(bundleUrl(id))).text()
}

export interface ResultRow {
  draw?: string
  subject?: string
  name?: string
  uscc?: string
  items: string[]
  unit: string
  checkedOn: string
  results: string[]
  corrected?: boolean
  withdrawn?: boolean
}

export async function getResults(filter: Record<string, string>): Promise<{ items: ResultRow[]; nextCursor?: string | null }> {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''))
  return (await (await call(`${base}/results?${query.toString()}`)).json()) as { items: ResultRow[]; nextCursor?: string | null }
}
