//! What a ticket is made of.

use canon::Hash;
use serde::{Deserialize, Serialize};

use crate::hotline::{EventKind, Telling};
use crate::order::Sealed;
use crate::time::{Date, Moment};

/// An event of theirs, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// The platform.
    pub platform: String,
    /// Its number of the ticket.
    pub number: String,
    /// What kind of event.
    pub kind: EventKind,
    /// Names it within the ticket.
    pub key: String,
    /// Keyed hash of its content.
    pub content: Hash,
    /// The message in our words, sealed.
    pub message: Sealed,
    /// Address of the sealed body as it came, and its size.
    pub evidence: (Hash, u32),
    /// The day to which the ticket belongs.
    pub day: Date,
    /// How many attachments there are to fetch.
    #[serde(default)]
    pub files: u32,
}

/// Of an event of theirs, what the rules need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inbound {
    /// What kind.
    pub kind: EventKind,
    /// Names it.
    pub key: String,
    /// Keyed hash of its content.
    pub content: Hash,
    /// When it came.
    pub at: Moment,
    /// Its place in this document.
    pub seq: u64,
}

/// The same name with another content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// Which event.
    pub key: String,
    /// Keyed hash of the other content.
    pub content: Hash,
    /// When it came.
    pub at: Moment,
    /// Whether somebody has looked at it.
    pub seen: bool,
}

/// A message of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Out {
    /// What kind.
    pub kind: Telling,
    /// The order's event that it tells.
    pub source: u64,
    /// SHA-256 of its body, once it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Hash>,
}

/// An attachment that is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// The event of this document whose message names it.
    pub source: u64,
    /// Which of the message's attachments.
    pub index: u32,
    /// Tries that failed.
    pub tries: u32,
    /// When it is tried again; none once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Moment>,
    /// How it ended: `fetched`, or why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}
