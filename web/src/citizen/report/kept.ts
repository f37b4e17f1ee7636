/** A look at the draft this device keeps, without taking it up: all the home page needs. */
import { get } from 'idb-keyval'
import { deviceStore } from '../cases'
import type { Draft } from './draft'

export const DRAFT_KEY = 'draft'

/** Something it would be a pity to lose; the first question alone is answered again in one tap. */
export const worthResuming = (kept: Draft | null) => Boolean(kept && (kept.content || kept.categoryCode || kept.voice?.length))

const hasContent = (kept: Draft) => Boolean(kept.appealType || kept.content || kept.categoryCode || kept.voice?.length)

export async function keptDraft(): Promise<Draft | null> {
  try {
    const kept = await get<Draft>(DRAFT_KEY, deviceStore())
    return kept && hasContent(kept) ? kept : null
  } catch {
    return null
  }
}
