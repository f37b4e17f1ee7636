/** Texts that the whole site needs: the home page's big buttons, notices, offline, reading aloud, the map, names of pages. */
import type { Messages } from './index'
import type { zhCNTown } from './zh-CN.town'

export const enTown: Pick<Messages, keyof typeof zhCNTown> = {
  'nav.statistics': 'Statistics',
  'nav.messages': 'Messages',
  'nav.privacy': 'Privacy',

  'home.ask': 'Ask a question',
  'home.ask.hint': 'Policy, procedure, what to do',
  'home.call': 'Call {number}',
  'home.call.hint': 'Answered day and night',
  'home.notices': 'Notices of the town',
  'home.notices.until': '{from} to {until}',
  'home.notices.failed': 'The notices did not load. You can report all the same.',
  'home.messages': 'Messages',
  'home.messages.hint': 'What the town has answered',
  'home.statistics': 'Statistics',
  'home.statistics.hint': 'How many, and how well',

  'offline.bar': 'There is no network.',
  'offline.kept': 'What you fill in is kept on this device; go on once you are connected.',
  'offline.back': 'You are connected again.',
  'lang.failed': '中文 did not load. Once you are connected, reload this page and switch again.',

  'read.start': 'Read this page aloud',
  'read.stop': 'Stop reading',

  'map.tiles': 'The pictures behind the map come from {hosts}. Whoever opens a map shows it their network address and the area, and nothing of what they report.',
  'map.computed': 'Village borders are computed from the centres of grids; they are not official.',

  'problem.alreadyRated.title': 'This result has been rated already',
  'problem.tooLate.title': 'The time to rate it or ask for a redo is over',
  'problem.tooLate.next': 'If it is still there, report it again or call {hotline}.',
  'problem.meTooFull.title': 'Very many people have reported this already',
  'problem.meTooFull.next': 'The town knows; there is no need to register it again.',

  'statistics.title': 'Statistics',
  'messages.title': 'Messages',
  'privacy.title': 'How personal information is used',
}
