/**
 * Recomputes a draw away from the page. The second module, which checks drand
 * signatures, is loaded only where the bundle has one; without it the rest is
 * checked and the step stays open.
 */
import load, { DrawFile } from '../../verify/verify.js'
import module from '../../verify/verify_bg.wasm?url'

export type Asked = { kind: 'check'; text: string } | { kind: 'find'; id: string }
export type Answered =
  | { kind: 'progress'; perMille: number }
  | { kind: 'report'; json: string }
  | { kind: 'found'; json: string }
  | { kind: 'failed' }

let file: DrawFile | null = null
const answer = (message: Answered) => self.postMessage(message)

async function isSigned(signature: string): Promise<boolean | undefined> {
  try {
    const [beacon, url] = await Promise.all([import('../../verify/beacon.js'), import('../../verify/beacon_bg.wasm?url')])
    await beacon.default({ module_or_path: url.default })
    return beacon.is_signed(signature)
  } catch {
    return undefined
  }
}

self.onmessage = async ({ data }: MessageEvent<Asked>) => {
  try {
    if (data.kind === 'find') {
      answer({ kind: 'found', json: file?.find(data.id) ?? 'null' })
      return
    }
    await load({ module_or_path: module })
    file = new DrawFile(data.text)
    const signature = file.signature()
    const signed = signature === undefined ? undefined : await isSigned(signature)
    const json = file.check(signed, (perMille: number) => answer({ kind: 'progress', perMille }))
    answer({ kind: 'report', json })
  } catch {
    answer({ kind: 'failed' })
  }
}
