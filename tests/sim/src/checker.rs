//! Recomputes everything from the documents and compares.
//!
//! It reads the dump of the store with its own eyes where it can, and through the store's readers where a page's layout
//! is theirs. [`always`] holds at any moment, in the middle of anything; [`at_rest`] once nobody is at work and a tick
//! finds nothing to do.

use std::collections::{BTreeMap, BTreeSet};

use canon::{Hash, OpId};
use domain::aggregate::{Actor, Aggregate, Stamp};
use domain::export::Export;
use domain::inspection::{Check, Draw, Plan};
use domain::look::{LOOKS_PER_DAY, LookBook};
use domain::order::{OrderEvent, WorkOrder};
use domain::time::Moment;
use domain::upload::Upload;
use domain::whistle::Whistle;
use serde::Deserialize;
use serde_json::Value;
use store::{Document, Head, LogEntry, PAGE_ENTRIES, RawDocument, keys};

mod boards;
mod uploads;

pub use boards::check as boards_match;
pub use uploads::unswept;

/// Why a store is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation(pub String);

type Checked = Result<(), Violation>;

macro_rules! require {
    ($holds:expr, $($why:tt)*) => {
        if !$holds {
            return Err($crate::checker::Violation(format!($($why)*)));
        }
    };
}
pub(crate) use require;

impl<E: std::error::Error> From<E> for Violation {
    fn from(error: E) -> Self {
        Self(format!("unreadable: {error}"))
    }
}

/// An operation whose success somebody was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Key of the document.
    pub doc: String,
    /// The operation.
    pub op: OpId,
    /// Hash of what was asked.
    pub request: Hash,
    /// The slot that was answered.
    pub slot: u64,
}

/// What people were told.
#[derive(Debug, Default)]
pub struct Promises {
    /// Successes.
    pub acknowledged: Vec<Acknowledged>,
    /// Operations that were refused by a rule and never tried again.
    pub refused: Vec<(String, OpId)>,
}

/// Of a stored event, what is compared.
#[derive(Deserialize)]
struct Event {
    op: OpId,
    slot: u64,
    at: Moment,
    hash: Hash,
}

/// A store's contents.
pub type Dump = BTreeMap<String, Vec<u8>>;

/// All documents by key.
///
/// # Errors
/// When one does not read.
pub fn documents(dump: &Dump) -> Result<BTreeMap<String, RawDocument>, Violation> {
    dump.iter()
        .filter(|(key, _)| key.starts_with("doc/") && !key.contains('#'))
        .map(|(key, bytes)| Ok((key.clone(), serde_json::from_slice(bytes)?)))
        .collect()
}

/// The whole log.
///
/// # Errors
/// When pages do not follow each other.
pub fn log(dump: &Dump) -> Result<Vec<LogEntry>, Violation> {
    let mut entries: Vec<LogEntry> = Vec::new();
    for page in 0.. {
        let Some(bytes) = dump.get(&keys::log(page)) else { break };
        let page_entries: Vec<LogEntry> = serde_json::from_slice(bytes)?;
        let full = u64::try_from(entries.len())? == page * PAGE_ENTRIES;
        require!(full || page_entries.is_empty(), "log page {page} follows {} entries", entries.len());
        require!(u64::try_from(page_entries.len())? <= PAGE_ENTRIES, "log page {page} is over full");
        entries.extend(page_entries);
    }
    Ok(entries)
}

/// The sequencer's state, if there is one yet.
///
/// # Errors
/// When it does not read.
pub fn head(dump: &Dump) -> Result<Option<Head>, Violation> {
    Ok(dump.get(keys::HEAD).map(|bytes| serde_json::from_slice(bytes)).transpose()?)
}

/// What holds at any moment.
///
/// # Errors
/// The first thing that does not.
pub fn always(dump: &Dump, promises: &Promises) -> Checked {
    let documents = documents(dump)?;
    let mut slots = BTreeSet::new();
    for (key, document) in &documents {
        document.verify_chain(key)?;
        one_document(key, document, &mut slots)?;
    }
    folds::<WorkOrder>(dump)?;
    orders(dump, &documents)?;
    folds::<Whistle>(dump)?;
    folds::<Upload>(dump)?;
    uploads::are_there(dump, &documents)?;
    folds::<Export>(dump)?;
    folds::<Plan>(dump)?;
    folds::<Draw>(dump)?;
    folds::<Check>(dump)?;
    promises_kept(&documents, promises)?;
    log_is_true(dump, &documents)
}

fn one_document(key: &str, document: &RawDocument, slots: &mut BTreeSet<u64>) -> Checked {
    require!(document.version == u64::try_from(document.events.len())?, "{key}: version and events differ");
    let mut ops = BTreeSet::new();
    let mut last_slot = 0;
    for event in &document.events {
        let event = Event::deserialize(event)?;
        require!(ops.insert(event.op.clone()), "{key}: operation {} happened twice", event.op);
        require!(event.slot > last_slot, "{key}: slot {} comes after {last_slot}", event.slot);
        require!(slots.insert(event.slot), "{key}: slot {} has two events", event.slot);
        last_slot = event.slot;
    }
    Ok(())
}

