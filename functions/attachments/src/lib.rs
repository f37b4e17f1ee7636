//! Photos and recordings: what they really are, stored sealed as they came, shown without their metadata.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use canon::{DocId, sha256};
use domain::aggregate::Actor;
use domain::order::Attachment;
use domain::time::MINUTE_MS;
use http::{HeaderValue, StatusCode, header};
use media::Mime;
use service::session::StaffCall;
use service::{App, Call, Problem, body, rate};
use store::{Platform, StoreError};

/// Uploads of an address in a minute: three reports of nine photos and a voice note, 300 MB at most.
const UPLOADS_PER_MINUTE: u32 = 30;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/intake/attachments", post(upload))
        .route("/api/intake/orders/{reference}/attachments/{id}", get(download))
        .route("/api/dispatch/orders/{reference}/attachments/{id}", get(show))
}

service::component!(routes);

/// `POST /api/intake/attachments`
async fn upload<P: Platform>(call: Call<P>, request: Body) -> Result<Response, Problem> {
    let catalogue = call.app.catalogue(&call.access).await?;
    let limits = &catalogue.town.limits;
    let max = usize::try_from(limits.attachment_bytes_max).unwrap_or(usize::MAX);
    call.idempotency_key()?;
    let bytes = body::read(&call.headers, request, max).await?;
    let mime = recognise(&bytes, limits.audio_seconds_max)?;
    let keys = call.keys().await?;
    let content = sha256(&[&bytes]);
    let operation = call.operation(&keys, "intake.upload", content.as_bytes(), Actor::citizen())?;
    let token = operation.op.as_str();
    let count = rate::hit(&call.access, &keys, "upload", &call.client, token, MINUTE_MS).await?;
    if count.n > UPLOADS_PER_MINUTE {
        let detail = "Too many files came from your network. Please wait a minute.";
        return Err(Problem::too_many("tooManyRequests", detail, count.resets_in_s));
    }
    let Attachment { id, sha256, size, mime } = orders::take_in(&call, &keys, operation, &bytes, mime.as_str()).await?;
    let answer = serde_json::json!({ "id": id, "sha256": sha256, "size": size, "mime": mime });
    Ok((StatusCode::CREATED, service::json(&answer)).into_response())
}

fn recognise(bytes: &Bytes, audio_seconds_max: u32) -> Result<Mime, Problem> {
    let unsupported = || {
        let detail = "This is not a photo, video or voice note that we can take: JPEG, PNG, WebP, HEIC, MP4, M4A, MP3, AMR, WebM.";
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupportedMedia", detail)
    };
    let mime = media::sniff(bytes).ok_or_else(unsupported)?;
    // What cannot be cleaned could not be shown to anyone, so it is refused now and not later.
    media::without_metadata(mime, bytes).map_err(|_| unsupported())?;
    let limit_ms = u64::from(audio_seconds_max).saturating_mul(1000);
    if mime.is_audio() && media::audio_duration_ms(mime, bytes).is_some_and(|ms| ms > limit_ms) {
        let detail = format!("A voice note can be {audio_seconds_max} seconds long. Please record a shorter one.");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "audioTooLong", detail));
    }
    Ok(mime)
}

/// `GET /api/intake/orders/{reference}/attachments/{id}`: the copy without metadata, of what the caller sent and of
/// results that a review has passed.
async fn download<P: Platform>(
    call: Call<P>,
    Path((reference, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let case = orders::open(&call, &reference).await?;
    if case.document.state.erased_at.is_some() {
        return Err(Problem::not_found());
    }
    let files = orders::attachments(&case.document).chain(orders::results(&case.document));
    respond(&call, &case.keys, files, &id).await
}

/// `GET /api/dispatch/orders/{id}/attachments/{id}`: the same for staff who may see the order's content.
async fn show<P: Platform>(
    staff: StaffCall<P>,
    Path((order, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let desk = orders::Desk::open(&staff, &order).await?;
    if !desk.sight.content {
        return Err(Problem::not_found());
    }
    let files = orders::attachments(&desk.document).chain(orders::evidence(&desk.document));
    respond(&staff.call, &desk.keys, files, &id).await
}

async fn respond<P: Platform>(
    call: &Call<P>,
    keys: &service::Keys,
    mut files: impl Iterator<Item = &Attachment>,
    id: &str,
) -> Result<Response, Problem> {
    let id = DocId::parse(id).map_err(|_| Problem::not_found())?;
    let attachment = files.find(|attachment| attachment.id == id).ok_or_else(Problem::not_found)?;
    let bytes = orders::read_upload(call, keys, attachment).await?;
    // What was taken in could be cleaned then.
    let damaged = || StoreError::Damaged(format!("upload {} cannot be shown any more", attachment.id));
    let mime = attachment.mime.parse::<Mime>().map_err(|_| damaged())?;
    let copy = media::without_metadata(mime, &bytes).map_err(|_| damaged())?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(mime.as_str())),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
    ];
    Ok((headers, copy).into_response())
}
