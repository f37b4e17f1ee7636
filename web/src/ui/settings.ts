/**
 * How this person wants to read: language, elder mode, text size, light or dark.
 * Kept on the device only; applied as attributes of <html> that the style
 * sheets answer to, so no page needs to know.
 */
import { reactive, ref, watch } from 'vue'
import { locale, setLocale, type Locale } from '../i18n'

export const TEXT_SIZES = [18, 20, 24, 30] as const
export type Theme = 'auto' | 'light' | 'dark'

interface Settings {
  locale: Locale
  elder: boolean
  /** Base text size of elder mode, px. */
  size: (typeof TEXT_SIZES)[number]
  theme: Theme
}

const KEY = 'onetown.settings'

function stored(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>
  } catch {
    return {}
  }
}

function preferredLocale(): Locale {
  const wanted = navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'zh'
  return wanted.toLowerCase().startsWith('en') ? 'en' : 'zh-CN'
}

export const settings = reactive<Settings>({
  locale: preferredLocale(),
  elder: false,
  size: 20,
  theme: 'auto',
  ...stored(),
})

function apply(): void {
  const root = document.documentElement
  root.classList.toggle('elder', settings.elder)
  root.dataset['size'] = settings.elder ? String(settings.size) : ''
  if (settings.theme === 'auto') delete root.dataset['theme']
  else root.dataset['theme'] = settings.theme
}

function store(): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings))
  } catch {
    // A browser that refuses storage still gets the setting until it is closed.
  }
}

/** Whether the language that was asked for did not come; the page then stays in the one it has. */
export const languageFailed = ref(false)

async function speak(next: Locale): Promise<void> {
  languageFailed.value = false
  try {
    await setLocale(next)
  } catch {
    languageFailed.value = true
    settings.locale = locale.value
  }
}

export async function startSettings(): Promise<void> {
  apply()
  await speak(settings.locale)
  if (languageFailed.value) await setLocale('zh-CN')
  // From here on, so that a bad network at the start does not forget the language that was chosen.
  watch(settings, () => {
    apply()
    store()
  })
  watch(() => settings.locale, (next) => next !== locale.value && speak(next))
}
