/**
 * Runs every test file, in three lanes side by side, because one alone leaves a
 * core idle. Files in which somebody signs in take turns: they share logins.
 * The one that waits for deadlines of minutes has a lane of its own, and after
 * it the one that takes longest. What a lane says follows what the one before
 * it says.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { finished } from 'node:stream/promises'

const WAITING = ['contributors.test.mjs', 'accessibility.test.mjs']
const others = readdirSync('.').filter((name) => name.endsWith('.test.mjs') && !WAITING.includes(name)).sort()
const signsIn = (name) => readFileSync(name, 'utf8').includes("from './console.mjs'")
const OFFICE = others.filter(signsIn)
const CITIZENS = others.filter((name) => !signsIn(name))

const lanes = [OFFICE, CITIZENS, WAITING].map((files) => run({ files, concurrency: 1 }))
for (const lane of lanes) lane.on('test:fail', () => (process.exitCode = 1))
for (const lane of lanes) {
  const told = lane.compose(spec)
  told.pipe(process.stdout, { end: false })
  await finished(told)
}
