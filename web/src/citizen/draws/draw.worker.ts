/**
 * Recomputes a draw away from the page. The second module, which checks drand
 * signatures, is loaded only where the bundle has one; without it the rest is
 * checked and the step stays open.
 */
import load, { DrawFile } from '../../verify/verify.js'
import module from '../../verify/verify_bg.wasm?url'

/** `n` names the question, so that each answer finds who asked. */
export type Asked = { n: number } & ({ kind: 'check'; text: string } | { kind: 'find'; id: string })
export type Answered = { n: number } & ({ kind: 'progress'; perMille: number } | { kind: 'answer'; json: string } | { kind: 'failed' })

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
  const { n } = data
  try {
    if (data.kind === 'find') {
      answer({ n, kind: 'answer', json: file?.find(data.id) ?? 'null' })
      return
    }
    // Loaded once; from then on the page needs no network.
    await load({ module_or_path: module })
    file?.free()
    file = null
    file = new DrawFile(data.text)
    const signature = file.signature()
    const signed = signature === undefined ? undefined : await isSigned(signature)
    const json = file.check(signed, (perMille: number) => answer({ n, kind: 'progress', perMille }))
    answer({ n, kind: 'answer', json })
  } catch {
    answer({ n, kind: 'failed' })
  }
}
