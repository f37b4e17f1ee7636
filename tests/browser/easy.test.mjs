/**
 * A person who has never seen it submits in under 90 seconds on a phone: what can be counted of that are taps and fields.
 * 13 taps and two short texts are about a minute for slow thumbs (2 s a tap, 15 s a text).
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { device, go, phone, readReceipt, words } from './support.mjs'

const TAPS_MAX = 13
const TEXTS_MAX = 2

for (const locale of ['zh-CN', 'en']) {
  test(`a report takes at most ${TAPS_MAX} taps and ${TEXTS_MAX} texts (${locale})`, async (t) => {
    const w = words[locale]
    const page = await device(t, { locale, viewport: phone, hasTouch: true, expected: [429] })
    let taps = 0
    let texts = 0
    const tap = async (what) => {
      taps += 1
      await what.tap()
    }
    const type = async (what, text) => {
      texts += 1
      await tap(what)
      await what.fill(text)
    }
    const on = () => tap(page.locator('form button[type=submit]'))
    await go(page, '/')
    await tap(page.locator('.cta'))
    await tap(page.locator('input[value=complaint]'))
    await on()
    await type(page.locator('#content'), w.content)
    await on()
    await tap(page.locator('.suggested input[value=T0403]'))
    await on()
    await type(page.locator('#address'), w.address)
    await on()
    await page.waitForURL('**/photos')
    await on()
    await tap(page.locator('input[value=anonymous]'))
    await on()
    await tap(page.locator('.send'))
    await readReceipt(page)
    t.diagnostic(`${taps} taps, ${texts} texts`)
    assert.ok(taps <= TAPS_MAX, `${taps} taps`)
    assert.ok(texts <= TEXTS_MAX, `${texts} texts`)
  })
}
