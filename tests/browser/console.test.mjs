/** The command centre at work in the console: sign-in, queues, one order from dispatch to callback, and what goes wrong. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, check, signIn, station, take, waitInQueue } from './console.mjs'
import { AS_SEEN, deskLooks, desktop, device, expect, go, home, phone, photo, submitted, words } from './support.mjs'

const w = words['zh-CN']
const said = {
  'zh-CN': {
    power: /职权/, nobody: '还没有选', unit: '综合执法', dispatched: '已完成：派单', toSign: '待签收', missing: ['办理结果', '办理情况', '佐证材料'],
    uploaded: '已上传', submitted: '已完成：提交办理结果', closed: '已办结', events: ['登记', '派单', '签收', '联系诉求人', '提交办理结果', '审核通过', '回访'],
  },
  en: {
    power: /has the power/, nobody: 'None chosen yet', unit: 'Comprehensive', dispatched: 'Done: Dispatch', toSign: 'To sign',
    missing: ['Result', 'What was done', 'evidence'], uploaded: 'Uploaded', submitted: 'Done: Submit the result', closed: 'Closed',
    events: ['Registered', 'Dispatched', 'Signed', 'Caller contacted', 'Result submitted', 'Review passed', 'Callback'],
  },
}

/** A report by somebody who left no name: the portal's own way in. */
async function reported(t, more = {}) {
  const citizen = await device(t, { locale: 'zh-CN' })
  return (await submitted(citizen, w, more)).number
}

for (const look of deskLooks) {
  test(`an order goes from the pool to the callback, each step by whose it is (${look.locale}, ${look.viewport.width} px)`, { timeout: 240_000 }, async (t) => {
    const say = said[look.locale]
    // Who leaves no number is not called back.
    const number = await reported(t, { anonymous: false })

    const centre = await station(t, 'dispatcher', look)
    await waitInQueue(centre, 'pool', number)
    // The pool may be longer than the 50 rows of a screenful.
    await centre.locator('#filter').fill(number)
    await centre.locator(`tr:has-text("${number}") a.num`).click()
    await centre.getByRole('heading', { level: 1, name: w.title }).waitFor()
    await centre.locator('#action-dispatch').click()
    const form = centre.locator('form.step')
    await expect(form.locator('.box'), 'the suggestion says why').toContainText(say.power, AS_SEEN)
    await expect(form.locator('.picker .now').first(), 'the suggestion fills the form in').not.toHaveText(say.nobody, AS_SEEN)
    // The demo's handler works for D04, which has the power over this category or is chosen by the dispatcher.
    await form.locator('#step-lead').fill(say.unit)
    await form.locator('.picker').first().getByRole('radio').first().check()
    const helpers = form.locator('.picker').nth(1).getByRole('checkbox')
    while (await helpers.and(form.locator(':checked')).count()) await helpers.and(form.locator(':checked')).first().uncheck()
    await form.locator('button[type=submit]').click()
    await centre.getByText(say.dispatched).waitFor()
    await centre.locator('.head .pill', { hasText: say.toSign }).waitFor()
    assert.equal(await centre.locator('#action-sign').count(), 0, 'signing is not the centre’s')

    const unit = await station(t, 'handler', look)
    await waitInQueue(unit, 'unit', number)
    await go(unit, `/console/orders/${number}`)
    await take(unit, 'sign')
    await take(unit, 'contact', { text: '已电话联系诉求人，约定明天到现场。' })

    // What is missing is said before anything is sent.
    await unit.locator('#action-submitResult').click()
    await unit.locator('form.step button[type=submit]').click()
    for (const field of say.missing) await expect(unit.locator('form.step .summary')).toContainText(new RegExp(field), AS_SEEN)
    await unit.locator('#step-class').selectOption('resolved')
    await unit.locator('#step-text').fill('更换灯头一个，当晚已亮。')
    await unit.setInputFiles('#step-attachments', [await photo()])
    await unit.getByText(say.uploaded).waitFor()
    await unit.locator('form.step button[type=submit]').click()
    await unit.getByText(say.submitted).waitFor()

    const reviewer = await station(t, 'supervisor', look)
    await waitInQueue(reviewer, 'review', number)
    await go(reviewer, `/console/orders/${number}`)
    await reviewer.locator('ol.line img').first().waitFor()
    await take(reviewer, 'reviewPass', { text: '照片清楚，同意。' })

    const agent = await station(t, 'callback_agent', look)
    await waitInQueue(agent, 'visit', number)
    await go(agent, `/console/orders/${number}`)
    await agent.locator('#action-visit').click()
    await agent.locator('#step-method').selectOption('phone')
    await agent.locator('#step-answer').check()
    await agent.locator('input[name="step-answer-contacted"][value=yes]').check()
    await agent.locator('input[name="step-answer-resolved"][value=yes]').check()
    await agent.locator('input[name="step-answer-satisfaction"][value="5"]').check()
    await agent.locator('form.step button[type=submit]').click()
    await agent.locator('.head .pill', { hasText: say.closed }).waitFor()
    for (const event of say.events) await expect(agent.locator('ol.line')).toContainText(new RegExp(event), AS_SEEN)
  })
}

