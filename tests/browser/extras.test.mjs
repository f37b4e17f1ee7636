/** What helps beside the form: a voice instead of typing, similar cases, on behalf, the map, reading aloud, notices. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answersOf, AS_SEEN, desktop, device, expect, fillUpTo, fromPhotosToCheck, fromWhatToPhotos, go, home, looks, next, phone, submit, submitted, words } from './support.mjs'

const catalogue = async () => (await fetch(`${home}/api/catalogue`)).json()

/** Seconds: lists are folded by the tick. */
async function until(seconds, look) {
  for (let tries = 0; tries < seconds; tries += 1) {
    const found = await look()
    if (found) return found
    await new Promise((done) => setTimeout(done, 1000))
  }
  throw new Error(`not seen within ${seconds} s`)
}

/** Speaks for longer than a moment, which would be no note, and goes on recording. */
async function record(page) {
  await page.locator('.voice button').click()
  await page.locator('.voice .alarm').waitFor()
  await page.waitForFunction(() => document.activeElement?.matches('.voice .alarm'))
  await page.waitForFunction(() => /0:0[1-9]/.test(document.querySelector('.voice .on')?.textContent ?? ''))
}

for (const { locale, viewport } of looks) {
  test(`somebody who cannot type speaks, and can be heard on the case’s page (${locale}, ${viewport.width} px)`, async (t) => {
    const w = words[locale]
    const page = await device(t, { locale, viewport, permissions: ['microphone'], expected: [429] })
    await fillUpTo(page, 'what', w)
    await record(page)
    await page.locator('.voice .alarm').click()
    await page.getByText(w.voiceDone).waitFor()
    await fromWhatToPhotos(page, w)
    await fromPhotosToCheck(page)
    await submit(page)
    await page.locator('.go .btn').first().click()
    await page.locator('.sound audio').first().waitFor()
    const seconds = await page.locator('.sound audio').first().evaluate((audio) => new Promise((done) => {
      if (audio.readyState > 0) done(audio.readyState)
      audio.onloadedmetadata = () => done(audio.readyState)
      audio.onerror = () => done(-1)
    }))
    assert.ok(seconds > 0, 'the recording that the town gives back plays')
  })
}

test('somebody who only spoke is told of the recording, not of photos, when it was not sent', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { permissions: ['microphone'], expected: [500, 429] })
  await page.route('**/api/intake/attachments', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"status":500}' }))
  await fillUpTo(page, 'what', w)
  await record(page)
  await page.locator('.voice .alarm').click()
  await page.locator('.voice .state.failed').waitFor()
  await fromWhatToPhotos(page, w)
  await fromPhotosToCheck(page)
  await page.locator('.send').click()
  await page.locator('.summary', { hasText: '录音没有传上去' }).waitFor()
  await expect(page.locator('.summary a')).toHaveAttribute('href', '/report/photos?from=check')
})

test('who goes on while recording keeps what was said, and a microphone allowed too late records nothing', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { permissions: ['microphone'], expected: [429] })
  await fillUpTo(page, 'what', w)
  await page.locator('#content').fill(w.content)
  await record(page)
  await next(page)
  await page.waitForURL('**/category')
  await page.locator('.back').click()
  await page.locator('.voice audio').waitFor()

  const late = await device(t, { permissions: ['microphone'] })
  await late.addInitScript(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      await new Promise((allow) => (window.allow = allow))
      return (window.stream = await ask(wanted))
    }
  })
  await fillUpTo(late, 'what', w)
  await late.locator('#content').fill(w.content)
  await late.locator('.voice button').click()
  await next(late)
  await late.waitForURL('**/category')
  await late.evaluate(() => window.allow())
  await late.waitForFunction(() => window.stream?.getTracks().every((track) => track.readyState === 'ended'))
})

test('a phone without a recorder hands over a recording, and a refused microphone is explained', async (t) => {
  const w = words['zh-CN']
  const without = await device(t)
  await without.addInitScript(() => delete window.MediaRecorder)
  await fillUpTo(without, 'what', w)
  await expect(without.locator('.voice input[type=file]')).toHaveAttribute('accept', 'audio/*')

  const refused = await device(t)
  await refused.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
  })
  await fillUpTo(refused, 'what', w)
  await refused.locator('.voice button').click()
  await refused.getByText(/麦克风许可/).waitFor()
})

