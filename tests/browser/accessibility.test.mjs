/**
 * Axe through WCAG 2.2 AA finds nothing on any page, in both languages, on
 * phone and desktop, in normal, elder and dark mode. Elder mode also keeps its
 * own promises: no text below 18 px, no target below 60 px.
 */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { check } from './look.mjs'
import { desktop, device, fillUpTo, go, next, phone, photo, submit, words } from './support.mjs'

const RECEIPT = fileURLToPath(new URL('../golden/receipt.json', import.meta.url))
const looks = []
for (const locale of ['zh-CN', 'en']) {
  for (const viewport of [phone, desktop]) {
    for (const elder of [false, true]) looks.push({ locale, viewport, elder })
  }
}
// Dark everywhere once: its colours are other ones. The largest letters where words are longest.
for (const locale of ['zh-CN', 'en']) for (const viewport of [phone, desktop]) looks.push({ locale, viewport, elder: false, dark: true })
looks.push({ locale: 'en', viewport: phone, elder: true, size: 30 })

for (const look of looks) {
  const { locale, viewport, elder, dark = false, size = 20 } = look
  const name = [locale, `${viewport.width} px`, elder ? `elder ${size} px` : 'normal', dark && 'dark'].filter(Boolean).join(', ')
  test(`no page has an accessibility violation (${name})`, { timeout: 600_000 }, async (t) => {
    const w = words[locale]
    const page = await device(t, { ...look, expected: [404, 429] })
    await go(page, '/')
    await page.locator('.numbers').waitFor()
    await check(page, 'home', elder)
    await page.locator('.tool[aria-controls=display]').click()
    await check(page, 'display settings', elder)

    for (const step of ['type', 'what', 'category', 'where', 'photos', 'contact']) {
      await fillUpTo(page, step, w, step === 'photos' ? { photos: [await photo()] } : {})
      if (step === 'where') {
        await page.locator('form .btn[aria-expanded]').click()
        await page.locator('svg.town').waitFor()
      }
      if (step === 'contact') await page.locator('.choice:has(input[type=checkbox]) input').last().check()
      await check(page, `report/${step}`, elder)
      if (step === 'type') {
        await next(page)
        await page.locator('.summary').waitFor()
        await check(page, 'report/type with an error', elder)
      }
      await go(page, '/report')
      await page.getByRole('button', { name: w.again }).or(page.locator('.choice').first()).first().waitFor()
      if (await page.getByRole('button', { name: w.again }).isVisible()) await page.getByRole('button', { name: w.again }).click()
    }
    await fillUpTo(page, 'check', w)
    await check(page, 'report/check', elder)
    const { number } = await submit(page)
    await check(page, 'receipt', elder)
    await go(page, `/track/${number}`)
    await page.locator('.action .head').first().click()
    await check(page, 'case', elder)
    await go(page, '/track')
    await page.locator('.row').waitFor()
    await check(page, 'track', elder)
    await page.locator('.form .btn').click()
    await page.locator('.summary').waitFor()
    for (const field of ['number', 'secret']) {
      const said = await page.locator(`#${field}`).evaluate((input) => input.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' '))
      const shown = await page.locator(`.field:has(#${field}) .error-text`).innerText()
      assert.ok(said.includes(shown.trim()), `${field}: “${said}” has the error`)
    }
    await check(page, 'track with errors', elder)
    await go(page, '/public')
    await page.locator('.list .row').first().waitFor()
    await check(page, 'public list', elder)
    await page.locator('input[name=view][value=map]').check()
    await page.locator('svg.town').waitFor()
    await check(page, 'public map', elder)
    for (let times = 0; times < 2; times += 1) await page.locator('.zoom button').first().click()
    await page.locator('.names').waitFor({ state: 'attached' })
    await check(page, 'public map, enlarged', elder)
    await go(page, '/statistics')
    await page.locator('.figures').waitFor()
    await check(page, 'statistics', elder)
    await go(page, '/messages')
    await page.locator('.none, .list').first().waitFor()
    await check(page, 'messages', elder)
    await go(page, '/about')
    await page.locator('.limits').waitFor()
    await check(page, 'about', elder)
    await go(page, '/privacy')
    await page.locator('.points').first().waitFor()
    await check(page, 'privacy', elder)
    await go(page, '/verify')
    await page.locator('.pick').waitFor()
    await check(page, 'verify', elder)
    await page.setInputFiles('input[type=file]', RECEIPT)
    await page.locator('.verdict.good').waitFor()
    await check(page, 'verify, intact', elder)
    await page.setInputFiles('input[type=file]', { name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{}') })
    await page.locator('.verdict.bad').waitFor()
    await check(page, 'verify, no receipt', elder)
    await go(page, '/no-such-page')
    await check(page, 'not found', elder)
  })
}
