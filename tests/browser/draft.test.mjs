/** What is filled in survives a reload, and goes when it is told to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { device, expect, fillUpTo, go, photo, words } from './support.mjs'

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
  await expect(page.locator('#content')).toHaveValue(w.content)
})

test('the home page offers the unfinished report, and it can be thrown away', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'where', w)
  await go(page, '/')
  await page.getByText(w.resume).click()
  await page.waitForURL('**/report')
  await page.waitForFunction(() => document.activeElement?.matches('main h1'))
  await page.getByRole('button', { name: w.again }).click()
  await page.waitForURL('**/report/type')
  await expect(page.locator('input:checked')).toHaveCount(0)
  await page.reload()
  await page.locator('.choice').first().waitFor()
  assert.equal(await page.getByText(w.restored).count(), 0)
})

test('throwing the restored answers away is asked about first', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'category', w)
  await go(page, '/report/what')
  await page.getByText(w.restored).waitFor()
  const again = page.getByRole('button', { name: w.again })
  await again.click()
  await page.getByRole('button', { name: '取消' }).click()
  await expect(again, 'the focus is back where it was').toBeFocused()
  await expect(page.locator('#content')).toHaveValue(w.content)
  await again.click()
  await page.getByRole('button', { name: '确定丢弃' }).click()
  await page.waitForURL('**/report/type')
  await expect(page.locator('input:checked')).toHaveCount(0)
})

test('a draft that could not be saved says so, and no longer once it is saved', async (t) => {
  const page = await device(t)
  await page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = function (...args) {
      if (window.full) throw new DOMException('', 'QuotaExceededError')
      return put.apply(this, args)
    }
  })
  await fillUpTo(page, 'what', w)
  await page.evaluate(() => (window.full = true))
  await page.locator('#content').fill('路灯')
  await page.locator('.saved', { hasText: '不允许保存草稿' }).waitFor()
  await page.evaluate(() => (window.full = false))
  await page.locator('#content').fill(w.content)
  await page.locator('.saved', { hasText: '自动保存在这台设备上' }).waitFor()
})

test('a link into the middle of an empty form leads to its first question', async (t) => {
  const page = await device(t)
  await go(page, '/report/check')
  await page.waitForURL('**/report/type')
})
