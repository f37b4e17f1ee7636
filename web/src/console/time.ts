/** The time that goes on while a page is open, and how far off a deadline is to the minute. */
import { onMounted, onUnmounted, ref, shallowRef } from 'vue'
import { ApiProblem } from '../api/client'
import { c } from '../i18n/console'

// Everything shown in minutes is at most a quarter of one behind.
const TICK_MS = 15_000
/** What others do appears within 5 s: 4 s between questions and 1 s for the answer. */
export const POLL_MS = 4_000
// A server in trouble is not asked more than once a minute.
const BACKOFF_MAX_MS = 60_000

export const now = ref(Date.now())
setInterval(() => (now.value = Date.now()), TICK_MS)

/** The day in the town, as a date field writes it: its clock is China's, wherever the browser stands. */
export const dateOf = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)

export function timeLeft(at: string): string {
  const ms = Date.parse(at) - now.value
  const minutes = Math.floor(Math.abs(ms) / 60_000)
  const parts = { d: Math.floor(minutes / 1440), h: Math.floor((minutes % 1440) / 60), m: minutes % 60 }
  const scale = parts.d > 0 ? 'days' : parts.h > 0 ? 'hours' : 'minutes'
  const side = ms < 0 ? 'over' : 'left'
  switch (scale) {
    case 'days': return c(`${side}.days`, parts)
    case 'hours': return c(`${side}.hours`, parts)
    default: return c(`${side}.minutes`, parts)
  }
}

/**
 * Asks again and again while the page can be seen; at once when it becomes visible again. Failures make the pauses
 * longer, up to a minute or what the server asks for.
 */
export function usePolling(ask: () => Promise<void>, everyMs: number) {
  const failure = shallowRef<unknown>(null)
  const updatedAt = ref(new Date())
  let timer: ReturnType<typeof setTimeout> | undefined
  let running = false
  let over = false
  let failures = 0

  async function run(): Promise<void> {
    clearTimeout(timer)
    if (running || over) return
    running = true
    let pause = everyMs
    try {
      await ask()
      failures = 0
      failure.value = null
      updatedAt.value = new Date()
    } catch (problem) {
      failures += 1
      failure.value = problem
      const wanted = problem instanceof ApiProblem ? (problem.retryAfterSeconds ?? 0) * 1000 : 0
      pause = Math.max(wanted, Math.min(everyMs * 2 ** failures, BACKOFF_MAX_MS))
    } finally {
      running = false
    }
    if (!over && !document.hidden) timer = setTimeout(() => void run(), pause)
  }

  const seen = () => (document.hidden ? clearTimeout(timer) : void run())
  onMounted(() => {
    document.addEventListener('visibilitychange', seen)
    void run()
  })
  onUnmounted(() => {
    over = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', seen)
  })
  return { failure, updatedAt, refresh: run }
}
