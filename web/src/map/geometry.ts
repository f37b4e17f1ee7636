/**
 * The town's GeoJSON flattened onto paper: at this size a degree of longitude is a degree of latitude times the cosine,
 * nothing more. The same numbers the other way say where a finger pointed, and in which village.
 */
import type { MapFeature, Ring, TownGeometry } from '../api/types'

/** Units of the drawing's longer side. */
const SIZE = 1000
const MARGIN = 24

export interface Xy {
  x: number
  y: number
}

export interface Area {
  code: string
  feature: MapFeature
  path: string
  /** Where its name stands. */
  middle: Xy
}

export interface TownPaper {
  width: number
  height: number
  outline: string
  villages: Area[]
  place: (lon: number, lat: number) => Xy
  /** Degrees of a point of the drawing. */
  where: (at: Xy) => { lon: number; lat: number }
  villageAt: (lon: number, lat: number) => string
  gridAt: (lon: number, lat: number) => string
  computed: boolean
}

const polygons = ({ geometry }: MapFeature): Ring[][] => (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates)
const rings = (feature: MapFeature): Ring[] => polygons(feature).flat()

/** Even-odd rule: a ray crosses the border an odd number of times. Holes come out right by themselves. */
function contains(feature: MapFeature, lon: number, lat: number): boolean {
  let inside = false
  for (const ring of rings(feature)) {
    ring.forEach(([x1, y1], i) => {
      const [x2, y2] = ring[(i + 1) % ring.length] ?? [x1, y1]
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside
    })
  }
  return inside
}

export function townPaper(town: TownGeometry): TownPaper {
  const corners = town.features.flatMap(rings).flat()
  const [west, south, east, north] = corners.reduce(
    ([w, s, e, n], [lon, lat]) => [Math.min(w, lon), Math.min(s, lat), Math.max(e, lon), Math.max(n, lat)] as const,
    [180, 90, -180, -90] as readonly [number, number, number, number],
  )
  const shorten = Math.cos(((north + south) / 2) * (Math.PI / 180))
  const scale = (SIZE - 2 * MARGIN) / Math.max((east - west) * shorten, north - south)
  const place = (lon: number, lat: number): Xy => ({ x: (lon - west) * shorten * scale + MARGIN, y: (north - lat) * scale + MARGIN })
  const draw = (feature: MapFeature) =>
    rings(feature).map((ring) => `M${ring.map(([lon, lat]) => { const { x, y } = place(lon, lat); return `${x.toFixed(1)} ${y.toFixed(1)}` }).join('L')}Z`).join('')
  const middleOf = (feature: MapFeature): Xy => {
    const points = rings(feature).flat().map(([lon, lat]) => place(lon, lat))
    const mean = (axis: 'x' | 'y') => points.reduce((sum, point) => sum + point[axis], 0) / Math.max(1, points.length)
    return { x: mean('x'), y: mean('y') }
  }
  const of = (kind: MapFeature['properties']['kind']) => town.features.filter((feature) => feature.properties.kind === kind)
  const codeAt = (features: MapFeature[]) => (lon: number, lat: number) =>
    features.find((feature) => contains(feature, lon, lat))?.properties.code ?? ''
  return {
    width: Math.round((east - west) * shorten * scale + 2 * MARGIN),
    height: Math.round((north - south) * scale + 2 * MARGIN),
    outline: of('town').map(draw).join(''),
    villages: of('village').map((feature) => ({ code: feature.properties.code, feature, path: draw(feature), middle: middleOf(feature) })),
    place,
    where: ({ x, y }) => ({ lon: (x - MARGIN) / (shorten * scale) + west, lat: north - (y - MARGIN) / scale }),
    villageAt: codeAt(of('village')),
    gridAt: codeAt(of('grid')),
    computed: town.properties?.computed ?? false,
  }
}
