/** Counts down to another try, so that nobody has to watch the clock of a busy server. */
import { onUnmounted, ref } from 'vue'

/** Longer than this a person has gone; they press the button when they are back. */
const LONGEST_S = 300
/** A server that stays busy is left alone after these, until somebody asks again. */
const TRIES_MAX = 3

export function useCountdown(done: () => void) {
  const left = ref(0)
  let timer = 0
  let tries = 0
  let endsAt = 0

  function stop(): void {
    clearInterval(timer)
    left.value = 0
  }

  function tick(): void {
    left.value = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000))
    if (left.value > 0) return
    stop()
    done()
  }

  function start(seconds: number | null): void {
    stop()
    if (seconds === null || seconds <= 0 || seconds > LONGEST_S || tries >= TRIES_MAX) return
    tries += 1
    endsAt = performance.now() + seconds * 1000
    left.value = Math.ceil(seconds)
    timer = window.setInterval(tick, 1000)
  }

  onUnmounted(stop)
  return { left, start, stop }
}
