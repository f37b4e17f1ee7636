/**
 * Sends the report: first the photos that are still missing, then the order,
 * always with the key that belongs to this exact body. The draft is discarded
 * only after number and secret are kept.
 */
import { ApiProblem, createOrder } from '../../api/client'
import { serverNow } from '../../api/serverTime'
import { t } from '../../i18n'
import { tr } from '../../i18n/citizen.report'
import type { SummaryItem } from '../../ui/ErrorSummary.vue'
import { keepCase, receiptText } from '../cases'
import { explain, fieldErrors, type Explanation } from '../explain'
import type { PhotoQueue } from '../photos'
import { discardDraft, keyFor, orderOf, photoQueue, voiceQueue } from './draft'

export interface SendProblem extends Explanation {
  items: SummaryItem[]
  /** An emergency number the server wants to be called instead. */
  call: string
  /** After how many seconds another try makes sense, if the server said so. */
  retryAfterSeconds: number | null
}

export type SendAnswer = { ok: true; number: string } | { ok: false; problem: SendProblem }

const plain = (explanation: Explanation): SendProblem => ({ ...explanation, items: [], call: '', retryAfterSeconds: null })

function describe(failure: unknown): SendProblem {
  const explained = plain(explain(failure))
  if (!(failure instanceof ApiProblem)) return explained
  if (failure.code === 'emergencyCall') return { ...explained, call: failure.body.call ?? '110' }
  // No answer does not mean it did not arrive; the key makes the second try safe.
  if (failure.kind !== 'http') return { ...explained, next: `${explained.next} ${t('check.retrySafe')}` }
  if (failure.status !== 422) return { ...explained, retryAfterSeconds: failure.retryAfterSeconds }
  const fields = fieldErrors(failure)
  if (fields.some((field) => field.step === 'photos')) {
    photoQueue.resetUploads()
    voiceQueue.resetUploads()
  }
  return { ...explained, items: fields.map(({ step, text }) => ({ text, to: `/report/${step}?from=check` })) }
}

/** Why files are missing there: in the upload's own words where waiting helps, else with the advice to remove them. */
function unsent(queue: PhotoQueue): SendProblem {
  const items = [{ text: tr('unsent.go'), to: '/report/photos?from=check' }]
  const own = queue.problem()
  if (own && (own.kind !== 'http' || own.retryAfterSeconds !== null)) return { ...describe(own), items }
  if (queue === voiceQueue) return { ...plain({ title: tr('unsent.voice.title'), next: tr('unsent.voice.next') }), items }
  return { ...plain({ title: t('problem.photos.title'), next: t('problem.photos.next') }), items }
}

export async function sendReport(say: (text: string) => void): Promise<SendAnswer> {
  const photos = await photoQueue.uploadAll((done, total) => say(t('check.sending.photos', { done, total })))
  const voice = await voiceQueue.uploadAll(() => undefined)
  if (!photos || !voice) return { ok: false, problem: unsent(photos ? voiceQueue : photoQueue) }
  try {
    say(t('check.sending'))
    const order = orderOf()
    const created = await createOrder(order, await keyFor(order), () => say(t('check.sending.proof')))
    await keepCase({
      number: created.number,
      id: created.id,
      secret: created.secret,
      title: order.title,
      status: 'registered',
      receivedAt: serverNow().toISOString(),
      promisedBy: created.promisedBy,
      receipt: receiptText(created.receipt),
    })
    await discardDraft(created.number)
    return { ok: true, number: created.number }
  } catch (failure) {
    return { ok: false, problem: describe(failure) }
  }
}
