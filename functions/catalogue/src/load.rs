//! The administrator's load: files are checked together with those already there, then stored, then put in force.
//!
//! Order of writes: files and compiled catalogue as blobs, then one event that points at them. A crash in between
//! leaves blobs that nothing points at; functions never see half a town.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::response::Response;
use canon::{Hash, sha256};
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::{
    Catalogue, CatalogueCommand, CatalogueEvent, CatalogueHistory, CatalogueRejection, FILES, FileRef,
};
use domain::permission::Action;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{Call, Keys, Problem, body};
use store::{Access, Birth, CommitError, Document, Operation, Platform, StoreError, blob};

use crate::files::{self, Mistake};

/// 2 MiB: all files of the demo have 180 KB; a county of 5 000 grids has 1 MB of them and may send the rest apart.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Mistakes in one answer: more than anybody corrects in one go. The answer says how many there are.
const MISTAKES_SHOWN_MAX: usize = 200;

type Failure = CommitError<CatalogueRejection>;
type Files = BTreeMap<String, FileRef>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Upload {
    files: BTreeMap<String, String>,
}

/// `PUT /api/admin/catalogue`
pub async fn load<P: Platform>(staff: StaffCall<P>, body: Body) -> Result<Response, Problem> {
    staff.require(Action::ManageCatalogue)?;
    let (call, by) = (&staff.call, staff.session.actor());
    let (upload, bytes) = body::json::<Upload>(&call.headers, body, BODY_BYTES_MAX).await?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, "catalogue.load", &bytes, by.clone())?;
    let history = read(&call.access).await?;
    if let Some(answer) = history.as_ref().and_then(|history| answered(history, &operation)) {
        return answer;
    }
    let opened = history.is_some();
    let state = history.map(|history| history.state).unwrap_or_default();
    let given = upload.files;
    refuse(given.iter().filter_map(|(name, text)| files::check(name, text)).collect())?;
    let references = given.iter().map(|(name, text)| (name.clone(), reference(text.as_bytes())));
    let changed: Files = references.filter(|(name, file)| state.files.get(name) != Some(file)).collect();
    if changed.is_empty() && state.compiled.is_some() {
        return Ok(answer(&state.version, &state.files, &changed));
    }
    let (compiled, version) = compile(&call.access, &state, &given, &changed).await?;
    for (name, file) in &changed {
        let text = given.get(name).map(String::as_str).unwrap_or_default();
        blob::put(&call.access, &file.sha256, text.as_bytes()).await?;
    }
    if !opened {
        open(call, &keys, by).await?;
    }
    let command = CatalogueCommand::Load { files: changed.clone(), compiled, version, based_on: state.version };
    let id = CatalogueHistory::id();
    let decide = |now: &Document<CatalogueHistory>, context: &Context| {
        CatalogueHistory::decide(Some(&now.state), &command, context)
    };
    let state = store::update(&call.access, &id, &operation, decide).await?.document.state;
    Ok(answer(&state.version, &state.files, &changed))
}

/// `GET /api/admin/catalogue`
pub async fn show<P: Platform>(staff: StaffCall<P>) -> Result<Response, Problem> {
    staff.require(Action::ManageCatalogue)?;
    let history = read(&staff.call.access).await?;
    let events = history.iter().flat_map(|history| &history.events);
    let loads: Vec<Value> = events
        .filter_map(|recorded| match &recorded.event {
            CatalogueEvent::Opened => None,
            CatalogueEvent::Loaded { files, version, .. } => {
                Some(json!({"at": recorded.at, "by": recorded.by, "version": version, "files": files}))
            }
        })
        .collect();
    let state = history.as_ref().map(|history| history.state.clone()).unwrap_or_default();
    Ok(body::answer(&json!({"version": state.version, "files": state.files, "history": loads})))
}

async fn read<P: Platform>(access: &Access<P>) -> Result<Option<Document<CatalogueHistory>>, Problem> {
    let bytes = access.get(&Document::<CatalogueHistory>::key_of(&CatalogueHistory::id())).await?;
    Ok(bytes.map(|bytes| Document::parse(&bytes)).transpose()?)
}

/// What was answered to the same operation before.
fn answered(history: &Document<CatalogueHistory>, operation: &Operation) -> Option<Result<Response, Problem>> {
    let recorded = history.event_of(&operation.op)?;
    if recorded.request != operation.request {
        return Some(Err(Failure::OtherRequest.into()));
    }
    let CatalogueEvent::Loaded { files, version, .. } = &recorded.event else { return None };
    Some(Ok(answer(version, &history.state.files, files)))
}

fn answer(version: &str, files: &Files, changed: &Files) -> Response {
    let changed: BTreeSet<&String> = changed.keys().collect();
    body::answer(&json!({"version": version, "files": files, "changed": changed}))
}

fn refuse(mistakes: Vec<Mistake>) -> Result<(), Problem> {
    if mistakes.is_empty() {
        return Ok(());
    }
    let total = mistakes.len();
    let shown: Vec<Mistake> = mistakes.into_iter().take(MISTAKES_SHOWN_MAX).collect();
    let detail = "The files have mistakes; `rows` says where. Nothing was loaded. Correct them and load again.";
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "catalogueInvalid", detail);
    Err(problem.with("rows", json!(shown)).with("total", total))
}

/// Checks the catalogue as it will be, and stores it in the form that functions read.
async fn compile<P: Platform>(
    access: &Access<P>,
    state: &CatalogueHistory,
    given: &BTreeMap<String, String>,
    changed: &Files,
) -> Result<(FileRef, String), Problem> {
    if let Some(compiled) = state.compiled
        && !changed.keys().any(|name| FILES.contains(&name.as_str()))
    {
        return Ok((compiled, state.version.clone()));
    }
    let mut whole = BTreeMap::new();
    for name in FILES {
        let bytes = match (given.get(*name), state.files.get(*name)) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(file)) => read_file(access, name, file).await?,
            (None, None) => continue,
        };
        whole.insert((*name).to_owned(), bytes);
    }
    let catalogue = match Catalogue::parse(&whole) {
        Ok(catalogue) => catalogue,
        Err(errors) => {
            refuse(errors.into_iter().map(Mistake::from).collect())?;
            return Err(Problem::unavailable());
        }
    };
    let bytes = catalogue.compile().map_err(|error| StoreError::Damaged(error.to_string()))?;
    let compiled = reference(&bytes);
    blob::put(access, &compiled.sha256, &bytes).await?;
    Ok((compiled, catalogue.version))
}

async fn read_file<P: Platform>(access: &Access<P>, name: &str, file: &FileRef) -> Result<Vec<u8>, Problem> {
    let size = usize::try_from(file.size).unwrap_or(usize::MAX);
    let bytes = blob::get(access, &file.sha256, size).await?;
    Ok(bytes.ok_or_else(|| StoreError::Damaged(format!("{name} is missing")))?)
}

fn reference(bytes: &[u8]) -> FileRef {
    // Bodies are at most 2 MiB and a compiled catalogue is smaller than its files, so the size always fits.
    FileRef { sha256: sha256(&[bytes]), size: u32::try_from(bytes.len()).unwrap_or(u32::MAX) }
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
