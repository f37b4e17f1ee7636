/**
 * What every browser test shares: the browser, a page that behaves like one
 * person's phone, and the rules no page may break. A console error, a page
 * error or a request to another origin fails the test that saw it.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after } from 'node:test'
import { chromium, expect as asserting } from '@playwright/test'

export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
if (!existsSync(executablePath)) throw new Error('Chromium is missing: sudo apt-get install -y chromium fonts-noto-cjk')
if (!process.env.ONETOWN_URL) {
  throw new Error('ONETOWN_URL is not set. Start the town with `cargo up --demo`, then ONETOWN_URL=http://127.0.0.1:3000 npm test')
}
export const home = new URL(process.env.ONETOWN_URL).origin

/** What is expected of a page may take a moment: pages ask for news and the town's lists follow its log. */
export const expect = asserting.configure({ timeout: 15_000 })
/** For texts: what a person sees, and nothing that is folded away. */
export const AS_SEEN = { useInnerText: true }

export const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  // A microphone that hums, and nobody to ask whether it may.
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
]
let browser = null
export const launch = async () => (browser ??= await chromium.launch({ executablePath, args: flags }))
export const closeBrowser = () => browser?.close()
after(closeBrowser)

export const phone = { width: 360, height: 740 }
export const desktop = { width: 1280, height: 800 }
/**
 * The looks of a journey: each language and each width once, and with ONETOWN_LOOKS=all all four combinations, which
 * would take too long every time.
 */
const [diagonal, others] = [
  [{ locale: 'zh-CN', viewport: phone }, { locale: 'en', viewport: desktop }],
  [{ locale: 'en', viewport: phone }, { locale: 'zh-CN', viewport: desktop }],
]
const all = process.env.ONETOWN_LOOKS === 'all'
export const looks = all ? [...diagonal, ...others] : diagonal
/** The same for the console, which is at home on the wider screen. */
export const deskLooks = all ? [...others, ...diagonal] : others

// Every device comes from an address of its own (the bundle under test trusts one proxy), as citizens do; otherwise the
// suite itself would meet the limit of one address. Files run side by side, each in a process.
let devices = 0
const address = () => ({ 'X-Forwarded-For': `10.${(process.pid >> 8) & 255}.${process.pid & 255}.${(++devices % 250) + 1}` })

// What is read comes this much later: a test that looks before the page has its answer fails then, and not only in CI.
const SLOW_MS = Number(process.env.ONETOWN_SLOW_MS ?? 0)
/** For a route: what is read there comes so much later. */
export const late = (ms) => async (route) => {
  if (route.request().method() === 'GET') await new Promise((done) => setTimeout(done, ms))
  await route.fallback()
}

/**
 * A fresh device. `expected` lists the HTTP failures a test provokes: Chromium
 * reports each as a console error, and only those may appear. `origins` are those that a town has named.
 */
export async function device(t, { locale = 'zh-CN', viewport = phone, elder = false, size = 20, dark = false, expected = [], origins = [], ...more } = {}) {
  const context = await (await launch()).newContext({
    locale, viewport, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', extraHTTPHeaders: address(), ...more,
  })
  const broken = []
  const watch = (page) => {
    page.on('pageerror', (error) => broken.push(`page error: ${error.message}`))
    page.on('console', (message) => {
      const text = message.text()
      const provoked = expected.some((status) => text.includes(`status of ${status}`) || text.includes(`${status}`))
      if (message.type() === 'error' && !(text.startsWith('Failed to load resource') && provoked)) broken.push(`console: ${text}`)
    })
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (/^https?:$/.test(url.protocol) && url.origin !== home && !origins.includes(url.origin)) broken.push(`asked a third party: ${url.href}`)
    })
  }
  context.on('page', watch)
  await context.addInitScript((settings) => {
    if (location.protocol.startsWith('http') && !localStorage.getItem('onetown.settings')) localStorage.setItem('onetown.settings', settings)
  }, JSON.stringify({ locale, elder, size, theme: 'auto' }))
  t.after(async () => {
    await context.close()
    assert.deepEqual(broken, [], 'the console stays clean and nothing leaves for a third party')
  })
  if (SLOW_MS) await context.route('**/api/**', late(SLOW_MS))
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  return page
}

