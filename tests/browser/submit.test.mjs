/** Submitting when fingers are nervous, networks bad and servers busy. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answersOf, AS_SEEN, device, expect, fillUpTo, freshPhone, next, ORDERS, photo, readReceipt, submit, words } from './support.mjs'

const w = words['zh-CN']

test('a double tap makes one case', async (t) => {
  const page = await device(t, { expected: [429] })
  await fillUpTo(page, 'check', w, { anonymous: true })
  const keys = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/intake/orders')) keys.push(request.headers()['idempotency-key'])
  })
  const answers = await answersOf(page, ORDERS)
  await page.locator('.send').evaluate((button) => {
    button.click()
    button.click()
  })
  const { number } = await readReceipt(page)
  assert.equal(new Set(keys).size, 1, 'every attempt carries the same key')
  assert.deepEqual([...new Set(answers.map((one) => one.number))], [number])
})

test('an answer lost on the way does not make a second case', async (t) => {
  const page = await device(t, { expected: [429, 'ERR_FAILED'] })
  await fillUpTo(page, 'check', w, { anonymous: true })
  let stored = null
  await page.route(ORDERS, async (route) => {
    // The town received it; the phone never hears of it.
    const answer = await route.fetch()
    if (answer.status() !== 201) return route.fulfill({ response: answer })
    stored = await answer.json()
    return route.abort()
  })
  await page.locator('.send').click()
  await page.getByText(w.safe).waitFor()
  await page.unroute(ORDERS)
  const { number, secret } = await submit(page)
  assert.equal(number, stored.number)
  assert.equal(secret, stored.secret)
})

test('offline says so, keeps everything, and works once the network is back', async (t) => {
  const page = await device(t, { expected: [429, 'ERR_INTERNET_DISCONNECTED'] })
  await fillUpTo(page, 'check', w, { anonymous: true })
  await page.context().setOffline(true)
  await page.locator('.send').click()
  await page.getByText(w.offline).waitFor()
  await expect(page.locator('.rows')).toContainText(new RegExp(w.title), AS_SEEN)
  await page.context().setOffline(false)
  await submit(page)
})

test('where the receipt’s page does not come, number and code are shown right there', async (t) => {
  const page = await device(t, { expected: [429, 'ERR_FAILED'] })
  await page.route('**/assets/ReceiptPage-*.js', (route) => route.abort())
  await fillUpTo(page, 'check', w, { anonymous: true })
  const answers = await answersOf(page, ORDERS)
  await page.locator('.send').click()
  await page.getByRole('heading', { name: w.alreadySent }).waitFor()
  const shown = (await page.locator('main').innerText()).replace(/\s/g, '')
  const [{ number, secret }] = answers
  assert.ok(shown.includes(number) && shown.includes(secret), shown)
})

for (const [status, code, text] of [[503, 'unavailable', w.busy], [429, 'tooManyRequests', w.tooMany]]) {
  test(`a ${status} says how long to wait`, async (t) => {
    const page = await device(t, { expected: [status] })
    await fillUpTo(page, 'check', w, { anonymous: true })
    await page.route(ORDERS, (route) =>
      route.fulfill({ status, headers: { 'retry-after': '120' }, contentType: 'application/problem+json', body: JSON.stringify({ status, code }) }),
    )
    await page.locator('.send').click()
    await page.getByText(text).waitFor()
    await expect(page.locator('.summary')).toContainText(new RegExp(w.minutes), AS_SEEN)
    await expect(page.locator('.summary'), 'the error takes the focus').toBeFocused()
  })
}

test('a proof of work that is asked for is done without the person', async (t) => {
  const page = await device(t, { expected: [429] })
  await fillUpTo(page, 'check', w, { anonymous: true })
  let proof = ''
  await page.route(ORDERS, (route) => {
    proof = route.request().headers()['proof-of-work'] ?? ''
    if (proof) return route.continue()
    const proofOfWork = { challenge: 'prove-it', bits: 12 }
    return route.fulfill({ status: 429, contentType: 'application/problem+json', body: JSON.stringify({ status: 429, code: 'proofOfWorkNeeded', proofOfWork }) })
  })
  const key = page.waitForRequest((request) => request.url().endsWith('/api/intake/orders')).then((request) => request.headers()['idempotency-key'])
  const proven = page.waitForResponse((response) => response.url().endsWith('/api/intake/orders') && proof !== '')
  await page.locator('.send').click()
  await proven
  const [challenge, nonce] = proof.split(':')
  assert.equal(challenge, 'prove-it')
  const { createHash } = await import('node:crypto')
  const digest = createHash('sha256').update(`prove-it:${await key}:${nonce}`).digest()
  assert.equal(digest.readUInt16BE(0) >> 4, 0, 'twelve leading zero bits')
})

