//! The uploads that an order names.

use canon::DocId;
use domain::catalogue::Catalogue;
use domain::order::Attachment;
use domain::upload::Upload;
use service::{Call, FieldError, Problem};
use store::{Document, Platform};

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

/// The uploads behind `ids`, in their order.
///
/// # Errors
/// 422 when one is unknown or there are too many; the store's problems.
pub async fn resolve<P: Platform>(
    call: &Call<P>,
    catalogue: &Catalogue,
    ids: &[DocId],
) -> Result<Vec<Attachment>, Problem> {
    let unknown = || Problem::invalid(vec![FieldError::new("/attachments", "unknown")]);
    let keys: Vec<String> = ids.iter().map(Document::<Upload>::key_of).collect();
    let found = call.access.get_many(&keys).await?;
    let mut attachments = Vec::with_capacity(ids.len());
    for (id, key) in ids.iter().zip(&keys) {
        let Upload { sha256, size, mime } = Document::<Upload>::parse(found.get(key).ok_or_else(unknown)?)?.state;
        attachments.push(Attachment { id: id.clone(), sha256, size, mime });
    }
    let voices = attachments.iter().filter(|attachment| attachment.mime.starts_with("audio/")).count();
    let photos = attachments.len().saturating_sub(voices);
    if voices > VOICE_NOTES_MAX || photos > usize::try_from(catalogue.town.limits.photos_max).unwrap_or(usize::MAX) {
        return Err(Problem::invalid(vec![FieldError::new("/attachments", "tooMany")]));
    }
    Ok(attachments)
}
