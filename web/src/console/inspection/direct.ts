/** Assigning inspectors where they are too few to be drawn: a pair for each subject, and what of it is new. */
import type { Candidate, DrawView, Pair } from './api'

/** The pairs as they are asked for, or stand; empty where nobody has been named. */
export function pairsOf(view: DrawView): Pair[] {
  const known = new Map([...(view.tasks ?? []), ...(view.direct?.tasks ?? [])].map((task) => [task.subject, task]))
  return (view.unpaired ?? []).map(({ subject }) => {
    const { lead = '', member = '' } = known.get(subject) ?? {}
    return { subject, lead, member }
  })
}

/** Those who may take a place with a subject. */
export function able(candidates: readonly Candidate[], subject: string, leads: boolean): Candidate[] {
  return candidates.filter((one) => !one.recused.includes(subject) && (one.leads || !leads))
}

export const wrongIn = (pairs: readonly Pair[]) => pairs.some(({ lead, member }) => !lead || !member || lead === member)

/** The first time all of them, later those that differ from what stands. */
export function changed(view: DrawView, pairs: readonly Pair[]): Pair[] {
  const stands = new Map((view.tasks ?? []).map((task) => [task.subject, task]))
  return pairs.filter(({ subject, lead, member }) => stands.get(subject)?.lead !== lead || stands.get(subject)?.member !== member)
}
