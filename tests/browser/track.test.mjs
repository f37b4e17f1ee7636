/** Coming back to a case: by number and code, by the receipt's link, by the device's own list. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answersOf, device, expect, go, home, looks, ORDERS, submitted, words } from './support.mjs'

async function lookUp(page, number, secret) {
  await go(page, '/track')
  await page.locator('#number').fill(number)
  await page.locator('#secret').fill(secret)
  await page.locator('.form .btn').click()
}

for (const { locale, viewport } of looks) {
  test(`a wrong code gets one plain sentence, the right one opens the case (${locale}, ${viewport.width} px)`, async (t) => {
    const w = words[locale]
    const page = await device(t, { locale, viewport, expected: [404, 429] })
    const { number, secret } = await submitted(page, w)
    const other = await device(t, { locale, viewport, expected: [404] })
    await lookUp(other, number, secret === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA')
    await other.getByText(w.mismatch).waitFor()
    // As people type it: small letters, a gap in the middle.
    await lookUp(other, number.toLowerCase(), `${secret.slice(0, 4)} ${secret.slice(4)}`.toLowerCase())
    await other.waitForURL(`**/track/${number}`)
    await other.locator('.state .pill', { hasText: w.registered }).waitFor()
  })
}

test('the receipt’s link opens the case on another phone and leaves no secret behind', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { expected: [429] })
  const answers = await answersOf(page, ORDERS)
  const { number, secret } = await submitted(page, w)
  const [{ id }] = answers

  const other = await device(t)
  const asked = []
  other.on('request', (request) => asked.push(request.url()))
  await other.goto(`${home}/track#${id}.${secret}`)
  await other.waitForURL(`**/track/${number}`)
  assert.ok(!other.url().includes(secret))
  assert.ok(asked.every((url) => !url.includes(secret)), 'no address the browser asked for holds the secret')
  await other.goBack()
  assert.ok(!other.url().includes(secret), 'nor does the history')

  await go(other, '/')
  await other.locator('.mine-row', { hasText: w.title }).waitFor()
  await go(other, '/track')
  await other.getByRole('button', { name: new RegExp(number) }).click()
  await other.locator('.ask .alarm').click()
  await other.locator('.none').waitFor()
  await other.reload()
  await other.locator('.none').waitFor()
})

test('a number that is not kept here asks for the code', async (t) => {
  const page = await device(t)
  await go(page, '/track/YD12345-20261101-00001')
  await page.waitForURL('**/track?number=*')
  await expect(page.locator('#number')).toHaveValue('YD12345-20261101-00001')
})
