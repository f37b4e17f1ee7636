/**
 * Checks a receipt file in a worker of its own, which loads the browser module
 * on its first use. Nothing of the file leaves the device.
 */
import type { ReceiptAnswer } from '../../verify/verify.js'

export type { ReceiptAnswer }

/** What an intact receipt says, for a person to compare with what they remember. */
export interface ReceiptFacts {
  number: string
  receivedAt: string
  promisedBy: string
  /** Empty where the case is confidential and its title sealed. */
  title: string
}

/** 1 MiB: a whole case is at most 256 KiB in the store, and indenting at most doubles what is a part of it. */
const RECEIPT_BYTES_MAX = 1024 * 1024

const refused: ReceiptAnswer = { ok: false, code: 'notAReceipt', steps: [] }

function inWorker(text: string): Promise<ReceiptAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./check.worker.ts', import.meta.url), { type: 'module' })
    const failed = () => {
      worker.terminate()
      reject(new Error('the browser module did not load'))
    }
    worker.onmessage = (e: MessageEvent<string | null>) => {
      if (e.data === null) return failed()
      worker.terminate()
      resolve(JSON.parse(e.data) as ReceiptAnswer)
    }
    worker.onerror = failed
    worker.postMessage(text)
  })
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const time = (value: unknown): string => (Number.isNaN(Date.parse(text(value))) ? '' : text(value))

/** Reads an intact receipt; whatever is not where a case has it stays empty. */
function factsOf(json: string): ReceiptFacts {
  const { event } = JSON.parse(json)
  const { number, promised, title } = event.data ?? {}
  return { number: text(number), receivedAt: time(event.at), promisedBy: time(promised?.at), title: text(title?.open) }
}

/** Rejects only where the module itself could not be loaded. */
export async function checkReceipt(file: File): Promise<{ answer: ReceiptAnswer; facts: ReceiptFacts | null }> {
  if (file.size > RECEIPT_BYTES_MAX) return { answer: refused, facts: null }
  const json = await file.text()
  const answer = await inWorker(json)
  return { answer, facts: answer.ok ? factsOf(json) : null }
}
