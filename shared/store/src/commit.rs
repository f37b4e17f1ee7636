//! Creating and changing documents: the only two ways to write the truth.
//!
//! Both answer only after the document is stored, both find their own earlier self by operation id, and both announce
//! before they write. Why a crash between any two lines is harmless: before the document is written there is at most a
//! notice without an event, which the sequencer drops after a day, a human number that resolves to nothing, or a claim,
//! which the lease ladder takes over; after it is written the operation has happened, and a retry answers so.

use canon::{DocId, Hash, OpId};
use domain::aggregate::{Aggregate, Context};

use crate::access::Access;
use crate::document::{Document, NewEvent, Recorded};
use crate::ensure::{Turn, claim};
use crate::error::StoreError;
use crate::feed;
use crate::port::{Platform, Swap};

/// 256 KiB: a case with 500 events of 400 bytes plus its state is 200 KiB; one read stays under 1 ms.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;
/// 500 events: the busiest case of the handbook (20 supplements, 2 redos, weekly urges for a year) has about 150.
pub const EVENTS_MAX: usize = 500;
/// Decisions on a moving document before the client is asked to come back; the waits add up to 1.3 s.
const ROUNDS_MAX: u32 = 8;

/// Why a document was not changed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError<R: std::error::Error> {
    /// There is no such document.
    #[error("there is no such document")]
    NotFound,
    /// A rule forbids the command in the present state.
    #[error(transparent)]
    Rejected(R),
    /// The operation id was used before, with another request.
    #[error("this idempotency key was used for another request")]
    OtherRequest,
    /// The document has reached [`DOCUMENT_BYTES_MAX`] or [`EVENTS_MAX`], or what the event may have of
    /// them ([`Aggregate::eighths`]).
    #[error("the case file is full")]
    Full,
    /// The store did not play along; safe to retry.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<R: std::error::Error> From<crate::KvError> for CommitError<R> {
    fn from(error: crate::KvError) -> Self {
        Self::Store(error.into())
    }
}

/// What an operation is, apart from its command.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name for ever.
    pub op: OpId,
    /// Keyed hash of the request that carried it.
    pub request: Hash,
    /// When it arrived and who gave it.
    pub context: Context,
}

/// A document as an operation left it.
#[derive(Clone)]
pub struct Committed<A: Aggregate> {
    /// The document now. It may hold later events than this operation's.
    pub document: Document<A>,
    /// Slot of this operation's event, for lists that must include it.
    pub slot: u64,
    /// Whether the operation had already happened before.
    pub replayed: bool,
}

/// What [`create`] stores besides the document.
pub struct Birth<E> {
    /// The first event.
    pub event: E,
    /// The wrapped data key.
    pub key: Option<String>,
    /// Look-up keys that lead to the document, with their values.
    pub lookups: Vec<(String, Vec<u8>)>,
}

/// Creates the document that `operation` names. `birth` gets the slot, from which human numbers are derived.
///
/// # Errors
/// See [`CommitError`]; [`CommitError::Rejected`] comes from `birth` and leaves nothing but an unused slot.
pub async fn create<A, P>(
    access: &Access<P>,
    operation: Operation,
    birth: impl FnOnce(u64) -> Result<Birth<A::Event>, A::Rejection>,
) -> Result<Committed<A>, CommitError<A::Rejection>>
where
    A: Aggregate,
    P: Platform,
{
    let id = DocId::of(&operation.op);
    let key = Document::<A>::key_of(&id);
    if let Turn::Present(bytes) = claim(access, &key).await? {
        let document = Document::parse(&bytes)?;
        let slot = replayed(&document, &operation)?.ok_or(CommitError::NotFound)?;
        return Ok(Committed { document, slot, replayed: true });
    }
    let slot = feed::allocate(access).await?;
    let Birth { event, key: data_key, lookups } = birth(slot).map_err(CommitError::Rejected)?;
    let room = Room::of(A::eighths(&event));
    let document = Document::<A>::first(id, data_key, new_event(access, &operation, slot, event))?;
    let bytes = encode(&document, room)?;
    let mut pairs = vec![feed::notice(access, slot, &key)?];
    pairs.extend(lookups);
    if access.platform().has_atomic_batches().await? {
        pairs.push((key, bytes));
        access.set_many(pairs).await?;
    } else {
        // The document last and alone: a failed batch leaves any subset of itself, and a document must never exist
        // unannounced or without what leads to it.
        access.set_many(pairs).await?;
        access.set(&key, bytes).await?;
    }
    Ok(Committed { document, slot, replayed: false })
}