/** The words a person would look for, in both languages. */
export const words = {
  'zh-CN': {
    next: '继续', submit: '提交', received: '已经收到', progress: '查看进度', search: '路灯', lampWords: '路灯坏了',
    content: '商业街路口的路灯已经一周不亮了。晚上孩子放学走这里看不清路。',
    title: '商业街路口的路灯已经一周不亮了', address: '商业街与滨河路路口', village: '商业',
    supplement: '补充情况', supplementText: '昨晚有人差点摔倒。', supplementSend: '提交补充',
    urge: '催一催', urgeSend: '确认催办', urgeLater: /以后可以/, urgeTooSoon: '还不能再催',
    withdraw: '撤回', withdrawSend: '确认撤回', withdrawn: '已撤回', recorded: '已经记下', over: '这件事已经结束',
    mismatch: '编号和查询码对不上', restored: '已恢复您上次填写的内容', again: '丢弃，重新填', resume: '接着填',
    callNow: (number) => `请马上打 ${number}`, errors: /处需要补充/, offline: '没有连上网络', safe: '不会重复登记',
    busy: '系统正忙', tooMany: '提交得太频繁了', minutes: '2 分钟', photoTooLarge: /照片 1 太大/, photoDropped: /放了超过一天/,
    located: /已记下位置/, refused: /没有得到定位许可/, lookUp: '查询', registered: '已登记',
    late: /定位用时太久/, offlineBar: /现在没有网络/, backOnline: '网络恢复了', elsewhere: '正在另一个窗口里填', hereNow: '在这里接着填',
    alreadySent: '刚才那份已经提交了', anotherOne: '反映另一件事', autoRetry: /后自动再试一次/, noPreview: '无法预览',
    voiceDone: '录音已上传', meToo: '我也遇到了', noted: '已经记下，谢谢', map: '地图', read: '朗读这一页', stopReading: '停止朗读',
    before: '办理前', after: '办理后', redoComes: /重新办理，进度/, ratedThanks: '谢谢，您的评价已经记下', closed: '已办结', inProgress: '办理中',
    erased: /个人信息已在/, erase: '删除我的个人信息', eraseYes: '确定删除', download: '下载全部记录', parent: '父母',
  },
  en: {
    next: 'Continue', submit: 'Submit', received: 'We have received it', progress: 'See progress', search: 'lamp', lampWords: 'street lamp',
    content: 'The street lamp at Market Street has been dark for a week. Children walk home there.',
    title: 'The street lamp at Market Street has been dark for a week', address: 'Corner of Market Street', village: 'Yundu',
    supplement: 'Add something', supplementText: 'Somebody nearly fell last night.', supplementSend: 'Add it',
    urge: 'Send a reminder', urgeSend: 'Send the reminder', urgeLater: /Possible after/, urgeTooSoon: 'Too early for another reminder',
    withdraw: 'Withdraw', withdrawSend: 'Yes, withdraw', withdrawn: 'Withdrawn', recorded: 'Recorded.', over: 'This case is over',
    mismatch: 'Number and code do not match', restored: 'We have restored', again: 'Discard and start again', resume: 'Continue',
    callNow: (number) => `Call ${number} now`, errors: /to fix/, offline: 'No connection', safe: 'never registered twice',
    busy: 'The system is busy', tooMany: 'Too many submissions', minutes: '2 minutes', photoTooLarge: /Photo 1 is too large/, photoDropped: /waited for more than a day/,
    located: /Position noted/, refused: /Position access was refused/, lookUp: 'Look it up', registered: 'Registered',
    late: /took too long/, offlineBar: /There is no network/, backOnline: 'You are connected again', elsewhere: 'open in another window', hereNow: 'Continue here',
    alreadySent: 'That one has been submitted', anotherOne: 'Report something else', autoRetry: /try again by ourselves/, noPreview: 'No preview',
    voiceDone: 'Voice note uploaded', meToo: 'Me too', noted: 'Noted, thank you', map: 'Map', read: 'Read this page aloud', stopReading: 'Stop reading',
    before: 'Before', after: 'After', redoComes: /done again; follow/, ratedThanks: 'your rating is recorded', closed: 'Closed', inProgress: 'In progress',
    erased: /was deleted on/, erase: 'Delete my personal information', eraseYes: 'Yes, delete', download: 'Download everything', parent: 'parent',
  },
}

/** A mobile number nobody else in this run uses, so that limits per caller do not meet across tests. */
export const freshPhone = () => `139${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`

export const HIDDEN = 'Exif-where-the-photo-was-taken'

