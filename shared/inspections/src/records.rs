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
    for year in [today.year().saturating_sub(1), today.year()] {
        for (_, row) in read_queue(access, &complaints_queue(year)).await? {
            if let (Some(code), Some(closed)) =
                (subject(&row), text(&row, "at").and_then(|at| at.parse::<Moment>().ok()))
            {
                library.complained(&code, closed.date(), today);
            }
        }
    }
    for (_, row) in read_queue(access, SERIOUS_QUEUE).await? {
        if let Some(code) = subject(&row) {
            library.offended(&code);
        }
    }
    Ok(())
}

fn subject(row: &QueueRow) -> Option<SubjectCode> {
    text(row, "subject")?.parse().ok()
}

fn text<'a>(row: &'a QueueRow, name: &str) -> Option<&'a str> {
    row.c.as_ref()?.get(name).and_then(Value::as_str)
}
