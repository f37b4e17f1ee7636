//! Where functions find the town's catalogue: one document that says which blob, and that blob.

use canon::Hash;
use domain::catalogue::{CatalogueHistory, Compiled, CompiledError, InForce};
use domain::time::Date;
use http::StatusCode;
use serde::Deserialize;
use store::{Access, Document, Platform, StoreError};

use crate::problem::Problem;

/// Which compiled catalogue is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    sha256: Hash,
    size: usize,
}

/// The day on which the town was set up.
///
/// # Errors
/// 503 `notConfigured` while none is; the store's problems.
pub async fn opened_on<P: Platform>(access: &Access<P>) -> Result<Date, Problem> {
    let history = Document::<CatalogueHistory>::parse(&read_history(access).await?)?;
    history.events.first().map(|opened| opened.at.date()).ok_or_else(not_configured)
}

/// The catalogue's document without its events, which readers have no use for.
#[derive(Deserialize)]
struct Front {
    state: InForce,
}

async fn read_history<P: Platform>(access: &Access<P>) -> Result<Vec<u8>, Problem> {
    let key = Document::<CatalogueHistory>::key_of(&CatalogueHistory::id());
    access.get(&key).await?.ok_or_else(not_configured)
}

/// Which of two versions holds is a matter of the clock alone: nobody has to put the new one in force.
pub(crate) async fn read_version<P: Platform>(access: &Access<P>) -> Result<Version, Problem> {
    let front: Front = canon::read(&read_history(access).await?).map_err(StoreError::from)?;
    let compiled = front.state.on(access.now().date()).ok_or_else(not_configured)?;
    Ok(Version { sha256: compiled.sha256, size: usize::try_from(compiled.size).unwrap_or(usize::MAX) })
}

/// Reads `T`, the compiled catalogue or its front.
pub(crate) async fn read_compiled<P: Platform, T: Compiled>(
    access: &Access<P>,
    version: &Version,
) -> Result<T, Problem> {
    let bytes = store::blob::get(access, &version.sha256, version.size).await?.ok_or_else(|| {
        // The blob is written before the document points at it, so this is damage, not a race.
        StoreError::Damaged("the compiled catalogue is missing".to_owned())
    })?;
    T::from_compiled(&bytes).map_err(|error| match error {
        CompiledError::OtherFormat => outdated(),
        CompiledError::Damaged => StoreError::Damaged(error.to_string()).into(),
    })
}

fn outdated() -> Problem {
    let detail = "This release reads the catalogue in a newer form. The administrator loads the town again with `onetown load DIR`.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "catalogueOutdated", detail).retry_after(30)
}

fn not_configured() -> Problem {
    let detail = "This town is not set up yet. The administrator loads it with `onetown load DIR`.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "notConfigured", detail).retry_after(30)
}
