//! The platforms, as the town's files have them, with what holds now.

use axum::response::Response;
use domain::hotline::{Breaker, Upstreams};
use domain::permission::Action;
use serde_json::{Value, json};
use service::Problem;
use service::session::StaffCall;
use store::Platform;
use upstream::platform_keys;

/// `GET /api/hotline/platforms`
pub(crate) async fn list<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    staff.require_here(Action::SeeHotline)?;
    let call = &staff.call;
    let catalogue = call.app.catalogue(&call.access).await?;
    let (upstreams, keys) = (Upstreams::of(&catalogue.hotline), platform_keys(call).await?);
    let mut platforms: Vec<Value> = Vec::new();
    for one in &upstreams.platform {
        let bytes = call.access.get(&format!("hotline/breaker/{}", one.code)).await?;
        let breaker: Breaker = bytes.and_then(|bytes| canon::read(&bytes).ok()).unwrap_or_default();
        let own: Vec<&str> = keys.iter().filter(|key| key.platform == one.code).map(|key| key.id.as_str()).collect();
        platforms.push(json!({
            "code": one.code, "nameZh": one.name_zh, "nameEn": one.name_en, "scheme": one.scheme,
            "headers": one.header_names(), "pushUrl": one.push_url, "listUrl": one.list_url,
            "attachmentHosts": one.attachment_hosts, "keys": own, "failures": breaker.failures,
            "pausedUntil": breaker.open_until,
            "mapped": [one.fields.len(), one.types.len(), one.appeal_types.len(), one.categories.len()],
        }));
    }
    Ok(service::json(&json!({ "items": platforms, "canWork": staff.session.may_here(Action::WorkHotline) })))
}
