/** What drawings need so that their letters are as large on the screen as those around them. */
import { computed, onMounted, onUnmounted, ref, type Ref } from 'vue'
import { settings } from './settings'

/** How large small letters are, px, as `--t-s` has them. */
export const letterPx = computed(() => (settings.elder ? settings.size : 14))

/** How wide an element is on the screen, px; 0 until it is there. */
export function useWidth(element: Readonly<Ref<Element | null>>): Readonly<Ref<number>> {
  const widthPx = ref(0)
  let watching: ResizeObserver | null = null
  onMounted(() => {
    if (!element.value) return
    watching = new ResizeObserver(([entry]) => (widthPx.value = entry?.contentRect.width ?? 0))
    watching.observe(element.value)
  })
  onUnmounted(() => watching?.disconnect())
  return widthPx
}
