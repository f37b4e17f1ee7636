/** What holds for the whole site: language, elder mode, unknown addresses, and the weight of a first visit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgetsKiB, consoleBudgetsKiB, firstLoad, mapBudgetKiB, mapOf, mapWeight } from '../../web/scripts/budgets.mjs'
import { device, fillUpTo, go, submitted, words } from './support.mjs'

const OFFLINE = 'ERR_INTERNET_DISCONNECTED'

test('the language is switched in one tap and remembered', async (t) => {
  const page = await device(t)
  await go(page, '/')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: /Say it once/ }).waitFor()
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  await page.reload()
  await page.getByRole('heading', { name: /Say it once/ }).waitFor()
  assert.match(await page.title(), /OneTown/)
})

test('a language that cannot be fetched leaves the page in the one it has, and says so', async (t) => {
  const page = await device(t, { expected: [OFFLINE] })
  await go(page, '/about')
  await page.waitForLoadState('networkidle')
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByText('English 没有载入').waitFor()
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN')
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
  assert.ok((await base()) >= 18)
  await page.locator('.tool[aria-controls=display]').click()
  await page.locator('input[name=size][value="30"]').check()
  await page.reload()
  await page.getByRole('switch').waitFor()
  assert.equal(await base(), 30)
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

test('what comes late pushes nothing about that was there before', async (t) => {
  const page = await device(t)
  await page.addInitScript(() => {
    window.shifted = 0
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifted += entry.hadRecentInput ? 0 : entry.value)))
      .observe({ type: 'layout-shift', buffered: true })
  })
  await page.route('**/api/catalogue', async (route) => {
    await new Promise((done) => setTimeout(done, 600))
    await route.continue()
  })
  await go(page, '/report/type')
  await page.locator('.choice').first().waitFor()
  await page.waitForTimeout(200)
  const shifted = await page.evaluate(() => window.shifted)
  // What Lighthouse calls good.
  assert.ok(shifted < 0.1, `layout shift ${shifted}`)
})

test('the receipt prints without the site around it', async (t) => {
  const page = await device(t, { expected: [429] })
  const { number, secret } = await submitted(page, words['zh-CN'])
  await page.emulateMedia({ media: 'print' })
  for (const what of ['header.site', 'footer.site', '.done', '.go', '.kept']) assert.equal(await page.locator(what).isVisible(), false, what)
  const paper = (await page.locator('.slip').innerText()).replace(/\s/g, '')
  assert.ok(paper.includes(number) && paper.includes(secret), paper)
  assert.ok(await page.locator('svg.qr').isVisible())
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
