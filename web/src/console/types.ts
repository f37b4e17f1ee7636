/** The shapes of the command centre's interface, as `functions/dispatch` answers. Fields added later are ignored. */
import type { Attachment, TimeLimit } from '../api/types'

export interface StaffSession {
  staff: { id: string; account: string; displayName: string; roles: string[]; unit?: string | null; /** Works for the command centre. */ centre?: boolean }
  /** What this person may do that has nothing to do with one order. */
  actions: string[]
  csrf: string
  until: string
}

export type LightColour = 'green' | 'yellow' | 'red' | null

export interface Row {
  id: string
  version: number
  number: string
  categoryCode: string
  villageCode?: string | null
  appealType: string
  status: string
  urgency: string
  receivedAt: string
  /** With a search: what was promised; a queue has `outerBy`, which may have moved since. */
  promisedBy?: string | null
  outerBy?: string | null
  innerBy?: string | null
  /** From here on the light is yellow. */
  warnAt?: string | null
  confidential: boolean
  /** How often the same caller came back. */
  repeats?: number
  leadUnit?: string | null
  request?: 'return' | 'extension' | 'suspension' | null
  ruling?: boolean | null
  /** Callers whose orders went into this one, and its own. */
  callers?: number | null
  part?: 'lead' | 'co' | 'replied' | 'carded' | null
  group?: boolean | null
  malicious?: boolean | null
  cards?: Card[] | null
}

export interface QueuePage {
  name: string
  total: number
  items: Row[]
  nextCursor: string | null
  /** Changes that are not in it yet; almost always 0. */
  behind?: number
  /** Whether the oldest of them is older than two seconds: nobody ticks. */
  stale?: boolean
}

export interface Unit {
  code: string
  nameZh: string
  nameEn?: string | null
  kind: string
  canBeLead: boolean
}

export interface Timer {
  limit: TimeLimit
  due: { at: string; provisional?: boolean }
}

export interface Card {
  key: string
  level: string
  unit: string
  status: string
  at: string
  objectBy?: string | null
  replyBy?: string | null
}

export interface HandlingView {
  lead?: string | null
  coUnits: { unit: string; repliedAt?: string | null }[]
  respondents: string[]
  clocks?: (Record<'sign' | 'contact' | 'giveBack' | 'inner' | 'outer', Timer> & { warnAt: string }) | null
  request?: { kind: string; limit?: TimeLimit | null; timer?: Timer | null } | null
  signedAt?: string | null
  contactedAt?: string | null
  redos: number
  reworks: number
  ruling: boolean
  /** Somebody set the deadline by hand. */
  fixed?: boolean
  group?: boolean
  malicious?: boolean
  class?: string | null
  subject?: string | null
  visitBy?: string | null
  cards: Card[]
  parent?: string | null
  children: string[]
}

export interface Answer {
  contacted?: boolean | null
  resolved?: boolean | null
  satisfaction?: number | null
}

export interface TimelineEvent {
  seq: number
  at: string
  type: string
  by: { kind: string; you?: boolean; name?: string | null }
  unit?: string | null
  units?: string[] | null
  reason?: string | null
  text?: string | null
  attachments: (Attachment | string)[]
  limit?: TimeLimit | null
  answer?: Answer | null
  to?: string | null
}

export interface Suggestion {
  handOff?: string | null
  lead?: string | null
  coUnits: string[]
  grounds: string[]
}

export interface OrderView {
  id: string
  number: string
  version: number
  status: string
  urgency: string
  appealType: string
  categoryCode: string
  channel: string
  /** Null when hidden from this member. */
  title: string | null
  content: string | null
  place: { address?: string | null; villageCode?: string | null; gridCode?: string | null; lon?: number | null; lat?: number | null }
  /** Against whom, in the caller's words. */
  respondent?: string | null
  /** The earlier order of the same caller. */
  repeatOf?: string | null
  caller?: { name?: string | null; phone?: string | null; visible: boolean } | null
  anonymous: boolean
  confidential: boolean
  replyWanted: boolean
  receivedAt: string
  promisedBy: string
  provisional?: boolean
  light: LightColour
  attachments: Attachment[]
  handling?: HandlingView | null
  timeline: TimelineEvent[]
  actions: { name: string; why: string | null }[]
  suggestion?: Suggestion | null
}

/** Where an order stands after a step. */
export interface Taken {
  id: string
  number: string
  version: number
  status: string
  /** A list that is asked for this slot shows the step. */
  slot: number
}

export interface CallerLook {
  name: string | null
  phone: string | null
}

/** One person's looks of one day, counted. */
export interface LookBook {
  account: string
  unit: string | null
  day: string
  looks: number
  lastAt: string | null
}

/** The same with every look. */
export interface LookDay {
  id: string
  account: string
  unit: string | null
  day: string
  looks: { at: string; order: string; number: string; purpose: string }[]
}

/** A share with what it is a share of; without a whole there is none. */
export interface Ratio {
  part: number
  whole: number
  perMille: number | null
}

export interface Rates {
  response: Ratio
  resolution: Ratio
  /** In tenths of an answer. */
  satisfaction: Ratio
  unsolvable: number
}

export interface Dashboard {
  orders: number
  /** Whether all orders were looked at. */
  complete: boolean
  byStatus: Record<string, number>
  overdue: number
  byCategory: Record<string, number>
  byVillage: Record<string, number>
  byUnit: Record<string, number>
  overdueByVillage: Record<string, number>
  /** Oldest first. */
  trend: { day: string; received: number; closed: number }[]
  rates: { from: string; until: string; all: Rates; byUnit: Record<string, Rates> }
}
