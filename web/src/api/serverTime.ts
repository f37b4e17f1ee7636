/**
 * What time it is in the town, whatever the phone believes: a cheap phone's clock may be a day off, and then "due today"
 * and "cannot be in the future" would be wrong. Every answer's Date header says the server's time.
 */
let aheadMs: number | null = null

/** Takes up an answer's Date. One from a cache is old and lags behind, so the newest holds. */
export function hearServerTime(date: string | null): void {
  const at = Date.parse(date ?? '')
  if (Number.isNaN(at)) return
  const heard = at - Date.now()
  aheadMs = aheadMs === null ? heard : Math.max(aheadMs, heard)
}

/** The device's own time until the first answer. */
export const serverNow = () => new Date(Date.now() + (aheadMs ?? 0))
