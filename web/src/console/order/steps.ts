/**
 * What each step of handling asks for: the fields of the interface, which of them must be there, and which steps a
 * person takes at all. One table, from which the forms, their checks and what is sent are all made.
 */
import type { OrderView } from '../types'

export type FieldKind = 'unit' | 'units' | 'choice' | 'days' | 'line' | 'check' | 'visit' | 'yesNo' | 'card' | 'date'

export interface FieldSpec {
  name: string
  kind: FieldKind
  required: boolean
  /** With `choice`: the codes, and the prefix of their names. */
  options?: readonly string[]
  prefix?: string
  /** With `days`: the unit of the limit; without it, that of the order's own limit. */
  unit?: 'naturalDays'
  /** With `card`: in which states a card can be chosen. */
  states?: readonly string[]
  /** With `unit`: only units that can lead. */
  leads?: boolean
}

export interface StepSpec {
  fields: readonly FieldSpec[]
  text: 'required' | 'optional' | 'none'
  attachments: 'required' | 'optional' | 'none'
  /** Steps that end something or cannot be undone look different. */
  grave?: boolean
}

const RETURN_REASONS = ['RT01', 'RT02', 'RT03', 'RT04', 'RT05', 'RT06', 'RT07', 'RT08']
const SUSPEND_REASONS = ['callerMaterial', 'appraisalOrLawsuit', 'seasonOrWeather', 'policyPending']
const NO_CONTACT = ['unreachable', 'noNumber', 'declined']
const HAND_OFF_TO = ['110', '119', '120', '122', 'petition', 'statutoryChannel', 'otherAuthority']
const CLASSES = ['resolved', 'partly', 'planned', 'policyLimit', 'untrue', 'notContactable', 'withdrawn']
/** Reasons to return an order that need no evidence. */
export const BARE_REASONS: readonly string[] = ['RT04', 'RT07']
const METHODS = ['phone', 'sms', 'web', 'door']

const step = (text: StepSpec['text'], fields: FieldSpec[] = [], more: Partial<StepSpec> = {}): StepSpec =>
  ({ text, fields, attachments: 'none', ...more })
const unit = (name: string, required: boolean, leads = false): FieldSpec => ({ name, kind: 'unit', required, leads })
const units = (name: string, required: boolean): FieldSpec => ({ name, kind: 'units', required })
const choice = (name: string, options: readonly string[], required = true, prefix = 'reason'): FieldSpec =>
  ({ name, kind: 'choice', options, prefix, required })
const card = (...states: string[]): FieldSpec => ({ name: 'key', kind: 'card', states, required: true })
const ASSIGNMENT = [unit('lead', true, true), units('coUnits', false)]
const HOLDS = ['issued', 'objected', 'upheld']

export const STEPS: Record<string, StepSpec> = {
  dispatch: step('optional', ASSIGNMENT),
  transfer: step('optional', ASSIGNMENT),
  nameRespondent: step('optional', [units('units', true)]),
  answerNow: step('required', [{ name: 'knowledge', kind: 'line', required: true }]),
  handOff: step('required', [choice('to', HAND_OFF_TO)], { grave: true }),
  merge: step('optional', [{ name: 'parent', kind: 'line', required: true }], { grave: true }),
  sign: step('none'),
  returnRequest: step('required', [choice('reason', RETURN_REASONS), unit('suggested', false)], { attachments: 'required' }),
  returnApprove: step('required'),
  returnReject: step('required'),
  addCo: step('optional', [units('units', true)]),
  coReply: step('required', [], { attachments: 'optional' }),
  extendRequest: step('required', [{ name: 'limit', kind: 'days', required: true }], { attachments: 'optional' }),
  extendApprove: step('optional', [{ name: 'pastOuter', kind: 'check', required: false }]),
  extendReject: step('required'),
  suspendRequest: step(
    'required',
    [choice('reason', SUSPEND_REASONS), { name: 'limit', kind: 'days', unit: 'naturalDays', required: true }],
    { attachments: 'optional' },
  ),
  suspendApprove: step('optional'),
  suspendReject: step('required'),
  resume: step('optional'),
  contact: step('required', [choice('missed', NO_CONTACT, false)]),
  submitResult: step('required', [choice('class', CLASSES, true, 'class'), choice('noContact', NO_CONTACT, false), { name: 'subject', kind: 'line', required: false }], { attachments: 'required' }),
  reviewPass: step('optional', [{ name: 'close', kind: 'check', required: false }]),
  reviewFail: step('required'),
  visit: step('optional', [choice('method', METHODS), { name: 'answer', kind: 'visit', required: true }]),
  rule: step('required', [{ name: 'redo', kind: 'yesNo', required: true }]),
  withdrawFor: step('required', [], { grave: true }),
  reopenFalse: step('required', [], { grave: true }),
  moveDeadline: step('required', [{ name: 'until', kind: 'date', required: true }]),
  markMalicious: step('required'),
  clearMalicious: step('required'),
  remind: step('optional'),
  proposeCard: step('required', [choice('level', ['notice', 'yellow', 'red'], true, 'level')]),
  issueCard: step('optional', [card('proposed')], { grave: true }),
  dismissCard: step('required', [card('proposed')]),
  replyCard: step('required', [card(...HOLDS)], { attachments: 'optional' }),
  objectCard: step('required', [card('issued')], { attachments: 'optional' }),
  upholdCard: step('required', [card('objected')]),
  revokeCard: step('required', [card(...HOLDS)]),
}

/** What the next person usually does, so that it stands first and looks like it. */
const MAIN: Record<string, readonly string[]> = {
  registered: ['dispatch'],
  pendingSign: ['sign'],
  inProgress: ['submitResult', 'coReply'],
  returnPending: ['returnApprove', 'returnReject'],
  suspended: ['resume'],
  pendingReview: ['reviewPass', 'reviewFail'],
  pendingVisit: ['visit', 'rule'],
}
const REQUESTS: Record<string, readonly string[]> = {
  extension: ['extendApprove', 'extendReject'],
  suspension: ['suspendApprove', 'suspendReject'],
}

export interface Actions {
  main: string[]
  more: string[]
  /** Not possible in this state, with the reason. */
  not: { name: string; why: string }[]
}

export function actionsOf(view: OrderView): Actions {
  const known = view.actions.filter(({ name }) => name in STEPS)
  const open = known.filter(({ why }) => why === null).map(({ name }) => name)
  const first = new Set([...(MAIN[view.status] ?? []), ...(REQUESTS[view.handling?.request?.kind ?? ''] ?? [])])
  return {
    main: open.filter((name) => first.has(name)),
    more: open.filter((name) => !first.has(name)),
    not: known.flatMap(({ name, why }) => (why !== null ? [{ name, why }] : [])),
  }
}
