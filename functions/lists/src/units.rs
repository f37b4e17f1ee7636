//! Who can be given work.

use axum::response::Response;
use serde_json::{Value, json};
use service::Problem;
use service::session::StaffCall;
use store::Platform;

/// `GET /api/dispatch/units`
pub(crate) async fn list<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    let catalogue = staff.call.app.catalogue_head(&staff.call.access).await?;
    let units = catalogue.units.iter().map(|(code, unit)| {
        json!({
            "code": code, "nameZh": unit.name_zh, "nameEn": unit.name_en, "kind": unit.kind,
            "canBeLead": unit.can_be_lead,
        })
    });
    // A village helps and never leads (handbook §0.4, invariant 18).
    let villages = catalogue.villages.iter().map(|(code, village)| {
        json!({
            "code": code, "nameZh": village.name_zh, "nameEn": village.name_en, "kind": "village", "canBeLead": false,
        })
    });
    let units: Vec<Value> = units.chain(villages).collect();
    Ok(service::json(&json!({ "units": units, "version": catalogue.version })))
}
