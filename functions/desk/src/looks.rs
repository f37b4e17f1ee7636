//! Looking at a caller, and reading who did.
//!
//! Six store operations for a look: the session, the order, and the four of `store::update`; the first of a person's day
//! begins their book, which is four more. Why a crash between any two of them is harmless: nothing is shown before the
//! look is stored, and a stored look whose answer was lost is one that may have been seen.

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::response::Response;
use canon::{DocId, sha256};
use domain::aggregate::{Aggregate as _, Context};
use domain::look::{LookBook, LookCommand, LookRejection, Opened};
use domain::order::{OrderEvent, Purpose};
use domain::permission::Action;
use orders::{Desk, Opener};
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{FieldError, Problem, body};
use store::{Birth, CommitError, Committed, Document, Operation, Platform, read_table, table_page};

/// The body of `POST …/caller-looks`.
#[derive(Debug, Deserialize)]
struct LookForm {
    #[serde(default)]
    purpose: String,
}

/// `POST /api/dispatch/orders/{reference}/caller-looks`
pub(crate) async fn look<P: Platform>(
    staff: StaffCall<P>,
    Path(reference): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let call = &staff.call;
    let (form, bytes) = body::json::<LookForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let desk = Desk::open(&staff, &reference).await?;
    if !desk.sight.caller {
        let detail = "You may see this order, but not its caller.";
        return Err(Problem::new(http::StatusCode::FORBIDDEN, "forbidden", detail));
    }
    let purpose: Purpose = form.purpose.parse().map_err(|_| {
        let code = if form.purpose.is_empty() { "required" } else { "unknown" };
        Problem::invalid(vec![FieldError::new("/purpose", code)])
    })?;
    let scope = format!("dispatch.look/{}", desk.document.id);
    let operation = call.operation(&desk.keys, &scope, &bytes, staff.session.actor())?;
    let number = desk.document.state.registered.number.clone();
    let command = LookCommand::Look { order: desk.document.id.clone(), number, purpose };
    write(&staff, &operation, &command).await?;
    Ok(service::json(&caller(&desk)))
}

/// Writes the look into its person's book of the day, which is begun if there is none.
async fn write<P: Platform>(
    staff: &StaffCall<P>,
    operation: &Operation,
    command: &LookCommand,
) -> Result<(), CommitError<LookRejection>> {
    let access = &staff.call.access;
    let (person, day) = (staff.session.actor(), operation.context.now.date());
    let id = LookBook::id(&person, day);
    let update = || {
        store::update(access, &id, operation, |book: &Document<LookBook>, context: &Context| {
            LookBook::decide(Some(&book.state), command, context)
        })
    };
    match update().await {
        Err(CommitError::NotFound) => {}
        other => return other.map(drop),
    }
    let op = LookBook::opening(&person, day);
    // The same whoever begins it, so two requests at once begin one book.
    let beginning = Operation { request: sha256(&[op.as_str().as_bytes()]), op, context: operation.context.clone() };
    let (account, unit) = (staff.session.account.clone(), staff.session.unit.clone());
    let open = LookCommand::Open(Box::new(Opened { person, account, unit, day }));
    let _: Committed<LookBook> = store::create(access, beginning, |_| {
        let event = LookBook::decide(None, &open, &operation.context)?;
        Ok(Birth { event, key: None, lookups: Vec::new() })
    })
    .await?;
    update().await.map(drop)
}

/// What the look was for: everything that the order knows of its caller, and the numbers of those who joined, because
/// every caller gets a reply (handbook §1.8).
fn caller(desk: &Desk) -> Value {
    let opener = Opener::new(&desk.document, &desk.keys);
    let registered = &desk.document.state.registered;
    let joined = desk.document.events.iter().filter_map(|recorded| match &recorded.event {
        OrderEvent::Joined(joined) => opener.optional("joined.phone", joined.phone.as_ref()),
        _ => None,
    });
    json!({
        "joined": joined.collect::<Vec<String>>(),
        "name": opener.optional("caller.name", registered.caller.name.as_ref()),
        "phone": opener.optional("caller.phone", registered.caller.phone.as_ref()),
    })
}

/// The query of `GET /api/dispatch/looks`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BooksQuery {
    cursor: Option<u64>,
}

/// Pages of a request: 4 × 2 048 slots, as in search.
const PAGES_MAX: u64 = 4;

/// `GET /api/dispatch/looks`: the books, the latest day first.
pub(crate) async fn list<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<BooksQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    staff.require(Action::SeeLooks)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let access = &staff.call.access;
    let last = match query.cursor {
        Some(page) => page,
        None => table_page(store::next_slot(access).await?),
    };
    let first = last.saturating_sub(PAGES_MAX - 1);
    let mut items = Vec::new();
    for page in (first..=last).rev() {
        let rows = read_table(access, "looks", page).await?;
        items.extend(rows.into_iter().map(|(id, row)| json!({ "id": id, "book": row.c })));
    }
    let day = |item: &Value| item.pointer("/book/lastAt").and_then(Value::as_str).unwrap_or_default().to_owned();
    items.sort_by_key(|item| std::cmp::Reverse(day(item)));
    let next = first.checked_sub(1).map(|page| page.to_string());
    Ok(service::json(&json!({ "items": items, "nextCursor": next })))
}

/// `GET /api/dispatch/looks/{book}`: every look of one person on one day.
pub(crate) async fn one<P: Platform>(staff: StaffCall<P>, Path(book): Path<String>) -> Result<Response, Problem> {
    staff.require(Action::SeeLooks)?;
    let id = DocId::parse(&book).map_err(|_| Problem::not_found())?;
    let bytes = staff.call.access.get(&Document::<LookBook>::key_of(&id)).await?.ok_or_else(Problem::not_found)?;
    let document = Document::<LookBook>::parse(&bytes)?;
    let LookBook { opened, looks } = &document.state;
    Ok(service::json(&json!({
        "id": document.id, "account": opened.account, "unit": opened.unit, "day": opened.day, "looks": looks,
    })))
}
