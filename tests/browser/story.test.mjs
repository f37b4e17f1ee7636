/**
 * The story of the command centre as everybody in it sees it: the caller, the centre, the unit, the reviewer, the one
 * who calls back; and the darker one, of a return that is refused and a notice that is objected to. What takes days (the
 * archive, being overdue) is told over HTTP in functions/dispatch/tests, where time can be made to pass.
 */
import { test } from 'node:test'
import { check, dispatchToUnit, station, submitResult, take, waitInQueue } from './console.mjs'
import { AS_SEEN, device, expect, go, photo, submitted, words } from './support.mjs'

const w = words['zh-CN']

/** Where the case stands, as its caller reads it; the page, for what else is read there. */
async function caller(page, number, state) {
  await go(page, `/track/${number}`)
  await page.locator('.state .pill', { hasText: state }).waitFor()
  return page.locator('main')
}

async function answer(page, resolved, stars) {
  await page.locator('#action-visit').click()
  await page.locator('#step-method').selectOption('phone')
  await page.locator('#step-answer').check()
  await page.locator('input[name="step-answer-contacted"][value=yes]').check()
  await page.locator(`input[name="step-answer-resolved"][value=${resolved ? 'yes' : 'no'}]`).check()
  await page.locator(`input[name="step-answer-satisfaction"][value="${stars}"]`).check()
  if (!resolved) await page.locator('#step-text').fill('诉求人说灯又坏了。')
  await page.locator('form.step button[type=submit]').click()
  await page.locator('#done').waitFor()
}

/** Decides on the only card there is. */
async function decide(page, step, text) {
  await page.locator(`#action-${step}`).click()
  await page.locator('#step-key').selectOption({ index: 1 })
  await page.locator('#step-text').fill(text)
  await page.locator('form.step button[type=submit]').click()
  await page.locator('#done').waitFor()
}

const figure = async (page, place) => {
  await go(page, '/console/dashboard')
  return Number(await page.locator('.figures dd').nth(place).innerText())
}

test('from the caller’s phone to a satisfied caller, with a refusal and a redo on the way', { timeout: 400_000 }, async (t) => {
  const phone = await device(t)
  const centre = await station(t, 'dispatcher')
  const closedBefore = await figure(centre, 2)
  const { number } = await submitted(phone, w, { anonymous: false })
  await caller(phone, number, '已登记')

  await waitInQueue(centre, 'pool', number)
  await go(centre, `/console/orders/${number}`)
  await dispatchToUnit(centre)
  await expect(await caller(phone, number, '已派单'), 'the caller sees who holds it').toContainText('综合执法', AS_SEEN)

  const unit = await station(t, 'handler')
  await waitInQueue(unit, 'unit', number)
  await go(unit, `/console/orders/${number}`)
  await take(unit, 'sign')
  await unit.locator('#action-extendRequest').click()
  await unit.locator('#step-text').fill('灯杆要定制，三天到货。')
  await unit.locator('#step-limit').fill('1')
  await unit.locator('form.step button[type=submit]').click()
  await unit.locator('#done').waitFor()
  await go(centre, `/console/orders/${number}`)
  await centre.locator('#action-extendApprove').click()
  await centre.locator('#step-pastOuter').check()
  await centre.locator('form.step button[type=submit]').click()
  await centre.locator('#done').waitFor()
  await expect(await caller(phone, number, '办理中'), 'the caller sees that it takes longer').toContainText('延', AS_SEEN)

  await go(unit, `/console/orders/${number}`)
  await take(unit, 'contact', { text: '已电话联系诉求人，约定明天到现场。' })
  await submitResult(unit, '已更换灯头。')
  const reviewer = await station(t, 'supervisor')
  await waitInQueue(reviewer, 'review', number)
  await go(reviewer, `/console/orders/${number}`)
  await take(reviewer, 'reviewFail', { text: '照片看不出是哪盏灯，请补拍。' })
  await unit.locator('.head .pill', { hasText: '办理中' }).waitFor()
  await submitResult(unit, '补拍了灯杆编号。')
  await go(reviewer, `/console/orders/${number}`)
  await take(reviewer, 'reviewPass', { text: '同意。' })

  const agent = await station(t, 'callback_agent')
  await waitInQueue(agent, 'visit', number)
  await go(agent, `/console/orders/${number}`)
  // The number to call is seen for a purpose, and that is written down.
  await agent.getByRole('button', { name: '查看完整信息' }).click()
  await agent.locator('form.ask button[type=submit]').click()
  await agent.getByText('请选择查看目的').waitFor()
  await agent.locator('#purpose').selectOption('visit')
  await agent.locator('form.ask button[type=submit]').click()
  await agent.locator('a[href^="tel:+86139"]').waitFor()
  await agent.getByText('张小满').waitFor()
  await answer(agent, false, 1)
  await expect(await caller(phone, number, '办理中'), 'the caller sees that it is done once more').toContainText('重新办理', AS_SEEN)

  await go(unit, `/console/orders/${number}`)
  await take(unit, 'contact', { text: '当面道歉并约定今晚修复。' })
  await submitResult(unit, '更换整套灯具，当晚已亮。')
  await go(reviewer, `/console/orders/${number}`)
  await take(reviewer, 'reviewPass')
  await go(agent, `/console/orders/${number}`)
  await answer(agent, true, 5)
  const story = await caller(phone, number, '已办结')
  for (const step of ['收到您的诉求', '交给经办单位', '经办单位签收', '延长办理期限', '联系了您', '经办单位报告已办好', '审核未通过', '审核通过', '重新办理', '回访']) await expect(story, step).toContainText(step, AS_SEEN)
  await expect(story, 'what offices write to each other stays with them').not.toContainText('照片看不出是哪盏灯')

  // The dashboard follows with the tick.
  await expect.poll(() => figure(centre, 2), { timeout: 60_000 }).toBeGreaterThan(closedBefore)

  const auditor = await station(t, 'auditor')
  await go(auditor, '/console/looks')
  await auditor.locator('summary', { hasText: '查看次数' }).or(auditor.locator('summary')).first().click()
  await auditor.getByRole('link', { name: number }).waitFor()
  await expect(auditor.locator('main')).not.toContainText('张小满')
  await check(auditor, 'the book of looks')

  // Every step says who; a caller that somebody may not know is hidden, not "nobody".
  await go(auditor, `/console/orders/${number}`)
  const history = auditor.locator('section[aria-labelledby=timeline-title]')
  for (const name of ['派单员（演示）', '承办人（演示）', '督办人员（演示）', '回访员（演示）']) await expect(history).toContainText(name, AS_SEEN)
  await auditor.getByText('您看不到诉求人信息').waitFor()
})

