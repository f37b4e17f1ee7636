//! An attachment that was uploaded: what it is, where its bytes lie, and how long they stay. Orders refer to it by id.
//!
//! An upload is begun before its bytes are written and stored once all of them are there. Whoever wants to refer to it
//! has it *kept* for their document first, and commits that document then; a sweep *drops* what nobody refers to after
//! [`Upload::LIMIT_MS`], and clears its bytes an hour later. What must stay true: no document refers to bytes that are
//! gone. Keeping and dropping are swaps of this one document, so one of them comes first: after a drop nothing is kept,
//! and a drop was decided on everybody for whom it was kept, long after any of them could still commit.

use canon::{DocId, Hash, sha256};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aggregate::{Aggregate, Context, Stamp};
use crate::board::Projection;
use crate::time::{DAY_MS, Date, HOUR_MS, Moment};

/// How an upload stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Of a release that stored bytes by their content alone: others may have the same ones, so they stay for ever.
    #[default]
    Shared,
    /// Some of its bytes may be there.
    Begun,
    /// All of its bytes are there.
    Stored,
    /// A document refers to it, so it stays for ever.
    Settled,
    /// Nobody refers to it, and nobody can any more. Its bytes may be there.
    Dropped,
    /// Its bytes are gone.
    Cleared,
}

/// A document for which it is kept, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The document's key.
    pub by: String,
    /// When it was kept.
    pub at: Moment,
}

/// An uploaded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// SHA-256 of the bytes as uploaded.
    pub sha256: Hash,
    /// Bytes as uploaded.
    pub size: u32,
    /// Media type found in the content, such as `image/jpeg`.
    pub mime: String,
    /// How it stands.
    #[serde(default)]
    pub stage: Stage,
    /// For whom it is kept until the sweep has seen whether they refer to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// When the sweep looks at it; none where there is nothing left to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// SHA-256 of the bytes as uploaded.
    pub sha256: Hash,
    /// Bytes as uploaded.
    pub size: u32,
    /// Media type found in the content.
    pub mime: String,
}

/// What happened to an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UploadEvent {
    /// It was uploaded, to bytes that it may share with others: [`Stage::Shared`].
    Uploaded(Content),
    /// Its bytes are about to be written.
    Begun(Content),
    /// They are there.
    Stored,
    /// A document may refer to it.
    Kept {
        /// The document's key.
        by: String,
    },
    /// A document does.
    Settled,
    /// Nobody does.
    Dropped,
    /// Its bytes are gone.
    Cleared,
}

/// What may be asked of an upload.
#[derive(Debug, Clone)]
pub enum UploadCommand {
    /// Begin it.
    Begin(Content),
    /// Its bytes are there.
    Store,
    /// Keep it for the document at this key.
    Keep(String),
    /// It is due, and a document for which it is kept refers to it.
    Settle,
    /// It is due, and none does.
    Drop,
    /// It is due, and its bytes are gone.
    Clear,
}

/// Why nothing happens to an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRejection {
    /// It stands as it is asked to already.
    #[error("that is so already")]
    Already,
    /// Not all of its bytes are there.
    #[error("the upload was not finished")]
    Unfinished,
    /// `uploadDropped`: nobody referred to it in time, or too many others wanted to.
    #[error("the upload was dropped")]
    Dropped,
    /// It is not due, or is not what the sweep looked at.
    #[error("the upload is not due")]
    NotDue,
}

impl Upload {
    /// 24 h without a reference: a form takes minutes, and whoever goes on with a draft the next day has the files on
    /// the device and sends them again. Not less, because [`Upload::HOLD_MS`] is half of it.
    pub const LIMIT_MS: i64 = DAY_MS;
    /// A hold younger than 12 h is good for the request that meets it: that commits within 30 s, and the sweep comes
    /// no earlier than [`Upload::LIMIT_MS`] after the hold. The 12 h between are for clocks that differ.
    const HOLD_MS: i64 = Self::LIMIT_MS / 2;
    /// From the drop to the end of the bytes: a request that is still writing them is over after 30 s, and the rest of
    /// the hour is for clocks that differ.
    const REST_MS: i64 = HOUR_MS;
    /// Documents that may want one upload at a time: a form has one, and a person with two windows two.
    const HOLDS_MAX: usize = 8;

    /// Where the bytes of the upload `id` lie and what they are sealed under: its own place, which no other upload has,
    /// and another one for other bytes, so that no key ever seals two contents.
    #[must_use]
    pub fn address(id: &DocId, content: &Hash) -> Hash {
        sha256(&[b"onetown/upload/v1\n", id.as_str().as_bytes(), content.as_bytes()])
    }

