/** A draw's bundle, checked in the browser: true ones hold, each change is told by the right step, and nothing is sent. */
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { beaconBudgetKiB, beaconWeight } from '../../web/scripts/budgets.mjs'
import { desktop, device, expect, go, looks, phone } from './support.mjs'

const said = {
  'zh-CN': { holds: '核对通过', soFar: '目前能核对的都对', differs: '核对不通过', not: '这不是能核对的抽取文件', drawn: '抽中', none: '名单里没有', failed: '核对程序没有载入' },
  en: { holds: 'The draw is right', soFar: 'What can be checked by now is right', differs: 'The draw does not hold', not: 'not a draw’s file', drawn: 'it was drawn', none: 'not in the list', failed: 'The checker did not load' },
}
const golden = (kind) => readFile(new URL(`../golden/draw-${kind}.json`, import.meta.url), 'utf8')
const [drand, sealed, contributors] = await Promise.all(['drand', 'sealed', 'contributors'].map(golden))

const choose = (page, text) =>
  page.setInputFiles('input[type=file]', { name: 'draw.json', mimeType: 'application/json', buffer: Buffer.from(text) })
const verdict = (page, title) => page.locator('.verdict').getByRole('heading', { name: title }).waitFor()
/** The list of draws may be missing where the inspection function is not part of the town. */
const opened = async (t, more = {}) => {
  const page = await device(t, { expected: [404], ...more })
  await go(page, '/draws')
  await page.locator('.pick').waitFor()
  return page
}

const changed = (text, change) => {
  const bundle = JSON.parse(text)
  change(bundle)
  return JSON.stringify(bundle)
}
/** One digit of a hexadecimal text becomes another one. */
const otherDigit = (hex) => `${hex.slice(0, 20)}${hex[20] === '0' ? '1' : '0'}${hex.slice(21)}`

/** What is altered, in which bundle, and the step that has to say so first. */
const changes = [
  ['subjects', drand, (b) => (b.subjects[3].weight += 1)],
  ['subjects', drand, (b) => b.subjects.splice(5, 1)],
  ['inspectors', drand, (b) => (b.inspectors[0].cap = 9)],
  ['recusals', drand, (b) => (b.recusals = [])],
  ['commitment', drand, (b) => (b.strata[0].k = 3)],
  ['commitment', drand, (b) => (b.policy = b.policy.replace('drand', 'dranD'))],
  ['exclusions', drand, (b) => (b.exclusions[0].reason = 'yearlyCap')],
  ['drand', drand, (b) => (b.entropy[0].value = otherDigit(b.entropy[0].value))],
  ['reveal', sealed, (b) => (b.entropy[1].value = otherDigit(b.entropy[1].value))],
  ['seed', drand, (b) => (b.result.seed = otherDigit(b.result.seed))],
  ['selection', drand, (b) => b.result.strata[0].drawn.reverse()],
  ['pairing', drand, (b) => (b.result.pairings[0].lead = 'YDZF260009')],
  ['sealed', sealed, (b) => (b.sealed = otherDigit(b.sealed))],
  ['lottery', contributors, (b) => (b.entropy[5].value = '30')],
  ['substitutions', drand, (b) => b.substitutions.push({ subject: b.result.pairings[0].subject, replaces: 'subject', reason: 'ceased', by: 'YD-DX-0001' })],
]

