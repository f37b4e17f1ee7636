/** Bad days: no network half-way, cut uploads, huge and foreign photos, no position, a wrong clock, two windows, "back". */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { heic } from './heic.mjs'
import { AS_SEEN, device, expect, fillUpTo, fromPhotosToCheck, fromWhatToPhotos, go, late, next, ORDERS, photo, readReceipt, submit, submitted, withWrongClock, words } from './support.mjs'

const w = words['zh-CN']
const UPLOADS = '**/api/intake/attachments'
const OFFLINE = 'ERR_INTERNET_DISCONNECTED'
const DAY_MS = 86_400_000

test('the network goes half-way: the form goes on, the draft is kept, and it is sent once there is one again', async (t) => {
  const page = await device(t, { expected: [429, OFFLINE] })
  await fillUpTo(page, 'what', w)
  await page.context().setOffline(true)
  await page.getByText(w.offlineBar).waitFor()
  await page.locator('#content').fill(w.content)
  await fromWhatToPhotos(page, w)
  await page.context().setOffline(false)
  await page.getByText(w.backOnline).waitFor()
  await page.reload()
  await page.getByText(w.restored).waitFor()
  await go(page, '/report/what')
  await expect(page.locator('#content')).toHaveValue(w.content)
  await go(page, '/report/photos')
  await fromPhotosToCheck(page)
  await submit(page)
})

test('a cut upload goes on by itself, under the same key', async (t) => {
  const page = await device(t, { expected: [429, 'ERR_CONNECTION_RESET'] })
  await fillUpTo(page, 'photos', w)
  const keys = []
  await page.route(UPLOADS, (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    return keys.length === 1 ? route.abort('connectionreset') : route.continue()
  })
  await page.setInputFiles('input[type=file]', [await photo()])
  await page.locator('.cell.failed').waitFor()
  await page.locator('.cell.done').waitFor()
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1])
})

/** A server that is busy, and says for how long. */
const busy = (seconds) => ({
  status: 503, headers: { 'retry-after': String(seconds) }, contentType: 'application/problem+json', body: '{"status":503,"code":"unavailable"}',
})

test('a photo that a busy server put off goes out when it said', async (t) => {
  const page = await device(t, { expected: [503, 429] })
  await fillUpTo(page, 'photos', w)
  await page.route(UPLOADS, (route) => route.fulfill(busy(3)), { times: 1 })
  await page.setInputFiles('input[type=file]', [await photo()])
  await page.getByText(/照片 1 没有传上去：系统正忙，3 秒后/).waitFor()
  await page.locator('.cell.done').waitFor()
})

test('what keeps a photo from being sent is said at the check, with the wait and the way to it', async (t) => {
  const page = await device(t, { expected: [503, 429] })
  await fillUpTo(page, 'photos', w)
  await page.route(UPLOADS, (route) => route.fulfill(busy(120)))
  await page.setInputFiles('input[type=file]', [await photo()])
  await page.locator('.cell.failed').waitFor()
  await next(page)
  await page.waitForURL('**/contact')
  await page.locator('input[value=anonymous]').check()
  await next(page)
  await page.waitForURL('**/check')
  await page.locator('.send').click()
  await page.locator('.summary', { hasText: w.busy }).waitFor()
  await expect(page.locator('.summary')).toContainText(new RegExp(w.minutes), AS_SEEN)
  await page.unroute(UPLOADS)
  await page.locator('.summary a').click()
  await page.waitForURL('**/report/photos?from=check')
  await page.locator('.again').click()
  await page.locator('.cell.done').waitFor()
})

test('a photo that waited for more than a day is gone there, and goes out again as another one', { timeout: 120_000 }, async (t) => {
  const page = await device(t, { expected: [409, 422, 429] })
  await fillUpTo(page, 'check', w, { photos: [await photo()], anonymous: true })
  const problem = (status, body) => ({ status, contentType: 'application/problem+json', body: JSON.stringify({ status, ...body }) })
  const dropped = problem(422, { code: 'invalidFields', errors: [{ pointer: '/attachments', code: 'dropped' }] })
  await page.route(ORDERS, (route) => route.fulfill(dropped), { times: 1 })
  const keys = []
  await page.route(UPLOADS, (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    return keys.length === 1 ? route.fulfill(problem(409, { code: 'uploadDropped' })) : route.continue()
  })
  await page.locator('.send').click()
  await page.getByText(w.photoDropped).first().waitFor()
  await submit(page)
  assert.equal(keys.length, 2)
  assert.notEqual(keys[0], keys[1])
})

test('a photo chosen without a network is sent when it comes back', async (t) => {
  const page = await device(t, { expected: [429, OFFLINE] })
  // Without the tries that come by themselves, only the network's return can send it.
  await page.addInitScript(() => {
    const real = window.setTimeout
    window.setTimeout = (work, ms, ...more) => ([2_000, 8_000, 30_000].includes(ms) ? 0 : real(work, ms, ...more))
  })
  await fillUpTo(page, 'photos', w)
  await page.context().setOffline(true)
  await page.setInputFiles('input[type=file]', [await photo()])
  await page.locator('.cell.failed').waitFor()
  await page.context().setOffline(false)
  await page.locator('.cell.done').waitFor()
})

