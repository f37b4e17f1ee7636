/** Public routes of the inspection function. */
import { call } from '../../api/client'

export interface DrawRow {
  id: string
  name: string
  itemCode?: string
  committedAt: string
  status: string
  drawnAt?: string
  subjects: number
  drawn: number
}

const base = '/api/inspection'

export async function getDraws(): Promise<DrawRow[]> {
  return ((await (await call(`${base}/draws`)).json()) as { items: DrawRow[] }).items
}

export async function getDraw(id: string): Promise<DrawRow> {
  return (await (await call(`${base}/draws/${encodeURIComponent(id)}`)).json()) as DrawRow
}

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
