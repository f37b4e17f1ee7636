/**
 * A batch of dispatches: each order's suggestion is read, a person checks it, and the orders go out one by one, each with
 * its own key, version and result. What must stay true: nothing is sent that was not shown, and one failure stops no other.
 */
import { reactive } from 'vue'
import { uuid } from '../../api/uuid'
import { getOrder, takeStep } from '../api'
import { problemOf } from '../explain'

export interface Line {
  id: string
  number: string
  state: 'reading' | 'ready' | 'cannot' | 'running' | 'done' | 'failed'
  include: boolean
  version: number
  category: string
  village: string
  lead: string
  coUnits: string[]
  grounds: string[]
  handOff: string
  /** The code that says why not. */
  why: string
  /** The idempotency key and the content that it stands for. */
  sent: { key: string; content: string }
}

export const newLine = (id: string, number: string): Line => reactive({
  id, number, state: 'reading', include: true, version: 0, category: '', village: '', lead: '', coUnits: [], grounds: [],
  handOff: '', why: '', sent: { key: '', content: '' },
})

export const isReady = (line: Line): boolean =>
  line.include && (line.state === 'ready' || line.state === 'failed') && line.lead !== '' && line.handOff === ''

const codeOf = (problem: unknown) => problemOf(problem).code || problemOf(problem).kind

/** Reads the order; `fill` says whether its suggestion replaces what is on the line. */
async function read(line: Line, fill: boolean): Promise<void> {
  const view = (await getOrder(line.id))?.body
  if (!view) return
  line.version = view.version
  line.category = view.categoryCode
  line.village = view.place.villageCode ?? ''
  const why = view.actions.find(({ name }) => name === 'dispatch')?.why ?? null
  line.handOff = view.suggestion?.handOff ?? ''
  if (fill) {
    line.lead = view.suggestion?.lead ?? ''
    line.coUnits = [...(view.suggestion?.coUnits ?? [])]
    line.grounds = view.suggestion?.grounds ?? []
  }
  line.why = why ?? ''
  line.state = why ? 'cannot' : 'ready'
  if (why || line.handOff) line.include = false
}

async function reread(line: Line): Promise<void> {
  await read(line, false)
  if (line.state === 'ready') Object.assign(line, { state: 'failed', why: 'staleVersion' })
}

async function dispatch(line: Line): Promise<void> {
  line.state = 'running'
  const body = { ifVersion: line.version, lead: line.lead, coUnits: line.coUnits }
  const content = JSON.stringify(body)
  if (line.sent.content !== content) line.sent = { key: uuid(), content }
  try {
    await takeStep(line.id, 'dispatch', body, line.sent.key)
    line.state = 'done'
  } catch (problem) {
    const code = codeOf(problem)
    line.state = 'failed'
    line.why = code
    // A newer version is read but not sent: somebody has to look at it once more.
    if (code === 'staleVersion') await reread(line).catch(() => undefined)
  }
}

async function each(lines: Line[], atOnce: number, work: (line: Line) => Promise<void>): Promise<void> {
  const waiting = [...lines]
  const worker = async () => {
    for (let line = waiting.shift(); line; line = waiting.shift()) await work(line)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

// Reading is cheap and independent; writing waits for the log, where two at a time already keep it busy.
const READS_AT_ONCE = 4
const WRITES_AT_ONCE = 2

export const readAll = (lines: Line[]) => each(lines, READS_AT_ONCE, async (line) => {
  try {
    await read(line, true)
  } catch (problem) {
    line.state = 'cannot'
    line.include = false
    line.why = codeOf(problem)
  }
})

export const dispatchAll = (lines: Line[], stopped: () => boolean) => each(lines, WRITES_AT_ONCE, async (line) => {
  if (stopped()) return
  line.why = ''
  await dispatch(line)
})
