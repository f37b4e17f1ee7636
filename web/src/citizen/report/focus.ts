/** What a press takes from the page takes the focus with it, and a keyboard would begin again at the top. */
import { nextTick } from 'vue'

/** Gives the focus to what took the place of the pressed one. A focus that somebody has put elsewhere meanwhile stays there. */
export async function passFocus(to: () => HTMLElement | null | undefined): Promise<void> {
  await nextTick()
  if (document.activeElement === document.body) to()?.focus({ preventScroll: true })
}
