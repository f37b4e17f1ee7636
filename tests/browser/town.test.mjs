/** The catalogue in the console: preview, publishing, mistakes, a day to come, the way back. */
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { check, station } from './console.mjs'
import { AS_SEEN, desktop, expect, go, phone } from './support.mjs'

const file = (name) => readFileSync(new URL(`../../demo/yundu/${name}`, import.meta.url), 'utf8')
const chosen = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
/** A setting that differs from every earlier run's: the town may have been through this test before. */
const settings = () => file('town.toml').replace('group_callers = 5', `group_callers = ${6 + Math.floor(Math.random() * 900)}`)

async function open(t, more = {}) {
  const page = await station(t, 'administrator', more)
  await go(page, '/console/catalogue')
  await page.locator('#cat-history').waitFor()
  return page
}

async function preview(page, files) {
  await page.setInputFiles('#cat-files', files)
  await page.locator('.chosen li').nth(files.length - 1).waitFor()
  await page.locator('section:has(#cat-change) form button[type=submit]').click()
  await page.locator('.result').waitFor()
}

test('a change is previewed, published with a reason and brought back', { timeout: 120_000 }, async (t) => {
  const page = await open(t)
  const before = await page.locator('.facts-list .num').first().innerText()
  await preview(page, [chosen('town.toml', settings())])
  const result = page.locator('.result')
  await expect(result).toContainText('修改 1 行', AS_SEEN)
  await expect(result).toContainText('limits.group_callers', AS_SEEN)
  // Without a reason nothing is published.
  await page.getByRole('button', { name: '发布' }).click()
  await page.locator('#cat-reason-error', { hasText: '请写明为什么换' }).waitFor()
  await page.locator('#cat-reason').fill('测试：调整群体性诉求人数')
  await page.getByRole('button', { name: '发布' }).click()
  await page.locator('#cat-done', { hasText: '已发布' }).waitFor()
  const newest = page.locator('table tbody tr').first()
  await newest.getByText('测试：调整群体性诉求人数').waitFor()
  await expect(newest, 'the history names who did it').toContainText(/演示/, AS_SEEN)
  await expect(newest).toContainText(/\+0 −0 ~1/, AS_SEEN)
  await expect(page.locator('.facts-list .num').first()).not.toHaveText(before, AS_SEEN)
  // And back, to the load before this one.
  await page.locator('table tbody tr').nth(1).getByRole('button', { name: /恢复到第/ }).click()
  await page.getByText(/恢复到第 \d+ 次载入时的文件/).waitFor()
  await page.locator('#cat-reason').fill('测试：改回去')
  await page.locator('section:has(#cat-change) form button[type=submit]').click()
  await page.locator('.result', { hasText: '修改 1 行' }).waitFor()
  await page.getByRole('button', { name: '发布' }).click()
  await page.locator('#cat-done', { hasText: '已发布' }).waitFor()
  await page.locator('.facts-list .num', { hasText: before }).waitFor()
  await newest.getByText('测试：改回去').waitFor()
  const number = await newest.locator('th').innerText()
  await page.locator('.facts-list', { hasText: `第 ${number} 次载入` }).waitFor()
})

test('mistakes are told by line and column and cannot be published', { timeout: 60_000 }, async (t) => {
  const page = await open(t)
  await preview(page, [chosen('grids.csv', file('grids.csv').replace('990181101001001', '990181101001x01'))])
  const wrong = page.locator('.result .wrong')
  await expect(wrong).toContainText('grids.csv 第 2 行 · grid_code 列', AS_SEEN)
  await expect(wrong).toContainText('格式不对', AS_SEEN)
  await expect(page.getByRole('button', { name: '发布' })).toHaveCount(0)
  await page.setInputFiles('#cat-files', [{ name: 'villages.csv', mimeType: 'text/csv', buffer: Buffer.from([0xd4, 0xc6, 0xb6, 0xc9]) }])
  await page.locator('#cat-files-error', { hasText: '不是 UTF-8' }).waitFor()
})

test('a category that goes is told with the orders that still use it', { timeout: 60_000 }, async (t) => {
  const page = await open(t)
  // Whether an order of the demo uses it depends on what ran before; the answer is given to the page.
  await page.route('**/api/dispatch/in-use', (route) =>
    route.fulfill({ json: { complete: true, open: { categoryCode: { T0404: 2 } } } }))
  const kept = file('complaint_taxonomy.csv').split('\n').filter((line) => !line.includes(',T0404,'))
  await preview(page, [chosen('complaint_taxonomy.csv', kept.join('\n'))])
  const result = page.locator('.result')
  for (const text of ['删掉的代码还有在办工单在用', 'T0404)：2 件在办', '什么都不会丢']) await expect(result).toContainText(text, AS_SEEN)
})

test('a version waits for its day, and bringing back what is in force calls it off', { timeout: 120_000 }, async (t) => {
  const page = await open(t)
  const before = await page.locator('.facts-list .num').first().innerText()
  await page.locator('#cat-validFrom').fill(new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10))
  await page.locator('#cat-reason').fill('测试：下个月起')
  await preview(page, [chosen('town.toml', settings())])
  await page.getByRole('button', { name: /发布，.*起生效/ }).click()
  await page.locator('#cat-done', { hasText: '起生效' }).waitFor()
  await page.getByText('到时自动生效').first().waitFor()
  await expect(page.locator('.facts-list .num').first()).toHaveText(before, AS_SEEN)
  const inForce = page.locator('table tbody tr', { hasText: '生效中' })
  await inForce.getByRole('button').click()
  await page.locator('#cat-reason').fill('测试：取消')
  await page.locator('section:has(#cat-change) form button[type=submit]').click()
  await page.locator('.result', { hasText: '不再生效' }).waitFor()
  await page.getByRole('button', { name: '发布' }).click()
  await page.locator('#cat-done', { hasText: '已发布' }).waitFor()
  // The page says "published" first and reads the history anew after it.
  await page.locator('.tag', { hasText: '待生效' }).first().waitFor({ state: 'detached' })
  await page.locator('table tbody tr').first().getByText('测试：取消').waitFor()
})

for (const look of [{ locale: 'zh-CN', viewport: desktop }, { locale: 'en', viewport: phone, dark: true }, { locale: 'en', viewport: { width: 768, height: 900 } }]) {
  test(`the catalogue's page has no accessibility violation (${look.locale}, ${look.viewport.width} px)`, { timeout: 90_000 }, async (t) => {
    const page = await open(t, look)
    await check(page, 'catalogue')
    await page.locator('section:has(#cat-change) form button[type=submit]').click()
    await page.locator('#cat-files-error').waitFor()
    await check(page, 'catalogue, nothing chosen')
    const broken = file('grids.csv').replace('990181101001001', '990181101001x01')
    await preview(page, [chosen('grids.csv', broken), chosen('town.toml', settings())])
    await check(page, 'catalogue, preview')
  })
}

test('everything on the page can be done by keys', { timeout: 60_000 }, async (t) => {
  const page = await open(t)
  await page.setInputFiles('#cat-files', [chosen('town.toml', settings())])
  await page.locator('#cat-reason').focus()
  await page.keyboard.press('Enter')
  await page.locator('.result').waitFor()
  await page.waitForFunction(() => document.activeElement?.classList.contains('result'))
  await page.keyboard.press('Tab')
  await expect(page.locator('summary:focus')).toHaveCount(1)
})
