//! Keys of other systems: which may ask what, until when.
//!
//! A key is shown once. What is stored is the hash of its secret part, so a copy of the store opens nothing. What must
//! stay true: a key that ended or was revoked never comes back.

use std::collections::BTreeSet;

use canon::Hash;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aggregate::{Aggregate, Context, Stamp};
use crate::board::Projection;
use crate::permission::Scope;
use crate::time::{Date, Moment};

/// The queue that every key is in, for ever: who could once read is part of the story.
pub const KEYS_QUEUE: &str = "keys";

/// A key of another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationKey {
    /// What the administrator calls it, such as the other system's name.
    pub name: String,
    /// What it may ask.
    pub scopes: BTreeSet<Scope>,
    /// The last day on which it works.
    pub until: Date,
    /// Hash of its secret part.
    pub secret: Hash,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Moment>,
}

impl IntegrationKey {
    /// Whether it works on `day`.
    #[must_use]
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.revoked_at.is_none() && day <= self.until
    }
}

/// What happened to a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyEvent {
    /// It was made.
    Created(IntegrationKey),
    /// It was revoked.
    Revoked,
}

/// Why something is not done with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRejection {
    /// `keyRevoked`: it is revoked already.
    #[error("the key is revoked already")]
    Revoked,
}

impl Aggregate for IntegrationKey {
    const KIND: &'static str = "key";
    /// What should happen is told by the event that it would be.
    type Command = KeyEvent;
    type Event = KeyEvent;
    type Rejection = KeyRejection;

    fn decide(state: Option<&Self>, command: &KeyEvent, _: &Context) -> Result<KeyEvent, KeyRejection> {
        match state {
            Some(key) if key.revoked_at.is_some() => Err(KeyRejection::Revoked),
            _ => Ok(command.clone()),
        }
    }

    fn evolve(state: Option<Self>, event: &KeyEvent, stamp: Stamp) -> Option<Self> {
        match (state, event) {
            (None, KeyEvent::Created(key)) => Some(key.clone()),
            (None, KeyEvent::Revoked) => None,
            (Some(key), KeyEvent::Created(_)) => Some(key),
            (Some(key), KeyEvent::Revoked) => Some(Self { revoked_at: Some(stamp.at), ..key }),
        }
    }
}

/// The projection of a key's stored state: everything but the hash.
#[must_use]
pub fn project(state: &Value) -> Option<Projection> {
    let key: IntegrationKey = canon::read_value(state.clone()).ok()?;
    let row = json!({ "name": key.name, "scopes": key.scopes, "until": key.until, "revokedAt": key.revoked_at });
    let queues = vec![(KEYS_QUEUE.to_owned(), row)];
    Some(Projection { table: "keys", columns: json!({}), queues, timelines: Vec::new(), sum: None })
}
