/**
 * Photos (and voice notes) on their way to the server: photos made smaller on
 * the phone (which also drops EXIF and with it the place of the shot), uploaded
 * one after another, retried with the same idempotency key. What must stay true: `list` holds
 * everything a draft needs to continue after a reload.
 */
import { reactive, type Ref } from 'vue'
import { ApiProblem, uploadAttachment } from '../api/client'
import { uuid } from '../api/uuid'

export interface Photo {
  /** Also the idempotency key of its upload. */
  key: string
  blob: Blob
  mime: string
  /** Whether `blob` is already the smaller copy; the camera's own file never leaves the phone. */
  small: boolean
  /** The attachment's id once it is on the server. */
  id: string
}

export interface PhotoState {
  step: 'preparing' | 'waiting' | 'uploading' | 'done' | 'failed'
  share: number
  /** Why it failed. */
  problem: ApiProblem | null
}

// 1600 px shows a licence plate at 10 m and stays below about 700 KiB at quality 0.8.
const EDGE_MAX_PX = 1600
const JPEG_QUALITY = 0.8

async function decode(file: Blob): Promise<ImageBitmap | HTMLImageElement> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    // Older browsers know no options here; an <img> applies the orientation by itself.
    const image = new Image()
    image.src = URL.createObjectURL(file)
    try {
      await image.decode()
      return image
    } finally {
      URL.revokeObjectURL(image.src)
    }
  }
}

