//! One aggregate, one key, its whole history inside.
//!
//! Events are chained: each hash covers the event and the hash before it, the first covers the document's key, so an
//! event can be neither altered, dropped, reordered nor moved to another document without showing. A random nonce in
//! each event keeps a published hash from being guessed back to its content.

use canon::{DocId, Hash, OpId, Tree, VariantContent, chain_root, event_hash, read, read_variant, variant_name};
use domain::aggregate::{Actor, Aggregate, Stamp};
use domain::time::Moment;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::error::StoreError;
use crate::keys;

/// A document as it is stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Document<A: Aggregate> {
    /// Format of this record: 1.
    pub v: u8,
    /// The document's id.
    pub id: DocId,
    /// Number of events so far.
    pub version: u64,
    /// The data key under which sensitive fields are sealed, itself wrapped by the master key. Destroying it makes
    /// them unreadable while chain and statistics stay valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The aggregate after all events.
    pub state: A,
    /// All events, oldest first.
    pub events: Vec<Recorded<A::Event>>,
}

/// An event with everything that makes it evidence.
///
/// It is stored as one flat object with `type` and `data` for the event; see [`Stored`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<E> {
    /// Place in the document, from 1.
    pub seq: u64,
    /// The operation that caused it.
    pub op: OpId,
    /// Keyed hash of the request, to tell a retry from another request under the same key.
    pub request: Hash,
    /// The feed slot that announces it.
    pub slot: u64,
    /// When it was decided.
    pub at: Moment,
    /// Who caused it.
    pub by: Actor,
    /// What happened.
    pub event: E,
    /// 16 random bytes in hexadecimal.
    pub nonce: String,
    /// Hash of the event before; of the document's key for the first.
    pub prev: Hash,
    /// Hash of this event without this field.
    pub hash: Hash,
}

/// The stored form of a [`Recorded`]: borrowed when it is written, owned when it is read. The data is not typed when it
/// is read: one JSON reader serves all events of all kinds, where `#[serde(flatten)]` and tagged enums
/// would bring further ones and 200 KB into every component.
#[derive(Serialize, Deserialize)]
struct Stored<O, B, K, D> {
    seq: u64,
    op: O,
    request: Hash,
    slot: u64,
    at: Moment,
    by: B,
    #[serde(rename = "type")]
    kind: K,
    data: D,
    nonce: K,
    prev: Hash,
    hash: Hash,
}

impl<E: Serialize> Serialize for Recorded<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { seq, op, request, slot, at, by, event, nonce, prev, hash } = self;
        let (kind, data) = (variant_name(event), VariantContent(event));
        let (seq, request, slot, at, prev, hash) = (*seq, *request, *slot, *at, *prev, *hash);
        Stored { seq, op, request, slot, at, by, kind, data, nonce: nonce.as_str(), prev, hash }.serialize(serializer)
    }
}

impl<'de, E: DeserializeOwned> Deserialize<'de> for Recorded<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::<OpId, Actor, String, Tree<'de>>::deserialize(deserializer)?;
        let Stored { seq, op, request, slot, at, by, kind, data, nonce, prev, hash } = stored;
        let event = read_variant(&kind, data).map_err(serde::de::Error::custom)?;
        Ok(Self { seq, op, request, slot, at, by, event, nonce, prev, hash })
    }
}

/// Everything about a new event but its place in the chain.
pub(crate) struct NewEvent<E> {
    pub op: OpId,
    pub request: Hash,
    pub slot: u64,
    pub at: Moment,
    pub by: Actor,
    pub event: E,
    pub nonce: [u8; 16],
}

impl<A: Aggregate> Document<A> {
    /// The key of the document `id`.
    #[must_use]
    pub fn key_of(id: &DocId) -> String {
        keys::document(A::KIND, id)
    }