/// Every document's state is what its events give.
fn folds<A: Aggregate + PartialEq>(dump: &Dump) -> Checked {
    let prefix = format!("doc/{}/", A::KIND);
    for (key, bytes) in dump.iter().filter(|(key, _)| key.starts_with(&prefix) && !key.contains('#')) {
        let document = Document::<A>::parse(bytes)?;
        let folded = document
            .events
            .iter()
            .fold(None, |state: Option<A>, recorded| A::evolve(state, &recorded.event, Stamp { at: recorded.at }));
        require!(folded.as_ref() == Some(&document.state), "{key}: the state is not what the events give");
    }
    Ok(())
}

/// Every number leads to its order and to no other.
fn orders(dump: &Dump, documents: &BTreeMap<String, RawDocument>) -> Checked {
    let mut numbers: BTreeMap<String, &str> = BTreeMap::new();
    for key in documents.keys().filter(|key| key.starts_with("doc/order/")) {
        let order = Document::<WorkOrder>::parse(dump.get(key).map(Vec::as_slice).unwrap_or_default())?;
        let number = order.state.registered.number.to_string();
        let lookup = dump.get(&keys::number(&number)).map(|value| String::from_utf8_lossy(value));
        let leads_here = lookup.as_deref().is_some_and(|value| value.contains(order.id.as_str()));
        require!(leads_here, "{key}: its number {number} leads to {lookup:?}");
        let other = numbers.insert(number.clone(), key);
        require!(other.is_none(), "{number} is the number of {key} and of {other:?}");
    }
    Ok(())
}

fn promises_kept(documents: &BTreeMap<String, RawDocument>, promises: &Promises) -> Checked {
    let events = |doc: &str| documents.get(doc).map(|document| document.events.as_slice()).unwrap_or_default();
    for Acknowledged { doc, op, request, slot } in &promises.acknowledged {
        let same = |event: &&Value| event.get("op").and_then(Value::as_str) == Some(op.as_str());
        let found: Vec<&Value> = events(doc).iter().filter(same).collect();
        let [event] = found.as_slice() else {
            return Err(Violation(format!("{doc}: acknowledged operation {op} is there {} times", found.len())));
        };
        require!(event.get("slot").and_then(Value::as_u64) == Some(*slot), "{doc}: {op} is not in slot {slot}");
        let stored = event.get("request").and_then(Value::as_str).map(str::to_owned);
        require!(stored == Some(request.to_string()), "{doc}: {op} was done for another request");
    }
    for (doc, op) in &promises.refused {
        let there = events(doc).iter().any(|event| event.get("op").and_then(Value::as_str) == Some(op.as_str()));
        require!(!there, "{doc}: {op} was refused and happened");
    }
    Ok(())
}

/// Every entry is an event, none is there twice, the events of one document are in order.
fn log_is_true(dump: &Dump, documents: &BTreeMap<String, RawDocument>) -> Checked {
    let Some(head) = head(dump)? else { return Ok(()) };
    let entries = log(dump)?;
    require!(u64::try_from(entries.len())? <= head.size, "the log is longer than head says");
    let mut seqs: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in &entries {
        let seq = seqs.entry(&entry.doc).or_default();
        *seq += 1;
        require!(entry.seq == *seq, "{}: event {} is in the log where {seq} belongs", entry.doc, entry.seq);
        let index = usize::try_from(entry.seq - 1)?;
        let event = documents.get(&entry.doc).and_then(|document| document.events.get(index));
        let Some(event) = event else { return Err(Violation(format!("{entry:?} is no event"))) };
        let event = Event::deserialize(event)?;
        let same = event.slot == entry.slot && event.hash == entry.leaf && event.at == entry.at;
        require!(same, "{entry:?} is not the event in its document");
        require!(entry.slot < head.next, "slot {} is in the log before head passed it", entry.slot);
    }
    Ok(())
}

/// What holds once nobody is at work.
///
/// # Errors
/// The first thing that does not.
pub fn at_rest(dump: &Dump) -> Checked {
    let documents = documents(dump)?;
    let Some(head) = head(dump)? else {
        require!(documents.is_empty(), "documents but no head");
        return Ok(());
    };
    let events: usize = documents.values().map(|document| document.events.len()).sum();
    let entries = log(dump)?;
    require!(entries.len() == events, "{} entries for {events} events", entries.len());
    require!(u64::try_from(entries.len())? == head.size, "head says {} entries, the log has {events}", head.size);
    let sequenced: BTreeSet<u64> = entries.iter().map(|entry| entry.slot).collect();
    let waiting: BTreeSet<u64> = head.waiting.iter().map(|waiting| waiting.slot).collect();
    require!(waiting.len() == head.waiting.len(), "a slot waits twice");
    require!(waiting.is_disjoint(&sequenced), "a slot with an event still waits");
    for key in dump.keys().filter(|key| key.starts_with("feed/0")) {
        let slot: u64 = key.trim_start_matches("feed/").parse()?;
        require!(waiting.contains(&slot), "the notice in slot {slot} is left over");
    }
    let staged = head.stage.as_ref().filter(|stage| dump.contains_key(&keys::stage(stage)));
    require!(staged.is_none(), "the batch {staged:?} was never published");
    repeats_are_linked(dump, &documents)
}

