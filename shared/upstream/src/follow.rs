//! Following the ledger for some seconds: what the relay and the outbox have in common.

use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use service::{Call, Problem};
use store::{LogEntry, Platform, StoreError, consume};

/// Works for 10 s at most and leaves the rest to the next call.
const WORK_MS: i64 = 10_000;

/// Gives `react` the events that are new to the consumer `name`, page after page, and answers with how many it saw
/// (`reacted`) and whether work is left that need not wait (`more`).
///
/// # Errors
/// The store's, and what `react` fails with: the cursor then stays where it is.
pub async fn follow<P, F, Fut>(call: &Call<P>, name: &str, mut react: F) -> Result<Response, Problem>
where
    P: Platform,
    F: FnMut(LogEntry) -> Fut,
    Fut: Future<Output = Result<(), StoreError>>,
{
    let until = call.access.now().plus_ms(WORK_MS);
    let (mut reacted, mut more) = (0_usize, true);
    while call.access.now() < until {
        match consume(&call.access, name, &mut react).await {
            Ok(0) => {
                more = false;
                break;
            }
            Ok(seen) => reacted = reacted.saturating_add(seen),
            // Another call is faster: what it does need not be done here.
            Err(StoreError::Busy) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(report(reacted, more))
}

/// Without a town there is nothing to follow.
#[must_use]
pub fn nothing() -> Response {
    report(0, false)
}

fn report(reacted: usize, more: bool) -> Response {
    service::json(&json!({"reacted": reacted, "more": more})).into_response()
}
