/** The questions in their order, and which of them still lacks an answer. */
import { findCategory } from '../catalogue'
import { contentOf, draft, titleOf, withoutPlace } from './draft'

export const steps = ['type', 'what', 'category', 'where', 'photos', 'contact', 'check'] as const
export type Step = (typeof steps)[number]

const answered: Record<Exclude<Step, 'check'>, () => boolean> = {
  type: () => draft.appealType !== '',
  // What needs a call to 110 is no answer: the form stops there.
  category: () => draft.categoryCode !== '' && !findCategory(draft.categoryCode)?.item.emergencyNumber,
  what: () => contentOf() !== '' && titleOf() !== '',
  where: () => withoutPlace() || Boolean(draft.villageCode || draft.address.trim() || draft.fix),
  photos: () => draft.photosSeen,
  // On behalf of nobody said is half an answer; without this the way back to the check page would drop it.
  contact: () => (draft.contact === 'anonymous' || (draft.contact === 'named' && draft.phone.trim() !== ''))
    && (!draft.behalf || draft.relation !== ''),
}

export const isStep = (name: string): name is Step => (steps as readonly string[]).includes(name)

export function firstOpen(): Step {
  for (const step of steps) if (step !== 'check' && !answered[step]()) return step
  return 'check'
}

/** A link straight into the middle leads to the first question that is still open before it. */
export function reachable(step: Step): Step {
  const open = firstOpen()
  return steps.indexOf(step) <= steps.indexOf(open) ? step : open
}

export const after = (step: Step): Step => steps[steps.indexOf(step) + 1] ?? 'check'
