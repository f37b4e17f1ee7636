/**
 * What a caller does with a result: sees before and after, says it is not resolved and gets it redone, rates the second
 * one, reads the messages, takes the record along and has the personal part deleted.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dispatchToUnit, station, submitResult, take, waitInQueue } from './console.mjs'
import { check } from './look.mjs'
import { AS_SEEN, device, expect, fillUpTo, go, looks, phone, photo, submit, words } from './support.mjs'

/** From the pool to "awaiting your view". */
async function handle({ centre, unit, reviewer }, number, first) {
  if (first) {
    await waitInQueue(centre, 'pool', number)
    await go(centre, `/console/orders/${number}`)
    await dispatchToUnit(centre)
  }
  await go(unit, `/console/orders/${number}`)
  if (first) await take(unit, 'sign')
  await take(unit, 'contact', { text: '已电话联系诉求人。' })
  await submitResult(unit, first ? '已更换灯头。' : '更换整套灯具，当晚已亮。')
  await go(reviewer, `/console/orders/${number}`)
  await take(reviewer, 'reviewPass', { text: '同意。' })
}

for (const { locale, viewport } of looks) {
  const elder = viewport === phone
  test(`a result is rated, redone, rated again, taken along and forgotten (${locale}, ${viewport.width} px)`, { timeout: 400_000 }, async (t) => {
    const w = words[locale]
    const page = await device(t, { locale, viewport, elder, expected: [429] })
    await fillUpTo(page, 'check', w, { photos: [await photo()] })
    const { number } = await submit(page)
    const staff = { centre: await station(t, 'dispatcher'), unit: await station(t, 'handler'), reviewer: await station(t, 'supervisor') }
    await handle(staff, number, true)

    await go(page, `/track/${number}`)
    await page.locator('.rate').waitFor()
    const both = page.locator('.both')
    await expect(both).toContainText(new RegExp(w.before), AS_SEEN)
    await expect(both).toContainText(new RegExp(w.after), AS_SEEN)
    await expect(both.locator('img')).toHaveCount(2)
    await page.locator('.rate .btn').click()
    await page.locator('.rate .summary').waitFor()
    await page.locator('input[name=satisfaction][value=dissatisfied]').check()
    const tick = await page.locator('.level input:checked + .row').evaluate((row) => getComputedStyle(row, '::after').transform)
    assert.equal(tick, 'matrix(1, 0, 0, 1, 0, 0)', 'a tick says which one, not its colour alone')
    await page.locator('input[name=contacted][value=yes]').check()
    await page.locator('input[name=resolved][value=no]').check()
    await page.locator('.rate .btn').click()
    await page.locator('.rate .summary a').click()
    await expect(page.locator('#reason-notSolved'), 'why is asked where it went wrong').toBeFocused()
    await page.locator('#reason-notSolved').check()
    await check(page, 'rating', elder)
    await page.locator('.rate .btn').click()
    await page.getByText(w.redoComes).waitFor()
    await page.locator('.state .pill', { hasText: w.inProgress }).waitFor()
    await expect(page.locator('.rate')).toHaveCount(0)

    await handle(staff, number, false)
    await go(page, '/messages')
    await page.locator('.message.fresh').first().waitFor()
    await check(page, 'messages', elder)
    await page.locator('main button.link').click()
    await page.locator('.message.fresh').first().waitFor({ state: 'detached' })
    await expect(page.locator('h1:focus'), 'the button has gone, the focus has not').toHaveCount(1)
    await go(page, `/track/${number}`)
    await page.locator('input[name=satisfaction][value=verySatisfied]').check()
    await page.locator('.rate .btn').click()
    await page.getByText(w.ratedThanks).waitFor()
    await page.locator('.state .pill', { hasText: w.closed }).waitFor()

    const file = page.waitForEvent('download')
    await page.getByRole('button', { name: w.download }).click()
    const kept = readFileSync(await (await file).path(), 'utf8')
    assert.match(kept, /张小满/, 'everything, in clear')
    await page.getByRole('button', { name: w.erase }).click()
    await check(page, 'deleting', elder)
    await page.getByRole('button', { name: w.eraseYes }).click()
    await page.locator('.sure .error-text').waitFor()
    await page.locator('#confirm').fill(number)
    await page.getByRole('button', { name: w.eraseYes }).click()
    await page.getByText(w.erased).waitFor()
    await expect(page.locator('main'), 'nobody sees it any more').not.toContainText(w.content.slice(0, 12))
    await go(page, '/track')
    await page.locator('.row', { hasText: number }).waitFor()
    await expect(page.locator('.row').first(), 'nor does the device keep the title').not.toContainText(w.title)
    await go(page, `/receipt?number=${number}`)
    await page.locator('.slip').waitFor()
    await expect(page.locator('.file'), 'nor the receipt, which holds the text').toHaveCount(0)
  })
}

test('what was closed and comes back is done again at the caller’s own word', { timeout: 300_000 }, async (t) => {
  const w = words['zh-CN']
  const page = await device(t, { expected: [429] })
  await fillUpTo(page, 'check', w)
  const { number } = await submit(page)
  await handle({ centre: await station(t, 'dispatcher'), unit: await station(t, 'handler'), reviewer: await station(t, 'supervisor') }, number, true)
  await go(page, `/track/${number}`)
  await page.locator('input[name=satisfaction][value=verySatisfied]').check()
  await page.locator('.rate .btn').click()
  await page.locator('.state .pill', { hasText: w.closed }).waitFor()

  await page.locator('.action .head', { hasText: '要求重新办理' }).click()
  await page.locator('.action form button[type=submit]').click()
  await page.locator('.action .error-text').waitFor()
  await expect(page.locator('#text-reopen')).toBeFocused()
  await page.locator('#text-reopen').fill('昨晚又灭了。')
  await page.locator('.action form button[type=submit]').click()
  await page.locator('.state .pill', { hasText: w.inProgress }).waitFor()
  await expect(page.locator('.line')).toContainText(/重新打开/, AS_SEEN)
})
