/** How long to wait, in words. */
import { t } from './index'

export function waitText(seconds: number | null): string {
  if (seconds === null || seconds <= 0) return t('wait.moment')
  if (seconds < 90) return t('wait.seconds', { n: Math.ceil(seconds) })
  if (seconds < 5400) return t('wait.minutes', { n: Math.ceil(seconds / 60) })
  return t('wait.hours', { n: Math.ceil(seconds / 3600) })
}