for (const { locale, viewport } of looks) {
  test(`a similar case nearby is joined with "me too" instead of a second report (${locale}, ${viewport.width} px)`, { timeout: 120_000 }, async (t) => {
    const w = words[locale]
    const first = await device(t, { locale, viewport, expected: [429] })
    const { number } = await submitted(first, w)
    const village = (await (await fetch(`${home}/api/intake/public?limit=100`)).json()).items.find((item) => item.number === number)?.villageCode
      ?? await until(60, async () => (await (await fetch(`${home}/api/intake/public?limit=100`)).json()).items.find((item) => item.number === number)?.villageCode)
    await until(60, async () => {
      const { items } = await (await fetch(`${home}/api/intake/similar?category=T0403&village=${village}`)).json()
      return items.length > 0
    })
    const second = await device(t, { locale, viewport, expected: [409, 429] })
    await fillUpTo(second, 'photos', w)
    const before = second.locator('.similar .btn').first()
    await before.click()
    await second.getByText(w.noted).waitFor()
    await expect(second.locator('.similar .btn'), 'once is enough').toHaveCount(0)
  })
}

test('"me too" counts the first caller, says when a case is over, and leaves no unfinished report', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { expected: [409] })
  const number = 'YD12345-20261123-00001'
  const now = new Date().toISOString()
  const item = { number, categoryCode: 'T0403', status: 'inProgress', receivedAt: now, promisedBy: now, meToo: 1 }
  await page.route('**/api/intake/similar**', (route) => route.fulfill({ json: { radiusM: 300, items: [item] } }))
  await page.route('**/me-too', (route) => route.fulfill({ json: { number, meToo: 2, replyPromised: false } }))
  const over = { status: 409, contentType: 'application/problem+json', body: '{"status":409,"code":"stateConflict"}' }
  await page.route('**/me-too', (route) => route.fulfill(over), { times: 1 })
  await fillUpTo(page, 'photos', w)
  await page.locator('.similar').getByText('有 2 人遇到').waitFor()
  await page.locator('.similar .btn').click()
  await page.locator('.similar .summary', { hasText: '这件事刚刚结束' }).waitFor()
  await page.locator('.similar .btn').click()
  await page.getByText('现在有 3 人遇到').waitFor()
  await expect(page.locator(':focus')).toContainText('已经记下，谢谢')
  await page.getByRole('button', { name: '不用再提交了，回首页' }).click()
  await page.locator('.tile').first().waitFor()
  // A report worth going on with would be offered here.
  await go(page, '/report')
  await page.waitForURL('**/report/type')
})

test('similar cases are asked for without the exact position', async (t) => {
  const w = words['zh-CN']
  const { town } = await catalogue()
  const geolocation = { longitude: town.center.lonE7 / 1e7 + 0.000123, latitude: town.center.latE7 / 1e7 + 0.000123, accuracy: 18 }
  const page = await device(t, { geolocation, permissions: ['geolocation'] })
  await fillUpTo(page, 'where', w)
  await page.locator('.locate button').click()
  await page.getByText(w.located).waitFor()
  const asked = page.waitForRequest((request) => request.url().includes('/api/intake/similar'))
  await next(page)
  const query = new URL((await asked).url()).searchParams
  for (const part of ['lon', 'lat']) assert.match(query.get(part), /^\d+\.\d{3}$/)
})

test('a report on behalf of somebody says so on the case’s page', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { expected: [429] })
  await fillUpTo(page, 'contact', w)
  await page.locator('input[value=anonymous]').check()
  await page.locator('.choice:has(input[type=checkbox]) input').last().check()
  await next(page)
  await page.locator('.summary a').click()
  await expect(page.locator('#relation')).toBeFocused()
  await page.locator('#relation').selectOption('parent')
  await next(page)
  await page.waitForURL('**/check')
  await submit(page)
  await page.locator('.go .btn').first().click()
  await page.locator('main').getByText(new RegExp(w.parent)).first().waitFor()
})

test('"on behalf" without saying of whom does not get back to the check page', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'check', words['zh-CN'], { anonymous: true })
  await page.locator('.row a[href^="/report/contact"]').first().click()
  await page.locator('.choice:has(input[type=checkbox]) input').last().check()
  await page.locator('.back').click()
  await page.waitForURL('**/report/contact')
  await next(page)
  await page.locator('.summary a[href="#relation"]').waitFor()
})

