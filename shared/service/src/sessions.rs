//! All sessions of one person, so that they can be seen and ended together.
//!
//! A store cannot be asked for what it holds, so each person has one record with the hashes of their sessions. What must
//! stay true: a session is in the record before it exists. Then whoever changes a person's document first and ends what
//! the record lists after it has ended all that began before; a sign-in that was on its way meanwhile looks at the
//! document once more before it answers. A crash in between leaves sessions alive and the change unanswered; the same
//! request again finds the change done and ends them.

use canon::{DocId, Hash};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::{Access, Platform, StoreError, Swap, ensure_value};

use crate::problem::Problem;
use crate::session::{ABSOLUTE_LIMIT_MS, Session, key_of};

/// Sessions of one person: a desk, a phone, and a forgotten browser for each day of the week. Beyond that the oldest
/// ends.
const SESSIONS_MAX: usize = 9;
/// Rounds on a record that several sign-ins change at once; the waits add up to 0.3 s.
const ROUNDS_MAX: u32 = 6;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Listed {
    hash: Hash,
    at: Moment,
}

fn record_of(staff: &DocId) -> String {
    format!("sessions/{staff}")
}

async fn read<P: Platform>(access: &Access<P>, staff: &DocId) -> Result<Vec<Listed>, Problem> {
    let bytes = access.get(&record_of(staff)).await?;
    Ok(bytes.map(|bytes| canon::read(&bytes)).transpose().map_err(StoreError::from)?.unwrap_or_default())
}

/// Notes that a session with this hash is about to begin.
pub(crate) async fn list<P: Platform>(access: &Access<P>, staff: &DocId, hash: Hash) -> Result<(), Problem> {
    let (record, now) = (record_of(staff), access.now());
    // A swap on an absent key guards nothing, so the record is made first.
    ensure_value(access, &record, b"[]".to_vec()).await?;
    for round in 0..ROUNDS_MAX {
        let (handle, bytes) = access.compare(&record).await?;
        let mut listed: Vec<Listed> = canon::read(&bytes.unwrap_or_default()).map_err(StoreError::from)?;
        // Sessions that nobody can use any more go with the list's memory of them, so that at most nine of a person stay.
        let over = listed.iter().filter(|one| now.ms_since(one.at) >= ABSOLUTE_LIMIT_MS).count();
        let spare = (listed.len() + 1).saturating_sub(SESSIONS_MAX).max(over);
        let ended: Vec<String> = listed.drain(..spare).map(|one| key_of(&one.hash)).collect();
        listed.push(Listed { hash, at: now });
        let bytes = serde_json::to_vec(&listed).map_err(StoreError::from)?;
        if access.swap(handle, bytes).await? == Swap::Confirmed
            || read(access, staff).await?.iter().any(|one| one.hash == hash)
        {
            return Ok(access.delete_many(&ended).await?);
        }
        access.back_off(round).await;
    }
    Err(Problem::unavailable())
}

/// The sessions of a person that are there, oldest first, by their hashes.
///
/// # Errors
/// The store's problems.
pub async fn of<P: Platform>(access: &Access<P>, staff: &DocId) -> Result<Vec<(Hash, Session)>, Problem> {
    let listed = read(access, staff).await?;
    let keys: Vec<String> = listed.iter().map(|one| key_of(&one.hash)).collect();
    let found = access.get_many(&keys).await?;
    let open = |one: &Listed| Some((one.hash, canon::read::<Session>(found.get(&key_of(&one.hash))?).ok()?));
    let now = access.now();
    Ok(listed.iter().filter_map(open).filter(|(_, session)| now < session.until).collect())
}

/// Ends the sessions of a person, but for the one with the hash `kept`.
///
/// # Errors
/// The store's problems.
pub async fn end<P: Platform>(access: &Access<P>, staff: &DocId, kept: Option<&Hash>) -> Result<(), Problem> {
    let listed = read(access, staff).await?;
    let gone = listed.iter().filter(|one| Some(&one.hash) != kept);
    let keys: Vec<String> = gone.map(|one| key_of(&one.hash)).collect();
    Ok(access.delete_many(&keys).await?)
}
