/**
 * "My cases": number and secret of the cases this device follows. They never
 * leave the device, and a browser that refuses storage keeps them until the
 * page is closed (`kept` is then false, so pages can say so).
 */
import { createStore, get, update, type UseStore } from 'idb-keyval'
import { readonly, ref, shallowRef } from 'vue'

export interface MyCase {
  number: string
  id: string
  secret: string
  title: string
  status: string
  receivedAt: string
  promisedBy: string
  /** The server's receipt as JSON text: the first event as it is stored. */
  receipt: string
}

let opened: UseStore | null = null
/** Opened once, so that a save while the page is being left needs no new connection. */
export const deviceStore = (): UseStore => (opened ??= createStore('onetown', 'kept'))
const KEY = 'cases'

const cases = shallowRef<MyCase[]>([])
const keptOnDevice = ref(true)
let loading: Promise<void> | null = null

async function load(): Promise<void> {
  try {
    cases.value = (await get<MyCase[]>(KEY, deviceStore())) ?? []
  } catch {
    keptOnDevice.value = false
  }
}

/**
 * Changes what is kept in one transaction, so two tabs never undo each other's change, and shows it only then: what a
 * page calls forgotten is gone from the device.
 */
async function change(edit: (kept: MyCase[]) => MyCase[]): Promise<void> {
  await loadCases()
  let next = edit(cases.value)
  try {
    await update<MyCase[]>(KEY, (kept = []) => (next = edit(kept)), deviceStore())
  } catch {
    keptOnDevice.value = false
  }
  cases.value = next
}

export const loadCases = () => (loading ??= load())
export const myCases = readonly(cases)
export const casesAreKept = readonly(keptOnDevice)

export async function findCase(numberOrId: string): Promise<MyCase | undefined> {
  await loadCases()
  return cases.value.find((one) => one.number === numberOrId || one.id === numberOrId)
}

export const keepCase = (entry: MyCase) =>
  change((kept) => [entry, ...kept.filter((one) => one.number !== entry.number)])

/** Refreshes what the list shows without changing its order; does nothing for a case that is not kept. */
export const refreshCase = (number: string, news: Partial<MyCase>) =>
  change((kept) => kept.map((one) => (one.number === number ? { ...one, ...news } : one)))

export const forgetCase = (number: string) => change((kept) => kept.filter((one) => one.number !== number))
export const forgetAllCases = () => change(() => [])

/** `/track#<id>.<secret>`: the fragment stays in the browser, no server ever sees it. */
export const followLink = (id: string, secret: string) => `${location.origin}/track#${id}.${secret}`

export function parseFollowLink(hash: string): { id: string; secret: string } | null {
  const [, id, secret] = /^#([\w-]+)\.([\w-]+)$/.exec(hash) ?? []
  return id && secret ? { id, secret: plainSecret(secret) } : null
}

/** People type the code with spaces, dashes and small letters. */
export const plainSecret = (typed: string) => typed.replace(/[\s-]/g, '').toUpperCase()
export const groupedSecret = (secret: string) => `${secret.slice(0, 4)} ${secret.slice(4)}`
export const receiptText = (receipt: unknown) => (receipt ? JSON.stringify(receipt, null, 2) : '')
