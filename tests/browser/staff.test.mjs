/** People in the console: adding one, the first sign-in, codes, one's own account, shutting out, keys of other systems. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { account, check, signIn, station } from './console.mjs'
import { AS_SEEN, desktop, device, expect, go, home, late, phone } from './support.mjs'

/** RFC 6238 as an authenticator app computes it, written here on its own so that the server is held to it. */
function codeAt(secret, step) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret.replace(/\s/g, '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', key).update(counter).digest()
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
/** The code of the present half minute, or of one beside it. */
const code = (secret, beside = 0) => codeAt(secret, Math.floor(Date.now() / 30_000) + beside)

const fresh = () => `t${Math.random().toString(36).slice(2, 10)}`
const OWN = 'two rivers and a lamp'

/** An administrator adds a person and reads the one-time password. */
async function added(t, { role = 'handler', look = {} } = {}) {
  const admin = await station(t, 'administrator', { expected: [403, 409, 422], ...look })
  const name = fresh()
  await go(admin, '/console/staff/new')
  await admin.locator('#staff-account').fill(name)
  await admin.locator('#staff-displayName').fill('王小明')
  await admin.locator('#staff-unit').fill('综合执法')
  await admin.locator('.picker').getByRole('radio').first().check()
  await admin.locator(`input[type=checkbox][value=${role}]`).check()
  await admin.locator('form button[type=submit]').click()
  const once = (await admin.locator('#shown-once').innerText()).trim()
  return { admin, name, once }
}

async function enter(page, name, password) {
  await go(page, '/console/sign-in')
  await page.locator('#account').fill(name)
  await page.locator('#password').fill(password)
  await page.locator('form button[type=submit]').click()
}

async function choose(page, password) {
  await page.locator('#newPassword').fill(password)
  await page.locator('#again').fill(password)
  await page.locator('form button[type=submit]').click()
}

const inside = (page) => page.locator('nav.nav').waitFor({ state: 'attached' })

/** A person who has signed in for the first time. */
async function newcomer(t, more = {}) {
  const { admin, name, once } = await added(t, more)
  const page = await device(t, { viewport: desktop, expected: [401, 403, 422], ...more.look })
  await enter(page, name, once)
  await choose(page, OWN)
  await inside(page)
  return { admin, name, page }
}

test('a new person signs in with the one-time password and chooses one of their own', { timeout: 120_000 }, async (t) => {
  const { name, once } = await added(t)
  const page = await device(t, { viewport: desktop, expected: [401, 403, 422] })
  await enter(page, name, once)
  await page.getByRole('heading', { name: '设置自己的密码' }).waitFor()
  assert.equal(await page.locator('nav.nav').count(), 0, 'nobody is inside before that')
  await page.locator('#newPassword').fill('1234567890')
  await page.locator('#again').fill('123456789')
  await page.locator('form button[type=submit]').click()
  await page.getByText('两次输入的密码不一样').waitFor()
  await choose(page, '1234567890')
  await page.getByText('这个密码太常见').waitFor()
  await choose(page, OWN)
  await inside(page)
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByText('您已退出登录').waitFor()
  await enter(page, name, OWN)
  await inside(page)
})

test('an authenticator app is set up, and from then on every sign-in asks for its code, each once', { timeout: 180_000 }, async (t) => {
  const { name, page } = await newcomer(t)
  await go(page, '/console/account')
  await page.locator('#set-up').click()
  await page.locator('#password').fill(OWN)
  await page.locator('form button[type=submit]').click()
  await page.locator('svg.qr').waitFor()
  const secret = await page.locator('#secret').innerText()
  await page.locator('#code').fill('12345')
  await page.locator('form button[type=submit]').click()
  await page.getByText('请填写验证器上的 6 位数字').waitFor()
  // The half minute before leaves this one and the next for the sign-ins that follow.
  await page.locator('#code').fill(code(secret, -1))
  await page.locator('form button[type=submit]').click()
  await page.getByText('手机验证器已经设置好').waitFor()

  const other = await device(t, { viewport: phone, expected: [401] })
  await enter(other, name, OWN)
  await other.getByRole('heading', { name: '输入验证码' }).waitFor()
  await check(other, 'code')
  await other.locator('#code').fill(code(secret, -3))
  await other.locator('form button[type=submit]').click()
  await other.getByText('验证码不对，或者已经用过').waitFor()
  const used = code(secret)
  await other.locator('#code').fill(`${used.slice(0, 3)} ${used.slice(3)}`)
  await other.locator('form button[type=submit]').click()
  await inside(other)

  const third = await device(t, { viewport: desktop, expected: [401] })
  await enter(third, name, OWN)
  await third.locator('#code').fill(used)
  await third.locator('form button[type=submit]').click()
  await third.getByText('验证码不对，或者已经用过').waitFor()
})

