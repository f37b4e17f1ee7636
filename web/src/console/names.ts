/** Names of the town's things by their codes: categories, villages, grids, units, types. Loaded once after signing in. */
import { computed, shallowRef } from 'vue'
import { getCatalogue } from '../api/client'
import type { Catalogue } from '../api/types'
import { nameOf } from '../i18n'
import { getUnits } from './api'
import type { Unit } from './types'

type Named = { nameZh: string; nameEn?: string | null }

const catalogue = shallowRef<Catalogue | null>(null)
export const units = shallowRef<Unit[]>([])

const index = computed(() => {
  const found = new Map<string, Named>()
  for (const group of catalogue.value?.categories ?? []) for (const item of group.items) found.set(item.code, item as Named)
  for (const village of catalogue.value?.villages ?? []) {
    found.set(village.code, village as Named)
    for (const grid of village.grids) found.set(grid.code, grid as Named)
  }
  for (const type of catalogue.value?.appealTypes ?? []) found.set(type.code, type as Named)
  for (const unit of units.value) found.set(unit.code, unit)
  return found
})

export const villages = computed(() => catalogue.value?.villages ?? [])
export const categories = computed(() => catalogue.value?.categories ?? [])
export const town = computed(() => catalogue.value?.town ?? null)

/** The name of a code, or the code itself where the town does not know it any more. */
export const nameFor = (code: string | null | undefined): string => (code ? nameOf(index.value.get(code)) || code : '')

export async function loadNames(): Promise<void> {
  // Either may fail and be tried again at the next page; codes stand in for names until then.
  const [ofTown, ofUnits] = await Promise.allSettled([
    catalogue.value ?? getCatalogue(),
    units.value.length > 0 ? { units: units.value } : getUnits(),
  ])
  if (ofTown.status === 'fulfilled') catalogue.value = ofTown.value
  if (ofUnits.status === 'fulfilled') units.value = ofUnits.value.units
}
