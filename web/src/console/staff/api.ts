/** People, one's own account, and keys: the requests. */
import { ask, json, post } from '../api'
import type { Account, HeldRole, IntegrationKey, Person, PersonRow } from './types'

export interface ProfileBody {
  displayName: string
  unit: string
  grid: string | null
  roles: HeldRole[]
  validFrom: string | null
  validUntil: string | null
}

const STAFF = '/api/identity/staff'
const one = (account: string) => `${STAFF}/${encodeURIComponent(account)}`

export function getStaff(q: string, cursor: string) {
  const query = new URLSearchParams({ ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) })
  return json<{ total: number; items: PersonRow[]; nextCursor: string | null }>(`${STAFF}?${query}`)
}

export const getPerson = (account: string) => json<Person>(one(account))
export const addPerson = (body: ProfileBody & { account: string }, key: string) => json<Person>(STAFF, post(body, key), true)
export const changePerson = (account: string, change: string, body: object, key: string) =>
  json<Person>(`${one(account)}/${change}`, post(body, key), true)

export const getAccount = () => json<Account>('/api/identity/account')
export const changePassword = (body: { password: string; newPassword: string }, key: string) =>
  ask('/api/identity/account/password', post(body, key), true)
export const endOtherSessions = () => ask('/api/identity/sessions/others', { method: 'DELETE' }, true)

const KEYS = '/api/identity/keys'
export const getKeys = () => json<{ items: IntegrationKey[]; scopes: string[] }>(KEYS)
export const makeKey = (body: { name: string; scopes: string[]; until: string }, key: string) =>
  json<IntegrationKey>(KEYS, post(body, key), true)
export const revokeKey = (id: string, key: string) => json<IntegrationKey>(`${KEYS}/${encodeURIComponent(id)}/revocation`, post({}, key), true)
