/** What helps beside the form: a voice instead of typing, similar cases, on behalf, the map, reading aloud, notices. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { desktop, device, looks, fillUpTo, go, home, next, phone, submit, submitted, words } from './support.mjs'

const catalogue = async () => (await fetch(`${home}/api/catalogue`)).json()
const hasFocus = (locator) => locator.evaluate((element) => element === document.activeElement)

/** Seconds: lists are folded by the tick. */
async function until(seconds, look) {
  for (let tries = 0; tries < seconds; tries += 1) {
    const found = await look()
    if (found) return found
    await new Promise((done) => setTimeout(done, 1000))
  }
  throw new Error(`not seen within ${seconds} s`)
}

for (const { locale, viewport } of looks) {
  test(`somebody who cannot type speaks, and can be heard on the case’s page (${locale}, ${viewport.width} px)`, async (t) => {
    const w = words[locale]
    const page = await device(t, { locale, viewport, permissions: ['microphone'], expected: [429] })
    await fillUpTo(page, 'what', w)
    await page.locator('.voice button').click()
    await page.locator('.voice .alarm').waitFor()
    // Shorter than a moment is no note.
    await page.waitForFunction(() => /0:0[1-9]/.test(document.querySelector('.voice .on')?.textContent ?? ''))
    await page.locator('.voice .alarm').click()
    await page.getByText(w.voiceDone).waitFor()
    await next(page)
    await page.waitForURL('**/category')
    await page.locator('#category').fill(w.lampWords)
    await page.locator('input[value=T0403]').click()
    await next(page)
    await page.locator('#address').fill(w.address)
    await next(page)
    await page.waitForURL('**/photos')
    await next(page)
    await page.locator('input[value=anonymous]').check()
    await next(page)
    await page.waitForURL('**/check')
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

test('a phone without a recorder hands over a recording, and a refused microphone is explained', async (t) => {
  const w = words['zh-CN']
  const without = await device(t)
  await without.addInitScript(() => delete window.MediaRecorder)
  await fillUpTo(without, 'what', w)
  assert.equal(await without.locator('.voice input[type=file]').getAttribute('accept'), 'audio/*')

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
    assert.equal(await second.locator('.similar .btn').count(), 0, 'once is enough')
  })
}

test('a report on behalf of somebody says so on the case’s page', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { expected: [429] })
  await fillUpTo(page, 'contact', w)
  await page.locator('input[value=anonymous]').check()
  await page.locator('.choice:has(input[type=checkbox]) input').last().check()
  await next(page)
  await page.locator('.summary a').click()
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'relation')
  await page.locator('#relation').selectOption('parent')
  await next(page)
  await page.waitForURL('**/check')
  await submit(page)
  await page.locator('.go .btn').first().click()
  await page.locator('main').getByText(new RegExp(w.parent)).first().waitFor()
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
  assert.equal(await page.locator('a.tile[href="tel:12345"]').count(), 1)
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
    assert.equal(await row.getAttribute('aria-pressed'), 'true')
    await page.locator('.list .row').first().waitFor()
    assert.equal(await page.locator('.list .row').count(), n)
  })
}

