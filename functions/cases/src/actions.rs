//! What a citizen can do with a case: supplement, urge, withdraw.

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::response::Response;
use domain::aggregate::Actor;
use domain::order::{OrderCommand, SupplementCommand, Text, UrgeCommand, WorkOrder};
use orders::{Case, resolve, seal_text, text_field, upload_ids};
use serde::Deserialize;
use service::{Call, FieldError, Problem, body};
use store::{Document, Platform};

use crate::track;

/// `POST …/supplements`
#[derive(Debug, Deserialize)]
struct SupplementForm {
    #[serde(default)]
    text: String,
    #[serde(default)]
    attachments: Vec<String>,
}

/// `POST …/urges`, `POST …/withdrawal`
#[derive(Debug, Deserialize)]
struct ReasonForm {
    #[serde(default)]
    reason: String,
}

/// 500 characters: a reason is a sentence or two.
const REASON_MAX: usize = 500;

/// `POST /api/intake/orders/{reference}/supplements`
pub(crate) async fn supplement<P: Platform>(
    call: Call<P>,
    Path(reference): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let case = orders::open(&call, &reference).await?;
    let (form, bytes) = body::json::<SupplementForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let catalogue = call.app.catalogue(&call.access).await?;
    let limits = &catalogue.town.limits;
    let max = usize::try_from(limits.content_max).unwrap_or(usize::MAX);
    let text = text_field("/text", &form.text, max)?;
    if text.is_none() && form.attachments.is_empty() {
        return Err(Problem::invalid(vec![FieldError::new("/text", "required")]));
    }
    let ids = upload_ids(&form.attachments, usize::try_from(limits.photos_max).unwrap_or(usize::MAX))?;
    let attachments = resolve(&call, &catalogue, &ids, &Document::<WorkOrder>::key_of(&case.document.id)).await?;
    let text = seal_text(&call, &case.keys, &case.document, "supplement", text.unwrap_or_default())?;
    let command = SupplementCommand { text, attachments, max: limits.supplements_max };
    perform(&call, case, "intake.supplement", &bytes, OrderCommand::Supplement(command)).await
}

/// `POST /api/intake/orders/{reference}/urges`
pub(crate) async fn urge<P: Platform>(
    call: Call<P>,
    Path(reference): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let (case, reason, bytes) = reasoned(&call, &reference, request).await?;
    let catalogue = call.app.catalogue(&call.access).await?;
    let cooldown_ms = catalogue.town.limits.urge_cooldown.natural_ms().unwrap_or(0);
    let command = OrderCommand::Urge(UrgeCommand { reason, cooldown_ms });
    perform(&call, case, "intake.urge", &bytes, command).await
}

/// `POST /api/intake/orders/{reference}/withdrawal`
pub(crate) async fn withdraw<P: Platform>(
    call: Call<P>,
    Path(reference): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let (case, reason, bytes) = reasoned(&call, &reference, request).await?;
    perform(&call, case, "intake.withdraw", &bytes, OrderCommand::Withdraw { reason }).await
}

/// Opens the case and reads the reason that may come with a command.
async fn reasoned<P: Platform>(
    call: &Call<P>,
    reference: &str,
    request: Body,
) -> Result<(Case, Option<Text>, Bytes), Problem> {
    let case = orders::open(call, reference).await?;
    let (form, bytes) = body::json::<ReasonForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let reason = text_field("/reason", &form.reason, REASON_MAX)?;
    let reason = reason.map(|text| seal_text(call, &case.keys, &case.document, "reason", text)).transpose()?;
    Ok((case, reason, bytes))
}

async fn perform<P: Platform>(
    call: &Call<P>,
    case: Case,
    scope: &str,
    content: &[u8],
    command: OrderCommand,
) -> Result<Response, Problem> {
    let Case { document, keys } = case;
    let scope = format!("{scope}/{}", document.id);
    let operation = call.operation(&keys, &scope, content, Actor::citizen())?;
    let committed = store::update(&call.access, &document.id, &operation, |document: &Document<WorkOrder>, context| {
        WorkOrder::decide_caller(Some(&document.state), &command, context)
    })
    .await?;
    track::respond(call, &keys, &committed.document).await
}
