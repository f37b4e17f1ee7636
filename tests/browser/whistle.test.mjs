/** Whistle-and-report in the console, the figures on the dashboard, and the workbook of a search. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { check, signIn, station } from './console.mjs'
import { AS_SEEN, desktop, device, expect, go, home, late, phone, submitted, words } from './support.mjs'

async function blow(page, text) {
  await go(page, '/console/whistles')
  await page.locator('#blow-open').click()
  await page.locator('section form button[type=submit]').click()
  await page.locator('.summary', { hasText: '有 3 处要填' }).waitFor()
  await page.locator('#blow-kind').selectOption('enforcement')
  await page.locator('#blow-text').fill(text)
  await page.locator('#blow-units').fill('综合执法')
  await page.locator('.picker').first().getByRole('checkbox').first().check()
  await page.locator('section form button[type=submit]').click()
  await page.waitForURL('**/console/whistles/*')
  await page.getByText(text).first().waitFor()
  return page.url().slice(home.length)
}

test('a whistle is blown, answered, minuted and done', { timeout: 180_000 }, async (t) => {
  const text = `夜市占道，现场处置 ${Date.now()}`
  const centre = await station(t, 'dispatcher')
  const path = await blow(centre, text)
  // The demo's handler works for the unit that was called; its list shows the whistle by itself.
  const unit = await station(t, 'handler')
  await go(unit, '/console/whistles')
  await unit.locator(`.whistles a[href="${path}"]`).waitFor({ timeout: 60_000 })
  await go(unit, path)
  await unit.locator('#whistle-accept').click()
  await unit.locator('form.step button[type=submit]').click()
  await unit.locator('#whistle-done').waitFor()
  await unit.locator('#whistle-arrive').click()
  await unit.locator('#whistle-text').fill('三人到场。')
  await unit.locator('form.step button[type=submit]').click()
  await unit.getByText('现在没有要您做的').waitFor()
  // The centre sees it come without reloading.
  await centre.locator('#whistle-minute').waitFor({ timeout: 30_000 })
  await centre.locator('#whistle-minute').click()
  await centre.locator('form.step button[type=submit]').click()
  await centre.locator('.summary', { hasText: '请填写' }).waitFor()
  await centre.locator('#task-action-0').fill('清理占道摊点')
  await centre.locator('form.step button[type=submit]').click()
  await centre.locator('h1', { hasText: '按纪要办理' }).waitFor()
  await unit.locator('#whistle-complete-task').waitFor({ timeout: 30_000 })
  await unit.locator('#whistle-complete-task').click()
  await unit.locator('#whistle-text').fill('已清理完毕。')
  await unit.locator('form.step button[type=submit]').click()
  await unit.locator('h1', { hasText: '已完成' }).waitFor()
  await expect(unit.locator('section:has(#whistle-history)')).toContainText(/吹哨[\s\S]*响应[\s\S]*到场[\s\S]*写了纪要[\s\S]*完成第 1 项/, AS_SEEN)
})

for (const look of [{ locale: 'zh-CN', viewport: desktop }, { locale: 'en', viewport: phone, dark: true }]) {
  test(`whistles and figures have no accessibility violation (${look.locale}, ${look.viewport.width} px)`, { timeout: 120_000 }, async (t) => {
    const page = await station(t, 'dispatcher', look)
    await go(page, '/console/whistles')
    await page.locator('#blow-open').click()
    await check(page, 'whistles')
    await page.locator('section form button[type=submit]').click()
    await page.locator('.summary').waitFor()
    await check(page, 'whistles, with errors')
    await page.locator('#blow-kind').selectOption('emergency')
    await page.locator('#blow-text').fill('塌陷。')
    await page.locator('.picker').first().getByRole('checkbox').first().check()
    await page.locator('section form button[type=submit]').click()
    await page.locator('#whistle-history').waitFor()
    await check(page, 'one whistle')
    await go(page, '/console/dashboard')
    await page.locator('svg.town').waitFor()
    for (const summary of await page.locator('main details summary').all()) await summary.click()
    await check(page, 'dashboard')
    const cut = (piles) => piles.filter((one) => one.scrollHeight > one.clientHeight + 1).length
    assert.equal(await page.locator('.pile').evaluateAll(cut), 0, 'no chart is cut off')
  })
}

test('the rates are shown with what they are shares of', { timeout: 60_000 }, async (t) => {
  const page = await device(t, { viewport: desktop, expected: [401] })
  const ratio = (part, whole) => ({ part, whole, perMille: whole ? Math.floor((part * 1000) / whole) : null })
  const rates = { response: ratio(9, 10), resolution: ratio(0, 0), satisfaction: ratio(28, 30), unsolvable: 2 }
  const days = Array.from({ length: 30 }, (_, n) => ({ day: `2026-10-${String(n + 1).padStart(2, '0')}`, received: n, closed: 1 }))
  await page.route('**/api/dispatch/dashboard', (route) => route.fulfill({ json: {
    orders: 12, complete: false, overdue: 1, byStatus: { registered: 2, closed: 10 }, byCategory: {}, byVillage: { 990181101001: 2 },
    byUnit: {}, overdueByVillage: { 990181101001: 1 }, trend: days, rates: { from: days[0].day, until: days[29].day, all: rates, byUnit: { D04: rates } },
  } }))
  await go(page, '/console/sign-in')
  await signIn(page, 'dispatcher')
  await go(page, '/console/dashboard')
  const shown = [/响应率\s+90\.0%\s+9 \/ 10/, /解决率\s+没有分母\s+0 \/ 0/, /满意率\s+93\.3%\s+2\.8 \/ 3/, /无法解决的另计：2 件/]
  for (const text of shown) await expect(page.locator('.rates').first()).toContainText(text, AS_SEEN)
  await page.getByText('更早的没有算进来').waitFor()
  await page.locator('svg.town circle.late').waitFor({ state: 'attached' })
})

