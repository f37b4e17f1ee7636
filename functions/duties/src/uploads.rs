//! The sweep: uploads that nobody refers to lose their bytes.
//!
//! Uploads wait in a queue for the day on which they have to be looked at: a day after they came, or after the last
//! document for which they were kept. What must stay true: a drop is decided on the version of the upload that was
//! looked at, and by then whoever had kept it before is long over; so either a document refers to it and is seen here,
//! or none ever will. Why a crash between any two lines does no harm: before the drop nothing has changed, and after it
//! the upload stays in a queue until its bytes are gone.

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::time::Date;
use domain::upload::{Hold, Stage, Upload, UploadCommand, sweep_queue};
use service::keys::sealed_size;
use store::{Access, CommitError, Document, Operation, Platform, StoreError, blob, update};

use crate::days::walk;

/// The part of the system that acts.
const SWEEP: &str = "sweep";
/// Where the first day that may still hold something is remembered.
const CURSOR: &str = "consumer/uploads";

/// Sweeps what is due; returns how many uploads were settled, dropped or cleared.
pub(crate) async fn run<P: Platform>(access: &Access<P>, opened_on: Date) -> Result<usize, StoreError> {
    walk(access, (CURSOR, opened_on), access.now(), sweep_queue, |id| async move { sweep(access, &id).await.map(Some) })
        .await
}

async fn sweep<P: Platform>(access: &Access<P>, id: &DocId) -> Result<usize, StoreError> {
    let Some(bytes) = access.get(&Document::<Upload>::key_of(id)).await? else { return Ok(0) };
    let document = Document::<Upload>::parse(&bytes)?;
    let upload = &document.state;
    if upload.due.is_none_or(|due| due > access.now()) {
        return Ok(0);
    }
    let command = if upload.stage == Stage::Dropped {
        blob::remove(access, &Upload::address(id, &upload.sha256), sealed_size(upload.size)).await?;
        UploadCommand::Clear
    } else if is_referred_to(access, id, &upload.holds).await? {
        UploadCommand::Settle
    } else {
        UploadCommand::Drop
    };
    take(access, id, document.version, &command).await
}

/// Whether one of the documents for which the upload is kept names it. Ids are in no sealed field, and nobody guesses
/// one, so its text in the document is the reference.
async fn is_referred_to<P: Platform>(access: &Access<P>, id: &DocId, holds: &[Hold]) -> Result<bool, StoreError> {
    let id = id.as_str().as_bytes();
    for hold in holds {
        let document = access.get(&hold.by).await?.unwrap_or_default();
        if document.windows(id.len()).any(|part| part == id) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn take<P: Platform>(
    access: &Access<P>,
    id: &DocId,
    seen: u64,
    command: &UploadCommand,
) -> Result<usize, StoreError> {
    let name = format!("{id}/{seen}");
    let operation = Operation {
        op: OpId::new("upload.sweep", &name),
        request: sha256(&[name.as_bytes()]),
        context: Context { now: access.now(), by: Actor::system(SWEEP) },
    };
    let taken = update(access, id, &operation, |document: &Document<Upload>, context| {
        // Whoever kept it meanwhile has moved the day on which it is due, and the rule refuses.
        Upload::decide(Some(&document.state), command, context)
    });
    match taken.await {
        Ok(_) => Ok(1),
        Err(CommitError::Rejected(_) | CommitError::NotFound | CommitError::Full) => Ok(0),
        Err(CommitError::Store(error)) => Err(error),
        Err(CommitError::OtherRequest) => Err(StoreError::Damaged(format!("{id}: two sweeps under one name"))),
    }
}