test('a photo that is refused names itself and can be removed', async (t) => {
  const page = await device(t, { expected: [413] })
  await fillUpTo(page, 'photos', w)
  await page.route('**/api/intake/attachments', (route) =>
    route.fulfill({ status: 413, contentType: 'application/problem+json', body: JSON.stringify({ status: 413, code: 'tooLarge' }) }),
  )
  await page.setInputFiles('input[type=file]', [await photo()])
  await page.getByText(w.photoTooLarge).waitFor()
  await page.locator('.remove').click()
  await expect(page.locator('.cell')).toHaveCount(0)
  await expect(page.locator('input[type=file]:focus'), 'the focus is on the way to another one').toHaveCount(1)
})

test('going on moves the focus to the heading of the next question', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'type', w)
  await page.locator('input[value=complaint]').check()
  await next(page)
  await page.waitForURL('**/report/what')
  await page.waitForFunction((heading) => document.activeElement?.matches('h1') && document.activeElement.textContent === heading, '发生了什么？')
})

/** Tab, until the focus is on what `selector` names. */
async function tabTo(page, selector) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no key leads to ${selector}`)
}

/** The router gives the focus to a page's heading with the next frame; whoever types before it loses the field again. */
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))

/** Goes on by key, until the next question has its heading focused for good. */
async function enter(page, step) {
  await tabTo(page, 'form button[type=submit]')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/report/${step}`)
  await settled(page)
  await page.waitForFunction(() => document.activeElement?.id === 'question')
}

test('the whole form is filled in and sent by keys alone', { timeout: 120_000 }, async (t) => {
  const page = await device(t, { expected: [429] })
  const type = async (field, text) => {
    await tabTo(page, field)
    await page.keyboard.type(text)
  }
  const tick = async (field) => {
    await tabTo(page, field)
    await page.keyboard.press('Space')
  }
  await fillUpTo(page, 'type', w)
  await settled(page)
  await tick('input[name=type]')
  await enter(page, 'what')
  await type('#content', w.content)
  await enter(page, 'category')
  await type('#category', w.lampWords)
  await tick('input[name=category-choice]')
  await enter(page, 'where')
  await type('#address', w.address)
  await enter(page, 'photos')
  await enter(page, 'contact')
  await tick('#contact-named')
  await type('#phone', freshPhone())
  await enter(page, 'check')
  await tabTo(page, '.send')
  await page.keyboard.press('Enter')
  await readReceipt(page)
})

test('an unanswered question names itself, links to its field and takes the focus', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'contact', w)
  await next(page)
  await page.locator('.summary').waitFor()
  await expect(page.locator('.summary')).toContainText(w.errors, AS_SEEN)
  await page.locator('.summary a').click()
  await expect(page.locator('#contact-named')).toBeFocused()
})

test('a phone number that the town would refuse is refused at its field, a landline with a dash is taken', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'contact', w)
  await page.locator('#contact-named').check()
  // As long as a mobile, but none begins so.
  await page.locator('#phone').fill('12345678901')
  await next(page)
  await page.locator('.summary a[href="#phone"]').waitFor()
  const error = await page.locator('#phone').getAttribute('aria-describedby')
  await expect(page.locator(`#${error}`), 'the field is described by its error').toContainText(/电话号码不完整/, AS_SEEN)
  await page.locator('#phone').fill('0523-8888 1234')
  await next(page)
  await page.waitForURL('**/report/check')
})

test('changing an answer from the check page leads back to it', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'check', w, { anonymous: true })
  await page.locator('.row a[href^="/report/what"]').first().click()
  await page.locator('#title').fill('换一个标题')
  await next(page)
  await page.waitForURL('**/report/check')
  await expect(page.locator('.rows')).toContainText(/换一个标题/, AS_SEEN)
})
