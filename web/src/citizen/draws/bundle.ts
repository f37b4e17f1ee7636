/** A draw's bundle as the page shows it. The browser module checks it; here it is only read. */

export interface DrawBundle {
  drawId: string
  strata: { name: string; k: number }[]
  policy: string
  subjects: { id: string; stratum: string }[]
  inspectors: unknown[]
  exclusions: { subject: string; reason: string }[]
  commitment: { commit: string }
  entropy: { kind: string; value: string | null }[]
  sealed: string | null
  result: {
    seed: string
    strata: { name: string; drawn: string[]; reserves: string[] }[]
    pairings: { subject: string; lead: string; member: string }[]
  } | null
  substitutions: { subject: string; replaces: string; reason: string; by: string }[]
  /** Where there were too few inspectors to draw. */
  assigned?: { subject: string; lead: string; member: string }[]
}

export interface PolicySource {
  kind: 'drand' | 'reveal' | 'lottery'
  /** A round, whose secret, or a lottery and its issue. */
  name: string
  /** When it is there, in ms since 1970, where that is known. */
  at: number | null
}

export interface Policy {
  sources: PolicySource[]
  committedAt: number | null
  items: string[]
  rehearsal: boolean
}

// drand's quicknet: round 1 and the seconds between rounds.
const GENESIS_S = 1_692_803_367
const PERIOD_S = 3

/** Reads the lines of a policy that the page shows; what it does not know it leaves out. */
export function readPolicy(text: string): Policy {
  const policy: Policy = { sources: [], committedAt: null, items: [], rehearsal: false }
  for (const line of text.split('\n')) {
    const [word, first = '', second = '', third = ''] = line.split(' ')
    switch (word) {
      case 'drand':
        policy.sources.push({ kind: 'drand', name: second, at: (GENESIS_S + PERIOD_S * (Number(second) - 1)) * 1000 })
        break
      case 'reveal':
        policy.sources.push({ kind: 'reveal', name: first, at: null })
        break
      case 'lottery':
        policy.sources.push({ kind: 'lottery', name: `${first} ${second}`, at: Number(third) * 1000 })
        break
      case 'committed':
        policy.committedAt = Number(first) * 1000
        break
      case 'item':
        policy.items.push(first)
        break
      case 'rehearsal':
        policy.rehearsal = true
        break
    }
  }
  return policy
}

/** The bundle of a text, where it looks like one. */
export function readBundle(text: string): DrawBundle | null {
  try {
    const bundle = JSON.parse(text)
    const lists = [bundle?.subjects, bundle?.strata, bundle?.exclusions, bundle?.entropy, bundle?.substitutions]
    const whole = lists.every(Array.isArray) && typeof bundle.policy === 'string' && bundle.commitment
    return whole ? (bundle as DrawBundle) : null
  } catch {
    return null
  }
}

/** 64 MiB, as the module has it. */
export const BUNDLE_BYTES_MAX = 64 * 1024 * 1024
