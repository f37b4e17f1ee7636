/** What is wrong with the fields of an account, a person or a key: each field's name with a sentence. */
import { c, knownWord } from '../i18n/console'
import { problemOf } from './explain'

export function faultsOf(failure: unknown): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { pointer, code } of problemOf(failure).body.errors ?? []) {
    found[pointer.split('/')[1] ?? ''] ??= knownWord('fault', code) ?? c('fault.other')
  }
  return found
}