test('a changed password signs out everywhere else', { timeout: 120_000 }, async (t) => {
  const { name, page } = await newcomer(t)
  const other = await device(t, { viewport: desktop, expected: [401] })
  await enter(other, name, OWN)
  await inside(other)
  await go(page, '/console/account')
  await page.locator('#oldPassword').fill('not the password')
  await choose(page, 'another long sentence')
  await page.getByText('当前密码不对').first().waitFor()
  await page.locator('#oldPassword').fill(OWN)
  await choose(page, 'another long sentence')
  await page.getByText('密码已修改').waitFor()
  await other.reload()
  await other.locator('#password').waitFor()
  await enter(other, name, 'another long sentence')
  await inside(other)
  // And without a change of the password.
  await go(page, '/console/account')
  await page.getByRole('button', { name: '退出其他地方的登录' }).click()
  await page.getByText('其他地方的登录已退出').waitFor()
  await other.reload()
  await other.locator('#password').waitFor()
})

test('whoever is suspended is out at once, and a reset gives a new start', { timeout: 180_000 }, async (t) => {
  const { admin, name, page } = await newcomer(t)
  await admin.locator('main .btn.quiet', { hasText: '王小明' }).click()
  await admin.locator('#do-suspension').click()
  await admin.locator('form button[type=submit]').click()
  await admin.locator('#staff-reason-error').waitFor()
  await admin.locator('#staff-reason').fill('休假')
  await admin.locator('form button[type=submit]').click()
  await admin.locator('#done').waitFor()
  await admin.locator('.tag.hot', { hasText: '已停用' }).waitFor()
  await page.reload()
  await page.locator('#password').waitFor()
  await enter(page, name, OWN)
  await page.getByText('账号或密码不对').waitFor()
  await admin.locator('#do-reactivation').click()
  await admin.locator('#staff-reason').fill('销假')
  await admin.locator('form button[type=submit]').click()
  await admin.getByText('已完成：恢复').waitFor()
  await admin.locator('#do-reset').click()
  await admin.locator('#staff-reason').fill('忘记密码')
  await admin.locator('form button[type=submit]').click()
  const once = (await admin.locator('#shown-once').innerText()).trim()
  for (const what of ['停用', '休假', '恢复', '重置', '本人修改密码']) await expect(admin.locator('ol.line')).toContainText(what, AS_SEEN)
  await enter(page, name, once)
  await choose(page, 'a third long sentence')
  await inside(page)
})

test('what another administrator changed meanwhile is there when the page says so', { timeout: 120_000 }, async (t) => {
  const { admin, name } = await added(t)
  await go(admin, `/console/staff/of/${name}`)
  await admin.locator('#do-suspension').click()
  const other = await station(t, 'administrator')
  await go(other, `/console/staff/of/${name}`)
  await other.getByRole('button', { name: '资料与角色' }).click()
  await other.locator('#staff-displayName').fill('王大明')
  await other.locator('#staff-reason').fill('更名')
  await other.locator('form button[type=submit]').click()
  await other.getByText('已保存').waitFor()
  await admin.route(`**/api/identity/staff/${name}`, late(600))
  await admin.locator('#staff-reason').fill('休假')
  await admin.locator('form button[type=submit]').click()
  await admin.locator('form .summary', { hasText: '已载入最新内容' }).waitFor()
  assert.equal(await admin.locator('h1').innerText(), '王大明')
  await admin.locator('form button[type=submit]').click()
  await admin.locator('#done').waitFor()
})

test('a role is given until a day and shown in the list; clashing roles are refused', { timeout: 180_000 }, async (t) => {
  const { admin, name } = await added(t)
  await go(admin, `/console/staff/of/${name}`)
  await admin.getByRole('button', { name: '资料与角色' }).click()
  await admin.locator('input[type=checkbox][value=auditor]').check()
  await admin.locator('#staff-reason').fill('代班')
  await admin.locator('form button[type=submit]').click()
  await admin.getByText('审计人员不能兼任其他角色').first().waitFor()
  await admin.locator('input[type=checkbox][value=auditor]').uncheck()
  await admin.locator('input[type=checkbox][value=callback_agent]').check()
  await admin.getByLabel('回访员：结束日期').fill('2099-12-31')
  await admin.locator('form button[type=submit]').click()
  await admin.getByText('已保存').waitFor()
  await go(admin, '/console/staff')
  await admin.locator('#q').fill(name)
  // The list follows the log: it may have the person as added first, and everybody else as well.
  await expect(admin.locator('.people li')).toHaveText([/至 2099年12月31日/], AS_SEEN)
})

