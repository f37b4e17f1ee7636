/** What a search found, as a workbook that says who took it, when and for what. The server records it before it sends. */
import { c, word } from '../../i18n/console'
import { clock, day } from '../../i18n/format'
import type { Search } from '../api'
import { json, post } from '../api'
import { nameFor } from '../names'
import { did } from '../own'
import { staff } from '../session'
import type { Row } from '../types'

type Found = Row & { title?: string | null; callerName?: string | null; callerPhone?: string | null }

/** An export's answer: with rows once it may be taken. */
export interface Exported {
  id: string
  version: number
  slot: number
  status: string
  callers: boolean
  purpose: string
  filter: Search
  items?: Found[]
  cut?: boolean
  /** Names the record, the person and the time. */
  mark?: string
}

const COLUMNS: [Parameters<typeof c>[0] & `xlsx.${string}`, (row: Found) => string][] = [
  ['xlsx.number', (row) => row.number],
  ['xlsx.appealType', (row) => nameFor(row.appealType)],
  ['xlsx.category', (row) => nameFor(row.categoryCode)],
  ['xlsx.village', (row) => nameFor(row.villageCode)],
  ['xlsx.status', (row) => word('status', row.status)],
  ['xlsx.urgency', (row) => word('urgency', row.urgency)],
  ['xlsx.receivedAt', (row) => when(row.receivedAt)],
  ['xlsx.promisedBy', (row) => when(row.promisedBy)],
  ['xlsx.innerBy', (row) => when(row.innerBy)],
  ['xlsx.leadUnit', (row) => nameFor(row.leadUnit)],
  ['xlsx.title', (row) => row.title ?? ''],
]
const CALLER_COLUMNS: typeof COLUMNS = [
  ['xlsx.callerName', (row) => (row.confidential ? c('flag.confidential') : (row.callerName ?? ''))],
  ['xlsx.callerPhone', (row) => (row.confidential ? '' : (row.callerPhone ?? ''))],
]
const when = (at: string | null | undefined) => (at ? `${day(at)} ${clock(at)}` : '')

/** Asks for an export; without callers the rows come with the answer. */
export const askExport = async (filter: Search, purpose: string, callers: boolean, key: string): Promise<Exported> =>
  did(await json<Exported>('/api/exports', post({ filter, purpose, callers }, key), true))

export const takeExport = async (id: string, key: string): Promise<Exported> =>
  did(await json<Exported>(`/api/exports/${encodeURIComponent(id)}/take`, post({}, key), true))

/** The workbook of what was exported, and how many rows it stopped at, if it did. */
export async function workbookOf(exported: Exported): Promise<{ blob: Blob; cutAt: number | null }> {
  const { workbook } = await import('./xlsx')
  const rows = exported.items ?? []
  const columns = exported.callers ? [...COLUMNS, ...CALLER_COLUMNS] : COLUMNS
  const now = new Date()
  const mark = c('search.xlsx.mark', {
    name: staff.value?.displayName ?? '', account: staff.value?.account ?? '', when: `${day(now)} ${clock(now)}`,
    purpose: exported.purpose,
  })
  const bytes = workbook({
    name: c('search.xlsx.sheet'),
    mark: `${mark} · ${exported.id}`,
    header: columns.map(([key]) => c(key)),
    rows: rows.map((row) => columns.map(([, read]) => read(row))),
  })
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  return { blob: new Blob([bytes], { type }), cutAt: exported.cut ? rows.length : null }
}

/** Hands a file to the browser. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has taken its own hold of the content by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}
