/** The interface of whistle-and-report, as `functions/whistles` answers. */
import { json, post } from '../api'
import type { Timer } from '../types'

export interface WhistleRow {
  id: string
  kind: string
  status: string
  villageCode?: string | null
  units: string[]
  blownAt: string
  needBy: string
}

export interface WhistleView {
  id: string
  version: number
  kind: string
  status: string
  text: string
  order?: string | null
  villageCode?: string | null
  blownAt: string
  needBy: Timer
  callees: { unit: string; requested: boolean; status: string; at: string }[]
  /** Units that should be there and are not, or refused. */
  failing: string[]
  tasks: { task: number; unit: string; action: string; due: Timer; doneAt?: string | null }[]
  timeline: { seq: number; at: string; type: string; unit?: string | null; text?: string | null; task?: number | null }[]
  actions: { name: string; why: string | null }[]
}

export interface Blow {
  kind: string
  text: string
  order: string
  village: string
  units: string[]
  asked: string[]
}

const PATH = '/api/whistles'

export const getWhistles = (over: boolean) =>
  json<{ total: number; items: WhistleRow[]; canBlow: boolean }>(over ? `${PATH}?over=1` : PATH)
export const getWhistle = (id: string) => json<WhistleView>(`${PATH}/${encodeURIComponent(id)}`)
export const blowWhistle = (blow: Blow, key: string) => json<WhistleView>(PATH, post(blow, key), true)
export const answerWhistle = (id: string, step: string, body: unknown, key: string) =>
  json<WhistleView>(`${PATH}/${encodeURIComponent(id)}/${step}`, post(body, key), true)

/** A key for what is sent: the same content goes out under the same key, so a lost answer is nothing done twice. */
export function keyKeeper(fresh: () => string): (content: unknown) => string {
  let sent = { key: '', content: '' }
  return (content) => {
    const text = JSON.stringify(content)
    if (sent.content !== text) sent = { key: fresh(), content: text }
    return sent.key
  }
}
