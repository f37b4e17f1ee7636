/** Pictures beside the kinds and classes of matters; a code without one gets a plain sign. */
import { bulb, dots, file, flag, hand, heart, horn, question, shield, warning } from '../../ui/icons'

const kinds: Record<string, string> = {
  consult: question,
  help: hand,
  suggestion: bulb,
  complaint: horn,
  report: flag,
  praise: heart,
  other: dots,
}

const classes: Record<string, string> = {
  T00: warning,
  T01: 'M4 20V9l5-3v14M9 20V4h7v16M16 20v-9h4v9M2.5 20h19M12 8h1M12 12h1M12 16h1',
  T02: 'M5 19c0-9 5-14 15-14 0 10-5 15-13 14M5 20c2-5 5-8 9-10',
  T03: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5',
  T04: 'M8 3L4 21M16 3l4 18M12 4v3M12 10.5v3M12 17v3.5',
  T05: 'M3.5 11L12 4l8.5 7M6 9.5V20h12V9.5M10 20v-6h4v6',
  T06: 'M12 21V9M12 9c0-3 1.5-5 0-6.5C10.5 4 12 6 12 9zM12 14c-3 0-5-1.5-5.5-4.5 3 0 5.5 1.5 5.5 4.5zM12 14c3 0 5-1.5 5.5-4.5-3 0-5.5 1.5-5.5 4.5zM12 19c-3 0-5-1.5-5.5-4.5 3 0 5.5 1.5 5.5 4.5zM12 19c3 0 5-1.5 5.5-4.5-3 0-5.5 1.5-5.5 4.5z',
  T07: 'M3.5 7l5.5-3 6 3 5.5-3v13L15 20l-6-3-5.5 3zM9 4v13M15 7v13',
  T08: 'M4 9.5L5.5 4h13L20 9.5M5 12v8h14v-8M4 9.5a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0 2.7 2.7 0 0 0 5.3 0M10 20v-5h4v5',
  T09: 'M4 8h16v11.5H4zM9 8V5h6v3M4 13h16M12 12v2.5',
  T10: heart,
  T11: 'M4 12h4l2-5 4 10 2-5h4',
  T12: shield,
  T13: file,
  T14: 'M12 3.5c4 4.8 6 7.7 6 10.5a6 6 0 0 1-12 0c0-2.8 2-5.7 6-10.5zM9.5 14.5A2.7 2.7 0 0 0 12 17',
  T15: 'M4 6h16v12.5H4zM4 7l8 6.5L20 7',
}

export const kindIcon = (code: string) => kinds[code] ?? dots
export const classIcon = (code: string) => classes[code] ?? dots
