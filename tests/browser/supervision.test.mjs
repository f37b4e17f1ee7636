/** Supervision and exports in the browser: a deadline set by hand, a proposed card on its board, an approved export. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import test from 'node:test'
import { check, station } from './console.mjs'
import { deskLooks, device, go, submitted, words } from './support.mjs'

/** Opens a step's form. */
async function begin(page, name) {
  await page.locator(`#action-${name}`).click()
  await page.locator('form.step').waitFor()
}

test('a deadline set by hand, a card on the board, each shown at once', { timeout: 180_000 }, async (t) => {
  const citizen = await device(t, { locale: 'zh-CN' })
  const { number } = await submitted(citizen, words['zh-CN'])
  const dispatcher = await station(t, 'dispatcher')
  await go(dispatcher, `/console/orders/${number}`)
  await begin(dispatcher, 'dispatch')
  await dispatcher.locator('form.step button[type=submit]').click()
  await dispatcher.locator('.pill', { hasText: '待签收' }).waitFor()

  const page = await station(t, 'supervisor')
  await go(page, `/console/orders/${number}`)
  await begin(page, 'moveDeadline')
  await page.locator('form.step button[type=submit]').click()
  await page.locator('.bad #step-until').waitFor()
  await check(page, 'the form of a deadline')
  const day = new Date(Date.now() + 5 * 24 * 3_600_000).toISOString().slice(0, 10)
  await page.locator('#step-until').fill(day)
  await page.locator('#step-text').fill('领导批示提前办结')
  await page.locator('form.step button[type=submit]').click()
  await page.getByText('期限由督办人员调整过').waitFor()
  await begin(page, 'proposeCard')
  await page.locator('#step-level').selectOption('notice')
  await page.locator('#step-text').fill('请说明进展')
  await page.locator('form.step button[type=submit]').click()
  await page.locator('.cards', { hasText: '建议发出' }).waitFor()
  // The board names the slot of this step: it is there without a wait.
  await page.getByRole('link', { name: '督办一览' }).click()
  await page.locator('.cards li', { hasText: number }).waitFor()
  await page.locator('#show').selectOption('reply')
  await page.locator('.cards li', { hasText: number }).waitFor({ state: 'detached' })
  await page.locator('#show').selectOption('decide')
  await page.locator('.cards li', { hasText: number }).waitFor()
  await check(page, 'supervision')
})

for (const look of deskLooks) {
  test(`an export with callers waits for another person (${look.locale}, ${look.viewport.width} px)`, { timeout: 180_000 }, async (t) => {
    const citizen = await device(t, { locale: look.locale })
    const { number } = await submitted(citizen, words[look.locale], { anonymous: false })
    const page = await station(t, 'dispatcher', look)
    await go(page, `/console/search?q=${number}`)
    await page.locator(`tr:has-text("${number}")`).waitFor()
    const zh = look.locale === 'zh-CN'
    await page.getByRole('button', { name: zh ? '导出' : 'Export', exact: true }).click()
    await page.locator('#xlsx-purpose').fill('电话抽查')
    await page.locator('.purpose input[type=checkbox]').check()
    await check(page, 'asking for an export')
    await page.locator('form.purpose button[type=submit]').click()
    await page.locator('.asked a').click()
    const mine = page.locator('.exports li').first()
    await mine.filter({ hasText: zh ? '待同意' : 'Waits for approval' }).waitFor()
    assert.equal(await mine.locator('form').count(), 0, 'nobody decides on their own')

    const other = await station(t, 'supervisor', look)
    await go(other, '/console/exports')
    const theirs = other.locator('.exports li').first()
    await theirs.locator('form button').first().click()
    await theirs.getByText(zh ? '请写明理由' : 'Say why').waitFor()
    await check(other, 'exports')
    await theirs.locator('form input').fill('同意抽查')
    await theirs.locator('form button').first().click()
    await theirs.locator('form').waitFor({ state: 'detached' })

    const download = page.waitForEvent('download')
    await mine.getByRole('button', { name: zh ? '下载 XLSX' : 'Download XLSX' }).click({ timeout: 30_000 })
    const saved = await download
    const { unzipSync, strFromU8 } = createRequire(new URL('../../web/package.json', import.meta.url))('fflate')
    const sheet = strFromU8(unzipSync(readFileSync(await saved.path()))['xl/worksheets/sheet1.xml'])
    assert.match(sheet, new RegExp(number))
    assert.match(sheet, /1\d{10}/, 'with the number of its caller')
    await mine.filter({ hasText: zh ? '已导出' : 'Exported' }).waitFor()
  })
}
