/** Finding the topic, and being stopped where a phone call is faster than a form. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { device, expect, fillUpTo, go, home, looks, words } from './support.mjs'

async function emergencyTopic() {
  const { categories } = await (await fetch(`${home}/api/catalogue`)).json()
  const item = categories.flatMap((group) => group.items).find((one) => one.emergencyNumber)
  assert.ok(item, 'the loaded town has an emergency topic')
  return item
}

for (const { locale, viewport } of looks) {
  test(`an emergency shows the number to call and stops the form (${locale}, ${viewport.width} px)`, async (t) => {
    const item = await emergencyTopic()
    const page = await device(t, { locale, viewport })
    await fillUpTo(page, 'category', words[locale])
    await page.locator('#category').fill(locale === 'en' ? item.nameEn : item.nameZh)
    await page.locator(`input[value=${item.code}]`).click()
    await page.getByText(words[locale].callNow(item.emergencyNumber)).waitFor()
    await expect(page.locator('.stop a')).toHaveAttribute('href', `tel:${item.emergencyNumber}`)
    assert.equal(await page.locator('form button[type=submit]').count(), 0, 'there is no way on')
    await go(page, '/report/where')
    await page.waitForURL('**/report/category')
  })
}

test('everyday words find the topic an office would call differently', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'category', words['zh-CN'])
  for (const [typed, code] of [['路灯坏了', 'T0403'], ['太吵', 'T0201'], ['欠薪', 'T0901'], ['狗', 'T1204']]) {
    await page.locator('#category').fill(typed)
    await page.locator(`input[value=${code}]`).waitFor({ timeout: 5000 })
  }
})

test('the position is noted where it is allowed, and the refusal explained where not', async (t) => {
  const w = words['zh-CN']
  const { town } = await (await fetch(`${home}/api/catalogue`)).json()
  const geolocation = { longitude: town.center.lonE7 / 1e7, latitude: town.center.latE7 / 1e7, accuracy: 18 }
  const allowed = await device(t, { geolocation, permissions: ['geolocation'] })
  await fillUpTo(allowed, 'where', w)
  await allowed.locator('.locate button').click()
  await allowed.getByText(w.located).waitFor()
  const focused = allowed.locator(':focus')
  await expect(focused, 'the focus is on what took the button’s place').toHaveText('去掉位置')
  await allowed.keyboard.press('Enter')
  await allowed.getByText(w.located).waitFor({ state: 'detached' })
  await expect(focused).toHaveText('用我现在的位置')

  const refused = await device(t, { permissions: [] })
  await fillUpTo(refused, 'where', w)
  await refused.locator('.locate button').click()
  await refused.getByText(w.refused).waitFor()
})
