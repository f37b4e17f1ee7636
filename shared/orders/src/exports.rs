//! Exports: finding everything, recording who takes it, and the mark that each copy bears.

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Aggregate as _, Context};
use domain::export::{Asked, Export, ExportCommand, ExportRejection, Filter};
use service::session::StaffCall;
use service::{FieldError, Problem};
use store::{Birth, CommitError, Committed, Operation, Platform, StoreError};

use crate::Check;
use crate::found::{Rows, fits, page, span};

/// Rows of an export: a month of a big town has some 2 000 orders; 10 000 rows of 350 bytes are 3.5 MB.
pub const ROWS_MAX: usize = 10_000;
/// Pages that an export looks through: 64 × 80 KB are 5 MB, some 12 000 orders.
const PAGES_MAX: u64 = 64;
/// Characters of a purpose: a line.
const PURPOSE_MAX: usize = 100;

/// What an export finds.
pub struct Found {
    /// The rows, newest first.
    pub rows: Rows,
    /// Whether there are more.
    pub cut: bool,
}

/// Everything that fits and that this person may see.
///
/// # Errors
/// When the store fails.
pub async fn find<P: Platform>(staff: &StaffCall<P>, filter: &Filter) -> Result<Found, StoreError> {
    let mut rows: Rows = Vec::new();
    let Some(span) = span(&staff.call.access, &filter.month).await? else { return Ok(Found { rows, cut: false }) };
    let lowest = span.first.max(span.last.saturating_sub(PAGES_MAX - 1));
    for at in (lowest..=span.last).rev() {
        let found = page(staff, at).await?;
        rows.extend(found.into_iter().filter(|(_, row)| fits(&row.c, filter)));
        if rows.len() > ROWS_MAX {
            rows.truncate(ROWS_MAX);
            return Ok(Found { rows, cut: true });
        }
    }
    Ok(Found { rows, cut: lowest > span.first })
}

/// The purpose, trimmed; it may be missing only where nobody's caller is shown.
///
/// # Errors
/// 422.
pub fn purpose(text: &str, needed: bool) -> Result<String, Problem> {
    let mut check = Check::default();
    let purpose = if needed {
        check.required("/purpose", text, PURPOSE_MAX)
    } else {
        check.text("/purpose", text, PURPOSE_MAX).unwrap_or_default()
    };
    let errors: Vec<FieldError> = check.into_errors();
    if errors.is_empty() { Ok(purpose) } else { Err(Problem::invalid(errors)) }
}

/// What is recorded of an export by whoever is signed in; one without `rows` waits, because it shows callers.
#[must_use]
pub fn asked<P: Platform>(staff: &StaffCall<P>, filter: Filter, purpose: String, rows: Option<usize>) -> Asked {
    let session = &staff.session;
    let (account, unit) = (session.account.clone(), session.unit.clone());
    Asked { by: session.actor(), account, unit, filter, purpose, callers: rows.is_none(), rows }
}

/// The operation of a request that has no key of its own.
#[must_use]
pub fn unnamed<P: Platform>(staff: &StaffCall<P>) -> Operation {
    let access = &staff.call.access;
    let nonce = base16ct::lower::encode_string(&access.random::<16>());
    let context = Context { now: access.now(), by: staff.session.actor() };
    Operation { op: OpId::new("export.csv", &nonce), request: sha256(&[nonce.as_bytes()]), context }
}

/// Records an export.
///
/// # Errors
/// See [`CommitError`].
pub async fn record<P: Platform>(
    staff: &StaffCall<P>,
    operation: Operation,
    asked: Asked,
) -> Result<Committed<Export>, CommitError<ExportRejection>> {
    let context = operation.context.clone();
    store::create(&staff.call.access, operation, |_| {
        let event = Export::decide(None, &ExportCommand::Ask(Box::new(asked)), &context)?;
        Ok(Birth { event, key: None, lookups: Vec::new() })
    })
    .await
}

/// What every copy bears: who took it, when, and which record says so.
#[must_use]
pub fn mark<P: Platform>(staff: &StaffCall<P>, id: &DocId) -> String {
    let session = &staff.session;
    format!("{} ({}) {} {id}", session.display_name, session.account, staff.call.access.now())
}