    /// Reads a stored document.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the bytes are not one.
    pub fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        Ok(read(bytes)?)
    }

    /// The event of operation `op`, if it happened.
    #[must_use]
    pub fn event_of(&self, op: &OpId) -> Option<&Recorded<A::Event>> {
        self.events.iter().find(|recorded| recorded.op == *op)
    }

    /// The slot of the newest event.
    #[must_use]
    pub fn last_slot(&self) -> u64 {
        self.events.last().map_or(0, |recorded| recorded.slot)
    }

    /// A document of one event.
    pub(crate) fn first(id: DocId, key: Option<String>, new: NewEvent<A::Event>) -> Result<Self, StoreError> {
        let recorded = record(chain_root(&Self::key_of(&id)), 1, new)?;
        let state = A::evolve(None, &recorded.event, Stamp { at: recorded.at })
            .ok_or_else(|| StoreError::Damaged("this event cannot be a document's first".to_owned()))?;
        Ok(Self { v: 1, id, version: 1, key, state, events: vec![recorded] })
    }

    /// This document with one more event.
    pub(crate) fn append(mut self, new: NewEvent<A::Event>) -> Result<Self, StoreError> {
        let prev = self.events.last().map_or_else(|| chain_root(&Self::key_of(&self.id)), |last| last.hash);
        let seq = self.version.saturating_add(1);
        let recorded = record(prev, seq, new)?;
        let state = A::evolve(Some(self.state), &recorded.event, Stamp { at: recorded.at });
        self.state = state.ok_or_else(|| StoreError::Damaged("an event erased its document".to_owned()))?;
        self.version = seq;
        // In the same swap as the event that says so.
        self.key = self.key.filter(|_| !A::destroys_key(&recorded.event));
        self.events.push(recorded);
        Ok(self)
    }
}

impl<E: Serialize> Recorded<E> {
    /// The event as it is stored.
    ///
    /// # Errors
    /// When the event is not an enum.
    pub fn to_json(&self) -> Result<Value, StoreError> {
        Ok(read(&serde_json::to_vec(self)?)?)
    }
}

fn record<E: Serialize>(prev: Hash, seq: u64, new: NewEvent<E>) -> Result<Recorded<E>, StoreError> {
    let NewEvent { op, request, slot, at, by, event, nonce } = new;
    let nonce = base16ct::lower::encode_string(&nonce);
    let mut recorded = Recorded { seq, op, request, slot, at, by, event, nonce, prev, hash: prev };
    recorded.hash = event_hash(&recorded.to_json()?)?;
    Ok(recorded)
}

/// A document of any kind, as the sequencer and an auditor see it.
#[derive(Debug, Clone, Deserialize)]
pub struct RawDocument {
    /// The document's id.
    pub id: DocId,
    /// Number of events so far.
    pub version: u64,
    /// The state, in the kind's own shape.
    pub state: Value,
    /// All events, oldest first.
    pub events: Vec<Value>,
}

/// Of a stored event, what the log keeps.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct EventHead {
    pub seq: u64,
    pub slot: u64,
    pub at: Moment,
    #[serde(rename = "type")]
    pub kind: String,
    pub hash: Hash,
}

impl RawDocument {
    /// Checks the whole chain of the document at `key`: places, links, hashes.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] naming the first event that does not fit.
    pub fn verify_chain(&self, key: &str) -> Result<(), StoreError> {
        let mut prev = chain_root(key);
        for (index, event) in self.events.iter().enumerate() {
            let seq = event.get("seq").and_then(Value::as_u64);
            let hash = event_hash(event)?;
            let linked = event.get("prev").and_then(Value::as_str) == Some(prev.to_string().as_str());
            let sealed = event.get("hash").and_then(Value::as_str) == Some(hash.to_string().as_str());
            if !linked || !sealed || seq != u64::try_from(index + 1).ok() {
                return Err(StoreError::Damaged(format!("{key}: event {} breaks the chain", index + 1)));
            }
            prev = hash;
        }
        Ok(())
    }
}
