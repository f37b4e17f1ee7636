/**
 * Puts a .br and a .gz sibling beside every compressible file of dist larger
 * than 1 KiB: below that one TCP segment carries the file anyway, and the
 * server would pay a key lookup for nothing. A sibling that is not smaller is
 * not written.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const THRESHOLD_BYTES = 1024
const COMPRESSIBLE = new Set(['.css', '.html', '.js', '.json', '.mjs', '.svg', '.txt', '.wasm', '.webmanifest'])
const dist = new URL('../dist/', import.meta.url).pathname

async function* filesBelow(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else yield path
  }
}

const encodings = {
  '.br': (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  '.gz': (body) => promisify(gzip)(body, { level: 9 }),
}

let plain = 0
let written = 0
for await (const path of filesBelow(dist)) {
  if (!COMPRESSIBLE.has(extname(path))) continue
  const body = await readFile(path)
  plain += body.length
  if (body.length <= THRESHOLD_BYTES) continue
  for (const [suffix, encode] of Object.entries(encodings)) {
    const packed = await encode(body)
    if (packed.length >= body.length) continue
    await writeFile(path + suffix, packed)
    written += 1
  }
}
console.log(`dist: ${(plain / 1024).toFixed(0)} KiB of text, ${written} precompressed siblings`)
