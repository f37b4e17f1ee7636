/**
 * What this window changed last, so that lists show it at once: a list that names the slot of a change holds it, even
 * where the lists are otherwise a moment behind.
 */

// Two questions of every list; by then whoever ticks has long caught up.
const NAMED_MS = 10_000

let last = { slot: 0, until: 0 }

/** Notes a change by its answer. */
export function did<T extends { slot?: number | null }>(answer: T): T {
  const slot = answer.slot ?? 0
  if (slot >= last.slot) last = { slot, until: Date.now() + NAMED_MS }
  return answer
}

/** The part of an address after the `?`, with it; nothing where nothing is asked. */
export function query(given: Record<string, string>): string {
  const text = new URLSearchParams(given).toString()
  return text && `?${text}`
}

/** What a list's question says about it. */
export const afterOwn = (): Record<string, string> => (Date.now() < last.until ? { after: String(last.slot) } : {})
