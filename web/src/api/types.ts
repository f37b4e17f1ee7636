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
  onBehalf?: { relation: Relation }
}

export const RELATIONS = ['parent', 'child', 'spouse', 'relative', 'neighbour', 'friend', 'colleague', 'other'] as const
export type Relation = (typeof RELATIONS)[number]

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

export type ActionName = 'supplement' | 'urge' | 'withdraw' | 'rate' | 'reopen' | 'erase'

export interface CaseAction {
  name: ActionName | (string & {})
  allowed: boolean
  reason?: string | null
  availableAt?: string | null
  /** The last moment at which an allowed action is possible, where there is one. */
  until?: string | null
}

export const SATISFACTIONS = ['verySatisfied', 'satisfied', 'basicallySatisfied', 'dissatisfied', 'veryDissatisfied'] as const
export type Satisfaction = (typeof SATISFACTIONS)[number]
export const RATING_REASONS = ['notSolved', 'tooSlow', 'notContacted', 'attitude', 'untrue', 'other'] as const
export type RatingReason = (typeof RATING_REASONS)[number]

export interface Rating {
  satisfaction: Satisfaction
  contacted?: boolean | null
  resolved?: boolean | null
}

export interface NewRating extends Rating {
  reasons: RatingReason[]
  text: string
}

/** Where a case stands after a step that answers with no more than that. */
export interface CaseState {
  number: string
  id: string
  version: number
  status: string
  erasedAt?: string
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
  redos?: { done: number; max: number } | null
  rating?: Rating | null
  /** When the personal data was destroyed, at the caller's request. */
  erasedAt?: string | null
  onBehalf?: { relation: string } | null
  /** At least five callers have the same matter. */
  group?: boolean | null
  meToo?: number | null
}

export interface PublicItem {
  number: string
  categoryCode: string
  villageCode?: string | null
  status: string
  receivedAt: string
  promisedBy: string
  meToo?: number | null
  /** The middle of a cell of about 200 m, never the place itself. */
  around?: Point | null
}

export interface SimilarItem extends PublicItem {
  distanceM?: number | null
}

export interface SimilarList {
  radiusM: number
  items: SimilarItem[]
}

export interface MeToo {
  number: string
  meToo: number
  replyPromised: boolean
}

export interface Notice {
  code: string
  titleZh: string
  titleEn?: string
  textZh: string
  textEn?: string
  from: string
  until: string
}

export interface Share {
  part: number
  whole: number
  perMille: number
}

export interface Figures {
  received: number
  closed: number
  onTime: number
  withdrawn: number
  open: number
  /** A rate is null where fewer than `smallest` answers stand behind it. */
  rates: { response: Share | null; resolution: Share | null; satisfaction: Share | null }
}

export interface Statistics {
  months: (Figures & { month: string })[]
  total: Figures
  /** `code` null: those too few to be shown alone, together. */
  categories: (Figures & { code: string | null })[]
  villages: (Figures & { code: string | null })[]
  smallest: number
}

export type Ring = [number, number][]

export interface MapFeature {
  properties: { kind: 'town' | 'village' | 'grid'; code: string; nameZh: string; nameEn?: string; village?: string }
  geometry: { type: 'Polygon'; coordinates: Ring[] } | { type: 'MultiPolygon'; coordinates: Ring[][] }
}

export interface TownGeometry {
  features: MapFeature[]
  properties?: { computed?: boolean }
}

/** Where the pictures behind the map come from; no layers: nowhere. */
export interface TileSource {
  /** Addresses with {z}, {x} and {y}, drawn one over the other. */
  layers: string[]
  attribution: string
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