function draw(image: ImageBitmap | HTMLImageElement): HTMLCanvasElement {
  const width = 'naturalWidth' in image ? image.naturalWidth : image.width
  const height = 'naturalHeight' in image ? image.naturalHeight : image.height
  const scale = Math.min(1, EDGE_MAX_PX / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const paper = canvas.getContext('2d')
  // Short of memory a phone gives none; an empty picture must not take the photo's place.
  if (!paper) throw new Error('no canvas')
  // JPEG knows no transparency: without white paper it turns black.
  paper.fillStyle = '#fff'
  paper.fillRect(0, 0, canvas.width, canvas.height)
  paper.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas
}

/** A smaller JPEG, or the file itself where this browser cannot read the format (HEIC outside Safari) or draw it. */
export async function shrink(file: Blob): Promise<Blob> {
  let image: ImageBitmap | HTMLImageElement | null = null
  try {
    image = await decode(file)
    const canvas = draw(image)
    const smaller = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', JPEG_QUALITY))
    return smaller ?? file
  } catch {
    return file
  } finally {
    // Decoded it takes 50 MB, which a cheap phone wants back before the next one.
    if (image && 'close' in image) image.close()
  }
}

/** Some phones hand over HEIC files without a type. */
function mimeOf(file: File): string {
  if (file.type) return file.type
  return /\.hei[cf]$/i.test(file.name) ? 'image/heic' : 'application/octet-stream'
}

/** Codes that another try with the same bytes cannot change. */
const HOPELESS = new Set(['tooLarge', 'unsupportedMedia', 'audioTooLong'])

// A dead spot on the road lasts seconds, a dead cell minutes: three tries by itself, then it waits to be asked or for `online`.
const RETRY_AFTER_MS = [2_000, 8_000, 30_000]

/** `bytesMax` is what the server takes: more is refused here, before it eats the data plan. */
export function createPhotoQueue(list: Ref<Photo[]>, bytesMax: () => number) {
  const states = reactive(new Map<string, PhotoState>())
  const tries = new Map<string, number>()
  let running: Promise<void> = Promise.resolve()

  const stateOf = (photo: Photo): PhotoState =>
    states.get(photo.key) ?? { step: photo.id ? 'done' : 'waiting', share: 0, problem: null }
  const isHopeless = (photo: Photo) => HOPELESS.has(stateOf(photo).problem?.code ?? '')
  const fail = (key: string, problem: ApiProblem | null) => states.set(key, { step: 'failed', share: 0, problem })

  async function upload(key: string): Promise<void> {
    const photo = list.value.find((one) => one.key === key)
    if (!photo || photo.id || !photo.small) return
    if (photo.blob.size > bytesMax()) {
      fail(key, new ApiProblem('http', 413, { code: 'tooLarge' }))
      return
    }
    states.set(key, { step: 'uploading', share: 0, problem: null })
    try {
      const stored = await uploadAttachment(photo.blob, photo.mime, key, (share) =>
        states.set(key, { step: 'uploading', share, problem: null }),
      )
      list.value = list.value.map((one) => (one.key === key ? { ...one, id: stored.id } : one))
      states.set(key, { step: 'done', share: 1, problem: null })
    } catch (failure) {
      const problem = failure instanceof ApiProblem ? failure : null
      if (problem?.code === 'uploadDropped') return anew(key)
      fail(key, problem)
      if (problem) tryAgain(key, problem)
    }
  }

  /** The server had it and dropped it, because nothing referred to it for a day: it goes out as another one. */
  function anew(old: string): Promise<void> {
    const key = uuid()
    states.delete(old)
    list.value = list.value.map((one) => (one.key === old ? { ...one, id: '', key } : one))
    return upload(key)
  }

  /** After the network failed, and after an answer that says when. */
  function tryAgain(key: string, { kind, retryAfterSeconds }: ApiProblem): void {
    const n = tries.get(key) ?? 0
    const usual = RETRY_AFTER_MS[n]
    if (usual === undefined || (kind === 'http' && retryAfterSeconds === null)) return
    tries.set(key, n + 1)
    setTimeout(() => void enqueue(key), retryAfterSeconds === null ? usual : retryAfterSeconds * 1000)
  }

  // One at a time: a phone's uplink is the bottleneck, and one finished photo beats nine halves.
  function enqueue(key: string): Promise<void> {
    running = running.then(() => upload(key))
    return running
  }

  /** Makes the smaller copies; the list changes once for all of them, because each change writes every photo to the device. */
  async function prepare(photos: Photo[]): Promise<void> {
    const copies = new Map<string, Blob>()
    for (const { key } of photos) states.set(key, { step: 'preparing', share: 0, problem: null })
    for (const { key, blob } of photos) copies.set(key, await shrink(blob))
    for (const key of copies.keys()) states.delete(key)
    list.value = list.value.map((one) => {
      const copy = copies.get(one.key)
      return copy ? { ...one, blob: copy, mime: copy.type || one.mime, small: true } : one
    })
  }

  /** Continues with what a reload or a lost network interrupted. */
  async function resume(): Promise<void> {
    // What an earlier call prepares already, it sends too.
    const open = list.value.filter((one) => !one.id && !isHopeless(one) && stateOf(one).step !== 'preparing')
    const large = open.filter((one) => !one.small)
    if (large.length > 0) await prepare(large)
    for (const { key } of open) void enqueue(key)
  }

  async function add(files: File[]): Promise<void> {
    const added = files.map((file) => ({ key: uuid(), blob: file, mime: mimeOf(file), small: false, id: '' }))
    list.value = [...list.value, ...added]
    await resume()
  }

  /** Something that is not a photo and needs no smaller copy. */
  async function addAsIs(blob: Blob, mime: string): Promise<void> {
    list.value = [...list.value, { key: uuid(), blob, mime, small: true, id: '' }]
    await resume()
  }

  function remove(key: string): void {
    list.value = list.value.filter((one) => one.key !== key)
    states.delete(key)
  }

  /** Uploads what is still missing; resolves to true when every photo is on the server. */
  async function uploadAll(onProgress: (done: number, total: number) => void): Promise<boolean> {
    for (const photo of list.value) {
      onProgress(list.value.filter((one) => one.id).length, list.value.length)
      if (!photo.id && !isHopeless(photo)) await enqueue(photo.key)
    }
    return list.value.every((one) => one.id)
  }

  /** What keeps the first of them off the server. */
  const problem = (): ApiProblem | null => list.value.map((one) => stateOf(one).problem).find((one) => one !== null) ?? null

  /** After the server no longer knows the attachments: next `uploadAll` sends them again under new keys. */
  function resetUploads(): void {
    states.clear()
    list.value = list.value.map((one) => ({ ...one, id: '', key: uuid() }))
  }

  return { list, stateOf, add, addAsIs, remove, retry: enqueue, resume, uploadAll, problem, resetUploads }
}

export type PhotoQueue = ReturnType<typeof createPhotoQueue>
