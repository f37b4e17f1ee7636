//! The administrator's load: a draft is stored, then put in force, at once or on its day.
//!
//! Order of writes: files and compiled catalogue as blobs, then one event that points at them. A crash in between
//! leaves blobs that nothing points at, which the same request writes again to the same place; functions never see half
//! a town. Going back is the same with the files of an earlier load, so nothing that ever held is lost.

use axum::body::Body;
use axum::response::Response;
use canon::Hash;
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::{CatalogueCommand, CatalogueEvent, CatalogueHistory, CatalogueRejection, Load};
use domain::permission::Action;
use serde_json::json;
use service::session::StaffCall;
use service::{Call, Keys, Problem, body};
use store::{Access, Birth, CommitError, Document, Operation, Platform, blob};

use crate::draft::{Draft, Files, draft, refuse};
use crate::form::{BODY_BYTES_MAX, Form};

type Failure = CommitError<CatalogueRejection>;

/// `PUT /api/admin/catalogue`
pub async fn load<P: Platform>(staff: StaffCall<P>, body: Body) -> Result<Response, Problem> {
    staff.require(Action::ManageCatalogue)?;
    let (call, by) = (&staff.call, staff.session.actor());
    let (form, bytes) = body::json::<Form>(&call.headers, body, BODY_BYTES_MAX).await?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, "catalogue.load", &bytes, by.clone())?;
    let history = read(&call.access).await?;
    if let Some(answer) = history.as_ref().and_then(|history| answered(history, &operation)) {
        return answer;
    }
    let loads = history.as_ref().map_or(0, |history| history.state.loads);
    let based_on = form.if_number.unwrap_or(loads);
    let wish = form.check(call.access.now().date())?;
    let draft = draft(&call.access, history.as_ref(), &wish).await?;
    refuse(&draft.mistakes)?;
    if draft.is_same && draft.base.planned.is_none() {
        return Ok(answer(&draft.load, &draft.base.files, loads));
    }
    if history.is_none() {
        open(call, &keys, by).await?;
    }
    let committed = put(&call.access, &operation, draft, based_on).await?;
    answered(&committed, &operation).unwrap_or_else(|| Err(Failure::NotFound.into()))
}

/// Stores the bytes, then the event.
async fn put<P: Platform>(
    access: &Access<P>,
    operation: &Operation,
    draft: Draft,
    based_on: u64,
) -> Result<Document<CatalogueHistory>, Problem> {
    for (file, bytes) in &draft.blobs {
        blob::put(access, &file.sha256, bytes).await?;
    }
    let command = CatalogueCommand::Load { load: Box::new(draft.load), based_on };
    let decide = |now: &Document<CatalogueHistory>, context: &Context| {
        CatalogueHistory::decide(Some(&now.state), &command, context)
    };
    Ok(store::update(access, &CatalogueHistory::id(), operation, decide).await?.document)
}

/// The history so far.
///
/// # Errors
/// The store's problems.
pub(crate) async fn read<P: Platform>(access: &Access<P>) -> Result<Option<Document<CatalogueHistory>>, Problem> {
    let bytes = access.get(&Document::<CatalogueHistory>::key_of(&CatalogueHistory::id())).await?;
    Ok(bytes.map(|bytes| Document::parse(&bytes)).transpose()?)
}

/// What was answered to the same operation before.
fn answered(history: &Document<CatalogueHistory>, operation: &Operation) -> Option<Result<Response, Problem>> {
    let recorded = history.event_of(&operation.op)?;
    if recorded.request != operation.request {
        return Some(Err(Failure::OtherRequest.into()));
    }
    let CatalogueEvent::Loaded(load) = &recorded.event else { return None };
    // The first event opens the history; every other one is a load.
    Some(Ok(answer(load, history.state.newest_files(), recorded.seq.saturating_sub(1))))
}

fn answer(load: &Load, files: &Files, number: u64) -> Response {
    let changed: Vec<&String> = load.files.keys().chain(&load.removed).collect();
    body::answer(&json!({
        "number": number, "version": load.version, "files": files, "changed": changed, "validFrom": load.from,
    }))
}

/// Opens the history; whoever comes second finds it open.
async fn open<P: Platform>(call: &Call<P>, keys: &Keys, by: Actor) -> Result<(), Problem> {
    let request: Hash = keys.mac("request", &[b"catalogue.open"]);
    let context = Context { now: call.access.now(), by };
    let operation = Operation { op: CatalogueHistory::opening(), request, context };
    let birth = |_| Ok(Birth { event: CatalogueEvent::Opened, key: None, lookups: Vec::new() });
    store::create::<CatalogueHistory, _>(&call.access, operation, birth).await?;
    Ok(())
}
