/** What a search found, as a file that says who took it, when and for what. */
import { c, word } from '../../i18n/console'
import { clock, day } from '../../i18n/format'
import { searchOrders, type Search } from '../api'
import { nameFor } from '../names'
import { staff } from '../session'
import type { Row } from '../types'

// A month of a big town has some 2 000 orders; 10 000 rows of 300 bytes are 3 MB to hold and to pack.
const ROWS_MAX = 10_000

type Found = Row & { title?: string | null }

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
const when = (at: string | null | undefined) => (at ? `${day(at)} ${clock(at)}` : '')

/** Everything that the search finds, page by page, and whether that is all. */
async function everything(search: Search): Promise<{ rows: Found[]; cut: boolean }> {
  const rows: Found[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof searchOrders>> = await searchOrders(search, cursor)
    rows.push(...page.items)
    cursor = page.nextCursor
  } while (cursor && rows.length < ROWS_MAX)
  return { rows: rows.slice(0, ROWS_MAX), cut: cursor !== null || rows.length > ROWS_MAX }
}

/** The workbook, and how many rows it stopped at, if it did. */
export async function exportXlsx(search: Search, purpose: string): Promise<{ blob: Blob; cutAt: number | null }> {
  const [{ workbook }, { rows, cut }] = await Promise.all([import('./xlsx'), everything(search)])
  const now = new Date()
  const mark = c('search.xlsx.mark', {
    name: staff.value?.displayName ?? '', account: staff.value?.account ?? '', when: `${day(now)} ${clock(now)}`, purpose,
  })
  const bytes = workbook({
    name: c('search.xlsx.sheet'),
    mark,
    header: COLUMNS.map(([key]) => c(key)),
    rows: rows.map((row) => COLUMNS.map(([, read]) => read(row))),
  })
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  return { blob: new Blob([bytes], { type }), cutAt: cut ? ROWS_MAX : null }
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
