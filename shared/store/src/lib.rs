//! Four ideas on a plain key-value store: Document, Feed, Log and Board (storage.md).
//!
//! Writers touch only documents and the feed; everything else is folded later, by whoever ticks. What must stay true:
//! a single-key swap is the only way a document changes, the notice is written before the change, and no step depends
//! on a lease, a clock or another key being current for its correctness.

mod access;
mod ahead;
pub mod blob;
mod board;
mod commit;
mod consumer;
mod document;
mod ensure;
mod error;
mod feed;
pub mod keys;
mod log;
pub mod memory;
mod number;
mod page;
mod port;
mod sequencer;
#[cfg(test)]
mod testing;

pub use access::Access;
pub use ahead::{Behind, behind, catch_up};
pub use board::{
    QUEUE_ROWS_MAX, QueueRow, Sums, TIMELINE_SLOTS, TableRow, TimelinePage, TimelineQuery, TimelineRow, read_queue,
    read_sums, read_table, read_timeline, table_page, timeline_months,
};
pub use commit::{Birth, CommitError, Committed, DOCUMENT_BYTES_MAX, EVENTS_MAX, Operation, Room, create, update};
pub use consumer::consume;
pub use document::{Document, RawDocument, Recorded};
pub use ensure::ensure_value;
pub use error::StoreError;
pub use log::{LogEntry, PAGE_ENTRIES, read_from};
pub use number::day_base;
pub use port::{Kv, KvError, Platform, Swap};
pub use sequencer::{Head, Round, Waiting, is_drained, next_slot, sequence};

/// The pure function that says what lists show of a document, such as [`domain::board::project`].
pub type ProjectFn = fn(kind: &str, state: &serde_json::Value) -> Option<domain::board::Projection>;
