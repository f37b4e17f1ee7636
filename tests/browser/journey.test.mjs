/** The main way through: report with a photo, receipt, track, supplement, urge, urge again, withdraw. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AS_SEEN, desktop, device, expect, fillUpTo, go, HIDDEN, phone, photo, submit, words } from './support.mjs'

const open = async (page, name) => page.locator('.action .head').filter({ hasText: name }).click()
const send = (page) => page.locator('.action form button[type=submit]').click()

/** What really leaves the page in an upload; the browser's tools cannot show the bytes of a Blob. */
const rememberUploads = () => {
  window.uploads = []
  const send = XMLHttpRequest.prototype.send
  XMLHttpRequest.prototype.send = function (body) {
    void body.arrayBuffer().then((bytes) => window.uploads.push(new TextDecoder('latin1').decode(bytes)))
    return send.call(this, body)
  }
}

for (const locale of ['zh-CN', 'en']) {
  for (const [screen, viewport] of [['a phone', phone], ['a desktop', desktop]]) {
    test(`a citizen reports, follows and withdraws a case (${locale}, ${screen})`, async (t) => {
      const w = words[locale]
      const page = await device(t, { locale, viewport, expected: [409, 429] })
      await page.addInitScript(rememberUploads)

      await fillUpTo(page, 'check', w, { photos: [await photo()] })
      await expect(page.locator('html')).toHaveAttribute('lang', locale)
      await expect(page.locator('.rows')).toContainText(new RegExp(w.title), AS_SEEN)
      const { number, secret } = await submit(page)

      assert.match(number, /^[A-Z0-9]+-\d{8}-\d{5}$/)
      assert.match(secret, /^[2-9A-HJKMNP-Z]{8}$/)
      await page.getByRole('heading', { name: w.received }).waitFor()
      const uploads = await page.evaluate(() => window.uploads)
      assert.equal(uploads.length, 1)
      assert.match(uploads[0].slice(0, 3), /^\u00ff\u00d8\u00ff/, 'a JPEG')
      assert.ok(!uploads[0].includes(HIDDEN), 'what the camera noted about the place never leaves the phone')
      const qr = await page.locator('svg.qr').getAttribute('viewBox')
      assert.ok(Number(qr.split(' ')[2]) >= 29, 'the code is a real QR code with its quiet zone')
      assert.ok(!page.url().includes(secret), 'the secret is in no address')

      await page.getByRole('link', { name: w.progress }).click()
      await page.getByRole('heading', { level: 1, name: w.title }).waitFor()
      await page.locator('.photos img').first().waitFor()
      const width = await page.locator('.photos img').first().evaluate((image) => image.decode().then(() => image.naturalWidth))
      assert.equal(width, 1600, 'the photo was made smaller on the phone')
      const url = (await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name))).find((name) => /\/orders\/.*\/attachments\//.test(name))
      const kept = await (await page.request.get(url, { headers: { authorization: `Case ${secret}` } })).body()
      assert.ok(kept.length > 1000 && !kept.toString('latin1').includes(HIDDEN), 'what the camera noted about the place is not kept')

      await open(page, w.supplement)
      await page.locator('#text-supplement').fill(w.supplementText)
      await send(page)
      await page.getByText(w.recorded).waitFor()
      await expect(page.locator('.line')).toContainText(new RegExp(w.supplementText), AS_SEEN)

      // A second window, opened before the reminder, does not know that one was sent.
      const stale = await page.context().newPage()
      await go(stale, `/track/${number}`)
      await stale.locator('.action .head').first().waitFor()

      await open(page, w.urge)
      await send(page)
      await page.getByText(w.recorded).waitFor()
      const urge = page.locator('.action .head').filter({ hasText: w.urge })
      await expect(urge).toContainText(w.urgeLater, AS_SEEN)
      await expect(urge).toHaveAttribute('aria-disabled', 'true')

      await open(stale, w.urge)
      await send(stale)
      await stale.getByText(w.urgeTooSoon).waitFor()
      await stale.close()

      await open(page, w.withdraw)
      await send(page)
      await page.locator('.state .pill', { hasText: w.withdrawn }).waitFor()
      await page.getByText(w.over).waitFor()
      await expect(page.locator('.line li')).toHaveCount(4)
    })
  }
}
