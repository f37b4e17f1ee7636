//! The names of all keys (storage.md §1). No key holds a secret or anything about a person.

use canon::DocId;
use domain::time::Date;

/// The document `id` of `kind`.
#[must_use]
pub fn document(kind: &str, id: &DocId) -> String {
    format!("doc/{kind}/{id}")
}

/// Kind and id behind a document key.
#[must_use]
pub fn parse_document(key: &str) -> Option<(&str, DocId)> {
    let (kind, id) = key.strip_prefix("doc/")?.split_once('/')?;
    Some((kind, DocId::parse(id).ok()?))
}

/// The id behind a human number.
#[must_use]
pub fn number(number: &str) -> String {
    format!("no/{number}")
}

/// The slot before the first one of `day`, from which that day's human numbers count.
#[must_use]
pub fn day(day: Date) -> String {
    format!("day/{day}")
}

/// The counter of slots.
pub const FEED_NEXT: &str = "feed/next";

/// The notice in `slot`.
#[must_use]
pub fn feed(slot: u64) -> String {
    format!("feed/{slot:012}")
}

/// The sequencer's state.
pub const HEAD: &str = "head";

/// A batch that was decided and may not yet be published.
#[must_use]
pub fn stage(name: &str) -> String {
    format!("stage/{name}")
}

/// 256 entries of the private log.
#[must_use]
pub fn log(page: u64) -> String {
    format!("log/{page}")
}

/// A page of folded rows.
#[must_use]
pub fn board(name: &str, page: &str) -> String {
    format!("board/{name}/{page}")
}

/// The cursor of a reaction or delivery worker.
#[must_use]
pub fn consumer(name: &str) -> String {
    format!("consumer/{name}")
}

/// Part `part` of the blob at `address`.
#[must_use]
pub fn blob(address: &canon::Hash, part: usize) -> String {
    format!("blob/{address}/{part}")
}