test('two dispatchers at once: the second is told and keeps what was typed', { timeout: 120_000 }, async (t) => {
  const number = await reported(t)
  const [first, second] = [await station(t, 'dispatcher'), await station(t, 'dispatcher', { expected: [409] })]
  for (const page of [first, second]) {
    await waitInQueue(page, 'pool', number)
    await go(page, `/console/orders/${number}`)
    await page.locator('#action-dispatch').click()
    await page.locator('#step-text').fill('请今天到现场。')
  }
  // The second page hears nothing of the first until it sends.
  await second.route(`**/api/dispatch/orders/${number}`, (route) => route.fulfill({ status: 304 }), { times: 1000 })
  await first.locator('form.step button[type=submit]').click()
  await first.getByText('已完成：派单').waitFor()
  await second.locator('form.step button[type=submit]').click()
  await second.getByText('工单刚刚有变化').first().waitFor()
  await expect(second.locator('#step-text')).toHaveValue('请今天到现场。')
  await second.unroute(`**/api/dispatch/orders/${number}`)
  await second.getByText('这一步现在不能做').waitFor()
})

test('a session that ends asks for a new sign-in over the page and loses nothing', { timeout: 120_000 }, async (t) => {
  const number = await reported(t)
  const page = await station(t, 'dispatcher', { expected: [401] })
  await waitInQueue(page, 'pool', number)
  await go(page, `/console/orders/${number}`)
  await page.locator('#action-handOff').click()
  await page.locator('#step-text').fill('已告知诉求人拨打供电公司电话。')
  await page.locator('#step-to').selectOption('otherAuthority')
  await page.context().clearCookies()
  await page.locator('form.step button[type=submit]').click()
  await page.getByRole('heading', { name: '登录已到期' }).waitFor()
  await page.locator('dialog #password').fill(account('dispatcher').password)
  await page.locator('dialog button[type=submit]').click()
  await page.getByText('已完成：转出').waitFor()
  await page.locator('ol.line', { hasText: '供电公司' }).waitFor()
})

test('several orders are dispatched together, each with its own result', { timeout: 180_000 }, async (t) => {
  const numbers = [await reported(t), await reported(t)]
  const page = await station(t, 'dispatcher')
  for (const number of numbers) await waitInQueue(page, 'pool', number)
  for (const number of numbers) {
    await page.locator('#filter').fill(number)
    await page.locator(`tr:has-text("${number}") input[type=checkbox]`).check()
  }
  await page.getByText('已选 2 件').waitFor()
  await page.getByRole('button', { name: '批量派单' }).click()
  await page.getByRole('button', { name: '派出 2 件' }).click()
  await page.getByText('派出 2 件，0 件没有派出').waitFor()
  await expect(page.locator('.lines .good')).toHaveCount(2)
})