/// Changes the document `id` by what `decide` makes of its present state.
///
/// # Errors
/// See [`CommitError`].
pub async fn update<A, P>(
    access: &Access<P>,
    id: &DocId,
    operation: &Operation,
    mut decide: impl FnMut(&Document<A>, &Context) -> Result<A::Event, A::Rejection>,
) -> Result<Committed<A>, CommitError<A::Rejection>>
where
    A: Aggregate,
    P: Platform,
{
    let key = Document::<A>::key_of(id);
    let mut announced = None;
    for round in 0..ROUNDS_MAX {
        let (handle, bytes) = access.compare(&key).await?;
        let (size, document) = {
            let bytes = bytes.ok_or(CommitError::NotFound)?;
            (bytes.len(), Document::<A>::parse(&bytes)?)
        };
        if let Some(slot) = replayed(&document, operation)? {
            // Under the slot that this call announced, it was this call whose swap went unconfirmed.
            return Ok(Committed { document, slot, replayed: announced != Some(slot) });
        }
        let event = decide(&document, &operation.context).map_err(CommitError::Rejected)?;
        let room = Room::of(A::eighths(&event));
        // Before it is announced: what can never be is nothing to wait for.
        if size >= room.bytes || document.events.len() >= room.events {
            return Err(CommitError::Full);
        }
        let slot = announce(access, announced, document.last_slot(), &key).await?;
        announced = Some(slot);
        let document = document.append(new_event(access, operation, slot, event))?;
        let bytes = encode(&document, room)?;
        match access.swap(handle, bytes).await {
            Ok(Swap::Confirmed) => return Ok(Committed { document, slot, replayed: false }),
            // Unknown either way: the next round looks for the operation in what it reads.
            Ok(Swap::Unconfirmed) | Err(crate::KvError::Backend(_)) => access.back_off(round).await,
            Err(error) => return Err(error.into()),
        }
    }
    // The last swap may have applied: one look decides between done and try again.
    let bytes = access.get(&key).await?.ok_or(CommitError::NotFound)?;
    let document = Document::parse(&bytes)?;
    let slot = replayed(&document, operation)?.ok_or(StoreError::Busy)?;
    Ok(Committed { document, slot, replayed: announced != Some(slot) })
}

/// The slot of this operation: the one it has, unless a later slot is already in the document. So slots grow with the
/// events of one document, and the log never shows them out of order.
async fn announce<P: Platform>(
    access: &Access<P>,
    announced: Option<u64>,
    last_slot: u64,
    key: &str,
) -> Result<u64, StoreError> {
    if let Some(slot) = announced.filter(|slot| *slot > last_slot) {
        return Ok(slot);
    }
    let slot = feed::allocate(access).await?;
    let (feed_key, notice) = feed::notice(access, slot, key)?;
    access.set(&feed_key, notice).await?;
    Ok(slot)
}

/// The slot of `operation`'s event, if it is already in `document`.
fn replayed<A: Aggregate>(
    document: &Document<A>,
    operation: &Operation,
) -> Result<Option<u64>, CommitError<A::Rejection>> {
    match document.event_of(&operation.op) {
        None => Ok(None),
        Some(Recorded { request, .. }) if *request != operation.request => Err(CommitError::OtherRequest),
        Some(Recorded { slot, .. }) => Ok(Some(*slot)),
    }
}

fn new_event<P: Platform, E>(access: &Access<P>, operation: &Operation, slot: u64, event: E) -> NewEvent<E> {
    let Operation { op, request, context } = operation;
    let nonce = access.random();
    NewEvent { op: op.clone(), request: *request, slot, at: context.now, by: context.by.clone(), event, nonce }
}

/// How large a document may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes as it is stored.
    pub bytes: usize,
    /// Events.
    pub events: usize,
}

impl Room {
    /// So many eighths of [`DOCUMENT_BYTES_MAX`] and [`EVENTS_MAX`]; see [`Aggregate::eighths`].
    #[must_use]
    pub const fn of(eighths: usize) -> Self {
        let (bytes, events) = (DOCUMENT_BYTES_MAX.saturating_mul(eighths), EVENTS_MAX.saturating_mul(eighths));
        Self { bytes: bytes / 8, events: events / 8 }
    }
}

fn encode<A: Aggregate>(document: &Document<A>, room: Room) -> Result<Vec<u8>, CommitError<A::Rejection>> {
    let bytes = serde_json::to_vec(document).map_err(StoreError::from)?;
    if bytes.len() > room.bytes || document.events.len() > room.events {
        return Err(CommitError::Full);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
