//! The browser module: what a citizen can check without asking anybody.
//!
//! It runs the very functions that the store runs (`canon`), so a browser and a component cannot disagree. What must
//! stay true: any text is answered, never with a panic; nothing is fetched and nothing is kept; a file is called intact
//! only where every member of it is covered by a recomputed hash.

#![deny(clippy::arithmetic_side_effects)]

mod drawing;
mod receipt;

pub use drawing::{DrawFile, Told};
pub use receipt::{Answer, Code, Step, check};
use wasm_bindgen::prelude::wasm_bindgen;

/// The answer's type, as the pages see it.
#[wasm_bindgen(typescript_custom_section)]
const ANSWER: &str = r#"
/** What came of a check: `expected` is what was recomputed, `found` what the file says. */
export interface ReceiptAnswer {
  ok: boolean
  code: 'receiptIntact' | 'notAReceipt' | 'hashDiffers' | 'chainRootDiffers'
  /** None for what is not a receipt. */
  steps: { name: 'hash' | 'chainRoot'; expected: string; found: string; ok: boolean }[]
}
"#;

/// Checks a receipt file's text; answers the JSON of a `ReceiptAnswer`.
#[wasm_bindgen]
#[must_use]
pub fn check_receipt(json: &str) -> String {
    // An answer is booleans and strings, which always serialise.
    serde_json::to_string(&check(json)).unwrap_or_default()
}
