/** What the console's tests share: the demo's logins, a work place, and the steps that everybody takes. */
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { desktop, device, go, photo } from './support.mjs'

const state = process.env.ONETOWN_STATE ?? new URL('../../.spin', import.meta.url).pathname
if (!existsSync(`${state}/onetown.json`)) {
  throw new Error(`No logins in ${state}. Start the town with \`cargo up --demo\`; ONETOWN_STATE names its --state-dir if it has one`)
}
const { logins } = JSON.parse(readFileSync(`${state}/onetown.json`, 'utf8'))

/** The demo's login for a role, or of that account. */
export function account(role) {
  const login = logins.find((one) => one.role === role || one.account === role)
  if (!login) throw new Error(`the demo has no ${role}: start the town with --demo`)
  return login
}

export async function signIn(page, role) {
  const login = account(role)
  await page.locator('#account').fill(login.account)
  await page.locator('#password').fill(login.password)
  await page.locator('form button[type=submit]').click()
  await page.locator('nav.nav').waitFor({ state: 'attached' })
}

/** The last day of a plan: in twenty days or, because a plan is a year's, on its last day. In the town's time. */
export function lastDay() {
  const day = (n) => new Date(Date.now() + 8 * 3_600_000 + n * 86_400_000).toISOString().slice(0, 10)
  const ofTheYear = `${day(0).slice(0, 4)}-12-31`
  return day(20) < ofTheYear ? day(20) : ofTheYear
}

/** A signed-in place of work. Before the sign-in the console asks who one is, which is a 401. */
export async function station(t, role, { expected = [], ...more } = {}) {
  const page = await device(t, { viewport: desktop, ...more, expected: [401, ...expected] })
  await go(page, '/console/sign-in')
  await signIn(page, role)
  return page
}

/** The order appears in the queue by itself; the list asks every 4 s. */
export async function waitInQueue(page, queue, number) {
  await go(page, `/console/queues/${queue}`)
  await page.locator('.orders, .empty').first().waitFor()
  await page.locator('#filter').fill(number)
  await page.locator(`tr:has-text("${number}")`).waitFor({ timeout: 60_000 })
  await page.locator('#filter').fill('')
}

/** Opens a step's form, fills in the text, sends it. */
export async function take(page, step, { text } = {}) {
  await page.locator(`#action-${step}`).click()
  if (text) await page.locator('#step-text').fill(text)
  await page.locator('form.step button[type=submit]').click()
  await page.locator('#done').waitFor()
}

/** Dispatches the open order to the demo's unit (D04) alone, whatever was suggested. */
export async function dispatchToUnit(page) {
  await page.locator('#action-dispatch').click()
  const form = page.locator('form.step')
  await form.locator('#step-lead').fill('综合执法')
  await form.locator('.picker').first().getByRole('radio').first().check()
  const helpers = form.locator('.picker').nth(1).getByRole('checkbox')
  while (await helpers.and(form.locator(':checked')).count()) await helpers.and(form.locator(':checked')).first().uncheck()
  await form.locator('button[type=submit]').click()
  await page.locator('#done').waitFor()
}

/** Hands in a result with a photo. */
export async function submitResult(page, text) {
  await page.locator('#action-submitResult').click()
  await page.locator('#step-class').selectOption('resolved')
  await page.locator('#step-text').fill(text)
  await page.setInputFiles('#step-attachments', [await photo()])
  await page.getByText('已上传').waitFor()
  await page.locator('form.step button[type=submit]').click()
  await page.locator('#done').waitFor()
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Axe finds nothing, and nothing scrolls sideways. */
export async function check(page, where) {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} (${nodes.length})`)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  if (wide > 0) found.push(`scrolls sideways by ${wide} px`)
  assert.deepEqual(found, [], where)
}
