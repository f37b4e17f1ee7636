/**
 * First-load weight of a page: the entry, what it preloads, the page's own
 * chunk and everything those import, JS and CSS, gzip. Reads dist only, so it
 * measures what is really served. Also used by tests/browser.
 */
import { readFile, readdir } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

const assets = new URL('../dist/assets/', import.meta.url)

// KiB of gzip JS + CSS; from the portal's design page.
export const budgetsKiB = {
  HomePage: 75, ReportStep: 100, ReceiptPage: 80, TrackPage: 80, CasePage: 80, MessagesPage: 80,
  PublicPage: 80, StatisticsPage: 80, AboutPage: 80, PrivacyPage: 80, VerifyPage: 80, DrawsPage: 80, DrawPage: 80, ResultsPage: 80,
  ContributePage: 80,
}
/** What a tap on "show on the map" adds, beside the page that is there already. */
export const mapBudgetKiB = 45
export const mapOf = { ReportStep: 'PlaceMap', PublicPage: 'PublicMap' }
export const consoleBudgetsKiB = {
  QueuePage: 300, OrderPage: 300, BatchPage: 300, SearchPage: 300, DashboardPage: 300, CataloguePage: 300, WhistlesPage: 300, WhistlePage: 300,
}
/** What is loaded when something is checked: a worker's JS and the browser module. */
export const moduleBudgetKiB = 90
/** What a draw with a drand signature loads besides: the second module. */
export const beaconBudgetKiB = 82

async function chunks() {
  const names = await readdir(assets)
  return names.filter((name) => /\.(js|css)$/.test(name))
}

/** Files a built chunk imports statically. */
const staticImports = (source) =>
  [...source.matchAll(/(?:^|[;}\s])(?:import|export)[^'"()]*?from\s*["']\.\/([^"']+)["']|import["']\.\/([^"']+)["']/g)].map((m) => m[1] ?? m[2])

/** Vite lists what a lazy page needs in the array beside its import(). */
function lazyDependencies(entry, page) {
  const table = /__vite__mapDeps=.*?\[((?:"[^"]*",?)*)\]/.exec(entry)?.[1] ?? ''
  const files = [...table.matchAll(/"([^"]*)"/g)].map((m) => m[1])
  const call = new RegExp(`import\\([\`"']\\./${page}-[^)]*\\)[^)]*?__vite__mapDeps\\(\\[([0-9,]*)\\]\\)`).exec(entry)
  return (call?.[1] ?? '').split(',').filter(Boolean).map((i) => files[Number(i)].replace(/^\/?assets\//, ''))
}

/** `index` is the page's index in dist: a page of another entry has another first load. */
export async function firstLoad(page, index = 'index.html') {
  const names = await chunks()
  const html = await readFile(new URL(`../${index}`, assets), 'utf8')
  const roots = [...html.matchAll(/\/assets\/([^"]+\.(?:js|css))/g)].map((m) => m[1])
  const entryName = roots.find((name) => name.endsWith('.js'))
  const entry = await readFile(new URL(entryName, assets), 'utf8')
  const own = names.filter((name) => name.startsWith(`${page}-`))
  if (own.length === 0) throw new Error(`no chunk of ${page} in dist; run npm run build in web/`)
  const wanted = [...roots, ...own, ...lazyDependencies(entry, page)]
  const seen = new Map()
  while (wanted.length > 0) {
    const name = wanted.pop()
    if (seen.has(name)) continue
    const body = await readFile(new URL(name, assets))
    seen.set(name, gzipSync(body, { level: 9 }).length)
    if (name.endsWith('.js')) wanted.push(...staticImports(body.toString('utf8')))
  }
  const bytes = [...seen.values()].reduce((sum, size) => sum + size, 0)
  return { page, kib: bytes / 1024, files: [...seen.keys()].sort() }
}

/** The weight that opening the map adds to its page. */
export async function mapWeight(page) {
  const [without, own] = await Promise.all([firstLoad(page), firstLoad(mapOf[page])])
  const more = own.files.filter((name) => !without.files.includes(name))
  const sizes = await Promise.all(more.map(async (name) => gzipSync(await readFile(new URL(name, assets)), { level: 9 }).length))
  return sizes.reduce((sum, size) => sum + size, 0) / 1024
}

/** The heavier of the two workers that use it, and the module. */
export async function moduleWeight() {
  const [check, draw, module] = await Promise.all(['check.worker-', 'draw.worker-', 'verify_bg-'].map(weightOf))
  return Math.max(check, draw) + module
}

export async function beaconWeight() {
  const [glue, module] = await Promise.all(['beacon-', 'beacon_bg-'].map(weightOf))
  return glue + module
}

async function weightOf(start) {
  const names = (await readdir(assets)).filter((name) => name.startsWith(start) && /\.(js|wasm)$/.test(name))
  // The module's address is a chunk of its own where it is fetched lazily; a few bytes.
  if (names.length === 0) throw new Error(`dist has no ${start}*; run: cargo onetown build`)
  const sizes = await Promise.all(names.map(async (name) => gzipSync(await readFile(new URL(name, assets)), { level: 9 }).length))
  return sizes.reduce((sum, size) => sum + size, 0) / 1024
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  let over = false
  const all = [[budgetsKiB, 'index.html'], [consoleBudgetsKiB, 'console/index.html']]
  for (const [page, limit, index] of all.flatMap(([budgets, index]) => Object.entries(budgets).map((one) => [...one, index]))) {
    const { kib, files } = await firstLoad(page, index)
    over ||= kib > limit
    console.log(`${page.padEnd(12)} ${kib.toFixed(1).padStart(6)} of ${limit} KiB in ${files.length} files`)
  }
  for (const page of Object.keys(mapOf)) {
    const kib = await mapWeight(page)
    over ||= kib > mapBudgetKiB
    console.log(`${mapOf[page].padEnd(12)} ${kib.toFixed(1).padStart(6)} of ${mapBudgetKiB} KiB, on tap`)
  }
  for (const [name, kib, limit] of [['module', await moduleWeight(), moduleBudgetKiB], ['beacon', await beaconWeight(), beaconBudgetKiB]]) {
    over ||= kib > limit
    console.log(`${name.padEnd(12)} ${kib.toFixed(1).padStart(6)} of ${limit} KiB`)
  }
  if (over) process.exitCode = 1
}
