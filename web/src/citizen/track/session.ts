/**
 * The case just looked up, handed from the form to the case page, so that a
 * person who does not want it kept on the device can still see it. Gone when
 * the page is closed.
 */
import type { CaseView } from '../../api/types'
import { receiptText, type MyCase } from '../cases'

interface Handed {
  view: CaseView
  secret: string
  /** It was put on this device without a question, by a receipt's link. */
  byLink: boolean
}

let handed: Handed | null = null

export function handOver(next: Handed): void {
  handed = next
}

export const handedOver = (number: string) => (handed?.view.number === number ? handed : null)

export function clearHandOver(): void {
  handed = null
}

export function caseToKeep(view: CaseView, secret: string): MyCase {
  return {
    number: view.number,
    id: view.id,
    secret,
    title: view.title,
    status: view.status,
    receivedAt: view.receivedAt,
    promisedBy: view.promisedBy,
    receipt: receiptText(view.receipt),
  }
}
