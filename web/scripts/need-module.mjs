/** Says what to run where the browser module has not been made yet, before the type checker says it in its way. */
import { existsSync } from 'node:fs'

if (!existsSync(new URL('../src/verify/verify.js', import.meta.url))) {
  console.error('web/src/verify is missing: the browser module is not built. Run `cargo onetown build` in the project’s root.')
  process.exit(1)
}
