/**
 * What the town has told about the cases this device follows: the timelines' entries that are not one's own. Which of
 * them were seen is known to this device only.
 */
import { get, set } from 'idb-keyval'
import { getCase } from '../../api/client'
import type { TimelineEntry } from '../../api/types'
import { deviceStore, loadCases, myCases, type MyCase } from '../cases'

export interface Message {
  number: string
  title: string
  entry: TimelineEntry
  fresh: boolean
}

export interface Inbox {
  messages: Message[]
  /** Cases whose news did not come. */
  failed: string[]
  more: boolean
}

/** Requests for one look: whoever follows more cases opens the older ones by hand. */
const CASES_MAX = 10
const SHOWN_MAX = 50
const SEEN_KEY = 'seen'

const seenUntil = async (): Promise<Record<string, string>> =>
  (await get<Record<string, string>>(SEEN_KEY, deviceStore()).catch(() => undefined)) ?? {}

async function messagesOf(one: MyCase, seen: string): Promise<Message[]> {
  const { timeline, title } = await getCase(one.number, one.secret)
  return timeline
    .filter((entry) => entry.by !== 'you')
    .map((entry) => ({ number: one.number, title: title || one.title, entry, fresh: entry.at > seen }))
}

export async function loadInbox(): Promise<Inbox> {
  await loadCases()
  const seen = await seenUntil()
  const cases = myCases.value.slice(0, CASES_MAX)
  const answers = await Promise.allSettled(cases.map((one) => messagesOf(one, seen[one.number] ?? '')))
  const messages = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  messages.sort((a, b) => (a.entry.at < b.entry.at ? 1 : -1))
  return {
    messages: messages.slice(0, SHOWN_MAX),
    failed: cases.filter((_, i) => answers[i]?.status === 'rejected').map((one) => one.number),
    more: messages.length > SHOWN_MAX || myCases.value.length > CASES_MAX,
  }
}

export async function markSeen(messages: readonly Message[]): Promise<void> {
  const seen = await seenUntil()
  for (const { number, entry } of messages) if (entry.at > (seen[number] ?? '')) seen[number] = entry.at
  // Without storage they stay new, which is the lesser evil.
  await set(SEEN_KEY, seen, deviceStore()).catch(() => undefined)
}
