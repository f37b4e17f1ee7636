/** The town's shapes, fetched when a map is first opened. */
import { shallowRef } from 'vue'
import { getTownGeometry } from '../api/client'
import { townPaper, type TownPaper } from './geometry'

export const paper = shallowRef<TownPaper | null>(null)
let loading: Promise<void> | null = null

export function loadPaper(): Promise<void> {
  loading ??= getTownGeometry().then(
    (town) => void (paper.value = townPaper(town)),
    (failure: unknown) => {
      loading = null
      throw failure
    },
  )
  return loading
}
