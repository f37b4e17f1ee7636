/**
 * "My cases": number and secret of the cases this device follows. They never
 * leave the device, and a browser that refuses storage keeps them until the
 * page is closed (`kept` is then false, so pages can say so).
 */
import { createStore, get, set, type UseStore } from 'idb-keyval'
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

async function store(next: MyCase[]): Promise<void> {
  cases.value = next
  try {
    await set(KEY, next, deviceStore())
  } catch {
    keptOnDevice.value = false
  }
}

export const loadCases = () => (loading ??= load())
export const myCases = readonly(cases)
export const casesAreKept = readonly(keptOnDevice)

export async function findCase(numberOrId: string): Promise<MyCase | undefined> {
  await loadCases()
  return cases.value.find((one) => one.number === numberOrId || one.id === numberOrId)
}

export async function keepCase(entry: MyCase): Promise<void> {
  await loadCases()
  await store([entry, ...cases.value.filter((one) => one.number !== entry.number)])
}

/** Refreshes what the list shows without changing its order; does nothing for a case that is not kept. */
export async function refreshCase(number: string, change: Partial<MyCase>): Promise<void> {
  await loadCases()
  if (!cases.value.some((one) => one.number === number)) return
  await store(cases.value.map((one) => (one.number === number ? { ...one, ...change } : one)))
}

export async function forgetCase(number: string): Promise<void> {
  await loadCases()
  await store(cases.value.filter((one) => one.number !== number))
}

export const forgetAllCases = () => store([])

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
