/**
 * Finds the decimal nonce for which SHA-256(challenge ":" key ":" nonce) starts
 * with at least `bits` zero bits. SubtleCrypto is not used: it is asynchronous
 * per digest and missing on pages served over plain http in a town's network.
 */
import { sha256 } from '@noble/hashes/sha2.js'

function leadingZeroBits(digest: Uint8Array): number {
  let bits = 0
  for (const byte of digest) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24
    bits += 8
  }
  return bits
}

self.onmessage = (e: MessageEvent<{ challenge: string; key: string; bits: number }>) => {
  const { challenge, key, bits } = e.data
  const encoder = new TextEncoder()
  for (let nonce = 0; ; nonce += 1) {
    if (leadingZeroBits(sha256(encoder.encode(`${challenge}:${key}:${nonce}`))) >= bits) {
      self.postMessage(String(nonce))
      return
    }
  }
}
