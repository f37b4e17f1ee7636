/**
 * What holds for the whole site: language, elder mode, unknown addresses, the weight of a first visit; that nothing goes
 * from the device unasked, no focus is lost, and what fails says so and how to go on.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgetsKiB, consoleBudgetsKiB, firstLoad, mapBudgetKiB, mapOf, mapWeight } from '../../web/scripts/budgets.mjs'
import { answersOf, AS_SEEN, device, expect, fillUpTo, go, home, late, looks, ORDERS, submitted, withWrongClock, words } from './support.mjs'

const OFFLINE = 'ERR_INTERNET_DISCONNECTED'

test('the language is switched in one tap and remembered', async (t) => {
  const page = await device(t)
  await go(page, '/')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: /Say it once/ }).waitFor()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await page.reload()
  await page.getByRole('heading', { name: /Say it once/ }).waitFor()
  await expect(page).toHaveTitle(/OneTown/)
})

test('a language that cannot be fetched leaves the page in the one it has, and says so', async (t) => {
  const page = await device(t, { expected: [OFFLINE] })
  await go(page, '/about')
  await page.waitForLoadState('networkidle')
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByText('English 没有载入').waitFor()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await page.context().setOffline(false)
  await page.reload()
  await page.getByRole('heading', { name: '使用说明' }).waitFor()
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'How it works' }).waitFor()
})

test('without a network only the form says that what is filled in is kept', async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { expected: [OFFLINE] })
  const kept = page.locator('.network').getByText(/保存在这台设备上/)
  await fillUpTo(page, 'what', w)
  await page.context().setOffline(true)
  await kept.waitFor()
  await page.context().setOffline(false)
  await page.getByText(w.backOnline).waitFor()
  await go(page, '/about')
  await page.waitForLoadState('networkidle')
  await page.context().setOffline(true)
  await page.getByText(w.offlineBar).waitFor()
  assert.equal(await kept.count(), 0)
})

test('a town that did not answer at first is asked again once there is a network', async (t) => {
  const page = await device(t, { expected: ['ERR_FAILED', OFFLINE] })
  await page.route('**/api/catalogue', (route) => route.abort())
  await go(page, '/about')
  await page.waitForLoadState('networkidle')
  assert.equal(await page.locator('.limits').count(), 0)
  await page.unroute('**/api/catalogue')
  await page.context().setOffline(true)
  await page.context().setOffline(false)
  await page.locator('.limits').waitFor()
})

test('elder mode is one tap on the home page, up to 30 px, and remembered', async (t) => {
  const page = await device(t)
  await go(page, '/')
  await page.getByRole('switch').click()
  const base = () => page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize))
  await expect.poll(base).toBeGreaterThanOrEqual(18)
  await page.locator('.tool[aria-controls=display]').click()
  await page.locator('input[name=size][value="30"]').check()
  await page.reload()
  await page.getByRole('switch').waitFor()
  await expect.poll(base).toBe(30)
})

test('an unknown address gets a styled page in both languages and the status 404', async (t) => {
  const page = await device(t, { expected: [404] })
  const answer = await go(page, '/no/such/page')
  assert.equal(answer.status(), 404)
  await page.getByRole('heading', { name: '没有这个页面' }).waitFor()
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  const font = await page.evaluate(() => getComputedStyle(document.body).fontSize)
  assert.equal(font, '18px', 'its style sheet was let in by the policy')
})

const PAGES = ['/', '/report/type', '/track', '/messages', '/public', '/statistics', '/draws', '/results', '/verify', '/about', '/privacy']
for (const { locale, viewport } of looks) {
  test(`what comes late pushes nothing about that was there before (${locale}, ${viewport.width} px)`, { timeout: 120_000 }, async (t) => {
    const page = await device(t, { locale, viewport })
    await page.addInitScript(() => {
      window.shifts = []
      const note = ({ value, hadRecentInput, sources }) => hadRecentInput || window.shifts.push([value, sources.map(({ node }) => node?.className).join()])
      new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: 'layout-shift', buffered: true })
    })
    await page.route('**/api/**', late(600))
    for (const path of PAGES) {
      await go(page, path)
      await page.waitForLoadState('networkidle')
      const shifts = await page.evaluate(() => window.shifts)
      // What Lighthouse calls good.
      assert.ok(shifts.reduce((sum, [value]) => sum + value, 0) < 0.1, `${path}: ${JSON.stringify(shifts)}`)
    }
  })
}

test('the receipt prints without the site around it', async (t) => {
  const page = await device(t, { expected: [429] })
  const { number, secret } = await submitted(page, words['zh-CN'])
  await page.emulateMedia({ media: 'print' })
  for (const what of ['header.site', 'footer.site', '.done', '.go', '.kept']) await expect(page.locator(what), what).toBeHidden()
  const paper = (await page.locator('.slip').innerText()).replace(/\s/g, '')
  assert.ok(paper.includes(number) && paper.includes(secret), paper)
  await expect(page.locator('svg.qr')).toBeVisible()
})

