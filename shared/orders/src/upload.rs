//! Uploads: taking one in, and keeping those that a document is about to name.
//!
//! Why a crash between any two lines does no harm: an upload is begun before its first byte is written, so the sweep
//! finds it however little of it is there; it is kept for a document before that is committed, and where it is not
//! committed the sweep finds a hold without a reference and drops it.

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::Catalogue;
use domain::order::Attachment;
use domain::upload::{Content, Stage, Upload, UploadCommand, UploadRejection};
use service::keys::sealed_size;
use service::{Call, FieldError, Keys, Problem};
use store::{Birth, CommitError, Document, Operation, Platform, StoreError, blob, create, update};

use crate::Check;

/// One voice note goes with the photos.
pub const VOICE_NOTES_MAX: usize = 1;

/// The ids of at most `max` different uploads.
pub fn attachment_ids(check: &mut Check, ids: &[String], max: usize) -> Vec<DocId> {
    if ids.len() > max {
        check.note("/attachments", "tooMany");
        return Vec::new();
    }
    let parsed: Option<Vec<DocId>> = ids.iter().map(|id| DocId::parse(id).ok()).collect();
    // Ten at most, so looking through all is nothing.
    let distinct = |ids: &Vec<DocId>| ids.iter().all(|id| ids.iter().filter(|other| *other == id).count() == 1);
    parsed.filter(distinct).or_else(|| check.fail("/attachments", "unknown")).unwrap_or_default()
}

/// The same outside of a larger form.
///
/// # Errors
/// 422 when they are too many, not ids, or not different.
pub fn upload_ids(ids: &[String], max: usize) -> Result<Vec<DocId>, Problem> {
    let mut check = Check::default();
    let ids = attachment_ids(&mut check, ids, max);
    if check.is_clean() { Ok(ids) } else { Err(Problem::invalid(check.into_errors())) }
}

/// Stores `bytes`, which are of the type `mime`, as the upload that `operation` names. The operation's request stands for
/// these bytes, so that no other ones come under its name.
///
/// # Errors
/// 409 `uploadDropped` when it was stored before and nobody referred to it in time; the store's problems.
pub async fn take_in<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    operation: Operation,
    bytes: &[u8],
    mime: &str,
) -> Result<Attachment, Problem> {
    let (access, context) = (&call.access, operation.context.clone());
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let begin = UploadCommand::Begin(Content { sha256: sha256(&[bytes]), size, mime: mime.to_owned() });
    let begun = create::<Upload, P>(access, operation, |_| {
        let event = Upload::decide(None, &begin, &context)?;
        Ok::<_, UploadRejection>(Birth { event, key: None, lookups: Vec::new() })
    });
    let Document { id, state: Upload { sha256, size, mime, stage, .. }, .. } = begun.await?.document;
    match stage {
        Stage::Begun => {
            let address = Upload::address(&id, &sha256);
            let sealed = keys.seal_blob(&address, bytes).map_err(|_| Problem::unavailable())?;
            blob::put(access, &address, &sealed).await?;
            change(call, &id, "stored", &UploadCommand::Store).await?;
        }
        Stage::Shared | Stage::Stored | Stage::Settled => {}
        Stage::Dropped | Stage::Cleared => return Err(UploadRejection::Dropped.into()),
    }
    Ok(Attachment { id, sha256, size, mime })
}

/// The uploads behind `ids`, in their order, kept for the document at `by`, which may then be committed by this request.
///
/// One batch of reads, and four operations more for each that is not kept for this document yet.
///
/// # Errors
/// 422 when one is unknown (`unknown`), was dropped and must be uploaded again (`dropped`), or there are too many; the
/// store's problems.
pub async fn resolve<P: Platform>(
    call: &Call<P>,
    catalogue: &Catalogue,
    ids: &[DocId],
    by: &str,
) -> Result<Vec<Attachment>, Problem> {
    let keys: Vec<String> = ids.iter().map(Document::<Upload>::key_of).collect();
    let found = call.access.get_many(&keys).await?;
    let mut attachments = Vec::with_capacity(ids.len());
    let mut loose = Vec::new();
    for (id, key) in ids.iter().zip(&keys) {
        let upload = Document::<Upload>::parse(found.get(key).ok_or_else(|| refused("unknown"))?)?.state;
        if !upload.is_kept(by, call.access.now()) {
            loose.push(id);
        }
        let Upload { sha256, size, mime, .. } = upload;
        attachments.push(Attachment { id: id.clone(), sha256, size, mime });
    }
    let voices = attachments.iter().filter(|attachment| attachment.mime.starts_with("audio/")).count();
    let photos = attachments.len().saturating_sub(voices);
    if voices > VOICE_NOTES_MAX || photos > usize::try_from(catalogue.town.limits.photos_max).unwrap_or(usize::MAX) {
        return Err(refused("tooMany"));
    }
    for id in loose {
        keep(call, id, by).await?;
    }
    Ok(attachments)
}

/// Keeps the upload `id` for the document at `by`, which may then be committed by this request.
///
/// # Errors
/// As [`resolve`].
pub async fn keep<P: Platform>(call: &Call<P>, id: &DocId, by: &str) -> Result<(), Problem> {
    // A later try of the same request finds the hold, or makes another one once that is too old.
    let name = format!("{by}/{}", call.access.now().unix_ms());
    match change(call, id, &name, &UploadCommand::Keep(by.to_owned())).await {
        Ok(()) => Ok(()),
        Err(CommitError::Rejected(UploadRejection::Dropped)) => Err(refused("dropped")),
        Err(CommitError::Rejected(_)) => Err(refused("unknown")),
        Err(other) => Err(other.into()),
    }
}

fn refused(code: &'static str) -> Problem {
    Problem::invalid(vec![FieldError::new("/attachments", code)])
}

/// Has `command` happen to the upload `id`, unless it has already.
async fn change<P: Platform>(
    call: &Call<P>,
    id: &DocId,
    name: &str,
    command: &UploadCommand,
) -> Result<(), CommitError<UploadRejection>> {
    let name = format!("{id}/{name}");
    let operation = Operation {
        op: OpId::new("upload", &name),
        request: sha256(&[name.as_bytes()]),
        context: Context { now: call.access.now(), by: Actor::system("uploads") },
    };
    let changed = update(&call.access, id, &operation, |document: &Document<Upload>, context| {
        Upload::decide(Some(&document.state), command, context)
    });
    match changed.await {
        Ok(_) | Err(CommitError::Rejected(UploadRejection::Already)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The bytes of an attachment as they were uploaded.
///
/// # Errors
/// When the store fails; damage where they are not there or are others.
pub async fn read_upload<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    attachment: &Attachment,
) -> Result<Vec<u8>, Problem> {
    let Attachment { id, sha256, size, .. } = attachment;
    let damaged = || StoreError::Damaged(format!("the bytes of upload {id} are not what was uploaded"));
    // Its own place, or the one that an earlier release gave to all with the same bytes.
    for address in [Upload::address(id, sha256), *sha256] {
        if let Some(sealed) = blob::get(&call.access, &address, sealed_size(*size)).await? {
            return Ok(keys.open_blob(&address, &sealed).map_err(|_| damaged())?);
        }
    }
    Err(damaged().into())
}
