//! What the functions of inspection share: reading the libraries, plans and draws.
//!
//! What must stay true: plans and draws are read from their documents and never from a board, because who may be drawn
//! depends on what was drawn a second ago.

mod contributors;
mod lists;
mod records;
mod rounds;
mod step;

use std::collections::BTreeMap;

use axum::response::{IntoResponse as _, Response};
use canon::sha256;
pub use contributors::{contributors, lawful, planned, pledges, seconds, sources};
use domain::aggregate::Aggregate;
use domain::catalogue::{CatalogueHistory, DrawId, FileRef, InspectorCode, Places, RowError, SubjectCode};
use domain::inspection::{Draw, DrawStatus, FILES, Frozen, Library, Past, Person, Plan, Task};
use domain::permission::{Action, permission};
use domain::staff::Role;
use domain::time::MINUTE_MS;
use http::StatusCode;
pub use lists::{after, infeasible, refused, whole};
pub use records::add_records;
pub use rounds::round;
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::Session;
use service::{Call, Keys, Problem, rate};
pub use step::take_step;
use store::{Access, Document, Operation, Platform, StoreError, blob};

/// Documents read in one batch: 16 draws of some 100 KB.
const BATCH: usize = 16;

/// Whoever is signed in, as inspections know them.
#[must_use]
pub fn person(session: &Session) -> Person {
    Person { actor: session.actor(), account: session.account.to_string() }
}

/// Whether they see every task: those who inspect and nothing else see their own.
#[must_use]
pub fn sees_all(session: &Session) -> bool {
    session.roles.iter().any(|role| *role != Role::Inspector && permission(*role, Action::SeeInspection))
}

/// Whether the inspectors know of a draw's tasks.
#[must_use]
pub const fn is_assigned(draw: &Draw) -> bool {
    matches!(draw.status, DrawStatus::Assigned | DrawStatus::Revealed)
}

/// Whether `inspector` is one of the two.
#[must_use]
pub fn is_of(task: &Task, inspector: Option<&InspectorCode>) -> bool {
    inspector.is_some_and(|code| *code == task.lead || *code == task.member)
}

/// The document of that id; none where there is none.
///
/// # Errors
/// The store's problems.
pub async fn find<A: Aggregate, P: Platform>(
    access: &Access<P>,
    id: &canon::DocId,
) -> Result<Option<Document<A>>, Problem> {
    let bytes = access.get(&Document::<A>::key_of(id)).await?;
    Ok(bytes.map(|bytes| Document::parse(&bytes)).transpose()?)
}

/// What a document stands at, for whoever needs nothing of its history: its events' readers are 10 KB of a component.
#[derive(Deserialize)]
struct Stored<A> {
    state: A,
}

/// The state of the document of that id; none where there is none.
///
/// # Errors
/// The store's problems.
pub async fn state<A: Aggregate, P: Platform>(access: &Access<P>, id: &canon::DocId) -> Result<Option<A>, Problem> {
    let bytes = access.get(&Document::<A>::key_of(id)).await?;
    bytes.map(|bytes| state_of(&bytes)).transpose()
}

fn state_of<A: Aggregate>(bytes: &[u8]) -> Result<A, Problem> {
    Ok(canon::read::<Stored<A>>(bytes).map_err(StoreError::from)?.state)
}

/// The draw of that id.
///
/// # Errors
/// The store's problems.
pub async fn draw<P: Platform>(access: &Access<P>, id: &DrawId) -> Result<Option<Document<Draw>>, Problem> {
    find(access, &Draw::id(id)).await
}

/// The answer to a step of a draw: where it is now. Whoever wants to see the whole draw asks for it.
#[must_use]
pub fn taken(draw: &Document<Draw>) -> Response {
    let plan = &draw.state.commitment.plan;
    service::json(&json!({"id": plan.id, "version": draw.version, "status": draw.state.status})).into_response()
}

/// Values of one address in a minute: verifying a round costs some 30 ms.
const PER_MINUTE: u32 = 10;

/// Counts a value that somebody brings to a draw, and refuses one too many.
///
/// # Errors
/// 429 `tooManyRounds`; the store's problems.
pub async fn limit<P: Platform>(call: &Call<P>, keys: &Keys, operation: &Operation) -> Result<(), Problem> {
    let token = operation.op.as_str();
    let count = rate::hit(&call.access, keys, "entropy", &call.client, token, MINUTE_MS).await?;
    if count.n <= PER_MINUTE {
        return Ok(());
    }
    let detail = "Too many values came from your address. Wait a minute.";
    Err(Problem::too_many("tooManyRounds", detail, count.resets_in_s))
}

/// The year of a draw's id.
#[must_use]
pub fn year_of(id: &DrawId) -> Option<i32> {
    id.as_str().split('-').next()?.parse().ok()
}

