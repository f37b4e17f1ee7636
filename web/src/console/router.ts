/**
 * Routes of the console, each page its own chunk. Whoever is not signed in meets the sign-in page first and comes back
 * to where they wanted to go.
 */
import { nextTick, ref, watch } from 'vue'
import { createRouter, createWebHistory, type Router } from 'vue-router'
import { locale } from '../i18n'
import { c, type ConsolePlainKey } from '../i18n/console'
import { BASE, nextPath, paths } from './paths'
import { restore, session } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    page?: ConsolePlainKey
  }
}

/** A page's chunk, or the session, did not arrive; the shell offers to reload. */
export const pageFailed = ref(false)
/** Where "back to the list" leads: the last list that was open. */
export const lastList = ref<string>(paths.home)

export function nameDocument(page: string): void {
  document.title = c('app.title', { page })
}

const LISTS = new Set(['queue', 'search', 'batch', 'supervision'])

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHistory(BASE),
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }) ?? false,
    routes: [
      { path: paths.home, name: 'home', component: () => import('./pages/StartPage.vue'), meta: { page: 'nav.queues' } },
      { path: paths.signIn, name: 'signIn', component: () => import('./pages/SignInPage.vue'), meta: { page: 'signIn.title' } },
      { path: paths.queue, name: 'queue', component: () => import('./queue/QueuePage.vue'), meta: { page: 'nav.queues' } },
      { path: paths.order, name: 'order', component: () => import('./order/OrderPage.vue'), meta: {} },
      { path: paths.batch, name: 'batch', component: () => import('./pages/BatchPage.vue'), meta: { page: 'batch.title' } },
      { path: paths.search, name: 'search', component: () => import('./pages/SearchPage.vue'), meta: { page: 'search.title' } },
      { path: paths.dashboard, name: 'dashboard', component: () => import('./pages/DashboardPage.vue'), meta: { page: 'board.title' } },
      { path: paths.looks, name: 'looks', component: () => import('./pages/LooksPage.vue'), meta: { page: 'looks.title' } },
      { path: paths.exports, name: 'exports', component: () => import('./exports/ExportsPage.vue'), meta: { page: 'exports.title' } },
      { path: paths.supervision, name: 'supervision', component: () => import('./supervision/SupervisionPage.vue'), meta: { page: 'super.title' } },
      { path: paths.catalogue, name: 'catalogue', component: () => import('./catalogue/CataloguePage.vue'), meta: { page: 'cat.title' } },
      { path: paths.whistles, name: 'whistles', component: () => import('./whistles/WhistlesPage.vue'), meta: { page: 'whistle.title' } },
      { path: paths.whistle, name: 'whistle', component: () => import('./whistles/WhistlePage.vue'), meta: { page: 'whistle.title' } },
      { path: paths.hotline, name: 'hotline', component: () => import('./hotline/HotlinePage.vue'), meta: { page: 'hotline.title' } },
      { path: paths.ticket, name: 'ticket', component: () => import('./hotline/TicketPage.vue'), meta: { page: 'hotline.title' } },
      { path: paths.inspection, name: 'inspection', component: () => import('./inspection/PlanPage.vue'), meta: { page: 'insp.title' } },
      { path: paths.draw, name: 'draw', component: () => import('./inspection/DrawDesk.vue'), meta: { page: 'insp.title' } },
      { path: paths.library, name: 'library', component: () => import('./inspection/LibraryPage.vue'), meta: { page: 'insp.lib.title' } },
      { path: paths.checks, name: 'checks', component: () => import('./inspection/ChecksPage.vue'), meta: { page: 'insp.checks.title' } },
      { path: paths.check, name: 'check', component: () => import('./inspection/CheckPage.vue'), meta: { page: 'insp.checks.title' } },
      { path: paths.account, name: 'account', component: () => import('./account/AccountPage.vue'), meta: { page: 'account.title' } },
      { path: paths.staff, name: 'staff', component: () => import('./staff/StaffPage.vue'), meta: { page: 'staff.title' } },
      { path: paths.newPerson, name: 'newPerson', component: () => import('./staff/NewPersonPage.vue'), meta: { page: 'staff.new.title' } },
      { path: paths.person, name: 'person', component: () => import('./staff/PersonPage.vue'), meta: { page: 'staff.title' } },
      { path: paths.keys, name: 'keys', component: () => import('./staff/KeysPage.vue'), meta: { page: 'keysAdmin.title' } },
      { path: '/:rest(.*)*', name: 'notFound', component: () => import('./pages/NotFoundPage.vue'), meta: { page: 'app.notFound' } },
    ],
  })
  let asked = false
  router.beforeEach(async (to) => {
    if (!asked) {
      await restore()
      asked = true
    }
    if (to.name === 'signIn') return session.value ? nextPath(to.query['next']) : true
    return session.value ? true : { path: paths.signIn, query: { next: to.fullPath } }
  })
  const nameByRoute = () => {
    const { page } = router.currentRoute.value.meta
    if (page) nameDocument(c(page))
  }
  let first = true
  router.afterEach((to, from) => {
    pageFailed.value = false
    nameByRoute()
    if (LISTS.has(String(to.name))) lastList.value = to.fullPath
    if (!first && to.path !== from.path) {
      void nextTick(() => requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })))
    }
    first = false
  })
  router.onError(() => (pageFailed.value = true))
  watch(locale, nameByRoute)
  return router
}
