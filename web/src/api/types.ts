/**
 * The shapes of the HTTP interface, by hand until they are generated from
 * /api/openapi.json. Times are RFC 3339 with offset, coordinates are degrees
 * (lonE7/latE7: 1e-7 degree). Fields the server adds later are ignored.
 */

export interface Named {
  nameZh: string
  nameEn?: string
}

export interface Coded extends Named {
  code: string
}

export type LimitUnit = 'workingDays' | 'naturalDays' | 'workingHours' | 'naturalHours' | 'naturalMinutes'

export interface TimeLimit {
  n: number
  unit: LimitUnit | (string & {})
}

export interface AppealType extends Coded {
  limit: TimeLimit
  confidentialByDefault: boolean
  needsReply: boolean
}

export interface CategoryItem extends Coded {
  urgency: string
  sensitive: boolean
  /** Present when this is not a matter to report but a number to call: 110, 119, 120, 122. */
  emergencyNumber?: string | null
}

export interface Category extends Coded {
  items: CategoryItem[]
}

/** WGS-84 in 1e-7 degree. */
export interface Point {
  lonE7: number
  latE7: number
}

export interface Village extends Coded {
  center: Point
  subareaZh: string
  subareaEn?: string
  grids: Coded[]
}

export interface Catalogue {
  version: number | string
  town: Coded & { hotline: string; center?: Point }
  appealTypes: AppealType[]
  categories: Category[]
  villages: Village[]
  limits: {
    titleMax: number
    contentMax: number
    photosMax: number
    attachmentBytesMax: number
    audioSecondsMax: number
    urgeCooldownHours: number
    supplementsMax: number
  }
}

export interface Attachment {
  id: string
  mime: string
  size: number
  sha256?: string
}

export interface Place {
  address?: string | null
  villageCode?: string | null
  gridCode?: string | null
  lon?: number | null
  lat?: number | null
  crs?: 'WGS84' | 'GCJ02' | 'BD09' | 'CGCS2000' | null
}

export interface NewOrder {
  appealType: string
  categoryCode: string
  title: string
  content: string
  place: Place
  respondent?: { name: string }
  incidentAt?: string
  caller?: { name?: string; phone?: string }
  anonymous?: boolean
  confidential?: boolean
  replyWanted?: boolean
  attachments?: string[]
}

export interface OrderCreated {
  number: string
  /** Eight characters, told once. */
  secret: string
  id: string
  promisedBy: string
  receipt?: unknown
}

export type OrderStatus =
  | 'registered'
  | 'pendingSign'
  | 'inProgress'
  | 'returnPending'
  | 'suspended'
  | 'pendingReview'
  | 'pendingVisit'
  | 'closed'
  | 'archived'
  | 'merged'
  | 'transferredOut'
  | 'withdrawn'

export type ActionName = 'supplement' | 'urge' | 'withdraw'

export interface CaseAction {
  name: ActionName | (string & {})
  allowed: boolean
  reason?: string | null
  availableAt?: string | null
}

export interface TimelineEntry {
  at: string
  type: string
  by: 'you' | 'centre' | 'unit' | 'system' | (string & {})
  text?: string | null
  attachments?: (Attachment | string)[] | null
}

export interface CaseView {
  number: string
  id: string
  version: number
  status: OrderStatus | (string & {})
  appealType: string
  categoryCode: string
  title: string
  content: string
  place: Place
  receivedAt: string
  promisedBy: string
  promisedLimit?: TimeLimit | null
  /** The promised time rests on a year without an official holiday notice. */
  provisional?: boolean | null
  holder?: { kind: string; nameZh?: string | null; nameEn?: string | null } | null
  anonymous: boolean
  confidential: boolean
  replyWanted: boolean
  contact?: { name?: string | null; phone?: string | null } | null
  attachments: Attachment[]
  timeline: TimelineEntry[]
  actions: CaseAction[]
  receipt?: unknown
}

export interface PublicItem {
  number: string
  categoryCode: string
  villageCode?: string | null
  status: string
  receivedAt: string
  promisedBy: string
}

export interface PublicList {
  items: PublicItem[]
  nextCursor?: string | null
}

/** application/problem+json of RFC 9457 with our stable `code`. */
export interface ProblemBody {
  type?: string
  title?: string
  status?: number
  detail?: string
  code?: string
  errors?: { pointer: string; code: string; detail?: string }[]
  traceId?: string
  /** With `emergencyCall`. */
  call?: string
  /** With `proofOfWorkNeeded`. */
  proofOfWork?: { challenge: string; bits: number }
  /** With `urgeTooSoon`. */
  availableAt?: string
  /** With `secondFactorNeeded`: what an authenticator app scans, the same as text, and what goes back with its code. */
  uri?: string
  secret?: string
  offer?: string
  /** With a refused step of staff: what is possible instead, and where the order stands. */
  allowed?: string[]
  /** Mistakes in the libraries of inspection, by row. */
  rows?: { file: string; row: number; column: string; code: string; detail: string }[]
  orderStatus?: string
  /** With `staleVersion`: the version that is there now. */
  version?: number
}
