/** The contributors of a proposal, as they are filled in. */
import type { ContributorsProposal } from './api'

/** As the algorithm asks for, and as many as a plan has room for. */
export const PEOPLE_MIN = 3
export const PEOPLE_MAX = 7
/** These three together have 65 bits; the rule asks for 64. */
export const GAMES = ['ssq', 'dlt', 'pl5'] as const

export interface ContributorsForm {
  people: { name: string; standing: string }[]
  pledgeBy: string
  revealBy: string
  lotteryAt: string
  issues: Record<(typeof GAMES)[number], string>
}

export const contributorsForm = (): ContributorsForm => ({
  people: Array.from({ length: PEOPLE_MIN }, () => ({ name: '', standing: '' })),
  pledgeBy: '', revealBy: '', lotteryAt: '',
  issues: { ssq: '', dlt: '', pl5: '' },
})

const issueOf = (text: string) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : 0)

export const contributorsMissing = (form: ContributorsForm) =>
  form.people.some(({ name, standing }) => !name.trim() || !standing.trim()) ||
  !form.pledgeBy || !form.revealBy || !form.lotteryAt || GAMES.some((game) => issueOf(form.issues[game]) === 0)

/** What was picked is the town's time. A browser leaves the seconds out where they are none. */
const moment = (local: string) => `${local.length === 16 ? `${local}:00` : local}+08:00`

export const contributorsProposal = (form: ContributorsForm): ContributorsProposal => ({
  people: form.people,
  pledgeBy: moment(form.pledgeBy),
  revealBy: moment(form.revealBy),
  lotteries: GAMES.map((game) => ({ game, issue: issueOf(form.issues[game]), at: moment(form.lotteryAt) })),
})
