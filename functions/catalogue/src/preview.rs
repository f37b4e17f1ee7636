//! What a load would do, before anybody says yes: mistakes, differences, and which codes it takes away.

use axum::body::Body;
use axum::response::Response;
use domain::permission::Action;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{Problem, body};
use store::Platform;

use crate::diff::Diff;
use crate::draft::{draft, shown};
use crate::form::{BODY_BYTES_MAX, Form};
use crate::load::read;

/// Files whose key is a code that an order's row in the table of orders names, and the column there.
const USED: [(&str, &str); 5] = [
    ("complaint_taxonomy.csv", "categoryCode"),
    ("departments.csv", "leadUnit"),
    ("org_units_other.csv", "leadUnit"),
    ("villages.csv", "villageCode"),
    ("grids.csv", "gridCode"),
];
/// `POST /api/admin/catalogue/preview`
pub async fn preview<P: Platform>(staff: StaffCall<P>, body: Body) -> Result<Response, Problem> {
    staff.require(Action::ManageCatalogue)?;
    let access = &staff.call.access;
    let (form, _) = body::json::<Form>(&staff.call.headers, body, BODY_BYTES_MAX).await?;
    let history = read(access).await?;
    let wish = form.check(access.now().date())?;
    let draft = draft(access, history.as_ref(), &wish).await?;
    let waits = history.as_ref().and_then(|history| history.state.on(access.now().date()).planned);
    let files: Vec<Value> = draft.differences.iter().map(|(name, diff)| file(name, diff)).collect();
    let [added, removed, changed] = draft.load.rows.unwrap_or_default();
    Ok(body::answer(&json!({
        "number": history.map_or(0, |history| history.state.loads),
        "version": draft.load.version, "same": draft.is_same && waits.is_none(), "validFrom": draft.load.from,
        "mistakes": shown(&draft.mistakes), "total": draft.mistakes.len(),
        "added": added, "removed": removed, "changed": changed,
        "files": files, "dropped": draft.load.removed, "gone": gone(&draft.differences),
        "replaces": waits.map(|planned| json!({"version": planned.version, "validFrom": planned.from})),
    })))
}

fn file(name: &str, diff: &Diff) -> Value {
    let [added, removed, changed] = diff.rows;
    json!({"name": name, "added": added, "removed": removed, "changed": changed, "rows": diff.shown})
}

/// Codes that orders may name and that no row explains any more, by the column in which orders name them. Which of them
/// open orders do name, `GET /api/dispatch/in-use` says.
fn gone(differences: &[(String, Diff)]) -> Vec<Value> {
    let column_of = |name: &str| USED.iter().find(|(file, _)| *file == name).map(|(_, column)| *column);
    let found = differences.iter().filter_map(|(name, diff)| Some((column_of(name)?, diff)));
    found.flat_map(|(column, diff)| diff.gone.iter().map(move |code| json!({"what": column, "code": code}))).collect()
}
