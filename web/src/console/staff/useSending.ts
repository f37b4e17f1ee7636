/**
 * Sending a form: one at a time, with an idempotency key that stays the same while the content does, so that a second
 * press after a lost answer is the same request again.
 */
import { computed, ref, shallowRef } from 'vue'
import { uuid } from '../../api/uuid'
import { c, knownWord } from '../../i18n/console'
import { explain, problemOf, type Explained } from '../explain'
import { faultsOf } from '../faults'

export function useSending(fieldId: (name: string) => string) {
  const busy = ref(false)
  const failure = shallowRef<Explained | null>(null)
  const faults = ref<Record<string, string>>({})
  const items = computed(() => Object.entries(faults.value).map(([name, text]) => ({ text: `${label(name)}${text}`, field: fieldId(name) })))
  let last = { content: '', key: '' }

  const label = (name: string) => {
    const known = knownWord('staff.field', name)
    return known ? `${known}: ` : ''
  }

  function clear(): void {
    failure.value = null
    faults.value = {}
  }

  /**
   * What `act` answers; null when it was refused, or another request is on its way. The problem's code goes to `refused`,
   * and what that does is over before anything is said: what is said may say that it was done.
   */
  async function send<T>(content: unknown, act: (key: string) => Promise<T>, refused?: (code: string) => Promise<void>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    clear()
    const text = JSON.stringify(content)
    if (text !== last.content) last = { content: text, key: uuid() }
    try {
      const answer = await act(last.key)
      last = { content: '', key: '' }
      return answer
    } catch (thrown) {
      const problem = problemOf(thrown)
      if (problem.status >= 400 && problem.status < 500) last = { content: '', key: '' }
      await refused?.(problem.code)
      faults.value = faultsOf(problem)
      const known = knownWord('fault', problem.code)
      if (Object.keys(faults.value).length > 0) failure.value = { title: c('actions.check'), next: '' }
      else failure.value = known ? { title: known, next: '' } : explain(problem)
      return null
    } finally {
      busy.value = false
    }
  }

  return { busy, failure, faults, items, send, clear }
}
