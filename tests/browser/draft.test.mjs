/** What is filled in survives a reload, and goes when it is told to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { device, fillUpTo, go, photo, words } from './support.mjs'

const w = words['zh-CN']

test('a reload restores answers and photos, with a notice', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'photos', w, { photos: [await photo()] })
  await page.reload()
  await page.getByText(w.restored).waitFor()
  await page.locator('.cell.done img').waitFor()
  const loaded = await page.locator('.cell img').evaluate((image) => image.decode().then(() => image.naturalWidth > 0))
  assert.ok(loaded, 'the photo itself came back, not only its name')
  await go(page, '/report/what')
  assert.equal(await page.locator('#content').inputValue(), w.content)
})

test('the home page offers the unfinished report, and it can be thrown away', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'where', w)
  await go(page, '/')
  await page.getByText(w.resume).click()
  await page.waitForURL('**/report')
  await page.getByRole('button', { name: w.again }).click()
  await page.waitForURL('**/report/type')
  assert.equal(await page.locator('input:checked').count(), 0)
  await page.reload()
  await page.locator('.choice').first().waitFor()
  assert.equal(await page.getByText(w.restored).count(), 0)
})

test('a link into the middle of an empty form leads to its first question', async (t) => {
  const page = await device(t)
  await go(page, '/report/check')
  await page.waitForURL('**/report/type')
})
