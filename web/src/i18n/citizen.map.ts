/** Texts of the map's buttons. */
import { partTexts } from './index'

const zh = {
  'in': '放大地图',
  'out': '缩小地图',
  'move': '移动地图',
  'left': '往左看',
  'right': '往右看',
  'up': '往上看',
  'down': '往下看',
} as const

const en: Record<keyof typeof zh, string> = {
  'in': 'Enlarge the map',
  'out': 'Shrink the map',
  'move': 'Move the map',
  'left': 'Look left',
  'right': 'Look right',
  'up': 'Look up',
  'down': 'Look down',
}

export const tmap = partTexts(zh, en)
