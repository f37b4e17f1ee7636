/**
 * The report being filled in. Kept on the device (photos as Blobs) with every
 * change, restored on return, gone once the case has its number. What must
 * stay true: the idempotency key belongs to one exact body, so a resend after
 * a lost answer can never become a second case, from a second window neither.
 */
import { del, set } from 'idb-keyval'
import { computed, nextTick, reactive, ref, toRaw, watch } from 'vue'
import { serverNow } from '../../api/serverTime'
import type { NewOrder, Relation } from '../../api/types'
import { uuid } from '../../api/uuid'
import { tr } from '../../i18n/citizen.report'
import { attachmentBytesMax, findCategory, findKind } from '../catalogue'
import { deviceStore } from '../cases'
import { createPhotoQueue, type Photo } from '../photos'
import { DRAFT_KEY, keptDraft } from './kept'
import { announceSaved, announceSent, elsewhere, listenToWindows } from './windows'

export interface Fix {
  lon: number
  lat: number
  accuracyM: number
  /** Pointed at on the map, not found by the phone. */
  onMap?: boolean
}

export interface Draft {
  appealType: string
  categoryCode: string
  content: string
  title: string
  titleEdited: boolean
  incidentAt: string
  respondent: string
  villageCode: string
  gridCode: string
  address: string
  fix: Fix | null
  noPlace: boolean
  photos: Photo[]
  photosSeen: boolean
  /** At most one. */
  voice: Photo[]
  contact: '' | 'named' | 'anonymous'
  name: string
  phone: string
  /** null until the person decides; then the kind's default no longer applies. */
  confidential: boolean | null
  replyWanted: boolean | null
  behalf: boolean
  relation: Relation | ''
  sent: { key: string; body: string } | null
  changedAt: string
}

// Long enough to join keystrokes, short enough that a closed tab loses at most a word.
const SAVE_DELAY_MS = 300

const empty = (): Draft => ({
  appealType: '', categoryCode: '', content: '', title: '', titleEdited: false, incidentAt: '', respondent: '',
  villageCode: '', gridCode: '', address: '', fix: null, noPlace: false, photos: [], photosSeen: false, voice: [],
  contact: '', name: '', phone: '', confidential: null, replyWanted: null, behalf: false, relation: '', sent: null, changedAt: '',
})

export const draft = reactive<Draft>(empty())
export const restored = ref(false)
export const draftIsKept = ref(true)
export const photoQueue = createPhotoQueue(computed({ get: () => draft.photos, set: (list) => (draft.photos = list) }), attachmentBytesMax)
export const voiceQueue = createPhotoQueue(computed({ get: () => draft.voice, set: (list) => (draft.voice = list) }), attachmentBytesMax)

let loading: Promise<void> | null = null
let timer = 0
let muted = false

async function save(): Promise<void> {
  clearTimeout(timer)
  timer = 0
  if (elsewhere.value) return
  try {
    const plain = toRaw(draft)
    const files = (list: Photo[]) => list.map((file) => ({ ...toRaw(file) }))
    const lists = { photos: files(plain.photos), voice: files(plain.voice) }
    await set(DRAFT_KEY, { ...plain, fix: plain.fix && { ...plain.fix }, sent: plain.sent && { ...plain.sent }, ...lists }, deviceStore())
    draftIsKept.value = true
    announceSaved()
  } catch {
    draftIsKept.value = false
  }
}

function changed(): void {
  if (muted || elsewhere.value) return
  draft.changedAt = serverNow().toISOString()
  clearTimeout(timer)
  timer = window.setTimeout(() => void save(), SAVE_DELAY_MS)
}

/** Writes a pending change at once, before a step is left. Where nothing changed, nothing is written, for it would pause the window beside. */
export async function flushDraft(): Promise<void> {
  // The watcher hears of the newest change with the next tick only.
  await nextTick()
  if (timer) await save()
}

async function load(): Promise<void> {
  const kept = await keptDraft()
  if (kept) {
    Object.assign(draft, kept)
    restored.value = true
    void photoQueue.resume()
    void voiceQueue.resume()
  }
  listenToWindows(() => void quietly(() => Object.assign(draft, empty())))
  watch(() => ({ ...draft, changedAt: '' }), changed, { deep: true })
  // Photos are the dearest to lose and change seldom, so they do not wait for the pause.
  watch(() => [draft.photos, draft.voice], () => muted || void save())
  window.addEventListener('pagehide', () => timer && void save())
}