test('a finger on the map chooses the village, and the list says which', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { expected: [429] })
  await fillUpTo(page, 'where', w)
  await page.locator('form .btn[aria-expanded]').click()
  const map = page.locator('svg.town')
  await map.waitFor()
  const box = await map.boundingBox()
  await map.click({ position: { x: box.width / 2, y: box.height / 2 } })
  await page.getByText(/已在地图上标出/).waitFor()
  const { villages } = await catalogue()
  const chosen = await page.locator('.chosen').innerText()
  assert.ok(villages.some((one) => chosen.includes(one.nameZh)), chosen)
  await next(page)
  await next(page)
  await page.locator('input[value=anonymous]').check()
  await next(page)
  await page.waitForURL('**/check')
  const { number } = await submit(page)
  assert.ok(number)
  await page.locator('.go .btn').first().click()
  // The server found the same village.
  await page.locator('main').getByText(villages.find((one) => chosen.includes(one.nameZh)).nameZh).first().waitFor()
})

test('the point on the map goes when it is taken away, and when the list says another village', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'where', words['zh-CN'])
  await page.locator('form .btn[aria-expanded]').click()
  const map = page.locator('svg.town')
  await map.waitFor()
  const tap = async () => {
    const box = await map.boundingBox()
    await map.click({ position: { x: box.width / 2, y: box.height / 2 } })
    await map.locator('.pin').waitFor()
  }
  await tap()
  await page.getByRole('button', { name: '去掉位置' }).click()
  await expect(page.locator('.locate .btn:focus'), 'the focus is on what took its place').toHaveCount(1)
  await map.locator('.pin').waitFor({ state: 'detached' })
  await tap()
  const chosen = await page.locator('.chosen').innerText()
  const { villages } = await catalogue()
  const other = villages.find((one) => !chosen.includes(one.nameZh))
  await page.locator('#village-change').click()
  await page.locator('#village').fill(other.nameZh)
  await page.locator(`input[value="${other.code}"]`).click()
  await map.locator('.pin').waitFor({ state: 'detached' })
  await expect(page.getByRole('button', { name: '去掉位置' })).toHaveCount(0)
})

test('a map that did not come says so, comes when it is asked for again, and costs no answer', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { expected: ['ERR_FAILED'] })
  await fillUpTo(page, 'where', w)
  await page.locator('#address').fill(w.address)
  await page.route('**/assets/PlaceMap-*.js', (route) => route.abort())
  await page.locator('form .btn[aria-expanded]').click()
  const again = page.getByRole('button', { name: '重新载入' })
  await again.waitFor()
  await page.unroute('**/assets/PlaceMap-*.js')
  await again.click()
  // A Chromium that keeps the failed import loads the page anew, with the map closed.
  const map = page.locator('svg.town')
  const closed = page.locator('form .btn[aria-expanded=false]')
  await map.or(closed).first().waitFor()
  if (await closed.isVisible()) await closed.click()
  await map.waitFor()
  await expect(page.locator('#address')).toHaveValue(w.address)
})

const speech = (voices) => {
  window.said = []
  const stub = {
    getVoices: () => voices,
    speak: (words) => window.said.push([words.text, words.lang]),
    cancel: () => window.said.push('cancel'),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }
  Object.defineProperty(window, 'speechSynthesis', { value: stub })
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } }
}

test('the page is read aloud by a voice of the device, and by no other', async (t) => {
  const w = words['zh-CN']
  const page = await device(t)
  await page.addInitScript(speech, [{ lang: 'zh-CN', localService: true, name: 'here' }])
  await go(page, '/about')
  await page.getByRole('button', { name: w.read }).click()
  const said = await page.evaluate(() => window.said)
  assert.ok(said.some((one) => one[0] === '使用说明' && one[1] === 'zh-CN'), JSON.stringify(said).slice(0, 200))
  await page.getByRole('button', { name: w.stopReading }).click()

  const remote = await device(t)
  await remote.addInitScript(speech, [{ lang: 'zh-CN', localService: false, name: 'a server of somebody' }])
  await go(remote, '/about')
  await remote.locator('h1').waitFor()
  assert.equal(await remote.getByRole('button', { name: w.read }).count(), 0)
})

