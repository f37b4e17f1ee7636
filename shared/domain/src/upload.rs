//! An attachment that was uploaded: what it is and where its bytes lie. Orders refer to it by id.

use canon::Hash;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Context, Stamp};

/// An uploaded file; it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// SHA-256 of the bytes as uploaded.
    pub sha256: Hash,
    /// Bytes as uploaded.
    pub size: u32,
    /// Media type found in the content, such as `image/jpeg`.
    pub mime: String,
}

/// What happened to an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UploadEvent {
    /// It was uploaded.
    Uploaded(Upload),
}

/// An upload is there and stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an upload never changes")]
pub struct UploadRejection;

impl Aggregate for Upload {
    const KIND: &'static str = "upload";
    type Command = Self;
    type Event = UploadEvent;
    type Rejection = UploadRejection;

    fn decide(state: Option<&Self>, command: &Self, _: &Context) -> Result<UploadEvent, UploadRejection> {
        if state.is_some() { Err(UploadRejection) } else { Ok(UploadEvent::Uploaded(command.clone())) }
    }

    fn evolve(_: Option<Self>, event: &UploadEvent, _: Stamp) -> Option<Self> {
        let UploadEvent::Uploaded(upload) = event;
        Some(upload.clone())
    }
}
