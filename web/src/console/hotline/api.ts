/** The interface of the hotline, as `functions/liaison` and `functions/relay` answer. */
import { ask, json, post } from '../api'

export interface Platform {
  code: string
  nameZh: string
  nameEn: string
  scheme: string
  headers: { id: string; timestamp: string; signature: string; key: string }
  pushUrl: string
  listUrl: string
  attachmentHosts: string[]
  keys: string[]
  failures: number
  pausedUntil: string | null
}

export interface TicketRow {
  id: string
  platform: string
  number: string
  openedAt: string
  touchedAt: string
  received: number
  sent: number
  queued: number
  dead: string | null
  conflicts: number
  parkedSince: string | null
  parkedTooLong: boolean
}

export interface Traffic {
  seq: number
  at: string
  direction: 'in' | 'out' | 'staff'
  type: string
  more: { kind?: string; bytes?: number; message?: number; reason?: string | null; nextAt?: string | null } | null
  body?: unknown
}

export interface TicketView {
  id: string
  platform: string
  number: string
  openedAt: string
  order: string | null
  parkedSince: string | null
  sent: number
  queued: number
  tries: number
  nextAt: string | null
  dead: string | null
  conflicts: { key: string; at: string; seen: boolean }[]
  files: { tries: number; nextAt: string | null; ended: string | null }[]
  traffic: Traffic[]
  canResend: boolean
  canAcknowledge: boolean
}

export interface Preview {
  missing: { field: string; code: string; pointer: string }[]
  message?: Record<string, unknown>
  category?: string
  categoryKnown?: boolean
  order?: { appealType: string; urgency: string; confidential: boolean; outerDeadline: string | null; ownDeadline: string | null; emergency: string | null } | null
}

export interface Side { number: string; events: number; seq: number }
export interface Comparison {
  platform: string
  date: string
  at: string
  ours: number
  theirs: number
  differences: { kind: string; number: string; ours: Side | null; theirs: Side | null }[]
}

const PATH = '/api/hotline'
const query = (platform: string, date: string) => new URLSearchParams({ platform, date })

export const getPlatforms = () => json<{ items: Platform[]; canWork: boolean }>(`${PATH}/platforms`)
export const getTickets = (attention: boolean) => json<{ total: number; items: TicketRow[] }>(`${PATH}/tickets${attention ? '?attention=1' : ''}`)
export const getTicket = (id: string) => json<TicketView>(`${PATH}/tickets/${encodeURIComponent(id)}`)
export const decide = (id: string, step: 'resend' | 'acknowledge', key: string) =>
  json<TicketView>(`${PATH}/tickets/${encodeURIComponent(id)}/${step}`, post({}, key), true)
export const preview = (platform: string, message: string, key: string) => json<Preview>(`${PATH}/preview`, post({ platform, message }, key), true)
export const getComparison = (platform: string, date: string) => json<Comparison>(`${PATH}/reconciliation?${query(platform, date)}`)
export const compareNow = (platform: string, date: string, key: string) => json<Comparison>(`${PATH}/reconciliation`, post({ platform, date }, key), true)
export const repair = (platform: string, date: string, number: string, key: string) =>
  json<{ done: string }>(`${PATH}/reconciliation/repair`, post({ platform, date, number }, key), true)
export const comparisonCsv = async (platform: string, date: string) =>
  (await ask(`${PATH}/reconciliation?${query(platform, date)}`, { headers: { Accept: 'text/csv' } })).blob()