export const loadDraft = () => (loading ??= load())

/** A change that nobody typed, so it is not saved. */
async function quietly(change: () => unknown): Promise<void> {
  muted = true
  clearTimeout(timer)
  timer = 0
  await change()
  // The watcher runs after this tick; only then may changes count again.
  await new Promise((done) => setTimeout(done))
  muted = false
}

/** `number` is what the draft became, if it was sent. */
export async function discardDraft(number = ''): Promise<void> {
  await quietly(async () => {
    Object.assign(draft, empty())
    restored.value = false
    await del(DRAFT_KEY, deviceStore()).catch(() => undefined)
  })
  if (number) announceSent(number)
  else announceSaved()
}

/** Brings the draft over from the window that has it now. */
export async function takeOver(): Promise<void> {
  await quietly(async () => Object.assign(draft, empty(), await keptDraft()))
  elsewhere.value = false
  await save()
}

export const confidential = computed<boolean>({
  get: () =>
    draft.confidential ??
    ((findKind(draft.appealType)?.confidentialByDefault || findCategory(draft.categoryCode)?.item.sensitive) ?? false),
  set: (value) => (draft.confidential = value),
})

export const replyWanted = computed<boolean>({
  get: () => draft.contact === 'named' && (draft.replyWanted ?? findKind(draft.appealType)?.needsReply ?? true),
  set: (value) => (draft.replyWanted = value),
})

/** First sentence of the content, as the title until somebody writes a better one, at most `columns` Latin letters wide. */
export function firstSentence(content: string, columns: number): string {
  const line = content.trim().split(/[。！？!?；;\n]|\.(?:\s|$)/)[0]?.trim() ?? ''
  let used = 0
  let end = 0
  for (const char of line) {
    // A Chinese character is as wide as two Latin letters.
    used += char > '\u2e80' ? 2 : 1
    if (used > columns) return `${line.slice(0, end).replace(/\s\S*$/, '')}…`
    end += char.length
  }
  return line
}

/** Kinds where somebody has to go and look; intake refuses them without a place. */
const KINDS_WITH_PLACE = new Set(['help', 'complaint', 'report'])
export const placeNeeded = () => KINDS_WITH_PLACE.has(draft.appealType)
export const withoutPlace = () => draft.noPlace && !placeNeeded()

function place(): NewOrder['place'] {
  if (withoutPlace()) return {}
  return {
    ...(draft.address.trim() && { address: draft.address.trim() }),
    ...(draft.villageCode && { villageCode: draft.villageCode }),
    ...(draft.gridCode && { gridCode: draft.gridCode }),
    ...(draft.fix && { lon: draft.fix.lon, lat: draft.fix.lat, crs: 'WGS84' as const }),
  }
}

/** Whoever speaks instead of typing still gets an order that says where its content is. */
export const contentOf = () => draft.content.trim() || (draft.voice.length > 0 ? tr('voice.content') : '')
export const titleOf = () => draft.title.trim() || (draft.voice.length > 0 ? tr('voice.titleAuto') : '')

export function orderOf(): NewOrder {
  const named = draft.contact === 'named'
  const files = [...draft.photos, ...draft.voice].map((file) => file.id)
  return {
    appealType: draft.appealType,
    categoryCode: draft.categoryCode,
    title: titleOf(),
    content: contentOf(),
    place: place(),
    ...(draft.respondent.trim() && { respondent: { name: draft.respondent.trim() } }),
    ...(draft.incidentAt && { incidentAt: `${draft.incidentAt}:00+08:00` }),
    ...(named && { caller: { ...(draft.name.trim() && { name: draft.name.trim() }), phone: draft.phone.replace(/[\s-]/g, '') } }),
    anonymous: !named,
    confidential: confidential.value,
    replyWanted: replyWanted.value,
    ...(draft.behalf && draft.relation && { onBehalf: { relation: draft.relation } }),
    ...(files.length > 0 && { attachments: files }),
  }
}

/** The key for this exact body: the earlier one if nothing was changed since, else a new one. */
export async function keyFor(order: NewOrder): Promise<string> {
  const body = JSON.stringify(order)
  // The window beside may have sent this very body a moment ago.
  const kept = await keptDraft()
  if (kept?.sent?.body === body) draft.sent = kept.sent
  if (draft.sent?.body !== body) draft.sent = { key: uuid(), body }
  await save()
  return draft.sent.key
}
