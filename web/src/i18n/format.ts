/** Times as people read them, always in the town's time (Asia/Shanghai), whatever the phone is set to. */
import { locale, t } from './index'
import { serverNow } from '../api/serverTime'
import type { TimeLimit } from '../api/types'

const ZONE = 'Asia/Shanghai'
const DAY_MS = 86_400_000

function part(value: Date | string, options: Intl.DateTimeFormatOptions): string {
  const date = typeof value === 'string' ? new Date(value) : value
  if (Number.isNaN(date.getTime())) return ''
  const tag = locale.value === 'en' ? 'en-GB' : 'zh-CN'
  return new Intl.DateTimeFormat(tag, { timeZone: ZONE, ...options }).format(date)
}

export const day = (at: Date | string) => part(at, { year: 'numeric', month: 'long', day: 'numeric' })
export const dayShort = (at: Date | string) => part(at, { month: 'long', day: 'numeric' })
/** As short as it stays clear, for tables. */
export const dayBrief = (at: Date | string) => part(at, { month: 'short', day: 'numeric' })
export const dayWithWeekday = (at: Date | string) => part(at, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' })
export const clock = (at: Date | string) => part(at, { hour: '2-digit', minute: '2-digit', hour12: false })
export const moment = (at: Date | string) => `${day(at)} ${clock(at)}`

/**
 * A deadline as people say it: one that falls on midnight is the end of the day
 * before, not the first minute of a day that no longer counts.
 */
function lastMoment(at: string): { date: Date; endOfDay: boolean } {
  const date = new Date(at)
  const endOfDay = (date.getTime() + 8 * 3_600_000) % DAY_MS === 0
  return { date: endOfDay ? new Date(date.getTime() - 1) : date, endOfDay }
}

export function deadline(at: string): string {
  const { date, endOfDay } = lastMoment(at)
  return endOfDay ? t('due.endOf', { day: dayWithWeekday(date) }) : `${dayWithWeekday(date)} ${clock(date)}`
}

export const deadlineDay = (at: string) => dayShort(lastMoment(at).date)

const dayNumber = (at: Date) => Math.floor((at.getTime() + 8 * 3_600_000) / DAY_MS)

/** How far off a deadline is, in calendar days of the town. */
export function distance(at: string, now = serverNow()): string {
  const { date } = lastMoment(at)
  const days = dayNumber(date) - dayNumber(now)
  if (date < now) return t('due.over')
  if (days === 0) return t('due.today')
  return t('due.in', { n: days })
}

export function limitText(limit: TimeLimit): string {
  const { n } = limit
  switch (limit.unit) {
    case 'workingDays': return t('limit.workingDays', { n })
    case 'naturalDays': return t('limit.naturalDays', { n })
    case 'workingHours': return t('limit.workingHours', { n })
    case 'naturalHours': return t('limit.naturalHours', { n })
    default: return t('limit.naturalMinutes', { n })
  }
}

/** Months of the town's calendar, newest first, as YYYY-MM. */
export function recentMonths(count: number, now = serverNow()): string[] {
  const local = new Date(now.getTime() + 8 * 3_600_000)
  return Array.from({ length: count }, (_, back) => {
    const month = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() - back, 1))
    return month.toISOString().slice(0, 7)
  })
}

export const monthName = (month: string) => part(`${month}-15T00:00:00Z`, { year: 'numeric', month: 'long' })
