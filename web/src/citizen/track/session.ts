/**
 * The case just looked up, handed from the form to the case page, so that a
 * person who does not want it kept on the device can still see it. Gone when
 * the page is closed.
 */
import type { CaseView } from '../../api/types'
import { receiptText, type MyCase } from '../cases'

let handed: { view: CaseView; secret: string } | null = null

export function handOver(view: CaseView, secret: string): void {
  handed = { view, secret }
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
