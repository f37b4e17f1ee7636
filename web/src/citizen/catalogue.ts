/**
 * The town's catalogue as the pages need it: loaded once, looked up by code.
 * The town's name and hotline are remembered on the device, so the header does
 * not jump while the catalogue is on its way.
 */
import { shallowRef } from 'vue'
import { getCatalogue } from '../api/client'
import type { Catalogue, Category, CategoryItem, Coded, Village } from '../api/types'

const TOWN_KEY = 'onetown.town'
// The national number; a town with another one says so in its catalogue.
const NATIONAL_HOTLINE = '12345'

type Town = Catalogue['town']

function rememberedTown(): Town | null {
  try {
    return JSON.parse(localStorage.getItem(TOWN_KEY) ?? 'null') as Town | null
  } catch {
    return null
  }
}

export const catalogue = shallowRef<Catalogue | null>(null)
export const town = shallowRef<Town | null>(rememberedTown())
export const hotline = () => town.value?.hotline ?? NATIONAL_HOTLINE

export async function loadCatalogue(): Promise<Catalogue> {
  const loaded = await getCatalogue()
  catalogue.value = loaded
  town.value = loaded.town
  try {
    localStorage.setItem(TOWN_KEY, JSON.stringify(loaded.town))
  } catch {
    // Without storage the header fills in a moment later next time too.
  }
  return loaded
}

/** Until the catalogue is here, what every town allows at most: 10 MiB. */
export const attachmentBytesMax = () => catalogue.value?.limits.attachmentBytesMax ?? 10_485_760

export const findKind = (code: string) => catalogue.value?.appealTypes.find((kind) => kind.code === code)

export function findCategory(code: string): { group: Category; item: CategoryItem } | undefined {
  for (const group of catalogue.value?.categories ?? []) {
    const item = group.items.find((one) => one.code === code)
    if (item) return { group, item }
  }
  return undefined
}

export const findVillage = (code: string): Village | undefined =>
  catalogue.value?.villages.find((village) => village.code === code)

export const findGrid = (village: Village | undefined, code: string): Coded | undefined =>
  village?.grids.find((grid) => grid.code === code)
