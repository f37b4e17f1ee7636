/** Exports on record, and deciding on those that show callers. */
import { json, post, type Search } from '../api'
import { afterOwn, did, query } from '../own'
import type { Exported } from '../pages/export'

export interface ExportRow {
  id: string
  version: number
  account: string
  unit?: string | null
  askedAt: string
  filter: Search
  purpose: string
  callers: boolean
  status: string
  decidedBy?: string | null
  reason?: string | null
  takenAt?: string | null
  rows?: number | null
  own: boolean
}

export interface ExportList {
  items: ExportRow[]
  nextCursor: string | null
  canDecide: boolean
}

export const getExports = (cursor: string | null) =>
  json<ExportList>(`/api/exports${query({ ...(cursor ? { cursor } : {}), ...afterOwn() })}`)

export const decideExport = async (row: ExportRow, approve: boolean, text: string, key: string): Promise<Exported> =>
  did(await json<Exported>(`/api/exports/${encodeURIComponent(row.id)}/${approve ? 'approve' : 'refuse'}`, post({ ifVersion: row.version, text }, key), true))