test('everything in a list can be done by keys, in both languages, on a phone too', { timeout: 120_000 }, async (t) => {
  const number = await reported(t)
  for (const [locale, viewport] of [['zh-CN', desktop], ['en', phone]]) {
    const page = await station(t, 'dispatcher', { locale, viewport })
    await waitInQueue(page, 'pool', number)
    // Where a search field has the focus a slash is a slash.
    await page.locator('h1').focus()
    await page.keyboard.press('/')
    await page.keyboard.type(number)
    await page.waitForFunction(() => document.querySelectorAll('.orders tbody tr').length === 1)
    await page.locator('h1').focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/console/orders/${number}`)
    await page.locator('#actions .btn').first().waitFor()
    await page.keyboard.press('a')
    await expect(page.locator('[id^=action-]:focus')).toHaveCount(1)
    await page.keyboard.press('u')
    await page.waitForURL('**/console/queues/pool')
    await page.keyboard.press('?')
    await page.locator('dialog[open]').waitFor()
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `scrolls sideways by ${wide} px`)
  }
})

test('a wrong password is told honestly, and the address leads back to where one wanted to go', async (t) => {
  const page = await device(t, { viewport: desktop, expected: [401] })
  await go(page, '/console/queues/pool')
  await page.waitForURL('**/console/sign-in?next=**')
  await page.locator('#account').fill(account('dispatcher').account)
  await page.locator('#password').fill('wrong-wrong-wrong')
  await page.locator('form button[type=submit]').click()
  await page.getByText('账号或密码不对').waitFor()
  await signIn(page, 'dispatcher')
  await page.waitForURL(`${home}/console/queues/pool`)
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByText('您已退出登录').waitFor()
})

test('whoever chooses a page while the first one still loads stays there', async (t) => {
  const page = await station(t, 'dispatcher')
  let answer
  const answered = new Promise((done) => (answer = done))
  await page.route(/\/api\/dispatch\/queues(\?|$)/, (route) => answered.then(() => route.continue()))
  await go(page, '/console/')
  await page.getByText('正在读取').first().waitFor()
  await page.locator('nav.nav a[href="/console/search"]').click()
  await page.waitForURL('**/console/search')
  answer()
  const calledBack = await page.waitForURL('**/console/queues/**', { timeout: 1_500 }).then(() => true, () => false)
  assert.equal(calledBack, false)
})

const looks = [
  { locale: 'zh-CN', viewport: desktop },
  { locale: 'en', viewport: { width: 768, height: 900 } },
  { locale: 'en', viewport: phone, dark: true },
]
for (const look of looks) {
  const name = [look.locale, `${look.viewport.width} px`, look.dark && 'dark'].filter(Boolean).join(', ')
  test(`no page of the console has an accessibility violation (${name})`, { timeout: 180_000 }, async (t) => {
    const number = await reported(t)
    const page = await station(t, 'dispatcher', { ...look, expected: [404] })
    await waitInQueue(page, 'pool', number)
    await check(page, 'queue')
    await page.locator('h1').focus()
    await page.keyboard.press('?')
    await page.locator('dialog[open]').waitFor()
    await check(page, 'keys')
    await go(page, `/console/orders/${number}`)
    for (const step of ['dispatch', 'handOff']) {
      await page.locator(`#action-${step}`).click()
      await page.locator('form.step').waitFor()
      await check(page, `order, ${step}`)
    }
    await page.locator('form.step button[type=submit]').click()
    await page.locator('form.step .summary').waitFor()
    await check(page, 'order, with errors')
    for (const path of ['search', 'dashboard', 'batch', 'orders/YD12345-20260101-00001', 'nowhere']) {
      await go(page, `/console/${path}`)
      await page.locator('h1').waitFor()
      await page.locator('main .soft', { hasText: /读取|Loading/ }).waitFor({ state: 'detached' })
      await check(page, path)
    }
  })
}
