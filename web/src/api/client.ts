/**
 * One thin way to the server. What must stay true: every failure leaves as an
 * `ApiProblem` that says which kind it is, nothing personal enters a URL, and
 * a case secret travels only in the Authorization header.
 */
import { solveProofOfWork } from './pow'
import { hearServerTime, serverNow } from './serverTime'
import type {
  Attachment,
  CaseState,
  CaseView,
  Catalogue,
  MeToo,
  NewOrder,
  NewRating,
  Notice,
  OrderCreated,
  ProblemBody,
  PublicList,
  SimilarList,
  Statistics,
  TileSource,
  TownGeometry,
} from './types'

export type ProblemKind = 'offline' | 'timeout' | 'http'

export class ApiProblem extends Error {
  constructor(
    readonly kind: ProblemKind,
    readonly status: number,
    readonly body: ProblemBody,
    /** Seconds from Retry-After, where the server gave one. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(body.code ?? kind)
  }

  get code(): string {
    return this.body.code ?? ''
  }
}

// A form answer is a few KiB; on a 2G uplink (about 5 KiB/s) that is seconds, so 30 s means "lost".
const ANSWER_TIMEOUT_MS = 30_000
// A photo is at most about 700 KiB after compression; 120 s serves an uplink of 6 KiB/s (6 bytes a millisecond), and what
// no browser could make smaller (10 MiB at most) gets the time that it takes there.
const UPLOAD_TIMEOUT_MIN_MS = 120_000
const UPLINK_BYTES_PER_MS = 6
// The server may raise the price once while we compute; more rounds would only burn battery.
const PROOF_ROUNDS_MAX = 3

function seconds(header: string | null): number | null {
  if (!header) return null
  const n = Number(header)
  if (Number.isFinite(n)) return Math.max(0, n)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, Math.round((at - serverNow().getTime()) / 1000))
}

function parseProblem(status: number, text: string): ProblemBody {
  try {
    const body: unknown = JSON.parse(text)
    if (body && typeof body === 'object') return body as ProblemBody
  } catch {
    // Something between us and the server answered with its own page; the status is all we know.
  }
  return { status }
}

/** The same answer with its body read to the end; `heard` is told of each part of it. */
async function whole(response: Response, heard: () => void): Promise<Response> {
  const reader = response.body?.getReader()
  if (!reader) return response
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value)
    heard()
  }
  return new Response(parts.length > 0 ? new Blob(parts) : null, response)
}

export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const stop = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  // Begins anew with each part of the body: a large file may come slowly, one that stalls half-way is lost.
  const wait = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => stop.abort(), ANSWER_TIMEOUT_MS)
  }
  let response: Response
  try {
    wait()
    response = await fetch(path, { ...init, signal: stop.signal, credentials: 'same-origin' })
    hearServerTime(response.headers.get('date'))
    response = await whole(response, wait)
  } catch {
    throw new ApiProblem(stop.signal.aborted ? 'timeout' : 'offline', 0, {})
  } finally {
    clearTimeout(timer)
  }
  if (response.ok) return response
  const problem = parseProblem(response.status, await response.text().catch(() => ''))
  throw new ApiProblem('http', response.status, problem, seconds(response.headers.get('retry-after')))
}

export async function json<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await call(path, init)
  try {
    return (await response.json()) as T
  } catch {
    throw new ApiProblem('offline', 0, {})
  }
}

export function post(body: unknown, key: string, more: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...more },
    body: JSON.stringify(body),
  }
}

const proof = (secret: string) => ({ Authorization: `Case ${secret}` })
const orderPath = (number: string, rest = '') => `/api/intake/orders/${encodeURIComponent(number)}${rest}`

let catalogue: Promise<Catalogue> | null = null

export function getCatalogue(): Promise<Catalogue> {
  catalogue ??= json<Catalogue>('/api/catalogue').catch((problem: unknown) => {
    catalogue = null
    throw problem
  })
  return catalogue
}

