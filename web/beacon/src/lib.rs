//! The second browser module: whether a drand signature is real.
//!
//! It is a module of its own because it weighs more than all the rest of the check, and is needed only where a draw took
//! its randomness from drand.

#![deny(clippy::arithmetic_side_effects)]

use draw::policy::unhex_bytes;
use wasm_bindgen::prelude::wasm_bindgen;

/// Whether `signature`, `ROUND HEX`, is what drand's quicknet signed.
#[wasm_bindgen]
#[must_use]
pub fn is_signed(signature: &str) -> bool {
    let parts = signature.split_once(' ');
    parts.is_some_and(|(round, signature)| match (round.parse(), unhex_bytes(signature)) {
        (Ok(round), Some(signature)) => draw::beacon::verify(round, &signature),
        _ => false,
    })
}
