//! The chain that makes a document's events evidence.
//!
//! Each event's hash covers the event and, through `prev`, the hash before it; the first `prev` covers the document's
//! key. These two functions are all that the store, an auditor and a citizen's browser need to agree on.

use serde_json::Value;

use crate::hash::{Hash, sha256};
use crate::json::{NotCanonical, canonical, canonical_without};

/// The start of the chain of the document at `key`, such as `doc/order/<id>`: what its first event's `prev` must be.
#[must_use]
pub fn chain_root(key: &str) -> Hash {
    sha256(&[b"onetown/chain/v1\n", key.as_bytes()])
}

/// The hash that an event, given as JSON with or without its `hash` member, must carry.
///
/// # Errors
/// When the event has no canonical form.
pub fn event_hash(event: &Value) -> Result<Hash, NotCanonical> {
    let bytes = match event {
        Value::Object(members) => canonical_without(members, "hash")?,
        other => canonical(other)?,
    };
    Ok(sha256(&[b"onetown/event/v1\n", &bytes]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// `printf 'onetown/chain/v1\ndoc/order/a' | sha256sum`, and the same for the event.
    #[test]
    fn the_prefixes_are_what_is_released() {
        let root = "f5f75274fad2016a8c2c178d71737fdafd501cbfcb78b5d66a5f1882120dc09a";
        assert_eq!(chain_root("doc/order/a").to_string(), root);
        let event = "e9a9f41f6c058a9fcc4472d70d540978169d6b928a2baa16959bca3b9326d3bc";
        assert_eq!(event_hash(&json!({"seq": 1, "prev": "x"})).unwrap().to_string(), event);
    }

    #[test]
    fn the_hash_does_not_cover_itself() {
        let event = json!({"seq": 1, "hash": "anything"});
        assert_eq!(event_hash(&event), event_hash(&json!({"seq": 1})));
        assert_ne!(event_hash(&event), event_hash(&json!({"seq": 2})));
        assert_eq!(event_hash(&json!({"seq": 0.5})), Err(NotCanonical::Number));
    }
}