/** `onProof` is told when the server asks for a proof of work, so the page can say why it takes longer. */
export async function createOrder(order: NewOrder, key: string, onProof: () => void): Promise<OrderCreated> {
  let header: Record<string, string> = {}
  for (let round = 0; ; round += 1) {
    try {
      return await json<OrderCreated>('/api/intake/orders', post(order, key, header))
    } catch (problem) {
      const work = problem instanceof ApiProblem && problem.code === 'proofOfWorkNeeded' && problem.body.proofOfWork
      if (!work || round >= PROOF_ROUNDS_MAX) throw problem
      onProof()
      const nonce = await solveProofOfWork(work.challenge, key, work.bits)
      header = { 'Proof-Of-Work': `${work.challenge}:${nonce}` }
    }
  }
}

export function getCase(numberOrId: string, secret: string): Promise<CaseView> {
  return json<CaseView>(orderPath(numberOrId), { headers: proof(secret), cache: 'no-store' })
}

export function supplementCase(number: string, secret: string, key: string, text: string, attachments: string[]) {
  const body = attachments.length > 0 ? { text, attachments } : { text }
  return json<CaseView>(orderPath(number, '/supplements'), post(body, key, proof(secret)))
}

export function urgeCase(number: string, secret: string, key: string, reason: string) {
  return json<CaseView>(orderPath(number, '/urges'), post(reason ? { reason } : {}, key, proof(secret)))
}

export function withdrawCase(number: string, secret: string, key: string, reason: string) {
  return json<CaseView>(orderPath(number, '/withdrawal'), post(reason ? { reason } : {}, key, proof(secret)))
}

export function rateCase(number: string, secret: string, key: string, rating: NewRating) {
  return json<CaseState>(orderPath(number, '/rating'), post(rating, key, proof(secret)))
}

export function redoCase(number: string, secret: string, key: string, text: string) {
  return json<CaseState>(orderPath(number, '/redo'), post({ text }, key, proof(secret)))
}

/** Everything the town keeps of a case, in clear, as a file to take along. */
export async function exportCase(number: string, secret: string): Promise<Blob> {
  return (await call(orderPath(number, '/export'), { headers: proof(secret), cache: 'no-store' })).blob()
}

/** The number is repeated as the confirmation. */
export function eraseCase(number: string, secret: string, key: string) {
  return json<CaseState>(orderPath(number, '/erasure'), post({ confirm: number }, key, proof(secret)))
}

export async function getAttachment(number: string, secret: string, id: string): Promise<Blob> {
  const response = await call(orderPath(number, `/attachments/${encodeURIComponent(id)}`), { headers: proof(secret) })
  return response.blob()
}

export function getPublic(filter: Record<string, string>): Promise<PublicList> {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''))
  return json<PublicList>(`/api/intake/public?${query.toString()}`)
}

export function getSimilar(filter: Record<string, string>): Promise<SimilarList> {
  return json<SimilarList>(`/api/intake/similar?${new URLSearchParams(filter).toString()}`)
}

export function meToo(number: string, key: string, device: string): Promise<MeToo> {
  return json<MeToo>(`/api/intake/public/${encodeURIComponent(number)}/me-too`, post({ device }, key))
}

export const getNotices = () => json<{ items: Notice[] }>('/api/catalogue/notices')
export const getStatistics = (month: string) => json<Statistics>(`/api/intake/statistics${month && `?month=${month}`}`)
export const getTownGeometry = () => json<TownGeometry>('/api/catalogue/map')
export const getTileSource = () => json<TileSource>('/tiles.json')

/** Uploads go through XMLHttpRequest because fetch cannot tell how much has left the phone. */
export function uploadAttachment(
  blob: Blob,
  mime: string,
  key: string,
  onProgress: (share: number) => void,
): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/intake/attachments')
    request.timeout = Math.max(UPLOAD_TIMEOUT_MIN_MS, Math.ceil(blob.size / UPLINK_BYTES_PER_MS))
    request.setRequestHeader('Content-Type', mime)
    request.setRequestHeader('Idempotency-Key', key)
    request.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total)
    request.ontimeout = () => reject(new ApiProblem('timeout', 0, {}))
    request.onerror = () => reject(new ApiProblem('offline', 0, {}))
    request.onload = () => {
      const body = parseProblem(request.status, request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(body as unknown as Attachment)
      else reject(new ApiProblem('http', request.status, body, seconds(request.getResponseHeader('Retry-After'))))
    }
    request.send(blob)
  })
}
