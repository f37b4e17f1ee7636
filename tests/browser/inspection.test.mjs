/** A double-random draw in the console, from the plan to the published result. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, lastDay, station } from './console.mjs'
import { AS_SEEN, desktop, device, expect, go, home, phone } from './support.mjs'

/** Proposes a rehearsal for one item by the two inspectors who have a login; the draw's address. */
async function propose(page, item, name, { cap = '100', direct = false, policy = 'sealed' } = {}) {
  await go(page, '/console/inspection')
  await page.locator('#propose-open').click()
  await page.locator('#propose-items option').first().waitFor({ state: 'attached' })
  await page.locator('#propose-name').fill(name)
  await page.locator('#propose-items').selectOption(item)
  await page.locator('#propose-until').fill(lastDay())
  await page.locator('#propose-cap').fill(cap)
  await page.locator('#propose-policy').selectOption(policy)
  if (direct) await page.locator('#propose-direct').check()
  await page.locator('#propose-roster').selectOption(['YDZF260021', 'YDZF260026'])
  await page.locator('#propose-reason').fill('年度抽查计划')
  await page.locator('#propose-rehearsal').check()
  await page.locator('form button[type=submit]').click()
  await page.waitForURL('**/console/inspection/draws/*')
  return page.url().slice(home.length)
}

async function step(page, name, text) {
  await page.locator(`#draw-${name}`).click({ timeout: 30_000 })
  if (text) await page.locator('#draw-text').fill(text)
  await page.locator('form.step button[type=submit]').click()
  await page.locator('#draw-done').waitFor()
}

async function submitCheck(page) {
  await page.locator('#check-submit').click()
  await page.locator('[id^="outcome-"]').selectOption('compliant')
  await page.locator('fieldset input[value=R01]').check()
  await page.locator('#check-name').fill('店主')
  await page.locator('form.step button[type=submit]').click()
  await page.locator('#check-done').waitFor()
}

test('a draw is planned, approved, committed, drawn, checked and published', { timeout: 300_000 }, async (t) => {
  const name = `餐饮抽查 ${Date.now()}`
  const drawer = await station(t, 'supervisor')
  const path = await propose(drawer, 'YD-JC-001', name)
  const leader = await station(t, 'town_leader')
  await go(leader, path)
  await step(leader, 'approve', '同意')
  await step(drawer, 'commit')
  await step(drawer, 'entropy')
  await step(drawer, 'draw')
  await step(drawer, 'assign')
  await drawer.locator('section:has(#draw-tasks) li').first().waitFor()
  const task = await drawer.locator('section:has(#draw-tasks) li a').first().getAttribute('href')
  const subject = task.split('/').pop()

  // On a phone: the lead comes in and writes, the second stands by it.
  // The wrong door is refused, and that is a 422 in the browser's log.
  const lead = await station(t, 'inspector', { viewport: phone, expected: [422] })
  await go(lead, '/console/inspection/checks')
  await lead.locator(`a[href="${task}"]`).click()
  await lead.locator('#check-enter').click()
  await lead.locator('#check-scan').fill('YD-DX-9999')
  await lead.locator('form.step button[type=submit]').click()
  await lead.locator('.summary', { hasText: '不是这户' }).waitFor()
  await lead.locator('#check-scan').fill(subject)
  await lead.locator('form.step button[type=submit]').click()
  await lead.locator('#check-done').waitFor()
  // Whoever confirms has the page open already and sees the record come.
  const second = await station(t, 'inspector-2', { viewport: phone })
  await go(second, task)
  await second.locator('#check-steps').waitFor()
  await submitCheck(lead)
  await second.locator('#check-confirm').click()
  await second.locator('form.step button[type=submit]').click()
  await second.locator('#check-done').waitFor()
  await go(drawer, task)
  await drawer.locator('#check-publish').click()
  await drawer.locator('form.step button[type=submit]').click()
  await drawer.locator('#check-done').waitFor()
  await drawer.getByText('已公示').first().waitFor()
  const published = async () => {
    const answer = await drawer.request.get(`${home}/api/inspection/results`)
    return (await answer.json()).items.some((row) => row.subject === subject && row.results[0] === 'R01')
  }
  const until = Date.now() + 60_000
  while (!(await published())) assert.ok(Date.now() < until, 'the result does not become public')
})

