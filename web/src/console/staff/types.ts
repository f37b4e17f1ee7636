/** The shapes of the staff's and the keys' interface, as `functions/staff` and `functions/identity` answer. */
export interface HeldRole {
  role: string
  from: string | null
  until: string | null
}

export interface PersonRow {
  account: string
  displayName: string
  unit: string | null
  /** The one grid of their village, if they have one. */
  grid?: string | null
  roles: HeldRole[]
  suspended: boolean
  validFrom: string | null
  validUntil: string | null
  secondFactor: boolean
}

export interface PersonEvent {
  seq: number
  at: string
  type: string
  /** The account of who did it; null for the system. */
  by: string | null
  reason: string | null
  roles: HeldRole[] | null
}

export interface Person extends PersonRow {
  id: string
  version: number
  oneTime: boolean
  history?: PersonEvent[]
  oneTimePassword?: string
}

export interface Account extends Person {
  sessions: { created: string; lastSeen: string; current: boolean }[]
}

export interface IntegrationKey {
  id: string
  name: string
  scopes: string[]
  until: string
  revokedAt: string | null
  /** In the answer to its making only. */
  key?: string
}

/** All roles, in the order in which the town's work goes. */
export const ROLES = [
  'window_clerk', 'surveyor', 'approver', 'dispatcher', 'unit_head', 'handler', 'callback_agent', 'grid_head', 'grid_worker',
  'patroller', 'inspector', 'case_officer', 'legal_reviewer', 'supervisor', 'town_leader', 'auditor', 'administrator',
] as const
