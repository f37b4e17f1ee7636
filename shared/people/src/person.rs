//! A member of staff's file: opening it, what is sealed in it, and writing one more event into it.

use canon::{DocId, OpId};
use domain::aggregate::{Aggregate as _, Context};
use domain::order::Sealed;
use domain::staff::{Account, Staff, StaffEvent, StaffRejection};
use service::keys::DataKey;
use service::{Call, Keys, Problem};
use store::{Access, Committed, Document, Operation, Platform, StoreError};

use crate::password;

/// The file behind an account.
///
/// # Errors
/// The store's problems.
pub async fn find<P: Platform>(access: &Access<P>, account: &Account) -> Result<Option<Document<Staff>>, Problem> {
    read(access, &Staff::id(account)).await
}

/// The file with this id.
///
/// # Errors
/// The store's problems.
pub async fn read<P: Platform>(access: &Access<P>, id: &DocId) -> Result<Option<Document<Staff>>, Problem> {
    let bytes = access.get(&Document::<Staff>::key_of(id)).await?;
    Ok(bytes.map(|bytes| Document::parse(&bytes)).transpose()?)
}

/// The key of what is sealed in a file.
///
/// # Errors
/// 500 `damaged` when it cannot be opened, as with another master key.
pub fn key_of(keys: &Keys, staff: &Document<Staff>) -> Result<DataKey, Problem> {
    let wrapped = staff.key.as_deref().unwrap_or_default();
    let key = keys.data_key(Staff::KIND, &staff.id, wrapped);
    Ok(key.map_err(|error| StoreError::Damaged(error.to_string()))?)
}

/// Whether `password` is this person's.
///
/// # Errors
/// 500 `damaged` when the stored hash cannot be opened.
pub fn has_password(key: &DataKey, staff: &Document<Staff>, password: &str) -> Result<bool, Problem> {
    let phc = key.open(Staff::PASSWORD_FIELD, &staff.state.password);
    let phc = phc.map_err(|error| StoreError::Damaged(error.to_string()))?;
    Ok(password::verify(password, Some(&phc)))
}

/// The hash of `password`, sealed.
///
/// # Errors
/// 503 when there is no memory for it.
pub fn seal_password<P: Platform>(access: &Access<P>, key: &DataKey, password: &str) -> Result<Sealed, Problem> {
    seal(access, key, Staff::PASSWORD_FIELD, &password::hash(password, access.random())?)
}

/// `text`, sealed.
///
/// # Errors
/// Never in practice; the cipher's interface allows it.
pub fn seal<P: Platform>(access: &Access<P>, key: &DataKey, field: &str, text: &str) -> Result<Sealed, Problem> {
    key.seal(field, access.random(), text).map_err(|_| Problem::unavailable())
}

/// Writes `event` into a file; with `if_version` only while nobody else has.
///
/// # Errors
/// What the file's rules say, and the store's problems.
pub async fn record<P: Platform>(
    call: &Call<P>,
    id: &DocId,
    operation: &Operation,
    event: &StaffEvent,
    if_version: Option<u64>,
) -> Result<Committed<Staff>, Problem> {
    let decide = |document: &Document<Staff>, context: &Context| match if_version {
        Some(seen) if seen != document.version => Err(StaffRejection::Stale { version: document.version }),
        _ => Staff::decide(Some(&document.state), event, context),
    };
    Ok(store::update(&call.access, id, operation, decide).await?)
}

/// An operation of a person on their own file that no retry repeats: a sign-in is asked for anew each time.
pub fn own_operation<P: Platform>(call: &Call<P>, keys: &Keys, staff: &DocId) -> Operation {
    let name = base16ct::lower::encode_string(&call.access.random::<16>());
    let by = domain::aggregate::Actor::staff(staff.as_str());
    Operation {
        op: OpId::new("identity.signIn", &name),
        request: keys.mac("request", &[name.as_bytes()]),
        context: Context { now: call.access.now(), by },
    }
}
