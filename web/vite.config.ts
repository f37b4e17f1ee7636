/**
 * One build for every entry of the portal. What must stay true: nothing is
 * inlined into HTML (the Content-Security-Policy allows only files of our own
 * origin), every file under /assets carries a content hash, and routes.json
 * lists the paths the server may answer with index.html.
 */
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { citizenPaths } from './src/citizen/paths.ts'

// WeChat's built-in browser on cheap Android phones follows Chromium with a
// delay of years; 87 is also where Vite's own helpers stop needing polyfills.
const browsers = ['chrome87', 'safari14', 'firefox78']
// Lightning CSS wants each version as major * 65536 (major << 16).
const cssTargets = { chrome: 87 << 16, safari: 14 << 16, ios_saf: 14 << 16, firefox: 78 << 16 }

function routesFile(): Plugin {
  return {
    name: 'onetown-routes',
    generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: 'routes.json',
        source: `${JSON.stringify(citizenPaths, null, 2)}\n`,
      })
    },
  }
}

export default defineConfig({
  plugins: [vue(), routesFile()],
  // `npm run dev` beside a running town: pages from here, answers from there.
  server: { proxy: { '/api': 'http://127.0.0.1:3000', '/tiles.json': 'http://127.0.0.1:3000' } },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  css: { transformer: 'lightningcss', lightningcss: { targets: cssTargets } },
  worker: { format: 'es' },
  build: {
    target: browsers,
    cssMinify: 'lightningcss',
    assetsInlineLimit: 0,
    // The 404 page must share the hashed base style sheet, so CSS stays split per entry.
    cssCodeSplit: true,
    reportCompressedSize: false,
    rollupOptions: { input: { citizen: 'index.html', console: 'console/index.html', notFound: '404.html' } },
  },
})
