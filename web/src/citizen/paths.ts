/**
 * Every path the citizen entry owns. The router takes its patterns from here
 * and the build writes them to dist/routes.json, so the server answers exactly
 * these with index.html and everything else with the 404 page.
 */
export const paths = {
  home: '/',
  report: '/report',
  reportStep: '/report/:step',
  receipt: '/receipt',
  track: '/track',
  case: '/track/:number',
  messages: '/messages',
  public: '/public',
  statistics: '/statistics',
  verify: '/verify',
  draws: '/draws',
  draw: '/draws/:id',
  contribute: '/draws/:id/contribute',
  results: '/results',
  about: '/about',
  privacy: '/privacy',
} as const

export const citizenPaths: string[] = Object.values(paths)
