/** The citizen entry: settings first, so the first paint already has the right language and text size. */
import { createApp } from 'vue'
import '../ui/base.css'
import { startSettings } from '../ui/settings'
import App from './App.vue'
import { createCitizenRouter } from './router'

void startSettings().then(() => {
  createApp(App).use(createCitizenRouter()).mount('#app')
})