test('an improper return is refused, a notice is issued and the objection to it upheld', { timeout: 300_000 }, async (t) => {
  const phone = await device(t)
  const { number } = await submitted(phone, w, { anonymous: false })
  const centre = await station(t, 'dispatcher')
  await waitInQueue(centre, 'pool', number)
  await go(centre, `/console/orders/${number}`)
  await dispatchToUnit(centre)

  const head = await station(t, 'unit_head')
  await go(head, `/console/orders/${number}`)
  // No evidence: said before it is sent. With some, the centre still finds the order theirs.
  await head.locator('#action-returnRequest').click()
  await head.locator('#step-reason').selectOption('RT01')
  await head.locator('#step-text').fill('我们人手不够。')
  await head.locator('form.step button[type=submit]').click()
  await expect(head.locator('form.step .summary')).toContainText(/佐证材料/, AS_SEEN)
  await head.setInputFiles('#step-attachments', [await photo()])
  await head.getByText('已上传').waitFor()
  await head.locator('form.step button[type=submit]').click()
  await head.locator('#done').waitFor()
  await go(centre, `/console/orders/${number}`)
  await take(centre, 'returnReject', { text: '路灯管护是贵单位的职责，请办理。' })

  await go(head, `/console/orders/${number}`)
  await take(head, 'sign')
  await expect(head.locator('details.not'), 'a return is asked for once').toContainText('申请退单')
  const watch = await station(t, 'supervisor')
  await go(watch, `/console/orders/${number}`)
  await watch.locator('#action-proposeCard').click()
  await watch.locator('#step-level').selectOption('notice')
  await watch.locator('#step-text').fill('无正当理由退单，请说明。')
  await watch.locator('form.step button[type=submit]').click()
  await watch.locator('#done').waitFor()
  await decide(watch, 'issueCard', '请三日内说明。')
  await go(head, `/console/orders/${number}`)
  await decide(head, 'objectCard', '退单前已请示分管领导。')
  const leader = await station(t, 'town_leader')
  await go(leader, `/console/orders/${number}`)
  await decide(leader, 'upholdCard', '督办单维持，请按期办理。')
  await expect(leader.locator('main')).toContainText(/维持/, AS_SEEN)
})
