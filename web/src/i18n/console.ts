/**
 * Messages of the staff console: a catalogue of its own, so that citizens load none of it, in the same language as
 * everything else and held to the same rules by the compiler.
 */
import { shallowRef } from 'vue'
import { consoleZhCN } from './console.zh-CN'
import { accompany, fill, type ArgsOf, type PlainKeyOf } from './index'

export type ConsoleKey = keyof typeof consoleZhCN
export type ConsoleMessages = Record<ConsoleKey, string>
/** Keys whose message has no placeholder. */
export type ConsolePlainKey = PlainKeyOf<typeof consoleZhCN>

const messages = shallowRef<ConsoleMessages>(consoleZhCN)

accompany(async (next) => {
  const wanted: ConsoleMessages = next === 'en' ? (await import('./console.en')).consoleEn : consoleZhCN
  return () => (messages.value = wanted)
})

export function c<K extends ConsoleKey>(key: K, ...args: ArgsOf<typeof consoleZhCN, K>): string {
  return fill(messages.value[key], args[0])
}

/** The text of a code that the server sends; a code from a later version is shown as it is. */
export function word(prefix: string, code: string | null | undefined): string {
  if (!code) return ''
  return (messages.value[`${prefix}.${code}` as ConsoleKey] as string | undefined) ?? code
}

/** The text of a code, or nothing where this version knows none. */
export function knownWord(prefix: string, code: string): string | undefined {
  return messages.value[`${prefix}.${code}` as ConsoleKey] as string | undefined
}
