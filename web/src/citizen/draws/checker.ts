/** One bundle and the worker that knows it: checked once, then asked about enterprises. Nothing leaves the device. */
import type { DrawFound, DrawReport } from '../../verify/verify.js'
import type { Answered, Asked } from './draw.worker'

export type { DrawFound, DrawReport, DrawStep } from '../../verify/verify.js'

export class Checker {
  private readonly worker = new Worker(new URL('./draw.worker.ts', import.meta.url), { type: 'module' })
  private settle: { resolve: (json: string) => void; reject: (why: Error) => void } | null = null

  constructor(private readonly told: (perMille: number) => void) {
    this.worker.onmessage = ({ data }: MessageEvent<Answered>) => {
      if (data.kind === 'progress') this.told(data.perMille)
      else if (data.kind === 'failed') this.fail()
      else this.settle?.resolve(data.json)
    }
    this.worker.onerror = () => this.fail()
  }

  private fail(): void {
    this.settle?.reject(new Error('the browser module did not load'))
  }

  private ask<T>(message: Asked): Promise<T> {
    return new Promise<string>((resolve, reject) => {
      this.settle = { resolve, reject }
      this.worker.postMessage(message)
    }).then((json) => JSON.parse(json) as T)
  }

  /** Rejects only where the module could not be loaded. */
  check(text: string): Promise<DrawReport> {
    return this.ask({ kind: 'check', text })
  }

  /** After a check. */
  find(id: string): Promise<DrawFound | null> {
    return this.ask({ kind: 'find', id })
  }

  close(): void {
    this.worker.terminate()
  }
}