for (const { locale, viewport } of looks) {
  test(`statistics say in words and figures what the bars show (${locale}, ${viewport.width} px)`, async (t) => {
    const page = await device(t, { locale, viewport })
    await go(page, '/statistics')
    await page.locator('.figures').waitFor()
    const { total } = await (await fetch(`${home}/api/intake/statistics`)).json()
    const shown = Number(await page.locator('.figures dd').first().innerText())
    assert.equal(shown, total.received)
    const chart = page.locator('svg.bars')
    assert.equal(await chart.locator('rect.received').count(), 12)
    const letters = await chart.locator('text').first().evaluate((one) => parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)
    assert.ok(letters > 13.5, `${letters} px on the screen`)
    await page.locator('.body summary').click()
    const received = await page.locator('.scroll tbody tr td:nth-child(2)').allInnerTexts()
    assert.equal(received.length, 12)
    assert.equal(received.reduce((sum, n) => sum + Number(n), 0), shown, 'the table has every bar’s figure')
    assert.match(await chart.getAttribute('aria-label'), /\d{4}/)
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

test('a case leaves the device only after a question, and "no" leads back to where one was', async (t) => {
  const page = await device(t, { expected: [429] })
  const { number } = await submitted(page, words['zh-CN'])
  await go(page, '/track')
  const inList = page.locator('.row .forget')
  await inList.click()
  assert.ok(await hasFocus(page.locator('.ask')), 'the question is where one goes on')
  await page.locator('.ask .quiet').click()
  assert.ok(await hasFocus(inList))

  await go(page, `/track/${number}`)
  const onPage = page.locator('.keep .link')
  await onPage.click()
  await page.locator('.keep .ask .quiet').click()
  assert.ok(await hasFocus(onPage))
  await onPage.click()
  await page.locator('.keep .ask .alarm').click()
  await page.waitForURL('**/track')
  await page.locator('.none').waitFor()
})

test('a map that does not come says so in its place, and comes when it is asked for again', async (t) => {
  const page = await device(t, { expected: ['ERR_FAILED'] })
  await page.route('**/assets/PublicMap-*', (route) => route.abort())
  await go(page, '/public')
  await page.locator('input[name=view][value=map]').check()
  const again = page.getByRole('button', { name: '重新载入' })
  await again.waitFor()
  await page.unroute('**/assets/PublicMap-*')
  await again.click()
  // A Chromium that keeps the failed import loads the page anew, with the list chosen.
  const map = page.locator('svg.town')
  const list = page.locator('input[name=view][value=list]:checked')
  await map.or(list).first().waitFor()
  if (await list.count()) await page.locator('input[name=view][value=map]').check()
  await map.waitFor()
})

test('the focus stays where one goes on: on the button of a closed panel, on the heading of a case that came late', async (t) => {
  const page = await device(t, { expected: [429] })
  await submitted(page, words['zh-CN'])
  await page.locator('.go .btn').first().click()
  await page.waitForFunction(() => document.activeElement?.matches('.state h1'))

  const opener = page.locator('.tool[aria-controls=display]')
  await opener.click()
  await page.locator('.panel .btn').click()
  assert.ok(await hasFocus(opener))
  await opener.click()
  await page.locator('.panel [role=switch]').press('Escape')
  assert.ok(await hasFocus(opener))
})

test('the enlarged map is moved by buttons and by arrow keys, not by dragging alone', async (t) => {
  const page = await device(t)
  await go(page, '/public')
  await page.locator('input[name=view][value=map]').check()
  const map = page.locator('svg.town')
  await map.waitFor()
  assert.equal(await page.locator('.moves').count(), 0, 'the whole town needs no moving')
  await page.locator('.zoom button').first().click()
  const corner = async () => (await map.getAttribute('viewBox')).split(' ').slice(0, 2).map(Number)
  const [x, y] = await corner()
  await page.getByRole('button', { name: '往右看' }).click()
  const moved = await corner()
  assert.ok(moved[0] > x && moved[1] === y, `${moved}`)
  await page.keyboard.press('ArrowUp')
  assert.ok((await corner())[1] < y)
})

test('a phone whose clock is far ahead is offered the months of the town', async (t) => {
  const page = await device(t)
  await page.addInitScript((ms) => {
    const Real = Date
    window.Date = class extends Real {
      constructor(...parts) {
        super(...(parts.length > 0 ? parts : [Real.now() + ms]))
      }
      static now() {
        return Real.now() + ms
      }
    }
  }, 40 * 86_400_000)
  // Late, so that the page is there before any answer says what time it is.
  await page.route('**/api/catalogue', async (route) => {
    await new Promise((done) => setTimeout(done, 600))
    await route.continue()
  })
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)
  await go(page, '/public')
  await page.locator('#month option').first().waitFor({ state: 'attached' })
  assert.equal(await page.locator('#month').inputValue(), month)
  await go(page, '/statistics')
  await page.locator('#span option').nth(1).waitFor({ state: 'attached' })
  assert.equal(await page.locator('#span option').nth(1).getAttribute('value'), month)
})

test('where nothing can be copied, number and code are selected, and it is said how to go on', async (t) => {
  const page = await device(t, { expected: [429] })
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
  const { number, secret } = await submitted(page, words['zh-CN'])
  await page.getByRole('button', { name: '复制编号和查询码' }).click()
  await page.getByText(/请长按/).waitFor()
  const selected = (await page.evaluate(() => getSelection().toString())).replace(/\s/g, '')
  assert.ok(selected.includes(number) && selected.includes(secret), selected)
})

test('a case that takes no more says so, and not to try again later', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { expected: [409, 429] })
  const { number } = await submitted(page, w)
  await page.route('**/supplements', (route) =>
    route.fulfill({ status: 409, contentType: 'application/problem+json', body: '{"status":409,"code":"supplementsFull"}' }))
  await go(page, `/track/${number}`)
  await page.locator('.action .head').filter({ hasText: w.supplement }).click()
  await page.locator('#text-supplement').fill(w.supplementText)
  await page.locator('.action form button[type=submit]').click()
  const said = await page.locator('.summary').innerText()
  assert.match(said, /补充次数已用完/)
  assert.match(said, /拨打/)
})

test('a receipt’s link that puts a case on this device says so, with the way to remove it', async (t) => {
  const page = await device(t, { expected: [429] })
  const created = page.waitForResponse((response) => response.status() === 201 && response.url().endsWith('/orders'))
  const { number, secret } = await submitted(page, words['zh-CN'])
  const { id } = await (await created).json()
  const other = await device(t)
  const open = async () => {
    await other.goto(`${home}/track#${id}.${secret}`)
    await other.waitForURL(`**/track/${number}`)
    await other.locator('.state').waitFor()
  }
  const notice = other.locator('.notice', { hasText: '已存入这台设备' })
  await open()
  await notice.waitFor()
  await go(other, '/')
  await open()
  assert.equal(await notice.count(), 0, 'once is enough')
  await go(other, '/track')
  await other.locator('.row .forget').click()
  await other.locator('.ask .alarm').click()
  await other.locator('.none').waitFor()
  await go(other, '/')
  await open()
  await notice.locator('.link').click()
  await notice.locator('.alarm').click()
  await other.locator('.none').waitFor()
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
  assert.deepEqual([await page.locator('#category').inputValue(), await page.locator('#village').inputValue()], ['', ''])
  assert.ok(await hasFocus(page.locator('#category')), 'the button has gone, the focus has not')
  await mine.waitFor()
  await page.locator('#month').selectOption({ index: 1 })
  await gone()
})
