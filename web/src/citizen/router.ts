/**
 * Routes of the citizen entry, each page its own chunk. After every change of
 * page the title is set and the heading takes the focus, so a screen reader
 * starts where sighted people look.
 */
import { nextTick, ref, watch } from 'vue'
import { createRouter, createWebHistory, type Router } from 'vue-router'
import { locale, t, type PlainKey } from '../i18n'
import { paths } from './paths'

declare module 'vue-router' {
  interface RouteMeta {
    title?: PlainKey
  }
}

/** Set when a page's chunk did not arrive; the shell then offers to reload. */
export const pageFailed = ref(false)

/** Says the page's name; pages that ask a question pass it, the others use their route's title. */
export function nameDocument(title: string): void {
  document.title = t('app.title', { page: title })
}

export function focusHeading(): void {
  document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
}

/** A page of the draws, once the texts it shares with the others are there. */
const withTexts = <T>(page: () => Promise<T>) => async (): Promise<T> => {
  const [found, texts] = await Promise.all([page(), import('../i18n/draws')])
  await texts.ready
  return found
}

export function createCitizenRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: paths.home, name: 'home', component: () => import('./pages/HomePage.vue'), meta: { title: 'home.title' } },
      { path: paths.report, name: 'report', component: () => import('./report/ReportStart.vue'), meta: { title: 'report.title' } },
      { path: paths.reportStep, name: 'step', component: () => import('./report/ReportStep.vue'), meta: { title: 'report.title' } },
      { path: paths.receipt, name: 'receipt', component: () => import('./pages/ReceiptPage.vue'), meta: { title: 'receipt.title' } },
      { path: paths.track, name: 'track', component: () => import('./track/TrackPage.vue'), meta: { title: 'track.title' } },
      { path: paths.case, name: 'case', component: () => import('./track/CasePage.vue'), meta: { title: 'case.title' } },
      { path: paths.public, name: 'public', component: () => import('./public/PublicPage.vue'), meta: { title: 'public.title' } },
      { path: paths.messages, name: 'messages', component: () => import('./mine/MessagesPage.vue'), meta: { title: 'messages.title' } },
      { path: paths.statistics, name: 'statistics', component: () => import('./public/StatisticsPage.vue'), meta: { title: 'statistics.title' } },
      { path: paths.privacy, name: 'privacy', component: () => import('./pages/PrivacyPage.vue'), meta: { title: 'privacy.title' } },
      { path: paths.verify, name: 'verify', component: () => import('./verify/VerifyPage.vue'), meta: { title: 'verify.title' } },
      { path: paths.draws, name: 'draws', component: withTexts(() => import('./draws/DrawsPage.vue')), meta: { title: 'nav.draws' } },
      { path: paths.draw, name: 'draw', component: withTexts(() => import('./draws/DrawPage.vue')), meta: { title: 'nav.draws' } },
      { path: paths.contribute, name: 'contribute', component: withTexts(() => import('./draws/ContributePage.vue')), meta: { title: 'nav.draws' } },
      { path: paths.results, name: 'results', component: withTexts(() => import('./draws/ResultsPage.vue')), meta: { title: 'nav.results' } },
      { path: paths.about, name: 'about', component: () => import('./pages/AboutPage.vue'), meta: { title: 'about.title' } },
      { path: '/:rest(.*)*', name: 'notFound', component: () => import('./pages/NotFoundPage.vue'), meta: { title: 'notFound.title' } },
    ],
  })
  const nameByRoute = () => nameDocument(t(router.currentRoute.value.meta.title ?? 'home.title'))
  let first = true
  router.afterEach((to, from) => {
    pageFailed.value = false
    if (to.name !== 'step') nameByRoute()
    if (!first && to.path !== from.path) void nextTick(() => requestAnimationFrame(focusHeading))
    first = false
  })
  router.onError(() => (pageFailed.value = true))
  watch(locale, () => router.currentRoute.value.name !== 'step' && nameByRoute())
  return router
}