test('a case and the statistics print what is known, not what can be pressed', async (t) => {
  const page = await device(t, { expected: [429] })
  const { number } = await submitted(page, words['zh-CN'])
  await page.emulateMedia({ media: 'print' })
  await go(page, `/track/${number}`)
  await expect(page.locator('.state')).toContainText(number, AS_SEEN)
  await expect(page.locator('.line')).toBeVisible()
  for (const what of ['header.site', '#actions', '.keep', '#data']) await expect(page.locator(what), what).toBeHidden()
  await go(page, '/statistics')
  await expect(page.locator('.scroll table'), 'what one unfolds is printed').toBeVisible()
  await expect(page.locator('main .tools')).toBeHidden()
})

const budgets = [[budgetsKiB, 'index.html'], [consoleBudgetsKiB, 'console/index.html']]
for (const [name, limit, index] of budgets.flatMap(([pages, index]) => Object.entries(pages).map((one) => [...one, index]))) {
  test(`${name} loads in at most ${limit} KiB of gzip JS and CSS`, async (t) => {
    const { kib } = await firstLoad(name, index)
    t.diagnostic(`${kib.toFixed(1)} KiB`)
    assert.ok(kib <= limit, `${kib.toFixed(1)} KiB`)
  })
}

for (const page of Object.keys(mapOf)) {
  test(`the map adds at most ${mapBudgetKiB} KiB to ${page}, and only when it is opened`, async () => {
    const kib = await mapWeight(page)
    assert.ok(kib > 0 && kib <= mapBudgetKiB, `${kib.toFixed(1)} KiB`)
  })
}

test('a dark page prints as ink on white paper', async (t) => {
  const page = await device(t, { dark: true })
  await go(page, '/about')
  await page.locator('.steps').waitFor()
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  const [ink, paper] = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.documentElement).backgroundColor])
  assert.equal(ink, 'rgb(20, 33, 31)')
  assert.equal(paper, 'rgb(255, 255, 255)')
})

/** Style rules of the page that have something a Chromium 87 does not know and has no other way around. */
const tooNew = (page, pattern) => page.evaluate(
  (source) => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).filter((text) => new RegExp(source).test(text)),
  pattern.source,
)

test('the search for a topic is placed in a way that older browsers know', async (t) => {
  const page = await device(t)
  await fillUpTo(page, 'category', words['zh-CN'])
  assert.deepEqual(await tooNew(page, /[;{ ]translate:/), [])
})

test('the map is coloured in a way that older browsers know', async (t) => {
  const page = await device(t)
  await go(page, '/public')
  await page.locator('input[name=view][value=map]').check()
  await page.locator('svg.town').waitFor()
  assert.deepEqual(await tooNew(page, /color-mix\(/), [])
})

test('a case leaves the device only after a question, and "no" leads back to where one was', async (t) => {
  const page = await device(t, { expected: [429] })
  const { number } = await submitted(page, words['zh-CN'])
  await go(page, '/track')
  const inList = page.locator('.row .forget')
  await inList.click()
  await expect(page.locator('.ask'), 'the question is where one goes on').toBeFocused()
  await page.locator('.ask .quiet').click()
  await expect(inList).toBeFocused()

  await go(page, `/track/${number}`)
  const onPage = page.locator('.keep .link')
  await onPage.click()
  await page.locator('.keep .ask .quiet').click()
  await expect(onPage).toBeFocused()
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
  await expect(opener).toBeFocused()
  await opener.click()
  await page.locator('.panel [role=switch]').press('Escape')
  await expect(opener).toBeFocused()
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
  await expect.poll(async () => (await corner())[0]).toBeGreaterThan(x)
  assert.equal((await corner())[1], y)
  await page.keyboard.press('ArrowUp')
  await expect.poll(async () => (await corner())[1]).toBeLessThan(y)
})

test('a phone whose clock is far ahead is offered the months of the town', async (t) => {
  const page = await device(t)
  await withWrongClock(page, 40 * 86_400_000)
  // Late, so that the page is there before any answer says what time it is.
  await page.route('**/api/catalogue', late(600))
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)
  await go(page, '/public')
  await page.locator('#month option').first().waitFor({ state: 'attached' })
  await expect(page.locator('#month')).toHaveValue(month)
  await go(page, '/statistics')
  await page.locator('#span option').nth(1).waitFor({ state: 'attached' })
  await expect(page.locator('#span option').nth(1)).toHaveAttribute('value', month)
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
  await expect(page.locator('.summary')).toContainText('补充次数已用完', AS_SEEN)
  await expect(page.locator('.summary')).toContainText('拨打', AS_SEEN)
})

test('a receipt’s link that puts a case on this device says so, with the way to remove it', async (t) => {
  const page = await device(t, { expected: [429] })
  const answers = await answersOf(page, ORDERS)
  const { number, secret } = await submitted(page, words['zh-CN'])
  const [{ id }] = answers
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