    /// Whether the document at `by` may refer to it without asking: then no sweep drops it before that is committed.
    #[must_use]
    pub fn is_kept(&self, by: &str, now: Moment) -> bool {
        let holds = |hold: &Hold| hold.by == by && now.ms_since(hold.at) < Self::HOLD_MS;
        match self.stage {
            Stage::Shared | Stage::Settled => true,
            Stage::Stored => self.holds.iter().any(holds),
            Stage::Begun | Stage::Dropped | Stage::Cleared => false,
        }
    }

    fn keep(&self, by: &str, now: Moment) -> Result<UploadEvent, UploadRejection> {
        match self.stage {
            Stage::Begun => Err(UploadRejection::Unfinished),
            Stage::Dropped | Stage::Cleared => Err(UploadRejection::Dropped),
            _ if self.is_kept(by, now) => Err(UploadRejection::Already),
            // Forgetting one of them for another would be to drop what the forgotten one may refer to.
            _ if self.holds.len() >= Self::HOLDS_MAX && self.holds.iter().all(|hold| hold.by != by) => {
                Err(UploadRejection::Dropped)
            }
            _ => Ok(UploadEvent::Kept { by: by.to_owned() }),
        }
    }

    fn begun(content: &Content, stage: Stage, due: Option<Moment>) -> Self {
        let Content { sha256, size, mime } = content.clone();
        Self { sha256, size, mime, stage, holds: Vec::new(), due }
    }
}

impl Aggregate for Upload {
    const KIND: &'static str = "upload";
    type Command = UploadCommand;
    type Event = UploadEvent;
    type Rejection = UploadRejection;

    fn decide(
        state: Option<&Self>,
        command: &UploadCommand,
        context: &Context,
    ) -> Result<UploadEvent, UploadRejection> {
        let Some(upload) = state else {
            let UploadCommand::Begin(content) = command else { return Err(UploadRejection::Unfinished) };
            return Ok(UploadEvent::Begun(content.clone()));
        };
        let due = upload.due.is_some_and(|due| due <= context.now);
        match (command, upload.stage) {
            (UploadCommand::Keep(by), _) => upload.keep(by, context.now),
            (UploadCommand::Begin(_) | UploadCommand::Store, Stage::Dropped | Stage::Cleared) => {
                Err(UploadRejection::Dropped)
            }
            (UploadCommand::Store, Stage::Begun) => Ok(UploadEvent::Stored),
            (UploadCommand::Begin(_) | UploadCommand::Store, _) => Err(UploadRejection::Already),
            (UploadCommand::Settle, Stage::Stored) if due => Ok(UploadEvent::Settled),
            (UploadCommand::Drop, Stage::Begun | Stage::Stored) if due => Ok(UploadEvent::Dropped),
            (UploadCommand::Clear, Stage::Dropped) if due => Ok(UploadEvent::Cleared),
            (UploadCommand::Settle | UploadCommand::Drop | UploadCommand::Clear, _) => Err(UploadRejection::NotDue),
        }
    }

    fn evolve(state: Option<Self>, event: &UploadEvent, stamp: Stamp) -> Option<Self> {
        let limit = Some(stamp.at.plus_ms(Self::LIMIT_MS));
        let at_stage = |stage, due| state.clone().map(|upload| Self { stage, due, holds: Vec::new(), ..upload });
        match event {
            UploadEvent::Uploaded(content) => Some(Self::begun(content, Stage::Shared, None)),
            UploadEvent::Begun(content) => Some(Self::begun(content, Stage::Begun, limit)),
            UploadEvent::Stored => at_stage(Stage::Stored, limit),
            UploadEvent::Settled => at_stage(Stage::Settled, None),
            UploadEvent::Dropped => at_stage(Stage::Dropped, Some(stamp.at.plus_ms(Self::REST_MS))),
            UploadEvent::Cleared => at_stage(Stage::Cleared, None),
            UploadEvent::Kept { by } => {
                let mut upload = state?;
                upload.holds.retain(|hold| hold.by != *by);
                upload.holds.push(Hold { by: by.clone(), at: stamp.at });
                Some(Self { due: limit, ..upload })
            }
        }
    }
}

/// The queue of the uploads that the sweep looks at on `day`; a row says when.
#[must_use]
pub fn sweep_queue(day: Date) -> String {
    format!("uploads/{day}")
}

/// The projection of an upload's stored state: the queue of the day on which the sweep looks at it. None for one that
/// may share its bytes: no list has ever shown it.
#[must_use]
pub fn project(state: &Value) -> Option<Projection> {
    let upload: Upload =
        canon::read_value(state.clone()).ok().filter(|upload: &Upload| upload.stage != Stage::Shared)?;
    let queues = upload.due.map(|due| (sweep_queue(due.date()), json!({ "at": due }))).into_iter().collect();
    Some(Projection { table: "uploads", columns: Value::Null, queues, timelines: Vec::new(), sum: None })
}

#[cfg(test)]
mod tests;
