//! Who exported what: one's own exports, and all of them for whoever oversees or decides.

use axum::extract::Query;
use axum::response::Response;
use domain::aggregate::Context;
use domain::board::project;
use domain::export::Export;
use domain::order::Relation;
use domain::permission::{Action, permitted};
use serde::Deserialize;
use serde_json::{Value, json};
use service::Problem;
use service::session::StaffCall;
use store::{Document, Platform, catch_up, read_table, table_page};

/// Pages of a request: 4 × 2 048 slots, as in search.
const PAGES_MAX: u64 = 4;

/// The query of `GET /api/exports`; `after` is the slot of a change that must be in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ExportsQuery {
    cursor: Option<u64>,
    after: Option<u64>,
}

/// `GET /api/exports`: the latest first.
pub(crate) async fn list<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<ExportsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let access = &staff.call.access;
    catch_up(access, project, query.after).await?;
    let last = match query.cursor {
        Some(page) => page,
        None => table_page(store::next_slot(access).await?),
    };
    let first = last.saturating_sub(PAGES_MAX - 1);
    let (all, me) = (may(&staff, Action::SeeExports), json!(staff.session.actor()));
    let mut items = Vec::new();
    for page in (first..=last).rev() {
        let rows = read_table(access, "exports", page).await?.into_iter();
        let rows = rows.filter(|(_, row)| all || row.c.get("by") == Some(&me));
        items.extend(rows.filter_map(|(id, row)| {
            let mut item = row.c;
            let own = item.get("by") == Some(&me);
            let members = item.as_object_mut()?;
            members.remove("by");
            members.insert("id".to_owned(), json!(id));
            members.insert("version".to_owned(), json!(row.v));
            members.insert("own".to_owned(), json!(own));
            Some(item)
        }));
    }
    let at = |item: &Value| item.get("askedAt").and_then(Value::as_str).unwrap_or_default().to_owned();
    items.sort_by_key(|item| std::cmp::Reverse(at(item)));
    let next = first.checked_sub(1).map(|page| page.to_string());
    Ok(service::json(&json!({
        "items": items, "nextCursor": next, "canDecide": may(&staff, Action::DecideExport),
        "canAskCallers": may(&staff, Action::ExportCallers),
    })))
}

/// From where somebody works. Every unit may lead, and exports what it leads; what that is, the rows say.
pub(crate) fn relations<P: Platform>(staff: &StaffCall<P>) -> &'static [Relation] {
    const ANYWHERE: &[Relation] = &[Relation::Leading, Relation::Outside];
    const CENTRE: &[Relation] = &[Relation::Leading, Relation::Outside, Relation::Centre];
    if staff.session.centre { CENTRE } else { ANYWHERE }
}

fn may<P: Platform>(staff: &StaffCall<P>, action: Action) -> bool {
    let relations = relations(staff);
    staff.session.roles.iter().any(|role| relations.iter().any(|relation| permitted(*role, action, *relation)))
}

/// What whoever changed an export sees of it.
pub(crate) fn view(document: &Document<Export>) -> Value {
    let Export { asked, status, decided, taken, .. } = &document.state;
    json!({
        "id": document.id, "version": document.version, "slot": document.last_slot(), "status": status,
        "callers": asked.callers, "purpose": asked.purpose, "filter": asked.filter,
        "decidedBy": decided.as_ref().map(|decided| &decided.account), "taken": taken.len(),
    })
}

/// Whether somebody may know of it: whoever asked, decides or oversees.
pub(crate) fn is_visible<P: Platform>(staff: &StaffCall<P>, export: &Export, context: &Context) -> bool {
    export.asked.by == context.by || may(staff, Action::SeeExports)
}
