/**
 * A town may name a source of map tiles. The town under test names none, so the portal's answers of one that does (its
 * own tests hold it to them) and the source itself are put in front.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { device, expect, fillUpTo, go, home, words } from './support.mjs'

const SOURCE = 'https://tiles.example'
const layers = [`${SOURCE}/ground/{z}/{x}/{y}.png`, `${SOURCE}/names/{z}/{x}/{y}.png`]
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

/** A phone in a town with a source; what it asks of the source is kept. */
async function phoneWithTiles(t, { answer = { contentType: 'image/png', body: PIXEL }, ...look } = {}) {
  const page = await device(t, { ...look, origins: [SOURCE] })
  const asked = []
  await page.route('**/tiles.json', (route) => route.fulfill({ json: { layers, attribution: '天地图 GS(2024)0568号' } }))
  await page.route((url) => url.origin === home && !url.pathname.includes('.') && !url.pathname.startsWith('/api'), async (route) => {
    const response = await route.fetch()
    const policy = response.headers()['content-security-policy'] ?? ''
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy.replace('data:', `data: ${SOURCE}`) } })
  })
  await page.route(`${SOURCE}/**`, async (route) => {
    asked.push({ url: route.request().url(), headers: await route.request().allHeaders() })
    await route.fulfill(answer)
  })
  return { page, asked }
}

const openMap = async (page) => {
  await go(page, '/public')
  await page.locator('input[name=view][value=map]').check()
  await page.locator('svg.town').waitFor()
}

test('a town without a source says so, and its map asks nobody else', async (t) => {
  const page = await device(t)
  const settings = page.waitForResponse('**/tiles.json')
  await openMap(page)
  assert.deepEqual(await (await settings).json(), { attribution: '', layers: [] })
  await page.waitForLoadState('networkidle')
  assert.equal(await page.locator('.layer, .credit').count(), 0)
})

test('tiles are asked for once a map is opened, lie where they belong, and their publisher is named', async (t) => {
  const w = words['zh-CN']
  const { page, asked } = await phoneWithTiles(t)
  await fillUpTo(page, 'where', w)
  assert.deepEqual(asked, [], 'nobody has opened a map yet')
  await page.locator('form .btn[aria-expanded]').click()
  await page.locator('.layer img').first().waitFor({ state: 'attached' })
  await page.locator('.credit', { hasText: 'GS(2024)0568号' }).waitFor()
  await page.getByText('tiles.example').waitFor()
  await page.waitForLoadState('networkidle')
  assert.ok(asked.length >= 2 && asked.length <= 40, `${asked.length} tiles`)
  for (const { headers } of asked) {
    assert.equal(headers.referer, `${home}/`, 'the site’s name and no page’s')
    assert.equal(headers.cookie, undefined)
  }

  // The town's outline says which pixel is which degree; each tile must begin where its numbers say.
  const { features } = await (await fetch(`${home}/api/catalogue/map`)).json()
  const corners = features.find(({ properties }) => properties.kind === 'town').geometry.coordinates.flat()
  const [lons, lats] = [0, 1].map((axis) => corners.map((corner) => corner[axis]))
  // Without its stroke, which Playwright's boundingBox counts.
  const outline = await page.locator('svg.town .outline').evaluate((path) => path.getBoundingClientRect().toJSON())
  const share = (value, from, to) => (value - from) / (to - from)
  const across = (lon) => outline.x + outline.width * share(lon, Math.min(...lons), Math.max(...lons))
  const down = (lat) => outline.y + outline.height * share(lat, Math.max(...lats), Math.min(...lats))
  for (const image of await page.locator('.layer img').all()) {
    const [z, x, y] = (await image.getAttribute('src')).match(/\d+/g).map(Number)
    const box = await image.boundingBox()
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z))) * 180) / Math.PI
    assert.ok(Math.abs(box.x - across((x / 2 ** z) * 360 - 180)) < 2.5, `${z}/${x}/${y} begins at ${box.x} px`)
    assert.ok(Math.abs(box.y - down(lat)) < 2.5, `${z}/${x}/${y} begins ${box.y} px down`)
    assert.ok(box.width > 128 && box.width < 512, `${box.width} px wide`)
  }
  await page.locator('.zoom button').first().click()
  await page.waitForFunction((z) => [...document.querySelectorAll('.layer img')].every((image) => Number(image.src.match(/\/(\d+)\//)[1]) === z + 1),
    Number(asked[0].url.match(/\/(\d+)\//)[1]))
})

test('tiles that do not come leave the map as it is, and the privacy page names the source', async (t) => {
  const { page, asked } = await phoneWithTiles(t, { locale: 'en', answer: { status: 404 }, expected: [404] })
  await openMap(page)
  await page.waitForLoadState('networkidle')
  assert.ok(asked.length > 0)
  await expect(page.locator('.layer img:visible')).toHaveCount(0)
  await expect.poll(() => page.locator('svg.town .area').count()).toBeGreaterThan(3)
  await go(page, '/privacy')
  await page.getByText('The pictures behind the map come from tiles.example').waitFor()
})
