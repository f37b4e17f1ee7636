/** A draw with contributors (P3): three bring a secret from their phones, one does not reveal, and anybody checks it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, lastDay, station } from './console.mjs'
import { device, expect, go, home, phone } from './support.mjs'

/** Seconds from now, in the town's time, as a browser's field for times has it. */
const inSeconds = (s) => new Date(Date.now() + 8 * 3_600_000 + s * 1_000).toISOString().slice(0, 19)
const PEOPLE = [['张审', '镇审计站'], ['李代表', '镇人大代表'], ['王会长', '镇商会']]
// Time for three people to hand in, for two to reveal, and for the lists between; the lotteries follow at once.
const [PLEDGE_S, REVEAL_S, LOTTERY_S] = [140, 250, 251]
const NUMBERS = ['01,05,12,18,22,33+16', '01,05,12,18,35+01,12', '00123']

async function propose(page, name) {
  await go(page, '/console/inspection')
  await page.locator('#propose-open').click()
  await page.locator('#propose-items option').first().waitFor({ state: 'attached' })
  await page.locator('#propose-name').fill(name)
  await page.locator('#propose-items').selectOption('YD-JC-009')
  await page.locator('#propose-until').fill(lastDay())
  await page.locator('#propose-cap').fill('200')
  await page.locator('#propose-reason').fill('年度抽查计划')
  await page.locator('#propose-policy').selectOption('contributors')
  await page.locator('form button[type=submit]').click()
  await page.locator('#propose-contributors-error').waitFor()
  await check(page, 'the proposal, with errors')
  for (const [at, [who, standing]] of PEOPLE.entries()) {
    await page.locator(`#contrib-name-${at}`).fill(who)
    await page.locator(`#contrib-standing-${at}`).fill(standing)
  }
  for (const game of ['ssq', 'dlt', 'pl5']) await page.locator(`#contrib-${game}`).fill('26136')
  await page.locator('#contrib-pledge-by').fill(inSeconds(PLEDGE_S))
  await page.locator('#contrib-reveal-by').fill(inSeconds(REVEAL_S))
  await page.locator('#contrib-lottery-at').fill(inSeconds(LOTTERY_S))
  await page.locator('form button[type=submit]').click()
  await page.waitForURL('**/console/inspection/draws/*')
  return page.url().slice(home.length)
}

async function step(page, name, fill = async () => {}) {
  await page.locator(`#draw-${name}`).click({ timeout: 300_000 })
  await fill()
  await page.locator('form.step button[type=submit]').click()
  await page.locator('#draw-done').waitFor()
}

const phase = (page, name) => page.locator(`[data-phase="${name}"]`).waitFor({ timeout: 300_000 })

/** On a phone: the secret is made, written down, and its fingerprint handed in. Nothing but the fingerprint leaves. */
async function handIn(page, link) {
  const sent = []
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
  await go(page, link.slice(home.length))
  await page.locator('#make').click()
  const secret = (await page.locator('[data-secret]').textContent()).replace(/\s/g, '')
  assert.match(secret, /^[0-9a-f]{64}$/)
  await page.locator('#hand-in').click()
  await page.locator('#written-error').waitFor()
  await check(page, 'a secret that was just made')
  await page.locator('#written').check()
  await page.locator('#hand-in').click()
  await phase(page, 'pledged')
  const token = link.split('.').pop()
  assert.ok(!sent.some((text) => text.includes(secret) || text.includes(token)), 'neither secret is in what was sent')
  return secret
}

test('three contribute from their phones, one does not reveal, and the browser checks the draw', { timeout: 600_000 }, async (t) => {
  const drawer = await station(t, 'supervisor')
  const leader = await station(t, 'town_leader')
  const phones = []
  // Who reveals with the wrong secret first is refused on the device, which is no failure of a request.
  for (let n = 0; n < 3; n += 1) phones.push(await device(t, { viewport: phone }))
  const path = await propose(drawer, `药店抽查 ${Date.now()}`)
  await go(leader, path)
  await step(leader, 'approve', () => leader.locator('#draw-text').fill('同意'))
  const links = drawer.locator('[data-who] .link a')
  await links.first().waitFor({ timeout: 30_000 })
  const secrets = []
  for (const [at, page] of phones.entries()) secrets.push(await handIn(page, await links.nth(at).evaluate((a) => a.href)))
  assert.equal(new Set(secrets).size, 3)
  await step(drawer, 'commit')

  // The first from the phone that keeps the secret, the second from one that lost it, the third not at all.
  const [first, second, third] = phones
  await phase(first, 'reveal')
  await check(first, 'before revealing')
  await first.locator('#reveal').click()
  await phase(first, 'revealed')
  await check(first, 'after revealing')
  await second.evaluate(() => localStorage.clear())
  await second.reload()
  await phase(second, 'reveal')
  await second.locator('#secret').fill(secrets[0])
  await second.locator('#reveal').click()
  await second.locator('#secret-error').waitFor()
  await check(second, 'a wrong secret')
  await second.locator('#secret').fill(secrets[1].replace(/(.{4})/g, '$1 '))
  await second.locator('#reveal').click()
  await phase(second, 'revealed')
  await phase(third, 'missed')

  const read = (page) => async () => {
    for (const [at, numbers] of NUMBERS.entries()) await page.locator(`#draw-numbers-${at}`).fill(numbers)
  }
  await step(drawer, 'lottery', read(drawer))
  // Whoever reads second sees that somebody has read, by itself.
  await leader.getByText('等另一人录入相同的号码').waitFor({ timeout: 60_000 })
  await step(leader, 'lottery', read(leader))
  await step(drawer, 'draw')
  await check(drawer, 'a draw with contributors')

  const anyone = await device(t, { viewport: phone })
  await go(anyone, path.replace('/console/inspection', ''))
  for (const [at, state] of ['已公开', '已公开', '没有按时公开，不计入'].entries()) {
    await anyone.locator(`[data-who=c${at + 1}]`, { hasText: state }).waitFor()
  }
  await anyone.getByText(secrets[1]).first().waitFor()
  assert.equal(await anyone.getByText(secrets[2]).count(), 0, 'what was not revealed is nowhere')
  await anyone.locator('.check > .btn').click()
  await anyone.locator('.verdict').getByRole('heading', { name: '核对通过' }).waitFor()
  await expect(anyone.locator('.step:not(.ok)')).toHaveCount(0)
  await anyone.locator('.step', { hasText: '没有按时公开，按规则不计入。' }).waitFor()
  await check(anyone, 'the public page of a draw with contributors')
})

test('a link that is not whole says so', async (t) => {
  const page = await device(t, { locale: 'en', viewport: phone, expected: [404] })
  await go(page, '/draws/2026-D06-999/contribute')
  await page.locator('.summary', { hasText: 'This link is not complete' }).waitFor()
  await check(page, 'an incomplete link')
  await page.goto('about:blank')
  await go(page, `/draws/2026-D06-999/contribute#c1.${'0'.repeat(32)}`)
  await page.locator('.summary', { hasText: 'There is no such draw' }).waitFor()
})