/** A JPEG with a camera's own notes until it has `bytes`: APP15 segments hold 64 KiB each. */
async function padded(bytes) {
  const { buffer, ...more } = await photo()
  const segment = Buffer.alloc(65_537, 0x20)
  segment.set([0xff, 0xef, 0xff, 0xff])
  const padding = Array.from({ length: Math.ceil(bytes / segment.length) }, () => segment)
  return { ...more, buffer: Buffer.concat([buffer.subarray(0, 2), ...padding, buffer.subarray(2)]) }
}

/** A file on disk: Playwright hands over no more than 50 MB at once, and base64 makes 40 MB of it too much. */
function onDisk(t, { name, buffer }) {
  const folder = mkdtempSync(join(tmpdir(), 'onetown-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, name)
  writeFileSync(path, buffer)
  return path
}

test('a photo of 40 MB is made small on the phone', { timeout: 120_000 }, async (t) => {
  const page = await device(t, { expected: [429] })
  await page.addInitScript(() => {
    window.sizes = []
    const send = XMLHttpRequest.prototype.send
    XMLHttpRequest.prototype.send = function (body) {
      window.sizes.push(body.size)
      return send.call(this, body)
    }
  })
  await fillUpTo(page, 'photos', w)
  const big = await padded(40_000_000)
  assert.ok(big.buffer.length > 40_000_000)
  await page.setInputFiles('input[type=file]', onDisk(t, big))
  await page.locator('.cell.done').waitFor({ timeout: 60_000 })
  const sizes = await page.evaluate(() => window.sizes)
  assert.equal(sizes.length, 1)
  assert.ok(sizes[0] < 1_000_000, `${sizes[0]} bytes left the phone`)
})

test('what is too large and cannot be made smaller is refused before it costs anything', { timeout: 120_000 }, async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'photos', w)
  let asked = 0
  await page.route(UPLOADS, (route) => {
    asked += 1
    return route.abort()
  })
  await page.setInputFiles('input[type=file]', onDisk(t, { name: 'IMG_0003.HEIC', buffer: Buffer.concat([heic().buffer, Buffer.alloc(11_000_000)]) }))
  await page.getByText(w.photoTooLarge).waitFor({ timeout: 60_000 })
  assert.equal(asked, 0)
})

test('a HEIC of an iPhone is taken as it is where the browser cannot draw it', async (t) => {
  const page = await device(t, { expected: [429] })
  await fillUpTo(page, 'photos', w)
  await page.setInputFiles('input[type=file]', onDisk(t, heic()))
  await page.locator('.cell.done').waitFor()
  await page.getByText(w.noPreview).waitFor()
})

test('what was transparent in a picture becomes white paper, not black', async (t) => {
  const page = await device(t, { expected: [429] })
  await fillUpTo(page, 'photos', w)
  // 8 × 8 px of nothing.
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAYAAADED76LAAAADUlEQVR42mNgGAUgAAABCAABXbcZDQAAAABJRU5ErkJggg=='
  await page.setInputFiles('input[type=file]', [{ name: 'sketch.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') }])
  await page.locator('.cell.done').waitFor()
  const pixel = await page.locator('.cell img').evaluate(async (image) => {
    await image.decode()
    const paper = document.createElement('canvas').getContext('2d')
    paper.drawImage(image, 0, 0)
    return [...paper.getImageData(0, 0, 1, 1).data]
  })
  assert.ok(pixel.every((part) => part > 250), pixel.join(' '))
})

test('several photos chosen at once are written to the device once more when all are small, not after each', async (t) => {
  const page = await device(t, { expected: [429] })
  await page.addInitScript(() => {
    window.written = []
    const put = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = function (value, ...more) {
      if (value?.photos) window.written.push(value.photos.filter((one) => one.small).length)
      return put.call(this, value, ...more)
    }
  })
  const one = await photo()
  await fillUpTo(page, 'photos', w, { photos: [one, one, one] })
  const written = await page.evaluate(() => window.written)
  assert.deepEqual([...new Set(written)], [0, 3], `small ones at each writing: ${written}`)
})

test('a position that takes too long is given up with advice', async (t) => {
  const page = await device(t)
  await page.addInitScript(() => {
    navigator.geolocation.getCurrentPosition = (_found, failed) => setTimeout(() => failed({ code: 3 }))
  })
  await fillUpTo(page, 'where', w)
  await page.locator('.locate button').click()
  await page.getByText(w.late).waitFor()
  await page.locator('#address').fill(w.address)
  await next(page)
  await page.waitForURL('**/photos')
})

