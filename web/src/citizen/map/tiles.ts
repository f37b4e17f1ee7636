/**
 * Pictures behind the town's map, where the town has named a source of tiles (Web Mercator on WGS-84, as 天地图 and
 * OpenStreetMap have them). What must stay true: without a source nothing is asked of anybody else, and the map is whole
 * without its tiles, because they may not come.
 */
import { shallowRef } from 'vue'
import { getTileSource } from '../../api/client'
import type { TileSource } from '../../api/types'
import type { TownPaper } from '../../map/geometry'

const TILE_PX = 256
/** 天地图 goes no deeper everywhere; the largest zoom of the map is about 17. */
const ZOOM_MAX = 18

export interface View {
  x: number
  y: number
  width: number
  height: number
}

/** One tile, placed in percent of the view. */
export interface Tile {
  z: number
  x: number
  y: number
  left: number
  top: number
  width: number
  height: number
}

/** `null`: none, or not known yet. */
export const source = shallowRef<TileSource | null>(null)
let loading: Promise<void> | null = null

export function loadSource(): Promise<void> {
  loading ??= getTileSource().then(
    (found) => void (source.value = found.layers.length > 0 ? found : null),
    () => void (loading = null),
  )
  return loading
}

export const hostsOf = ({ layers }: TileSource): string => [...new Set(layers.map((layer) => new URL(layer).host))].join(', ')

export const addressOf = (layer: string, { z, x, y }: Tile): string =>
  layer.replaceAll('{z}', String(z)).replaceAll('{x}', String(x)).replaceAll('{y}', String(y))

const columnAt = (lon: number, tiles: number) => ((lon + 180) / 360) * tiles
const rowAt = (lat: number, tiles: number) => ((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * tiles
const lonAt = (column: number, tiles: number) => (column / tiles) * 360 - 180
const latAt = (row: number, tiles: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / tiles))) * 180) / Math.PI

/** The tiles that a view of this many pixels' width shows, about as large as they were drawn. */
export function tilesOf(paper: TownPaper, view: View, widthPx: number): Tile[] {
  const from = paper.where(view)
  const to = paper.where({ x: view.x + view.width, y: view.y + view.height })
  const z = Math.min(ZOOM_MAX, Math.max(1, Math.round(Math.log2((360 * Math.max(1, widthPx)) / (TILE_PX * (to.lon - from.lon))))))
  const tiles = 2 ** z
  const found: Tile[] = []
  for (let y = Math.floor(rowAt(from.lat, tiles)); y <= Math.floor(rowAt(to.lat, tiles)); y++) {
    for (let x = Math.floor(columnAt(from.lon, tiles)); x <= Math.floor(columnAt(to.lon, tiles)); x++) {
      const corner = paper.place(lonAt(x, tiles), latAt(y, tiles))
      const opposite = paper.place(lonAt(x + 1, tiles), latAt(y + 1, tiles))
      found.push({
        z, x, y,
        left: ((corner.x - view.x) / view.width) * 100,
        top: ((corner.y - view.y) / view.height) * 100,
        width: ((opposite.x - corner.x) / view.width) * 100,
        height: ((opposite.y - corner.y) / view.height) * 100,
      })
    }
  }
  return found
}
