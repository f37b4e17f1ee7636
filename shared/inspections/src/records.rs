//! What happened here to the subjects of inspection, added to what the library's file says of elsewhere: complaints that
//! were closed as true, and serious violations that checks found (handbook §3.3).
//!
//! They are folded from orders and checks, as every list is: an event that is folded twice counts once, an order that is
//! opened again or a result that is withdrawn counts no more, and what nobody has folded yet counts from the next tick.

use domain::catalogue::SubjectCode;
use domain::inspection::{Library, SERIOUS_QUEUE};
use domain::order::complaints_queue;
use domain::time::{Date, Moment};
use serde_json::Value;
use service::Problem;
use store::{Access, Platform, QueueRow, read_queue};

/// Adds to `library` what counts on `today`. Three store operations, until a queue has more than a page.
///
/// # Errors
/// The store's problems.
pub async fn add_records<P: Platform>(access: &Access<P>, library: &mut Library, today: Date) -> Result<(), Problem> {
    let year = today.year();
    for queue in [complaints_queue(year.saturating_sub(1)), complaints_queue(year), SERIOUS_QUEUE.to_owned()] {
        for (_, row) in read_queue(access, &queue).await? {
            add(library, &row, today);
        }
    }
    Ok(())
}

/// A complaint says when it was closed, a serious violation stands until it is withdrawn.
fn add(library: &mut Library, row: &QueueRow, today: Date) {
    let text = |name: &str| row.c.as_ref()?.get(name).and_then(Value::as_str);
    let Some(code) = text("subject").and_then(|code| code.parse::<SubjectCode>().ok()) else { return };
    match text("at").and_then(|at| at.parse::<Moment>().ok()) {
        Some(closed) => library.complained(&code, closed.date(), today),
        None => library.offended(&code),
    }
}
