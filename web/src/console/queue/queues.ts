/** The queues of whoever is signed in, and what was selected for a batch; shared by the navigation and the pages. */
import { shallowRef } from 'vue'

export const queues = shallowRef<{ name: string; total: number }[]>([])
/** Orders chosen in the pool, in the order in which they stood there: id to number. */
export const chosen = shallowRef<ReadonlyMap<string, string>>(new Map())
