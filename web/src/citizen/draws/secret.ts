/**
 * A contributor's secret: 32 bytes that this device makes and keeps. The town gets a hash first and the secret later;
 * the hash is the algorithm's (`reveal_hash` of shared/draw). SHA-256 in JavaScript, because a phone that reaches the
 * town over plain http has no WebCrypto.
 */
import { sha256 } from '@noble/hashes/sha2.js'

const SECRET_BYTES = 32
const utf8 = new TextEncoder()

const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Length in four bytes, big endian, then the bytes. */
function framed(text: string): Uint8Array {
  const bytes = utf8.encode(text)
  const out = new Uint8Array(4 + bytes.length)
  new DataView(out.buffer).setUint32(0, bytes.length)
  out.set(bytes, 4)
  return out
}

export const newSecret = () => toHex(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))

/** What was typed, without the gaps that people put in; nothing where it cannot be a secret. */
export function readSecret(text: string): string | null {
  const hex = text.replace(/[\s-]/g, '').toLowerCase()
  return new RegExp(`^[0-9a-f]{${SECRET_BYTES * 2}}$`).test(hex) ? hex : null
}

/** In groups of four, as people write it down. */
export const grouped = (hex: string) => hex.match(/.{1,4}/g)?.join(' ') ?? ''

export function hashOf(draw: string, who: string, secret: string): string {
  const bytes = Uint8Array.from(secret.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  const parts = [utf8.encode('draw/v1/reveal\n'), framed(draw), framed(who), bytes]
  const hash = parts.reduce((so, part) => so.update(part), sha256.create())
  return toHex(hash.digest())
}

const keyOf = (draw: string, who: string) => `onetown.contribution.${draw}.${who}`

/** The secret that this device keeps. A browser without storage keeps none, and the page says so. */
export function keptSecret(draw: string, who: string): string | null {
  try {
    return localStorage.getItem(keyOf(draw, who))
  } catch {
    return null
  }
}

export function keepSecret(draw: string, who: string, secret: string): boolean {
  try {
    localStorage.setItem(keyOf(draw, who), secret)
    return true
  } catch {
    return false
  }
}

/** `#c1.…` of a contributor's link. */
export function readLink(hash: string): { who: string; link: string } | null {
  const [, who, link] = /^#(c\d+)\.([0-9a-f]{32})$/.exec(hash) ?? []
  return who && link ? { who, link } : null
}
