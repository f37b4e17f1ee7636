/**
 * Pictures for the README and for looking at: `npm run screenshots` walks the
 * portal and the console of a running demo town and writes
 * web/screenshots/<look>-<page>.png.
 */
import { mkdir } from 'node:fs/promises'
import { chromium } from '@playwright/test'
import { signIn } from './console.mjs'
import { executablePath, fillUpTo, flags, go, home, phone, desktop, photo, submit, words, closeBrowser } from './support.mjs'

const folder = new URL('../../web/screenshots/', import.meta.url).pathname
const looks = {
  'zh-360': { locale: 'zh-CN', viewport: phone },
  'en-1280': { locale: 'en', viewport: desktop },
  'elder-360': { locale: 'zh-CN', viewport: phone, elder: true },
  'dark-360': { locale: 'zh-CN', viewport: phone, dark: true },
}

await mkdir(folder, { recursive: true })
const browser = await chromium.launch({ executablePath, args: flags })
const picture = await photo()
for (const [name, { locale, viewport, elder = false, dark = false }] of Object.entries(looks)) {
  const context = await browser.newContext({
    locale, viewport, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce',
  })
  await context.addInitScript((settings) => {
    if (location.protocol.startsWith('http')) localStorage.setItem('onetown.settings', settings)
  }, JSON.stringify({ locale, elder, size: 20, theme: 'auto' }))
  const page = await context.newPage()
  // Pictures are also taken on machines that do something else besides.
  page.setDefaultTimeout(120_000)
  const w = words[locale]
  const shoot = async (what) => {
    await page.evaluate(() => document.fonts.ready)
    await page.screenshot({ path: `${folder}${name}-${what}.png`, fullPage: true })
  }
  await go(page, '/')
  await page.locator('.numbers').waitFor()
  await shoot('home')
  await fillUpTo(page, 'category', w)
  await shoot('topic')
  await fillUpTo(page, 'where', w)
  await page.locator('form .btn[aria-expanded]').click()
  await page.locator('svg.town').waitFor()
  await shoot('where')
  await page.goto(`${home}/report`)
  await page.getByRole('button', { name: w.again }).click()
  await fillUpTo(page, 'check', w, { photos: [picture] })
  const { number } = await submit(page)
  await shoot('receipt')
  await go(page, `/track/${number}`)
  await page.locator('.photos img').first().waitFor()
  await shoot('case')
  for (const what of ['public', 'statistics', 'messages', 'about', 'privacy']) {
    await go(page, `/${what}`)
    if (what === 'public') await page.locator('input[name=view][value=map]').check()
    await page.locator({ public: 'svg.town', statistics: '.figures', messages: '.none, .list', about: '.limits', privacy: '.points' }[what]).first().waitFor()
    await page.waitForLoadState('networkidle')
    await shoot(what)
  }
  await context.close()
  console.log(`${name}: 10 pictures`)
}
for (const [locale, name] of [['zh-CN', 'console-zh'], ['en', 'console-en']]) {
  const context = await browser.newContext({ locale, viewport: desktop, colorScheme: 'light', reducedMotion: 'reduce' })
  await context.addInitScript((settings) => {
    if (location.protocol.startsWith('http')) localStorage.setItem('onetown.settings', settings)
  }, JSON.stringify({ locale, elder: false, size: 20, theme: 'auto' }))
  const page = await context.newPage()
  // Pictures are also taken on machines that do something else besides.
  page.setDefaultTimeout(120_000)
  await go(page, '/console/sign-in')
  await signIn(page, 'dispatcher')
  await go(page, '/console/queues/pool')
  await page.locator('tbody tr').first().waitFor({ timeout: 30_000 })
  await page.screenshot({ path: `${folder}${name}-queue.png` })
  await page.locator('tbody a.num').first().click()
  await page.locator('svg.town').waitFor()
  await page.screenshot({ path: `${folder}${name}-order.png`, fullPage: true })
  await go(page, '/console/dashboard')
  await page.locator('svg.town').waitFor()
  // What is still to come would push the rest below the picture's end.
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: `${folder}${name}-dashboard.png`, fullPage: true })
  await context.close()
  console.log(`${name}: 3 pictures`)
}
await browser.close()
await closeBrowser()
