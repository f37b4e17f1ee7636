//! The body as it came, sealed: what a platform said is kept to the byte, whatever our mapping made of it.

use canon::Hash;
use service::keys::sealed_size;
use service::{Call, Keys, Problem};
use store::{Platform, StoreError, blob};

/// Keeps a body; where it lies and how large it is. The same body lies at the same place.
///
/// # Errors
/// The store's problems.
pub async fn keep<P: Platform>(call: &Call<P>, keys: &Keys, body: &[u8]) -> Result<(Hash, u32), Problem> {
    // Keyed, because a body may be so short that a plain hash of it could be guessed back.
    let address = keys.mac("hotline.evidence", &[body]);
    let sealed = keys.seal_blob(&address, body).map_err(|_| Problem::unavailable())?;
    blob::put(&call.access, &address, &sealed).await?;
    Ok((address, u32::try_from(body.len()).unwrap_or(u32::MAX)))
}

/// A body that was kept.
///
/// # Errors
/// The store's problems; damage where it is not there.
pub async fn read_evidence<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    (address, size): &(Hash, u32),
) -> Result<Vec<u8>, Problem> {
    let size = sealed_size(*size);
    let damaged = || StoreError::Damaged(format!("evidence {address} is not what came"));
    let sealed = blob::get(&call.access, address, size).await?.ok_or_else(damaged)?;
    Ok(keys.open_blob(address, &sealed).map_err(|_| damaged())?)
}
