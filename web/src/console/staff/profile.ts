/** What an administrator says about a person, as the form holds it. */
import type { ProfileBody } from './api'
import { ROLES, type Person } from './types'

export interface Profile {
  displayName: string
  unit: string[]
  grid: string
  roles: Record<string, { on: boolean; from: string; until: string }>
  validFrom: string
  validUntil: string
}

export function profileOf(person: Person | null): Profile {
  const roles = ROLES.map((role) => {
    const held = person?.roles.find((one) => one.role === role)
    return [role, { on: held !== undefined, from: held?.from ?? '', until: held?.until ?? '' }] as const
  })
  return {
    displayName: person?.displayName ?? '',
    unit: person?.unit ? [person.unit] : [],
    grid: person?.grid ?? '',
    roles: Object.fromEntries(roles),
    validFrom: person?.validFrom ?? '',
    validUntil: person?.validUntil ?? '',
  }
}

export const bodyOf = (profile: Profile): ProfileBody => ({
  displayName: profile.displayName.trim(),
  unit: profile.unit[0] ?? '',
  // A grid of another village went with the village.
  grid: profile.unit[0] && profile.grid.startsWith(profile.unit[0]) ? profile.grid : null,
  roles: Object.entries(profile.roles).filter(([, { on }]) => on).map(([role, { from, until }]) => ({ role, from: from || null, until: until || null })),
  validFrom: profile.validFrom || null,
  validUntil: profile.validUntil || null,
})
