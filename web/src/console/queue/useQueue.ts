/**
 * The rows of one queue. The server gives pages of 100 by cursor; every question asks for the first page and a few of
 * the other loaded ones in turn, each with its own ETag, so that a queue of 5 000 orders costs no more than a short one
 * and every row is still refreshed. What must stay true: a row is shown once, also while it moves between pages.
 */
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { fold, getQueue } from '../api'
import { POLL_MS, usePolling } from '../time'
import type { Row } from '../types'

interface Page {
  cursor: string | null
  etag: string | null
  items: Row[]
  next: string | null
}

// The first page and 4 others every 4 s: 50 loaded pages (5 000 rows) are all refreshed within a minute.
const OTHERS_PER_ROUND = 4

export function useQueue(name: Ref<string>) {
  const pages = shallowRef<Page[]>([])
  const total = ref(0)
  const loaded = ref(false)
  const loadingAll = ref(false)
  let turn = 1

  const rows = computed(() => {
    const seen = new Set<string>()
    return pages.value.flatMap((page) => page.items).filter((row) => !seen.has(row.id) && seen.add(row.id))
  })
  const complete = computed(() => loaded.value && (pages.value[pages.value.length - 1]?.next ?? null) === null)

  /** Reads one page; true where the answer is still wanted. */
  async function read(at: number): Promise<boolean> {
    const of = name.value
    const before = pages.value[at]
    const cursor = at === 0 ? null : (pages.value[at - 1]?.next ?? null)
    if (at > 0 && cursor === null) {
      // The queue has become shorter than what was loaded.
      pages.value = pages.value.slice(0, at)
      return false
    }
    const etag = before && before.cursor === cursor ? before.etag : null
    const answer = await getQueue(of, cursor, etag)
    if (of !== name.value) return false
    if (answer) {
      const { items, nextCursor, total: n } = answer.body
      const page = { cursor, etag: answer.etag, items, next: nextCursor }
      pages.value = [...pages.value.slice(0, at), page, ...pages.value.slice(at + 1)]
      if (at === 0) total.value = n
      if (answer.body.stale) void fold()
    }
    loaded.value = true
    return true
  }

  async function round(): Promise<void> {
    if (!(await read(0))) return
    for (let i = 0; i < OTHERS_PER_ROUND && pages.value.length > 1; i += 1) {
      turn = turn >= pages.value.length ? 1 : turn
      if (!(await read(turn))) return
      turn += 1
    }
  }

  /** Loads one page more. */
  async function more(): Promise<void> {
    if (!complete.value && loaded.value) await read(pages.value.length)
  }

  async function loadAll(): Promise<void> {
    const of = name.value
    loadingAll.value = true
    try {
      while (!complete.value && of === name.value) await more()
    } finally {
      loadingAll.value = false
    }
  }

  const polling = usePolling(round, POLL_MS)
  watch(name, () => {
    pages.value = []
    total.value = 0
    loaded.value = false
    void polling.refresh()
  })

  return { rows, total, loaded, complete, loadingAll, more, loadAll, ...polling }
}
