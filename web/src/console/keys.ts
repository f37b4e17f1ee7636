/**
 * Single-key shortcuts. They stay silent while somebody types, in dialogs and with a modifier held, and can be turned
 * off altogether (WCAG 2.1.4).
 */
import { onMounted, onUnmounted, ref, watch } from 'vue'

const STORE = 'onetown.console.keys'

function stored(): boolean {
  try {
    return localStorage.getItem(STORE) !== 'off'
  } catch {
    return true
  }
}

export const keysOn = ref(stored())
watch(keysOn, (on) => {
  try {
    localStorage.setItem(STORE, on ? 'on' : 'off')
  } catch {
    // Without storage the choice holds until the page is closed.
  }
})

const TYPING = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]'

/** `handlers` by `KeyboardEvent.key`; one that returns false leaves the key to the browser. */
export function useKeys(handlers: Record<string, (event: KeyboardEvent) => unknown>): void {
  function pressed(event: KeyboardEvent): void {
    const target = event.target instanceof Element ? event.target : null
    if (!keysOn.value || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (target?.closest(TYPING) || document.querySelector('dialog[open]')) return
    // Arrows and Enter belong to radios, links and buttons that have the focus.
    if (target?.matches('input[type=radio]') && event.key.startsWith('Arrow')) return
    const handler = handlers[event.key]
    if (handler && handler(event) !== false) event.preventDefault()
  }
  onMounted(() => document.addEventListener('keydown', pressed))
  onUnmounted(() => document.removeEventListener('keydown', pressed))
}
