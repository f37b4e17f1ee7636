/**
 * Proof of work, asked for when many requests come from one address. It runs
 * in a worker so the page stays usable on a slow phone.
 */
export function solveProofOfWork(challenge: string, key: string, bits: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./pow.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = (e: MessageEvent<string>) => {
      worker.terminate()
      resolve(e.data)
    }
    worker.onerror = (e) => {
      worker.terminate()
      reject(new Error(e.message))
    }
    worker.postMessage({ challenge, key, bits })
  })
}
