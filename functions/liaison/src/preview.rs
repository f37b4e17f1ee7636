//! "Paste a message, see what it becomes": the mapping tried out, and nothing stored.

use axum::body::Body;
use axum::response::Response;
use domain::catalogue::{AppealType, Catalogue};
use domain::hotline::{EventKind, Message, Upstreams};
use domain::limit::Rule;
use domain::permission::Action;
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{FieldError, Problem, body};
use store::Platform;

/// `POST /api/hotline/preview`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PreviewForm {
    platform: String,
    /// The message's body, as text.
    message: String,
}

/// `POST /api/hotline/preview`
pub(crate) async fn preview<P: Platform>(staff: StaffCall<P>, request: Body) -> Result<Response, Problem> {
    staff.require_here(Action::WorkHotline)?;
    let call = &staff.call;
    let (form, _) = body::json::<PreviewForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let catalogue = call.app.catalogue(&call.access).await?;
    let upstreams = Upstreams::of(&catalogue.hotline);
    let invalid = |pointer, code| Problem::invalid(vec![FieldError::new(pointer, code)]);
    let platform = upstreams.get(&form.platform).ok_or_else(|| invalid("/platform", "unknown"))?;
    let message: Value = canon::read(form.message.as_bytes()).map_err(|_| invalid("/message", "notJson"))?;
    let content_max = usize::try_from(catalogue.town.limits.content_max).unwrap_or(usize::MAX);
    let answer = match platform.read(&message, content_max) {
        Ok(read) => {
            let category = read.known_category(|code| catalogue.categories.contains_key(code));
            let used = category.clone().unwrap_or_else(|| platform.default_category.clone());
            json!({
                "missing": [], "message": read, "categoryKnown": category.is_some(), "category": used,
                "order": order(&catalogue, &read, &used, call.access.now()),
            })
        }
        Err(missing) => {
            let missing: Vec<Value> = missing
                .iter()
                .map(|one| json!({ "field": one.field, "code": one.code, "pointer": platform.pointer(one.field) }))
                .collect();
            json!({ "missing": missing })
        }
    };
    Ok(service::json(&answer))
}

/// What a creation would become.
fn order(
    catalogue: &Catalogue,
    message: &Message,
    category: &domain::catalogue::CategoryCode,
    now: domain::time::Moment,
) -> Value {
    if message.kind != EventKind::Create {
        return Value::Null;
    }
    let appeal_type = message.appeal_type.unwrap_or(AppealType::Other);
    let by_default = catalogue.appeal_types.get(&appeal_type).is_some_and(|info| info.confidential_by_default);
    let known = catalogue.categories.get(category);
    let promise = known.and_then(|known| catalogue.effective_limit(now, appeal_type, known.urgency, Rule::PROMISE));
    json!({
        "appealType": appeal_type, "urgency": known.map(|known| known.urgency),
        "confidential": by_default || message.confidential.unwrap_or(false),
        "outerDeadline": message.deadline, "ownDeadline": promise.map(|(_, deadline)| deadline.at),
        "emergency": known.and_then(|known| known.emergency_number).map(|number| number.as_str()),
    })
}
