/** Checking a receipt: the file a citizen downloads is intact, any change of it is explained, and it never leaves the device. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { moduleBudgetKiB, moduleWeight } from '../../web/scripts/budgets.mjs'
import { AS_SEEN, device, expect, go, looks, submitted, words } from './support.mjs'

const said = {
  'zh-CN': { link: '核对一份凭证', intact: '凭证完好', changed: '内容与指纹不一致', other: '凭证与诉求对不上', not: '这不是凭证文件', failed: '核对程序没有载入' },
  en: { link: 'Check a receipt', intact: 'The receipt is intact', changed: 'Content and fingerprint do not match', other: 'The receipt belongs to another case', not: 'This is not a receipt file', failed: 'The checker did not load' },
}
const golden = await readFile(new URL('../golden/receipt.json', import.meta.url), 'utf8')

const choose = (page, text, name = 'receipt.json') =>
  page.setInputFiles('input[type=file]', { name, mimeType: 'application/json', buffer: Buffer.from(text) })
const verdict = (page, title) => page.locator('.verdict').getByRole('heading', { name: title }).waitFor()

/** The text with the lowest bit of its last letter or digit before `mark` turned. */
function oneByteChanged(text, mark) {
  const at = text.indexOf(mark) - 1
  assert.ok(at > 0, mark)
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
}

for (const { locale, viewport } of looks) {
  test(`the receipt of a submission is intact until one byte changes (${locale}, ${viewport.width} px)`, async (t) => {
    const w = said[locale]
    const page = await device(t, { locale, viewport })
    const { number } = await submitted(page, words[locale])
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]').click()])
    const text = await readFile(await download.path(), 'utf8')

    await page.locator('.file').getByRole('link', { name: w.link }).click()
    await page.waitForURL('**/verify')
    const sent = []
    page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()))
    await choose(page, text, download.suggestedFilename())
    await verdict(page, w.intact)
    await expect(page.locator('.facts')).toContainText(new RegExp(number), AS_SEEN)
    await expect(page.locator('.step.good')).toHaveCount(2)

    await choose(page, oneByteChanged(text, '",\n      "channel"'))
    await verdict(page, w.changed)
    assert.equal(await page.locator('.facts').count(), 0, 'nothing of a changed file is shown as true')
    await expect(page.locator('.step.bad')).toHaveCount(1)
    assert.deepEqual(sent, [], 'the file stays on the device')
  })

  test(`what is wrong with a file is told apart (${locale}, ${viewport.width} px)`, async (t) => {
    const w = said[locale]
    const page = await device(t, { locale, viewport })
    await go(page, '/verify')
    await choose(page, golden)
    await verdict(page, w.intact)
    await choose(page, oneByteChanged(golden, '",\n  "event"'))
    await verdict(page, w.other)
    for (const other of ['', 'PK\u0003\u0004', '{"document": "doc/order/a"}', '['.repeat(500_000), `${golden}${' '.repeat(1024 * 1024)}`]) {
      await choose(page, golden)
      await verdict(page, w.intact)
      await choose(page, other)
      await verdict(page, w.not)
    }
  })
}

test('the page says so when the module cannot be loaded, and tries again', async (t) => {
  const page = await device(t, { expected: ['ERR_FAILED'] })
  await page.context().route('**/verify_bg-*.wasm', (route) => route.abort())
  await go(page, '/verify')
  await choose(page, golden)
  await page.getByText(said['zh-CN'].failed).waitFor()
  await page.context().unroute('**/verify_bg-*.wasm')
  await choose(page, golden)
  await verdict(page, said['zh-CN'].intact)
})

test('the module is loaded on this page only, and only for a file', async (t) => {
  const page = await device(t)
  const asked = []
  page.on('request', (request) => asked.push(request.url()))
  for (const path of ['/', '/about', '/verify']) await go(page, path)
  await page.locator('.pick').waitFor()
  assert.ok(!asked.some((url) => url.includes('.wasm')), 'no page loads it by itself')
})

test(`the module weighs at most ${moduleBudgetKiB} KiB of gzip`, async (t) => {
  const kib = await moduleWeight()
  t.diagnostic(`${kib.toFixed(1)} KiB`)
  assert.ok(kib <= moduleBudgetKiB, `${kib.toFixed(1)} KiB`)
})