for (const { locale, viewport } of looks) {
  test(`true bundles hold, and an enterprise finds its ticket (${locale}, ${viewport.width} px)`, async (t) => {
    const w = said[locale]
    const page = await opened(t, { locale, viewport })
    const sent = []
    page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()))
    for (const text of [drand, sealed, contributors]) {
      await choose(page, text)
      await verdict(page, w.holds)
      await expect(page.locator('.step:not(.ok)')).toHaveCount(0)
      const { result } = JSON.parse(text)
      await page.fill('#find', result.strata[0].drawn[0])
      await page.locator('.find .btn').click()
      await page.locator('.answer').getByText(w.drawn).waitFor()
    }
    await page.fill('#find', 'NOBODY')
    await page.locator('.find .btn').click()
    await page.locator('.answer').getByText(w.none).waitFor()
    assert.deepEqual(sent, [], 'the file stays on the device')
  })

  test(`what is changed is told by the right step (${locale}, ${viewport.width} px)`, async (t) => {
    const w = said[locale]
    const page = await opened(t, { locale, viewport })
    for (const [step, text, change] of changes) {
      await choose(page, contributors === text ? drand : contributors)
      await verdict(page, w.holds)
      await choose(page, changed(text, change))
      await verdict(page, w.differs)
      await expect(page.locator('.step.differs').first(), String(change)).toHaveAttribute('data-step', step)
    }
    for (const other of ['', '{}', '['.repeat(500_000), changed(drand, (b) => (b.note = 'trust me'))]) {
      await choose(page, drand)
      await verdict(page, w.holds)
      await choose(page, other)
      await verdict(page, w.not)
    }
  })
}

test('a sealed draw that is not opened yet is right so far and shows nobody', async (t) => {
  const page = await opened(t)
  await choose(page, changed(sealed, (b) => Object.assign(b, { result: null, entropy: [b.entropy[0], { kind: 'reveal', value: null }] })))
  await verdict(page, said['zh-CN'].soFar)
  assert.equal(await page.locator('.drawn li').count(), 0)
})

test('the second module is fetched for drand only, and without it the rest is checked', async (t) => {
  const page = await opened(t, { expected: [404, 'ERR_FAILED'] })
  const asked = []
  page.on('request', (request) => asked.push(request.url()))
  await choose(page, contributors)
  await verdict(page, said['zh-CN'].holds)
  assert.ok(!asked.some((url) => url.includes('beacon')), 'no drand, no beacon')
  await page.context().route('**/beacon_bg-*.wasm', (route) => route.abort())
  await choose(page, drand)
  await verdict(page, said['zh-CN'].soFar)
  await expect(page.locator('.step.open')).toHaveAttribute('data-step', 'drand')
  await page.context().unroute('**/beacon_bg-*.wasm')
  // The very same file again.
  await choose(page, drand)
  await verdict(page, said['zh-CN'].holds)
})

test('after one check the page needs no network', async (t) => {
  const page = await opened(t)
  await choose(page, drand)
  await verdict(page, said['zh-CN'].holds)
  await page.context().setOffline(true)
  await choose(page, sealed)
  await page.getByText('2026-YD-007').first().waitFor()
  await verdict(page, said['zh-CN'].holds)
  await choose(page, changed(sealed, (b) => (b.subjects[0].weight += 1)))
  await verdict(page, said['zh-CN'].differs)
  await page.context().setOffline(false)
})

for (const [locale, viewport, elder] of [['zh-CN', phone, false], ['en', phone, true], ['zh-CN', desktop, true], ['en', desktop, false]]) {
  test(`a checked draw has no accessibility violation (${locale}, ${viewport.width} px, ${elder ? 'elder' : 'normal'})`, async (t) => {
    const page = await opened(t, { locale, viewport, elder })
    for (const text of [drand, changed(drand, (b) => (b.subjects[3].weight += 1))]) {
      await choose(page, text)
      await verdict(page, text === drand ? said[locale].holds : said[locale].differs)
      const { violations } = await new AxeBuilder({ page }).analyze()
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`), [])
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      assert.ok(wide <= 0, `scrolls sideways by ${wide} px`)
    }
  })
}

test(`the second module weighs at most ${beaconBudgetKiB} KiB of gzip`, async (t) => {
  const kib = await beaconWeight()
  t.diagnostic(`${kib.toFixed(1)} KiB`)
  assert.ok(kib <= beaconBudgetKiB, `${kib.toFixed(1)} KiB`)
})