test('where inspectors are too few, people assign them, a second person signs, and everybody sees it', { timeout: 300_000 }, async (t) => {
  const name = `餐饮再抽查 ${Date.now()}`
  const drawer = await station(t, 'supervisor', { expected: [409] })
  const leader = await station(t, 'town_leader')
  // Each inspector takes one: without a word on assigning, the lists are not even frozen.
  const refused = await propose(drawer, 'YD-JC-001', `${name} 一`, { cap: '1' })
  await go(leader, refused)
  await step(leader, 'approve', '同意')
  await drawer.locator('#draw-commit').click({ timeout: 30_000 })
  await drawer.locator('form.step button[type=submit]').click()
  await drawer.locator('.summary', { hasText: '检查人员不够' }).waitFor()
  const path = await propose(drawer, 'YD-JC-001', name, { cap: '1', direct: true, policy: 'drand' })
  await go(leader, path)
  await step(leader, 'approve', '同意')
  await step(drawer, 'commit')
  await step(drawer, 'entropy')
  await step(drawer, 'draw')

  await drawer.locator('#draw-directAssign').click({ timeout: 30_000 })
  await drawer.locator('form.step button[type=submit]').click()
  await expect(drawer.locator('form.step .summary')).toContainText(/填写|请/, AS_SEEN)
  await drawer.locator('#draw-text').fill('其他执法人员均不在岗')
  await drawer.locator('form.step button[type=submit]').click()
  await drawer.locator('form.step .summary', { hasText: '两名不同的人员' }).waitFor()
  await drawer.locator('#direct-all-lead').selectOption('YDZF260026')
  await drawer.locator('#direct-all-member').selectOption('YDZF260021')
  await check(drawer, 'assigning inspectors')
  await drawer.locator('form.step button[type=submit]').click()
  await drawer.locator('#draw-done').waitFor()
  await leader.locator('#draw-direct', { hasText: '等待第二人签字' }).waitFor({ timeout: 30_000 })
  await step(leader, 'directSign')
  await step(drawer, 'assign')
  await drawer.locator('section:has(#draw-tasks) li').nth(2).waitFor()
  const tasks = await drawer.locator('section:has(#draw-tasks) li').count()

  const citizen = await device(t)
  await go(citizen, `/draws/${path.split('/').pop()}`)
  await citizen.getByText('由人工指派').first().waitFor()
  await citizen.locator('section.check button').first().click()
  await citizen.locator('[data-step=assigned].ok').waitFor({ timeout: 60_000 })
  await expect(citizen.locator('.drawn li', { hasText: 'YDZF260026' })).toHaveCount(tasks)
  await check(citizen, 'a draw whose inspectors were assigned')
})

for (const look of [{ locale: 'zh-CN', viewport: desktop }, { locale: 'en', viewport: phone, dark: true }]) {
  test(`pages of inspections have no accessibility violation (${look.locale}, ${look.viewport.width} px)`, { timeout: 180_000 }, async (t) => {
    const page = await station(t, 'supervisor', look)
    const path = await propose(page, 'YD-JC-005', `Pharmacies ${Date.now()}`)
    await page.locator('#draw-commitment').waitFor()
    await check(page, 'a draw')
    await go(page, '/console/inspection')
    await page.locator(`a[href="${path}"]`).waitFor()
    await page.locator('#propose-open').click()
    await page.locator('form button[type=submit]').click()
    await page.locator('.summary').waitFor()
    await check(page, 'the plan, with errors')
    await go(page, '/console/inspection/library')
    await page.locator('#lib-items').waitFor()
    await check(page, 'the libraries')
    await go(page, '/console/inspection/checks')
    await page.locator('.parts').waitFor()
    await check(page, 'checks')
  })
}
