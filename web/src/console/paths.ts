/** Addresses of the console, below /console/. The server answers every page there with the console's index. */
export const BASE = '/console/'

export const paths = {
  home: '/',
  signIn: '/sign-in',
  queue: '/queues/:name',
  order: '/orders/:id',
  batch: '/batch',
  search: '/search',
  dashboard: '/dashboard',
  looks: '/looks',
  exports: '/exports',
  supervision: '/supervision',
  catalogue: '/catalogue',
  whistles: '/whistles',
  whistle: '/whistles/:id',
  hotline: '/hotline',
  ticket: '/hotline/:id',
  inspection: '/inspection',
  draw: '/inspection/draws/:id',
  library: '/inspection/library',
  checks: '/inspection/checks',
  check: '/inspection/checks/:draw/:subject',
  account: '/account',
  staff: '/staff',
  newPerson: '/staff/new',
  person: '/staff/of/:account',
  keys: '/keys',
} as const

export const queuePath = (name: string) => `/queues/${encodeURIComponent(name)}`
export const personPath = (account: string) => `/staff/of/${encodeURIComponent(account)}`
export const orderPath = (idOrNumber: string) => `/orders/${encodeURIComponent(idOrNumber)}`

export const whistlePath = (id: string) => `/whistles/${encodeURIComponent(id)}`

export const ticketPath = (id: string) => `/hotline/${encodeURIComponent(id)}`
export const drawPath = (id: string) => `/inspection/draws/${encodeURIComponent(id)}`
export const checkPath = (draw: string, subject: string) =>
  `/inspection/checks/${encodeURIComponent(draw)}/${encodeURIComponent(subject)}`

/** Where to go after signing in: a page of the console, whatever the address says. */
export const nextPath = (next: unknown): string =>
  typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : paths.home
