/** The interface of inspections, as `functions/inspection`, `functions/checks` and `functions/draws` answer. */
import { json, post } from '../api'

export interface Item {
  code: string
  nameZh: string
  unit: string
  kind: string
  class: string
  method: string
  /** Per mille. */
  ratio: number
  cap: number
  jointGroup?: string | null
  basisZh: string
  published: boolean
  specialityZh: string
}

export interface Inspector {
  code: string
  nameZh: string
  nameEn: string
  unit: string
  employment: string
  validUntil: string
  specialitiesZh: string[]
  recusals: number
  hasAccount: boolean
  why: string | null
}

export interface Subject {
  code: string
  nameZh: string
  kind: string
  uscc: string
  village: string
  class: string
  status: string
  complaints: number
  serious: boolean
  lastInspected: string | null
  focus: boolean
}

export interface Result {
  code: string
  nameZh: string
  nameEn: string
  followUp: boolean
  publish: boolean
}

export interface Library {
  items: Item[]
  inspectors: Inspector[]
  subjects: Subject[]
  subjectsFound: number
  groups: { code: string; nameZh: string; lead: string }[]
  results: Result[]
}

export interface PlanRow {
  id: string
  name: string
  items: string[]
  kind: string
  unit: string
  policy: string
  from: string
  until: string
  rehearsal: boolean
  plannedBy: string
  approvedBy: string | null
  status: string
  roundAt: string | null
}

export interface Plan {
  year: number
  draws: PlanRow[]
  canPlan: boolean
  canApprove: boolean
}

export interface Lottery {
  game: string
  issue: number
  at: string
}

/** As everybody sees them, and for whoever plans the secrets of the links. */
export interface Contributors {
  people: { who: string; name: string; standing: string; hash: string | null; pledgedAt: string | null; secret: string | null; revealedAt: string | null }[]
  lotteries: (Lottery & { numbers: string | null })[]
  pledgeBy: string
  revealBy: string
  links: string[] | null
  reading: { by: string } | null
}

export interface ContributorsProposal {
  people: { name: string; standing: string }[]
  pledgeBy: string
  revealBy: string
  lotteries: Lottery[]
}

export interface Proposal {
  name: string
  items: string[]
  policy: string
  contributors?: ContributorsProposal | undefined
  from: string
  until: string
  roster: string[]
  cap: number
  rehearsal: boolean
  directAssign: boolean
  reason: string
}

export interface Task {
  subject: string
  subjectZh: string | null
  stratum: string
  lead: string
  leadZh: string | null
  member: string
  memberZh: string | null
}

export interface DrawView {
  id: string
  version: number
  status: string
  plan: {
    name: string
    items: { code: string; nameZh: string | null }[]
    kind: string
    unit: string
    policy: string
    from: string
    until: string
    roster: string[]
    cap: number
    rehearsal: boolean
    directAssign: boolean
    reason: string
    recusals: { inspector: string; subject: string; reason: string }[]
    plannedBy: string
    approvedBy: string | null
  }
  commitment: {
    hash: string
    policy: string
    round: number | null
    roundAt: string
    sealed: boolean
    counts: [number, number, number]
    salted: string | null
    shipped: string | null
  } | null
  contributors: Contributors | null
  strata: { name: string; n: number; k: number }[] | null
  exclusions: { subject: string; reason: string }[] | null
  tasks: Task[] | null
  substitutions: { subject: string; inspector: string | null; reason: string; text: string; asked: string; signed: { by: string } | null }[] | null
  /** Drawn without inspectors, because there are too few. */
  unpaired: { subject: string; subjectZh: string | null; stratum: string }[] | null
  /** Who may be assigned, for whoever assigns. */
  candidates: Candidate[] | null
  /** An assignment that waits for its second signature. */
  direct: { tasks: Task[]; text: string; asked: string } | null
  timeline: { seq: number; at: string; type: string; by: string | null }[]
  actions: string[]
}

export interface Candidate {
  code: string
  nameZh: string | null
  leads: boolean
  /** Subjects that they must not inspect. */
  recused: string[]
}

export interface Pair {
  subject: string
  lead: string
  member: string
}

export interface CheckRow {
  draw: string
  drawName: string
  subject: string
  stratum: string
  lead: string
  member: string
  until: string
  name: string | null
  status: string
  results: string[] | null
  publishBy: string | null
  publishLate: boolean
  followUpBy: string | null
}

export interface CheckView {
  draw: string
  drawName: string
  unit: string
  from: string
  until: string
  version: number
  status: string
  task: Task
  subject: { nameZh: string; uscc: string; village: string; class: string; kind: string } | null
  items: { code: string; nameZh: string | null; basisZh: string | null; method: string | null; cap: number | null }[]
  inspectors: { code: string; nameZh: string | null; nameEn: string | null; you: boolean }[]
  enteredAt: string | null
  finding: {
    points: { item: string; outcome: string; note: string | null }[]
    results: string[]
    publish: boolean
    followUps: { kind: string; owner: string; due: string; doneAt?: string | null }[]
    signature: { refused: boolean; name: string }
    photos: string[]
  } | null
  publishBy: string | null
  publishedAt: string | null
  timeline: { seq: number; at: string; type: string; by: string; text: string | null }[]
  actions: string[]
  results: Result[]
}

const PATH = '/api/inspection'
const at = (...parts: string[]) => [PATH, ...parts.map(encodeURIComponent)].join('/')

export const getLibrary = (kind = '', q = '') => json<Library>(`${PATH}/library?${new URLSearchParams({ kind, q })}`)
export const getPlan = () => json<Plan>(`${PATH}/plan`)
export const propose = (body: Proposal, key: string) => json<PlanRow>(`${PATH}/plan`, post(body, key), true)
export const planStep = (id: string, step: string, body: unknown, key: string) => json<PlanRow>(at('plan', id, step), post(body, key), true)
export const getDraw = (id: string) => json<DrawView>(at('desk', id))
export const drawStep = (id: string, step: string, body: unknown, key: string) => json<DrawView>(at('desk', id, step), post(body, key), true)
export const bringRound = (id: string, body: { round: number; signature: string }, key: string) => json<unknown>(at('draws', id, 'entropy'), post(body, key), true)
export const getChecks = (mine: boolean) =>
  json<{ total: number; items: CheckRow[]; inspector: string | null; canPublish: boolean }>(`${PATH}/checks${mine ? '?mine=1' : ''}`)
export const getCheck = (draw: string, subject: string) => json<CheckView>(at('checks', draw, subject))
export const checkStep = (draw: string, subject: string, step: string, body: unknown, key: string) =>
  json<CheckView>(at('checks', draw, subject, step), post(body, key), true)