test('home has the big actions, and what the town has to say today', async (t) => {
  const page = await device(t)
  await go(page, '/')
  await page.locator('.tile').first().waitFor()
  await expect(page.locator('a.tile[href="tel:12345"]')).toHaveCount(1)
  const { items } = await (await fetch(`${home}/api/catalogue/notices`)).json()
  for (const { titleZh } of items) await page.locator('.notices').getByText(titleZh).waitFor()
  await page.locator('.tile').first().click()
  await page.waitForURL('**/report/what')
})

for (const viewport of [phone, desktop]) {
  test(`open cases on the map: a village chosen beside it filters the list (${viewport.width} px)`, { timeout: 120_000 }, async (t) => {
    const page = await device(t, { viewport, expected: [429] })
    await submitted(page, words['zh-CN'])
    await until(60, async () => (await (await fetch(`${home}/api/intake/public`)).json()).items.length > 0)
    await go(page, '/public')
    await page.locator('input[name=view][value=map]').check()
    await page.locator('svg.town').waitFor()
    const row = page.locator('.table button').first()
    const n = Number(await row.locator('.num').innerText())
    await row.click()
    await expect(row).toHaveAttribute('aria-pressed', 'true')
    await page.locator('.list .row').first().waitFor()
    await expect(page.locator('.list .row')).toHaveCount(n)
  })
}

for (const { locale, viewport } of looks) {
  test(`statistics say in words and figures what the bars show (${locale}, ${viewport.width} px)`, async (t) => {
    const page = await device(t, { locale, viewport })
    // What this page was told: others report meanwhile.
    const told = await answersOf(page, '**/api/intake/statistics*')
    await go(page, '/statistics')
    await page.locator('.figures').waitFor()
    const [{ total }] = told
    await expect(page.locator('.figures dd').first()).toHaveText(String(total.received), AS_SEEN)
    const chart = page.locator('svg.bars')
    await expect(chart.locator('rect.received')).toHaveCount(12)
    const letters = await chart.locator('text').first().evaluate((one) => parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)
    assert.ok(letters > 13.5, `${letters} px on the screen`)
    await page.locator('.body summary').click()
    const received = await page.locator('.scroll tbody tr td:nth-child(2)').allInnerTexts()
    assert.equal(received.length, 12)
    assert.equal(received.reduce((sum, n) => sum + Number(n), 0), total.received, 'the table has every bar’s figure')
    await expect(chart).toHaveAttribute('aria-label', /\d{4}/)
    await page.locator('#span').selectOption({ index: 1 })
    await page.locator('.body[aria-busy=false]').waitFor()
  })
}

test('messages gather what the town said, and are marked as seen', { timeout: 120_000 }, async (t) => {
  const page = await device(t, { expected: [429] })
  await go(page, '/messages')
  await page.locator('.none').waitFor()
  await submitted(page, words['zh-CN'])
  await go(page, '/messages')
  await page.locator('.none').waitFor()
})

test('the public list is filtered by month, topic and village, and the filters go at once', { timeout: 120_000 }, async (t) => {
  const page = await device(t, { expected: [429] })
  const { number } = await submitted(page, words['zh-CN'])
  const listed = await until(60, async () => (await (await fetch(`${home}/api/intake/public?limit=100`)).json()).items.find((item) => item.number === number))
  const { categories, villages } = await catalogue()
  const otherTopic = categories.flatMap((group) => group.items).find((item) => item.code !== listed.categoryCode).code
  const otherVillage = villages.find((village) => village.code !== listed.villageCode).code
  await go(page, '/public')
  const mine = page.locator('.list .row', { hasText: number })
  const gone = () => mine.waitFor({ state: 'detached' })
  await mine.waitFor()
  for (const [field, other, own] of [['#category', otherTopic, listed.categoryCode], ['#village', otherVillage, listed.villageCode]]) {
    await page.locator(field).selectOption(other)
    await gone()
    await page.locator(field).selectOption(own)
    await mine.waitFor()
  }
  await page.locator('.views .link').click()
  await expect(page.locator('#category')).toHaveValue('')
  await expect(page.locator('#village')).toHaveValue('')
  await expect(page.locator('#category'), 'the button has gone, the focus has not').toBeFocused()
  await mine.waitFor()
  await page.locator('#month').selectOption({ index: 1 })
  await gone()
})
