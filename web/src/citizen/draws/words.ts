/** Names of codes that a bundle has. */
import { dCode } from '../../i18n/draws'

/** A stratum as people say it; one that this version does not know keeps its code. */
export function stratumName(code: string): string {
  const name = dCode('draw.stratum', code)
  return name.startsWith('draw.') ? code : name
}

/** `ssq 26136` as people say it. */
export function lotteryName(source: string): string {
  const [game = '', ...issue] = source.split(' ')
  return [dCode('game', game), ...issue].join(' ')
}
