/**
 * Runs every test file. Those that only look at pages, and the one that waits
 * for deadlines of minutes, run beside those that act on the town, because each
 * leaves a core idle; those that act take turns, because they share logins.
 * What a lane says follows what the one before it says.
 */
import { readdirSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { finished } from 'node:stream/promises'

const LOOKING = ['accessibility.test.mjs']
const WAITING = ['contributors.test.mjs']
const beside = [...LOOKING, ...WAITING]
const acting = readdirSync('.').filter((name) => name.endsWith('.test.mjs') && !beside.includes(name)).sort()

const lanes = [acting, LOOKING, WAITING].map((files) => run({ files, concurrency: 1 }))
for (const lane of lanes) lane.on('test:fail', () => (process.exitCode = 1))
for (const lane of lanes) {
  const told = lane.compose(spec)
  told.pipe(process.stdout, { end: false })
  await finished(told)
}