/** A JPEG of 2400 × 1800 px with an APP1 (Exif) segment that must not leave the phone. */
export async function photo() {
  const context = await (await launch()).newContext()
  const page = await context.newPage()
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 2400
    canvas.height = 1800
    const draw = canvas.getContext('2d')
    const sky = draw.createLinearGradient(0, 0, 0, 1800)
    sky.addColorStop(0, '#22384f')
    sky.addColorStop(1, '#c98d52')
    draw.fillStyle = sky
    draw.fillRect(0, 0, 2400, 1800)
    draw.fillStyle = '#10151a'
    draw.fillRect(1160, 420, 60, 1380)
    draw.fillRect(1000, 380, 220, 60)
    return canvas.toDataURL('image/jpeg', 0.95).split(',')[1]
  })
  await context.close()
  const jpeg = Buffer.from(base64, 'base64')
  const payload = Buffer.from(`Exif\0\0${HIDDEN}`)
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(payload.length + 2, 2)
  // Right behind the start-of-image marker, where cameras put it.
  return { name: 'IMG_0001.jpg', mimeType: 'image/jpeg', buffer: Buffer.concat([jpeg.subarray(0, 2), head, payload, jpeg.subarray(2)]) }
}

export const go = (page, path) => page.goto(home + path)
export const next = (page) => page.locator('form button[type=submit]').click()
const question = (page, step) => page.waitForURL(`**/report/${step}**`)

/** Fills the form up to the given step, as a person would, and stops there. */
export async function fillUpTo(page, stop, w, { photos = [], anonymous = false, kind = 'complaint' } = {}) {
  await go(page, '/report')
  // Whether an earlier, abandoned form was saved in time is the browser's affair; the door then asks first.
  const again = page.getByRole('button', { name: w.again })
  await again.or(page.locator(`input[value=${kind}]`)).first().waitFor()
  if (await again.isVisible()) await again.click()
  await question(page, 'type')
  if (stop === 'type') return
  await page.locator(`input[value=${kind}]`).check()
  await next(page)
  await question(page, 'what')
  if (stop === 'what') return
  await page.locator('#content').fill(w.content)
  await next(page)
  await question(page, 'category')
  if (stop === 'category') return
  await page.locator('#category').fill(w.lampWords)
  await page.locator('input[value=T0403]').click()
  await next(page)
  await question(page, 'where')
  if (stop === 'where') return
  await page.locator('#address').fill(w.address)
  await page.locator('#village').fill(w.village)
  await page.locator('.choices .choice').first().click()
  await next(page)
  await question(page, 'photos')
  if (photos.length > 0) {
    await page.setInputFiles('input[type=file]', photos)
    await page.locator('.cell.done').nth(photos.length - 1).waitFor()
  }
  if (stop === 'photos') return
  await next(page)
  await question(page, 'contact')
  if (stop === 'contact') return
  if (anonymous) {
    await page.locator('input[value=anonymous]').check()
  } else {
    await page.locator('#contact-named').check()
    await page.locator('#phone').fill(freshPhone())
    await page.locator('#name').fill('张小满')
  }
  await next(page)
  await question(page, 'check')
}

/** From "what happened", which is answered, to the photos: a lamp at an address, no village. */
export async function fromWhatToPhotos(page, w) {
  await next(page)
  await question(page, 'category')
  await page.locator('#category').fill(w.lampWords)
  await page.locator('input[value=T0403]').click()
  await next(page)
  await question(page, 'where')
  await page.locator('#address').fill(w.address)
  await next(page)
  await question(page, 'photos')
}

/** From the photos to the check page, without a name. */
export async function fromPhotosToCheck(page) {
  await next(page)
  await page.locator('input[value=anonymous]').check()
  await next(page)
  await question(page, 'check')
}

/** Presses submit and reads number and secret from the receipt. */
export async function submit(page) {
  await page.locator('.send').click()
  return readReceipt(page)
}

export async function readReceipt(page) {
  await page.locator('.slip').waitFor({ timeout: 60_000 })
  const number = (await page.locator('.facts .number').innerText()).trim()
  const secret = (await page.locator('.facts .secret').innerText()).replace(/\s/g, '')
  return { number, secret }
}

/** A whole submission without a photo, for tests whose subject comes after it. */
export async function submitted(page, w, more = {}) {
  await fillUpTo(page, 'check', w, { anonymous: true, ...more })
  return submit(page)
}

/** A device whose clock is `ms` ahead of the time, or behind it. */
export const withWrongClock = (page, ms) =>
  page.addInitScript((by) => {
    const Real = Date
    window.Date = class extends Real {
      constructor(...parts) {
        super(...(parts.length > 0 ? parts : [Real.now() + by]))
      }
      static now() {
        return Real.now() + by
      }
    }
  }, ms)

export const ORDERS = '**/api/intake/orders'

/**
 * The bodies of the answers that a page has had from there so far, refusals left out. The page reads its answers as they
 * come, so the browser keeps no copy that a test could ask for afterwards.
 */
export async function answersOf(page, url) {
  const answers = []
  await page.route(url, async (route) => {
    const response = await route.fetch()
    if (response.ok()) answers.push(await response.json())
    await route.fulfill({ response })
  })
  return answers
}
