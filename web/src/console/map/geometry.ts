/**
 * The town as shapes: every point belongs to the village whose centre is nearest (Voronoi), which is what there is to
 * draw until the town has boundaries. Flat at this size: a degree of longitude is shortened by the cosine of latitude.
 */
import { Delaunay } from 'd3-delaunay'
import type { Village } from '../../api/types'

/** Units of the drawing's longer side. */
const SIZE = 1000
/** Around the outermost centres, as a share of the longer side, so that border villages have a shape too. */
const MARGIN = 0.06

export interface Shape {
  code: string
  path: string
  x: number
  y: number
}

export interface TownShapes {
  width: number
  height: number
  shapes: Shape[]
  /** Degrees to units of the drawing; null outside of it. */
  place: (lon: number, lat: number) => { x: number; y: number } | null
}

export function townShapes(villages: readonly Village[]): TownShapes | null {
  if (villages.length < 3) return null
  const lats = villages.map(({ center }) => center.latE7)
  const shorten = Math.cos(((Math.min(...lats) + Math.max(...lats)) / 2e7) * (Math.PI / 180))
  const flat = (lonE7: number, latE7: number): [number, number] => [lonE7 * shorten, -latE7]
  const centres = villages.map(({ center }) => flat(center.lonE7, center.latE7))
  const range = (axis: 0 | 1) => {
    const values = centres.map((centre) => centre[axis])
    return [Math.min(...values), Math.max(...values)] as const
  }
  const [[left, right], [top, bottom]] = [range(0), range(1)]
  const longer = Math.max(right - left, bottom - top)
  if (!(longer > 0)) return null
  const pad = longer * MARGIN
  const scale = SIZE / (longer + 2 * pad)
  const width = Math.round((right - left + 2 * pad) * scale)
  const height = Math.round((bottom - top + 2 * pad) * scale)
  const draw = ([x, y]: [number, number]): [number, number] => [(x - left + pad) * scale, (y - top + pad) * scale]
  const points = centres.map(draw)
  const cells = Delaunay.from(points).voronoi([0, 0, width, height])
  const shapes = villages.map(({ code }, place) => {
    const [x = 0, y = 0] = points[place] ?? []
    const corners = [...(cells.cellPolygon(place) ?? [])]
    return { code, path: `M${corners.map((corner) => corner.map((n) => n.toFixed(1)).join(' ')).join('L')}Z`, x, y }
  })
  const place = (lon: number, lat: number) => {
    const [x, y] = draw(flat(lon * 1e7, lat * 1e7))
    return x >= 0 && x <= width && y >= 0 && y <= height ? { x, y } : null
  }
  return { width, height, shapes, place }
}