test('a key reads orders for another system until it is revoked', { timeout: 120_000 }, async (t) => {
  const admin = await station(t, 'administrator', { expected: [422] })
  await go(admin, '/console/keys')
  await admin.getByRole('button', { name: '新建密钥' }).click()
  await admin.locator('#staff-name').fill('县平台')
  await admin.locator('form button[type=submit]').click()
  await admin.locator('form .summary').waitFor()
  const name = `县平台 ${fresh()}`
  await admin.locator('#staff-name').fill(name)
  await admin.locator('#staff-scopes').check()
  const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
  await admin.locator('#staff-until').fill(until)
  await admin.locator('form button[type=submit]').click()
  const key = (await admin.locator('#shown-once').innerText()).trim()
  const ask = (path, headers = {}) => fetch(home + path, { headers: { Authorization: `Bearer ${key}`, ...headers } })
  const csv = await ask('/api/dispatch/orders', { Accept: 'text/csv' })
  assert.deepEqual([csv.status, csv.headers.get('content-type').split(';')[0]], [200, 'text/csv'])
  assert.equal((await ask('/api/dispatch/dashboard')).status, 403)
  assert.equal((await ask('/api/identity/staff')).status, 401)
  // A second one that may do the same; the first goes on working until it is revoked.
  const row = admin.locator('.keys li', { hasText: name })
  await row.getByRole('button', { name: '换新' }).click()
  await expect(admin.locator('#staff-scopes')).toBeChecked()
  await admin.locator('#staff-until').fill(until)
  await admin.locator('form button[type=submit]').click()
  await row.nth(1).waitFor()
  const renewed = (await admin.locator('#shown-once').innerText()).trim()
  assert.notEqual(renewed, key)
  const both = async () => [(await ask('/api/dispatch/orders')).status, (await ask('/api/dispatch/orders', { Authorization: `Bearer ${renewed}` })).status]
  assert.deepEqual(await both(), [200, 200])
  await row.filter({ hasNotText: /\d{4}-\d{2}-\d{2}/ }).getByRole('button', { name: '吊销' }).click()
  await row.getByRole('button', { name: '确认吊销' }).click()
  await admin.locator('#done').waitFor()
  assert.deepEqual(await both(), [401, 200])
})

test('administration is in the menu of those who may, and nobody else reaches it', async (t) => {
  const handler = await station(t, 'handler', { expected: [403] })
  assert.equal(await handler.locator('nav a[href="/console/staff"]').count(), 0)
  await go(handler, '/console/staff')
  await handler.locator('.summary').waitFor()
  const auditor = await station(t, 'auditor')
  await auditor.locator('nav a[href="/console/staff"]').click()
  await auditor.locator('.people li').first().waitFor()
  assert.equal(await auditor.locator('a[href="/console/staff/new"]').count(), 0)
  await go(auditor, `/console/staff/of/${account('handler').account}`)
  await auditor.locator('ol.line li').first().waitFor()
  assert.equal(await auditor.locator('#do-reset').count(), 0)
})

for (const look of [{ locale: 'zh-CN', viewport: desktop }, { locale: 'en', viewport: phone }, { locale: 'en', viewport: phone, dark: true }]) {
  const name = [look.locale, `${look.viewport.width} px`, look.dark && 'dark'].filter(Boolean).join(', ')
  test(`no page about people has an accessibility violation (${name})`, { timeout: 240_000 }, async (t) => {
    const { admin, name: person, once } = await added(t, { look })
    await check(admin, 'one-time password')
    await go(admin, '/console/staff/new')
    await admin.locator('form button[type=submit]').click()
    await admin.locator('form .summary').waitFor()
    await admin.locator('input[type=checkbox][value=dispatcher]').check()
    await check(admin, 'new person, with errors')
    await go(admin, '/console/staff')
    await admin.locator('.people li').first().waitFor()
    await check(admin, 'staff')
    await go(admin, `/console/staff/of/${person}`)
    await admin.locator('#do-reset').click()
    await check(admin, 'person, reset')
    await go(admin, '/console/keys')
    await admin.locator('main h1 + button').click()
    await admin.locator('#staff-scopes').waitFor()
    await check(admin, 'keys')

    const page = await device(t, { ...look, expected: [401, 403] })
    await enter(page, person, once)
    await page.locator('#newPassword').waitFor()
    await check(page, 'own password')
    await choose(page, OWN)
    await inside(page)
    await go(page, '/console/account')
    await page.locator('#set-up').waitFor()
    await check(page, 'account')
    await page.locator('#set-up').click()
    await page.locator('#password').fill(OWN)
    await page.locator('form button[type=submit]').click()
    await page.locator('svg.qr').waitFor()
    await check(page, 'app to set up')
  })
}

test('signing in by keyboard alone', async (t) => {
  const page = await device(t, { viewport: desktop, expected: [401] })
  await go(page, '/console/sign-in')
  const login = account('auditor')
  await page.locator('#account').focus()
  await page.keyboard.type(login.account)
  await page.keyboard.press('Tab')
  await page.keyboard.type(login.password)
  await page.keyboard.press('Enter')
  await inside(page)
  await signOutByKeys(page)
  await signIn(page, 'auditor')
})

async function signOutByKeys(page) {
  await page.getByRole('button', { name: '退出登录' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('您已退出登录').waitFor()
}
