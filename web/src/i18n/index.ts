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
type Placeholders<K extends MessageKey> = Names<(typeof zhCN)[K]>
type Args<K extends MessageKey> = [Placeholders<K>] extends [never]
  ? []
  : [values: Record<Placeholders<K>, string | number>]

/** Keys whose message has no placeholder. */
export type PlainKey = { [K in MessageKey]: [Placeholders<K>] extends [never] ? K : never }[MessageKey]

export const locale = shallowRef<Locale>('zh-CN')
const messages = shallowRef<Messages>(zhCN)

/** "one||many" chooses by the placeholder n; Chinese has only one form. */
function form(text: string, n: unknown): string {
  const [one, many] = text.split('||')
  return many === undefined ? text : n === 1 ? (one ?? text) : many
}

export function t<K extends MessageKey>(key: K, ...args: Args<K>): string {
  const values = (args[0] ?? {}) as Record<string, string | number>
  return form(messages.value[key], values['n']).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

/** For texts of codes the server sends: unknown codes fall back instead of showing a raw identifier. */
export function tCode(prefix: string, code: string, fallback: MessageKey): string {
  const text = messages.value[`${prefix}.${code}` as MessageKey] as string | undefined
  return text ?? messages.value[fallback]
}

export async function setLocale(next: Locale): Promise<void> {
  messages.value = next === 'en' ? (await import('./en')).en : zhCN
  locale.value = next
  document.documentElement.lang = next
}

/** The name of a thing of the town in the reader's language, Chinese where no translation exists. */
export function nameOf(thing: { nameZh?: string | null; nameEn?: string | null } | null | undefined): string {
  if (!thing) return ''
  return (locale.value === 'en' && thing.nameEn) || thing.nameZh || ''
}