test('a search becomes a workbook that says who took it, when and for what', { timeout: 120_000 }, async (t) => {
  const citizen = await device(t, { locale: 'zh-CN' })
  const { number } = await submitted(citizen, words['zh-CN'])
  const page = await station(t, 'dispatcher')
  // What is searched follows the log.
  await expect(async () => {
    await go(page, `/console/search?q=${number}`)
    await expect(page.locator(`tr:has-text("${number}")`)).toBeVisible({ timeout: 5_000 })
  }).toPass({ timeout: 60_000 })
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await page.locator('form.purpose button[type=submit]').click()
  await page.locator('#xlsx-error', { hasText: '请写明导出用途' }).waitFor()
  await check(page, 'export')
  await page.locator('#xlsx-purpose').fill('每周例会 & 通报')
  const download = page.waitForEvent('download')
  await page.locator('form.purpose button[type=submit]').click()
  const saved = await download
  assert.match(saved.suggestedFilename(), /^orders-\d{4}-\d{2}\.xlsx$/)
  const { unzipSync, strFromU8 } = createRequire(new URL('../../web/package.json', import.meta.url))('fflate')
  const parts = unzipSync(readFileSync(await saved.path()))
  const sheet = strFromU8(parts['xl/worksheets/sheet1.xml'])
  assert.match(sheet, new RegExp(number))
  assert.match(sheet, /导出，用途：每周例会 &amp; 通报/)
  assert.match(sheet, /<oddFooter>.*用途：每周例会 &amp;&amp; 通报/)
  // Every part is XML that a parser takes.
  for (const [name, bytes] of Object.entries(parts)) {
    const broken = await page.evaluate((text) => new DOMParser().parseFromString(text, 'application/xml').querySelector('parsererror')?.textContent ?? '', strFromU8(bytes))
    assert.equal(broken, '', name)
  }
})
