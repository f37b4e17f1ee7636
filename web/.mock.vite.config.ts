import base from '/work/wt/portal/web/vite.config.ts'
export default { ...base, root: '/work/wt/portal/web', server: { port: 3172, host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:3171' } } }
