/** The staff console's entry: settings first, so the first paint has the right language and colours. */
import { createApp } from 'vue'
import '../ui/base.css'
import './console.css'
// The console's texts must be known before the language is chosen.
import '../i18n/console'
import { startSettings } from '../ui/settings'
import App from './App.vue'
import { createConsoleRouter } from './router'

document.documentElement.classList.add('console')
void startSettings().then(() => {
  createApp(App).use(createConsoleRouter()).mount('#app')
})
