//! A receipt: a document's first event as it was stored, and the document's key.
//!
//! The event's hash covers the event with its `prev`, and the first `prev` is a hash of the document's key. So two
//! recomputed hashes show that neither the content nor the document it belongs to is another than when it was written.
//! They cannot show who wrote it: that the town keeps the same hash is for its public log to prove.

use canon::{chain_root, event_hash};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The outcome, stable for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Code {
    /// Every hash is as recomputed.
    ReceiptIntact,
    /// The text is not JSON, or not a receipt's.
    NotAReceipt,
    /// The event is not the one its hash was made of.
    HashDiffers,
    /// The event is not the first of the document that the receipt names.
    ChainRootDiffers,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// `hash` or `chainRoot`.
    pub name: &'static str,
    /// What was recomputed, in hexadecimal.
    pub expected: String,
    /// What the file says, in hexadecimal when it is intact.
    pub found: String,
    /// Whether they are equal.
    pub ok: bool,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Whether every step is.
    pub ok: bool,
    /// What came of it.
    pub code: Code,
    /// The comparisons in the order they were made; none for what is not a receipt.
    pub steps: Vec<Step>,
}

/// A member that is not known would not be covered by any hash, so it makes the file something else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Receipt {
    document: String,
    event: Map<String, Value>,
}

/// Checks a receipt file's text.
#[must_use]
pub fn check(json: &str) -> Answer {
    steps(json).map_or(Answer { ok: false, code: Code::NotAReceipt, steps: Vec::new() }, |steps| {
        let [hash, root] = &steps;
        let code = match (hash.ok, root.ok) {
            (true, true) => Code::ReceiptIntact,
            (false, _) => Code::HashDiffers,
            (true, false) => Code::ChainRootDiffers,
        };
        Answer { ok: code == Code::ReceiptIntact, code, steps: steps.into() }
    })
}

/// Recomputes both hashes; nothing where the text is not a receipt's.
fn steps(json: &str) -> Option<[Step; 2]> {
    let Receipt { document, event } = serde_json::from_str(json).ok()?;
    let (hash, prev) = (text(&event, "hash")?, text(&event, "prev")?);
    let recomputed = event_hash(&Value::Object(event)).ok()?;
    Some([step("hash", recomputed.to_string(), hash), step("chainRoot", chain_root(&document).to_string(), prev)])
}

fn text(event: &Map<String, Value>, name: &str) -> Option<String> {
    event.get(name)?.as_str().map(str::to_owned)
}

fn step(name: &'static str, expected: String, found: String) -> Step {
    Step { ok: expected == found, name, expected, found }
}

#[cfg(test)]
mod tests;
