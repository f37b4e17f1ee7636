/** A worker that recomputes bundles and answers for enterprises of the last one. Nothing leaves the device. */
import type { DrawFound, DrawReport } from '../../verify/verify.js'
import type { Answered, Asked } from './draw.worker'

export type { DrawFound, DrawReport, DrawStep } from '../../verify/verify.js'

type Distribute<T> = T extends { n: number } ? Omit<T, 'n'> : never
interface Waiting {
  resolve: (json: string) => void
  reject: (why: Error) => void
  told: (perMille: number) => void
}

export class Checker {
  private readonly worker = new Worker(new URL('./draw.worker.ts', import.meta.url), { type: 'module' })
  private readonly waiting = new Map<number, Waiting>()
  private asked = 0

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<Answered>) => {
      const who = this.waiting.get(data.n)
      if (data.kind === 'progress') return who?.told(data.perMille)
      this.waiting.delete(data.n)
      if (data.kind === 'answer') who?.resolve(data.json)
      else who?.reject(new Error('the browser module did not load'))
    }
    this.worker.onerror = () => {
      for (const who of this.waiting.values()) who.reject(new Error('the worker did not load'))
      this.waiting.clear()
    }
  }

  private async ask<T>(question: Distribute<Asked>, told: (perMille: number) => void = () => {}): Promise<T> {
    const n = ++this.asked
    const json = await new Promise<string>((resolve, reject) => {
      this.waiting.set(n, { resolve, reject, told })
      this.worker.postMessage({ ...question, n })
    })
    return JSON.parse(json) as T
  }

  /** Rejects only where a module could not be loaded. */
  check(text: string, told: (perMille: number) => void): Promise<DrawReport> {
    return this.ask({ kind: 'check', text }, told)
  }

  /** After a check. */
  find(id: string): Promise<DrawFound | null> {
    return this.ask({ kind: 'find', id })
  }

  close(): void {
    this.worker.terminate()
  }
}
