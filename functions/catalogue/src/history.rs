//! What the town is made of now, what it will be, and how it came to be: who, when, why, how much.

use axum::response::Response;
use canon::DocId;
use domain::catalogue::CatalogueEvent;
use domain::permission::Action;
use domain::staff::Staff;
use serde_json::{Map, Value, json};
use service::session::StaffCall;
use service::{Problem, body};
use store::{Access, Document, Platform, Recorded, StoreError};

use crate::load::read;

/// Persons whose names are looked up: a town has two or three administrators, and twenty reads are two batches.
const NAMES_MAX: usize = 20;

/// `GET /api/admin/catalogue`
pub async fn show<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    staff.require(Action::ManageCatalogue)?;
    let access = &staff.call.access;
    let history = read(access).await?;
    let events = history.as_ref().map(|history| history.events.as_slice()).unwrap_or_default();
    let names = names(access, events).await?;
    let loads: Vec<Value> = events.iter().filter_map(entry).collect();
    let now = history.as_ref().map(|history| history.state.on(access.now().date())).unwrap_or_default();
    let planned = now.planned.as_deref().map(|planned| json!({"version": planned.version, "validFrom": planned.from}));
    Ok(body::answer(&json!({
        "number": now.loads, "version": now.version, "files": now.files, "planned": planned, "history": loads,
        "names": names,
    })))
}

fn entry(recorded: &Recorded<CatalogueEvent>) -> Option<Value> {
    let CatalogueEvent::Loaded(load) = &recorded.event else { return None };
    let [added, removed, changed] = load.rows.unwrap_or_default();
    Some(json!({
        "number": recorded.seq.saturating_sub(1), "at": recorded.at, "by": recorded.by, "version": load.version,
        "files": load.files, "dropped": load.removed, "validFrom": load.from, "reason": load.reason,
        "restores": load.restores, "added": added, "removed": removed, "changed": changed,
    }))
}

/// The names of those who loaded, by actor.
async fn names<P: Platform>(
    access: &Access<P>,
    events: &[Recorded<CatalogueEvent>],
) -> Result<Map<String, Value>, Problem> {
    let mut keys = Vec::new();
    for id in events.iter().rev().filter_map(|recorded| DocId::parse(recorded.by.as_str().strip_prefix("staff:")?).ok())
    {
        let key = Document::<Staff>::key_of(&id);
        if keys.len() < NAMES_MAX && !keys.contains(&key) {
            keys.push(key);
        }
    }
    let mut names = Map::new();
    for (key, bytes) in access.get_many(&keys).await? {
        let id = key.rsplit('/').next().unwrap_or_default();
        let document: Value = canon::read(&bytes).map_err(StoreError::from)?;
        let name = document.pointer("/state/displayName").cloned().unwrap_or_default();
        names.insert(format!("staff:{id}"), name);
    }
    Ok(names)
}