for (const [name, wrongMs] of [['slow', -DAY_MS], ['fast', DAY_MS]]) {
  test(`a clock that is a day ${name} changes nothing`, async (t) => {
    const page = await device(t, { expected: [429] })
    await withWrongClock(page, wrongMs)
    await fillUpTo(page, 'what', w)
    await page.locator('#content').fill(w.content)
    await page.locator('.more summary').click()
    const inTown = (at) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 16)
    await page.locator('#when').fill(inTown(Date.now() + 12 * 3_600_000))
    await next(page)
    await page.locator('.summary').waitFor()
    await expect(page.locator('.summary a'), 'what lies ahead of the town’s clock cannot have happened').toHaveCount(1)
    await page.locator('#when').fill(inTown(Date.now() - 600_000))
    await next(page)
    await page.waitForURL('**/category')
    await page.locator('#category').fill(w.lampWords)
    await page.locator('input[value=T0403]').click()
    await next(page)
    await page.locator('#address').fill(w.address)
    await next(page)
    await next(page)
    await page.locator('input[value=anonymous]').check()
    await next(page)
    await page.waitForURL('**/check')
    await submit(page)
    const today = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'long' }).format(new Date())
    await expect(page.locator('.slip .facts')).toContainText(new RegExp(`收到时间\\s*${today}`), AS_SEEN)

    const right = await device(t, { expected: [429] })
    await submitted(right, w)
    for (const one of [page, right]) await one.locator('.go .btn').first().click()
    const left = await right.locator('.state .left').innerText()
    await expect(page.locator('.state .left'), 'as many days are left as on a phone that knows the day').toHaveText(left, AS_SEEN)
  })
}

test('"back" after submitting leads to what was sent, not into an empty form', async (t) => {
  const page = await device(t, { expected: [429] })
  const { number } = await submitted(page, w)
  await page.goBack()
  await page.getByRole('heading', { name: w.alreadySent }).waitFor()
  await expect(page.locator('main')).toContainText(new RegExp(number), AS_SEEN)
  await page.goBack()
  await page.getByRole('heading', { name: w.alreadySent }).waitFor()
  await page.getByRole('button', { name: w.anotherOne }).click()
  await page.waitForURL('**/report/type')
  await expect(page.locator('input:checked')).toHaveCount(0)
})

test('two windows: the older answers pause, come over on request, and are sent once', async (t) => {
  const first = await device(t, { expected: [429] })
  await fillUpTo(first, 'contact', w)
  const second = await first.context().newPage()
  await go(second, '/report')
  await second.getByRole('button', { name: w.resume }).click()
  await second.waitForURL('**/report/contact')
  await go(second, '/report/what')
  await second.locator('#title').fill('在第二个窗口改的标题')
  await first.getByRole('heading', { name: w.elsewhere }).waitFor()
  await next(second)
  await first.getByRole('button', { name: w.hereNow }).click()
  await second.getByRole('heading', { name: w.elsewhere }).waitFor()
  await first.locator('input[value=anonymous]').check()
  await next(first)
  await first.waitForURL('**/check')
  await expect(first.locator('.rows')).toContainText(/在第二个窗口改的标题/, AS_SEEN)
  await first.locator('.send').click()
  const { number } = await readReceipt(first)
  await second.getByRole('heading', { name: w.alreadySent }).waitFor()
  await expect(second.locator('main')).toContainText(new RegExp(number), AS_SEEN)
})

test('who only looks at an answer pauses no other window, and none is paused by what was sent', async (t) => {
  const first = await device(t, { expected: [429] })
  await fillUpTo(first, 'check', w, { anonymous: true })
  const second = await first.context().newPage()
  await go(second, '/report/what')
  await second.locator('#content').waitFor()
  await next(second)
  await second.waitForURL('**/report/category')
  await first.locator('.send').click()
  await readReceipt(first)
  await second.getByRole('button', { name: w.anotherOne }).click()
  await second.waitForURL('**/report/type')
  await second.locator('.choice').first().waitFor()
})

test('an answer that stalls half-way is given up, with advice', async (t) => {
  const page = await device(t)
  await page.addInitScript(() => {
    const [fetched, wait] = [window.fetch, window.setTimeout]
    // What the portal waits for an answer, in short.
    window.setTimeout = (work, ms, ...more) => wait(work, ms === 30_000 ? 500 : ms, ...more)
    window.fetch = async (path, init) => {
      const answer = await fetched(path, init)
      if (!String(path).endsWith('/api/catalogue')) return answer
      const stalled = new ReadableStream({
        start: (body) => init.signal.addEventListener('abort', () => body.error(new DOMException('', 'AbortError'))),
      })
      return new Response(stalled, { headers: answer.headers })
    }
  })
  await go(page, '/report/type')
  await page.getByText('网络太慢，没有等到回音').waitFor()
})

test('a busy server is asked again by itself when it said', async (t) => {
  const page = await device(t, { expected: [503, 429] })
  await fillUpTo(page, 'check', w, { anonymous: true })
  const keys = []
  await page.route(ORDERS, (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    if (keys.length > 1) return route.continue()
    return route.fulfill({ status: 503, headers: { 'retry-after': '2' }, contentType: 'application/problem+json', body: '{"status":503,"code":"unavailable"}' })
  })
  await page.locator('.send').click()
  await page.getByText(w.autoRetry).waitFor()
  await readReceipt(page)
  assert.equal(new Set(keys).size, 1)
})
