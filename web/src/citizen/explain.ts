/** Turns a failure into what happened and what to do next, in plain words. */
import { ApiProblem } from '../api/client'
import { t, tCode } from '../i18n'
import { moment } from '../i18n/format'
import { waitText } from '../i18n/wait'
import { hotline } from './catalogue'

export interface Explanation {
  title: string
  next: string
}

function byCode(problem: ApiProblem): Explanation | null {
  const wait = waitText(problem.retryAfterSeconds)
  switch (problem.code) {
    case 'notFound':
      return { title: t('problem.notFound.title'), next: t('problem.notFound.next') }
    case 'tooManyTries':
      return { title: t('problem.tries.title'), next: t('problem.tries.next', { wait }) }
    case 'stateConflict':
      return { title: t('problem.conflict.title'), next: t('problem.conflict.next') }
    case 'alreadyRated':
      return { title: t('problem.alreadyRated.title'), next: t('problem.conflict.next') }
    case 'tooLate':
      return { title: t('problem.tooLate.title'), next: t('problem.tooLate.next', { hotline: hotline() }) }
    case 'meTooFull':
      return { title: t('problem.meTooFull.title'), next: t('problem.meTooFull.next') }
    case 'supplementsFull':
    case 'caseFull':
      return { title: t(`act.reason.${problem.code}`), next: t('home.call.button', { number: hotline() }) }
    case 'urgeTooSoon': {
      const at = problem.body.availableAt
      const when = at ? moment(at) : wait
      return { title: t('problem.urgeTooSoon.title'), next: t('problem.urgeTooSoon.next', { when, hotline: hotline() }) }
    }
    default:
      return null
  }
}

export function explain(failure: unknown): Explanation {
  const problem = failure instanceof ApiProblem ? failure : new ApiProblem('http', 0, {})
  const wait = waitText(problem.retryAfterSeconds)
  if (problem.kind === 'offline') return { title: t('problem.offline.title'), next: t('problem.offline.next') }
  if (problem.kind === 'timeout') return { title: t('problem.timeout.title'), next: t('problem.timeout.next') }
  const known = byCode(problem)
  if (known) return known
  switch (problem.status) {
    case 413:
      return { title: t('problem.large.title'), next: t('problem.large.next') }
    case 422:
      return { title: t('problem.invalid.title'), next: t('problem.invalid.next') }
    case 429:
      return { title: t('problem.busy.title'), next: t('problem.busy.next', { wait }) }
    case 502:
    case 503:
    case 504:
      return { title: t('problem.down.title'), next: t('problem.down.next', { wait, hotline: hotline() }) }
    default: {
      const trace = problem.body.traceId ?? '—'
      return { title: t('problem.other.title'), next: t('problem.other.next', { hotline: hotline(), trace }) }
    }
  }
}

/** Codes that say more than which field it is. */
const SPEAKING_CODES = new Set(['outsideTown', 'otherVillage', 'dropped'])

/** Field errors of a 422, each with the text and the report step where it can be put right. */
export function fieldErrors(problem: ApiProblem): { step: string; text: string }[] {
  const steps: Record<string, string> = {
    appealType: 'type',
    categoryCode: 'category',
    title: 'what',
    content: 'what',
    incidentAt: 'what',
    respondent: 'what',
    place: 'where',
    attachments: 'photos',
    caller: 'contact',
  }
  const found = (problem.body.errors ?? []).map((error) => {
    const field = error.pointer.split('/')[1] ?? ''
    const known = SPEAKING_CODES.has(error.code) ? error.code : field
    return { step: steps[field] ?? 'type', text: tCode('field', known, 'field.other') }
  })
  return found.filter((one, i) => found.findIndex((other) => other.text === one.text) === i)
}
