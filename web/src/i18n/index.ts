/**
 * Messages. The Chinese catalogue is the source: the compiler holds the English
 * one to the same keys and `t` to the placeholders a message really has.
 * Chinese ships with the first load; English arrives when it is chosen.
 */
import { shallowRef } from 'vue'
import { zhCN } from './zh-CN'

export type Locale = 'zh-CN' | 'en'
export type MessageKey = keyof typeof zhCN
export type Messages = Record<MessageKey, string>

type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never
/** What must be passed beside a key: its placeholders, or nothing. */
export type ArgsOf<M extends Record<string, string>, K extends keyof M> = [Names<M[K]>] extends [never]
  ? []
  : [values: Record<Names<M[K]>, string | number>]
/** Keys of a catalogue whose message has no placeholder. */
export type PlainKeyOf<M extends Record<string, string>> = { [K in keyof M]: [Names<M[K]>] extends [never] ? K : never }[keyof M]
export type PlainKey = PlainKeyOf<typeof zhCN>

export const locale = shallowRef<Locale>('zh-CN')
const messages = shallowRef<Messages>(zhCN)

/** "one||many" chooses by the placeholder n; Chinese has only one form. */
function form(text: string, n: unknown): string {
  const [one, many] = text.split('||')
  return many === undefined ? text : n === 1 ? (one ?? text) : many
}

/** A message with its placeholders filled in. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return form(text, values['n']).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

export function t<K extends MessageKey>(key: K, ...args: ArgsOf<typeof zhCN, K>): string {
  return fill(messages.value[key], args[0])
}

/**
 * Texts of one part of the portal. They travel with that part, in both languages, so the first load of every other page
 * does not carry them; the compiler holds the two to the same keys.
 */
export function partTexts<M extends Record<string, string>>(zh: M, en: Record<keyof M, string>) {
  return <K extends keyof M>(key: K, ...args: ArgsOf<M, K>): string => fill((locale.value === 'en' ? en : zh)[key], args[0])
}

/** For texts of codes the server sends: unknown codes fall back instead of showing a raw identifier. */
export function tCode(prefix: string, code: string, fallback: MessageKey): string {
  const text = messages.value[`${prefix}.${code}` as MessageKey] as string | undefined
  return text ?? messages.value[fallback]
}

/** Other catalogues on the page: each fetches its texts and says how to show them, so all change at once. */
const companions: ((next: Locale) => Promise<() => void>)[] = []
export const accompany = (load: (next: Locale) => Promise<() => void>) => void companions.push(load)

export async function setLocale(next: Locale): Promise<void> {
  const arrived = await Promise.all(companions.map((load) => load(next)))
  messages.value = next === 'en' ? (await import('./en')).en : zhCN
  for (const show of arrived) show()
  locale.value = next
  document.documentElement.lang = next
}

/** The name of a thing of the town in the reader's language, Chinese where no translation exists. */
export function nameOf(thing: { nameZh?: string | null; nameEn?: string | null } | null | undefined): string {
  if (!thing) return ''
  return (locale.value === 'en' && thing.nameEn) || thing.nameZh || ''
}