/// The town's libraries as they are today: a read of the history and one for each file.
///
/// # Errors
/// 503 while there is no town; 409 `libraryInvalid` with every mistake by its row; the store's problems.
pub async fn library<P: Platform>(call: &Call<P>) -> Result<Library, Problem> {
    let head = call.app.catalogue_head(&call.access).await?;
    library_of(call, &head.places()).await
}

/// The same for whoever has the catalogue already.
///
/// # Errors
/// See [`library`].
pub async fn library_of<P: Platform>(call: &Call<P>, places: &Places<'_>) -> Result<Library, Problem> {
    let history = state::<CatalogueHistory, P>(&call.access, &CatalogueHistory::id()).await?;
    let history = history.map(|history| history.on(call.access.now().date())).unwrap_or_default();
    let mut files = BTreeMap::new();
    for name in FILES {
        if let Some(file) = history.files.get(*name) {
            files.insert((*name).to_owned(), read_file(&call.access, name, *file).await?);
        }
    }
    Library::parse(places, &files).map_err(|mistakes| invalid(&mistakes))
}

/// Mistakes in one answer: more than anybody corrects in one go. The answer says how many there are.
const MISTAKES_SHOWN_MAX: usize = 200;

/// The libraries have mistakes, each with its row: nothing is planned or drawn from them until they are corrected.
fn invalid(mistakes: &[RowError]) -> Problem {
    let rows: Vec<Value> = mistakes.iter().take(MISTAKES_SHOWN_MAX).map(|mistake| json!(mistake)).collect();
    let detail = "The libraries of inspection have mistakes; `rows` says where. The administrator corrects and loads them again.";
    Problem::new(StatusCode::CONFLICT, "libraryInvalid", detail).with("rows", rows).with("total", mistakes.len())
}

async fn read_file<P: Platform>(access: &Access<P>, name: &str, file: FileRef) -> Result<Vec<u8>, Problem> {
    let size = usize::try_from(file.size).unwrap_or(usize::MAX);
    let bytes = blob::get(access, &file.sha256, size).await?;
    Ok(bytes.ok_or_else(|| StoreError::Damaged(format!("{name} is missing")))?)
}

/// How the draws of a plan stand that were committed to, by id.
///
/// # Errors
/// The store's problems.
pub async fn draws<P: Platform>(access: &Access<P>, plan: &Plan) -> Result<BTreeMap<DrawId, Draw>, Problem> {
    let mut found = BTreeMap::new();
    for batch in plan.draws.chunks(BATCH) {
        let keys: Vec<String> = batch.iter().map(|draw| Document::<Draw>::key_of(&Draw::id(&draw.id))).collect();
        let bytes = access.get_many(&keys).await?;
        for (draw, key) in batch.iter().zip(&keys) {
            if let Some(bytes) = bytes.get(key) {
                found.insert(draw.id.clone(), state_of(bytes)?);
            }
        }
    }
    Ok(found)
}

/// Who was drawn in `year` and the year before it: as far back as caps and cooling look.
///
/// # Errors
/// The store's problems.
pub async fn past<P: Platform>(access: &Access<P>, year: i32) -> Result<Vec<Past>, Problem> {
    let mut past = Vec::new();
    for year in [year.saturating_sub(1), year] {
        let Some(plan) = state::<Plan, P>(access, &Plan::id(year)).await? else { continue };
        for draw in draws(access, &plan).await?.into_values() {
            let Some(drawn_at) = draw.drawn_at else { continue };
            let items = &draw.commitment.plan.items;
            let one = |(subject, task): (&SubjectCode, Option<&Task>)| Past {
                subject: subject.clone(),
                items: items.clone(),
                on: drawn_at.date(),
                pair: task.map(|task| [task.lead.clone(), task.member.clone()]),
            };
            past.extend(draw.subjects().map(one));
        }
    }
    Ok(past)
}

/// Lays bytes down under their content.
///
/// # Errors
/// The store's problems.
pub async fn freeze<P: Platform>(access: &Access<P>, bytes: &[u8]) -> Result<Frozen, Problem> {
    let frozen = Frozen { sha256: sha256(&[bytes]), size: u32::try_from(bytes.len()).unwrap_or(u32::MAX) };
    blob::put(access, &frozen.sha256, bytes).await?;
    Ok(frozen)
}

/// The bytes again.
///
/// # Errors
/// The store's problems.
pub async fn thaw<P: Platform>(access: &Access<P>, frozen: &Frozen) -> Result<Vec<u8>, Problem> {
    let size = usize::try_from(frozen.size).unwrap_or(usize::MAX);
    let bytes = blob::get(access, &frozen.sha256, size).await?;
    Ok(bytes.ok_or_else(|| StoreError::Damaged("the lists of a draw are missing".to_owned()))?)
}
