/**
 * What somebody is filling in for one step: its values, its checks and what is sent. Forms are kept while the console is
 * open, by order and step, so that going elsewhere, a newer version or a new sign-in loses nothing that was typed.
 */
import { reactive } from 'vue'
import { c, knownWord, word } from '../../i18n/console'
import { uuid } from '../../api/uuid'
import type { OrderView, Suggestion } from '../types'
import { BARE_REASONS, STEPS, type FieldSpec } from './steps'

export interface Upload {
  key: string
  name: string
  blob: Blob
  mime: string
  share: number
  id: string
  failed: string
}

export interface VisitAnswer {
  reached: '' | 'yes' | 'no'
  contacted: '' | 'yes' | 'no'
  resolved: '' | 'yes' | 'no'
  satisfaction: string
}

export interface StepForm {
  step: string
  text: string
  /** By field: a code or a line of text, codes of units, a tick. */
  lines: Record<string, string>
  lists: Record<string, string[]>
  ticks: Record<string, boolean>
  /** An extension is asked for in the unit of the order's own limit. */
  limitUnit: string
  visit: VisitAnswer
  uploads: Upload[]
  /** The idempotency key and the content that it stands for. */
  sent: { key: string; content: string }
}

const kept = new Map<string, StepForm>()

function fresh(step: string, view: OrderView): StepForm {
  const { suggestion } = view
  const form: StepForm = reactive({
    step,
    text: '',
    lines: {},
    lists: {},
    ticks: {},
    limitUnit: view.handling?.clocks?.outer.limit.unit ?? 'workingDays',
    visit: { reached: '', contacted: '', resolved: '', satisfaction: '' },
    uploads: [],
    sent: { key: '', content: '' },
  })
  for (const { name, kind } of STEPS[step]?.fields ?? []) {
    if (kind === 'units') form.lists[name] = []
    else if (kind === 'check') form.ticks[name] = false
    else form.lines[name] = ''
  }
  if (step === 'dispatch' && suggestion) adopt(form, suggestion)
  if (step === 'handOff' && suggestion?.handOff) form.lines['to'] = suggestion.handOff
  return form
}

/** Fills a dispatch as the rules would. */
export function adopt(form: StepForm, suggestion: Suggestion): void {
  form.lines['lead'] = suggestion.lead ?? ''
  form.lists['coUnits'] = [...suggestion.coUnits]
}

export function formFor(view: OrderView, step: string): StepForm {
  const key = `${view.id} ${step}`
  const form = kept.get(key) ?? fresh(step, view)
  kept.set(key, form)
  return form
}

export const forget = (order: string, step: string) => kept.delete(`${order} ${step}`)

export const fieldLabel = (name: string): string => word('field', name)
export const textLabel = (step: string): string => knownWord('field.text', step) ?? word('field', 'text')

function missing(form: StepForm, field: FieldSpec): string {
  const label = fieldLabel(field.name)
  const required = field.required ? c('form.error.required', { field: label }) : ''
  switch (field.kind) {
    case 'units':
      return form.lists[field.name]?.length ? '' : required
    case 'check':
      return ''
    case 'days': {
      const given = form.lines[field.name] ?? ''
      return /^[1-9]\d{0,3}$/.test(given.trim()) ? '' : c('form.error.days', { field: label })
    }
    case 'visit': {
      const { reached, contacted, resolved, satisfaction } = form.visit
      if (!reached) return c('form.error.required', { field: c('form.visit.reached') })
      return reached === 'yes' && !contacted && !resolved && !satisfaction ? c('form.error.answers') : ''
    }
    default:
      return form.lines[field.name]?.trim() ? '' : required
  }
}

/** Whether the step is refused without a file, as it is filled in now. */
export const needsEvidence = (form: StepForm): boolean =>
  STEPS[form.step]?.attachments === 'required' && !BARE_REASONS.includes(form.lines['reason'] ?? '')

/** Texts by field for what is missing or cannot be; empty when it can be sent. */
export function faults(form: StepForm): Record<string, string> {
  const spec = STEPS[form.step]
  const found: Record<string, string> = {}
  for (const field of spec?.fields ?? []) {
    const text = missing(form, field)
    if (text) found[field.name] = text
  }
  if (form.lists['coUnits']?.includes(form.lines['lead'] ?? '')) found['coUnits'] = c('form.error.leadTwice')
  if (spec?.text === 'required' && !form.text.trim()) found['text'] = c('form.error.required', { field: textLabel(form.step) })
  if (form.uploads.some((upload) => upload.failed)) found['attachments'] = c('form.attachments.broken')
  else if (form.uploads.some((upload) => !upload.id)) found['attachments'] = c('form.attachments.busy')
  else if (needsEvidence(form) && form.uploads.length === 0) found['attachments'] = word('why', 'evidenceMissing')
  return found
}

const said = (answer: '' | 'yes' | 'no') => (answer ? answer === 'yes' : undefined)

function valueOf(form: StepForm, field: FieldSpec): unknown {
  const line = form.lines[field.name]?.trim() ?? ''
  switch (field.kind) {
    case 'units': return form.lists[field.name] ?? []
    case 'check': return form.ticks[field.name] || undefined
    case 'days': return { n: Number(line), unit: field.unit ?? form.limitUnit }
    case 'yesNo': return line === 'yes'
    case 'visit': {
      const { reached, contacted, resolved, satisfaction } = form.visit
      if (reached !== 'yes') return undefined
      return { contacted: said(contacted), resolved: said(resolved), satisfaction: satisfaction ? Number(satisfaction) : undefined }
    }
    default: return line || undefined
  }
}

/** The body of the request, and its key: the same for the same content, so that trying again never does it twice. */
export function request(form: StepForm, ifVersion: number): { body: Record<string, unknown>; key: string } {
  const spec = STEPS[form.step]
  const body: Record<string, unknown> = { ifVersion }
  for (const field of spec?.fields ?? []) body[field.name] = valueOf(form, field)
  if (form.text.trim()) body['text'] = form.text.trim()
  if (form.uploads.length > 0) body['attachments'] = form.uploads.map((upload) => upload.id)
  const content = JSON.stringify(body)
  if (form.sent.content !== content) form.sent = { key: uuid(), content }
  return { body, key: form.sent.key }
}
