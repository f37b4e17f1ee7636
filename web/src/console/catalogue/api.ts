/** The interface of the catalogue's administration, as `functions/catalogue` answers. */
import { json, post } from '../api'

export interface Mistake {
  file: string
  /** As a spreadsheet counts lines; 0 where it is about the whole file. */
  row: number
  column: string
  code: string
  detail: string
}

export interface RowChange {
  kind: 'added' | 'removed' | 'changed'
  line: number
  key: string
  cells: { column: string; before?: string; after?: string }[]
}

export interface FileChange {
  name: string
  added: number
  removed: number
  changed: number
  rows: RowChange[]
}

export interface Preview {
  /** How many loads there were: sent back when it is published. */
  number: number
  version: string
  same: boolean
  validFrom: string | null
  mistakes: Mistake[]
  total: number
  added: number
  removed: number
  changed: number
  files: FileChange[]
  dropped: string[]
  gone: { what: string; code: string }[]
  replaces: { version: string; validFrom: string } | null
}

export interface Load {
  number: number
  at: string
  by: string
  version: string
  files: Record<string, unknown>
  dropped: string[]
  validFrom: string | null
  reason: string
  restores: number | null
  added: number
  removed: number
  changed: number
}

export interface Administration {
  number: number
  version: string
  files: Record<string, { sha256: string; size: number }>
  planned: { version: string; validFrom: string } | null
  history: Load[]
  names: Record<string, string>
}

/** Whether a load waits for its day: only the newest one can. */
export const isPlan = (now: Administration, load: Load) => now.planned !== null && load.number === now.number

/** The number of the newest load of what is in force. */
export const loadInForce = (now: Administration) =>
  [...now.history].reverse().find((load) => load.version === now.version && !isPlan(now, load))?.number

/** What shall be in force: files, or those of an earlier load. */
export interface Wish {
  files?: Record<string, string>
  restore?: number
  validFrom: string
  reason: string
  ifNumber?: number
}

const PATH = '/api/admin/catalogue'

export const getAdministration = () => json<Administration>(PATH)
export const previewOf = (wish: Wish, key: string) => json<Preview>(`${PATH}/preview`, post(wish, key), true)
export const publish = (wish: Wish, key: string) =>
  json<{ number: number; validFrom: string | null }>(PATH, post(wish, key, 'PUT'), true)
export const getInUse = () => json<{ complete: boolean; open: Record<string, Record<string, number>> }>('/api/dispatch/in-use')
