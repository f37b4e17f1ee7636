//! Boards: what lists show, folded from documents. A cache, never the truth.
//!
//! All pages are last-writer-wins maps by document version, so applying twice, late or out of order converges to the
//! same page. A table row remembers the queues that its document may be in; a queue is entered only after its name is
//! in that row, and the row gets its new version only after all queues are done. So a crash, or a slow rival, leaves
//! nothing that the next fold of the document does not find and mend.

mod queue;
mod sums;
mod table;
mod timeline;

use std::collections::BTreeSet;

use canon::DocId;
use domain::board::Projection;

pub use queue::{QUEUE_ROWS_MAX, QueueRow, read_queue};
pub use sums::{Sums, read_sums};
pub use table::{TableRow, read_table, table_page};
pub use timeline::{TIMELINE_SLOTS, TimelinePage, TimelineQuery, TimelineRow, read_timeline, timeline_months};

use crate::access::Access;
use crate::document::{EventHead, RawDocument};
use crate::error::StoreError;
use crate::port::Platform;
use crate::{ProjectFn, keys};

/// A document's newest contribution to the boards.
pub(crate) struct Folded {
    pub id: DocId,
    pub version: u64,
    /// Slot of the first event: the document's place in tables and timelines for ever.
    pub born: u64,
    pub projection: Projection,
}

/// Folds the present state of `docs` into the boards.
pub(crate) async fn publish_documents<P: Platform>(
    access: &Access<P>,
    docs: BTreeSet<String>,
    project: ProjectFn,
) -> Result<(), StoreError> {
    let keys: Vec<String> = docs.into_iter().collect();
    let mut folded = Vec::new();
    for (key, bytes) in access.get_many(&keys).await? {
        folded.extend(fold(&key, &bytes, project)?);
    }
    // In the order of birth, so that a run is the same whatever order the batch read came in.
    folded.sort_unstable_by_key(|folded| folded.born);
    timeline::apply(access, &folded).await?;
    table::apply(access, &folded).await
}

fn fold(key: &str, bytes: &[u8], project: ProjectFn) -> Result<Option<Folded>, StoreError> {
    let Some((kind, id)) = keys::parse_document(key) else { return Ok(None) };
    let document: RawDocument = canon::read(bytes)?;
    let Some(projection) = project(kind, &document.state) else { return Ok(None) };
    let Some(first) = document.events.into_iter().next() else { return Ok(None) };
    let first: EventHead = canon::read_value(first)?;
    Ok(Some(Folded { id, version: document.version, born: first.slot, projection }))
}

#[cfg(test)]
mod tests;
