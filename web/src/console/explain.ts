/** Turns a failure into what happened and what to do next, in the words of the console. */
import { ApiProblem } from '../api/client'
import { c, knownWord, word } from '../i18n/console'
import { waitText } from '../i18n/wait'

export interface Explained {
  title: string
  next: string
}

export const problemOf = (failure: unknown): ApiProblem =>
  failure instanceof ApiProblem ? failure : new ApiProblem('http', 0, {})

/** What would be possible instead of a refused step. */
function allowedText(problem: ApiProblem): string {
  const steps = problem.body.allowed
  if (!steps) return ''
  const names = steps.filter((step) => knownWord('step', step)).map((step) => word('step', step))
  return names.length > 0 ? c('actions.allowed', { steps: names.join(' · ') }) : c('actions.allowed.none')
}

export function explain(failure: unknown): Explained {
  const problem = problemOf(failure)
  if (problem.kind === 'offline') return { title: c('problem.offline.title'), next: c('problem.offline.next') }
  if (problem.kind === 'timeout') return { title: c('problem.timeout.title'), next: c('problem.timeout.next') }
  const why = knownWord('why', problem.code)
  if (why) return { title: why, next: allowedText(problem) }
  switch (problem.status) {
    case 403:
      return { title: c('problem.forbidden.title'), next: c('problem.forbidden.next') }
    case 404:
      return { title: c('problem.notFound.title'), next: c('problem.notFound.next') }
    case 429:
    case 502:
    case 503:
    case 504: {
      const wait = waitText(problem.retryAfterSeconds)
      return { title: c('problem.busy.title'), next: c('problem.busy.next', { wait }) }
    }
    default:
      return { title: c('problem.other.title'), next: c('problem.other.next', { trace: problem.body.traceId ?? '—' }) }
  }
}

/** Rules about what a step carries, by the field that breaks them. */
const FIELD_OF_RULE: Record<string, string> = {
  textMissing: 'text',
  evidenceMissing: 'attachments',
  extensionTooLong: 'limit',
  suspensionTooLong: 'limit',
  villageCannotLead: 'lead',
  accusedUnit: 'lead',
  centreAccused: 'units',
  unitTwice: 'coUnits',
  answersMissing: 'answer',
  returnReasonRefused: 'reason',
  parentClosed: 'parent',
}

/** Field errors of a 422: the first name of each pointer with its text. */
export function fieldErrors(failure: unknown): Record<string, string> {
  const found: Record<string, string> = {}
  const problem = problemOf(failure)
  const rule = FIELD_OF_RULE[problem.code]
  if (rule) found[rule] = word('why', problem.code)
  for (const { pointer, code } of problem.body.errors ?? []) {
    const name = pointer.split('/')[1] ?? ''
    const field = knownWord('field', name) ?? name
    const plain = {
      required: c('form.error.required', { field }),
      tooLong: c('form.error.tooLong', { field }),
      unknown: c('form.error.unknown', { field }),
      unknownUnit: c('form.error.unknown', { field }),
      dropped: c('form.attachments.dropped'),
    }[code]
    found[name] ??= plain ?? knownWord('why', code) ?? c('form.error.other', { field })
  }
  return found
}
