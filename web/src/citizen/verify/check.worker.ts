/** Runs the browser module away from the page; answers the module's JSON, or null where it did not load. */
import load, { check_receipt } from '../../verify/verify.js'
import module from '../../verify/verify_bg.wasm?url'

self.onmessage = async (e: MessageEvent<string>) => {
  try {
    await load({ module_or_path: module })
    self.postMessage(check_receipt(e.data))
  } catch {
    self.postMessage(null)
  }
}