/// Every text in `kept` is in the events of its order (by id) exactly once, and those in `refused` are nowhere.
///
/// # Errors
/// The first one that is not.
pub fn texts(dump: &Dump, kept: &[(String, String)], refused: &[String]) -> Checked {
    let kept: Vec<(String, String)> = kept.iter().map(|(id, text)| (format!("doc/order/{id}"), text.clone())).collect();
    written(dump, &kept)?;
    let documents = documents(dump)?;
    let everything: Vec<String> =
        documents.values().flat_map(|document| &document.events).map(ToString::to_string).collect();
    for text in refused {
        let quoted = format!("\"{text}\"");
        let there = everything.iter().any(|event| event.contains(&quoted));
        require!(!there, "{text:?} was refused and happened");
    }
    Ok(())
}

/// Every text in `kept` is in the events of its document (by key) exactly once.
///
/// # Errors
/// The first one that is not.
pub fn written(dump: &Dump, kept: &[(String, String)]) -> Checked {
    let documents = documents(dump)?;
    for (key, text) in kept {
        let events = documents.get(key).map(|document| document.events.as_slice()).unwrap_or_default();
        let quoted = format!("\"{text}\"");
        let found = events.iter().filter(|event| event.to_string().contains(&quoted)).count();
        require!(found == 1, "{key}: {text:?} was acknowledged and is there {found} times");
    }
    Ok(())
}

/// Every document (by key) that somebody was told of is there, no older than they were told.
///
/// # Errors
/// The first one that is not.
pub fn versions(dump: &Dump, told: &BTreeMap<String, u64>) -> Checked {
    let documents = documents(dump)?;
    for (key, version) in told {
        let there = documents.get(key).map_or(0, |document| document.version);
        require!(there >= *version, "{key}: version {version} was acknowledged and it has {there}");
    }
    Ok(())
}

/// Whoever was told that they joined is counted once, and nobody who did not try: `told` has both by order.
///
/// # Errors
/// The first order of which that is not so.
pub fn joined(dump: &Dump, told: &BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>) -> Checked {
    for (id, (known, tried)) in told {
        let key = format!("doc/order/{id}");
        let bytes = dump.get(&key).ok_or_else(|| Violation(format!("{key} is gone")))?;
        let joined = Document::<WorkOrder>::parse(bytes)?.state.joined;
        let devices: BTreeSet<Hash> = joined.iter().map(|joined| joined.device).collect();
        require!(devices.len() == joined.len(), "{key}: a device joined twice");
        let plausible = (known.len()..=tried.len()).contains(&devices.len());
        require!(plausible, "{key}: {} devices joined, {known:?} were told so of {tried:?}", devices.len());
    }
    Ok(())
}

/// Every look that was answered is in a book of whoever looked, at least as often.
///
/// # Errors
/// The first one that is not.
pub fn looks(dump: &Dump, told: &[(Option<Actor>, String)]) -> Checked {
    let mut written: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (key, bytes) in dump.iter().filter(|(key, _)| key.starts_with("doc/looks/") && !key.contains('#')) {
        let book = Document::<LookBook>::parse(bytes)?.state;
        require!(book.looks.len() <= LOOKS_PER_DAY, "{key} has {} looks", book.looks.len());
        for look in book.looks {
            *written.entry((book.opened.person.as_str().to_owned(), look.order.to_string())).or_default() += 1;
        }
    }
    for (who, order) in told {
        let who = who.as_ref().map(Actor::as_str).unwrap_or_default();
        let left = written.get_mut(&(who.to_owned(), order.clone())).filter(|left| **left > 0);
        let Some(left) = left else { return Err(Violation(format!("{who} saw the caller of {order} unrecorded"))) };
        *left -= 1;
    }
    Ok(())
}

/// The one reaction there is: every repeat is noted once in the order it repeats.
fn repeats_are_linked(dump: &Dump, documents: &BTreeMap<String, RawDocument>) -> Checked {
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut noted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for key in documents.keys().filter(|key| key.starts_with("doc/order/")) {
        let order = Document::<WorkOrder>::parse(dump.get(key).map(Vec::as_slice).unwrap_or_default())?;
        for recorded in &order.events {
            match &recorded.event {
                OrderEvent::Registered(registered) => {
                    if let Some(repeat) = &registered.repeat {
                        let parent = keys::document(WorkOrder::KIND, &repeat.parent);
                        expected.entry(parent).or_default().insert(order.id.to_string());
                    }
                }
                OrderEvent::RepeatNoted { order: repeat, .. } => {
                    noted.entry(key.clone()).or_default().push(repeat.to_string());
                }
                _ => {}
            }
        }
    }
    noted.values_mut().for_each(|repeats| repeats.sort());
    let expected: BTreeMap<String, Vec<String>> =
        expected.into_iter().map(|(parent, repeats)| (parent, repeats.into_iter().collect())).collect();
    require!(expected == noted, "repeats {expected:?} were noted as {noted:?}");
    Ok(())
}
