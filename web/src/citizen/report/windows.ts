/**
 * One draft, perhaps several windows of it. The window that changed it last has it: the others pause, so that they never
 * write their older answers over newer ones, and one that was sent is not sent again from the window beside.
 */
import { ref } from 'vue'

type News = { kind: 'saved' } | { kind: 'sent'; number: string }

/** Browsers without it (Safari before 15.4) keep the last writer's draft, as before. */
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('onetown.draft')

/** Another window has changed the draft since this one did. */
export const elsewhere = ref(false)
/** The number that the report of this form got, until another one is begun. */
export const lastSent = ref('')

export const announceSaved = () => channel?.postMessage({ kind: 'saved' } satisfies News)
export const announceSent = (number: string) => channel?.postMessage({ kind: 'sent', number } satisfies News)

/** `onSent` empties this window's copy. */
export function listenToWindows(onSent: () => void): void {
  channel?.addEventListener('message', (event: MessageEvent<News>) => {
    if (event.data.kind === 'saved') {
      elsewhere.value = true
      return
    }
    elsewhere.value = false
    lastSent.value = event.data.number
    onSent()
  })
}
