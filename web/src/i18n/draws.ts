/**
 * Messages of the draws' pages: a catalogue of their own, fetched with them, so
 * that nobody else's first load carries it.
 */
import { shallowRef } from 'vue'
import { drawsZhCN } from './draws.zh-CN'
import { accompany, fill, locale, type ArgsOf, type Locale } from './index'

type Key = keyof typeof drawsZhCN
const messages = shallowRef<Record<Key, string>>(drawsZhCN)

const fetched = async (wanted: Locale) => (wanted === 'en' ? (await import('./draws.en')).drawsEn : drawsZhCN)
accompany(async (next) => {
  const wanted = await fetched(next)
  return () => (messages.value = wanted)
})
/** Resolved when the texts are there in the language that the page is opened in. */
export const ready: Promise<void> = fetched(locale.value).then((wanted) => void (messages.value = wanted))

export function d<K extends Key>(key: K, ...args: ArgsOf<typeof drawsZhCN, K>): string {
  return fill(messages.value[key], args[0])
}

/** The text of a code; a code that this version does not know is shown as it is. */
export function dCode(prefix: string, code: string): string {
  return (messages.value[`${prefix}.${code}` as Key] as string | undefined) ?? code
}
