//! Days on which something becomes due, each a queue: a call looks at today's queue and at those of days that were
//! missed, and at nothing else.

use std::future::Future;

use canon::DocId;
use domain::time::{Date, HOUR_MS, Moment};
use store::{Access, Platform, QueueRow, StoreError, is_drained, read_queue};

/// After a day's end, how long a request of that day may still be at work: 30 s, and an hour for clocks that differ.
const SETTLED_MS: i64 = HOUR_MS;
/// Documents that one round handles: each is at most a handful of writes, a hundred of them a second or two.
const ROUND_MAX: usize = 100;

/// Walks the queues of the days until that of `until`, and has `handle` do what is due with each row whose moment is not
/// after it; returns how much that was. A day is over once its queue is empty and nothing can enter it any more: no
/// request of that day is still at work, and all that was announced is on the boards. A document for which `handle` says
/// `None` takes nothing any more: its row stays for ever and keeps no day open.
pub(crate) async fn walk<P, F, Fut>(
    access: &Access<P>,
    (cursor, opened_on): (&str, Date),
    until: Moment,
    queue: fn(Date) -> String,
    handle: F,
) -> Result<usize, StoreError>
where
    P: Platform,
    F: Fn(DocId) -> Fut,
    Fut: Future<Output = Result<Option<usize>, StoreError>>,
{
    let (today, mut done) = (until.date(), 0_usize);
    let begun = first_day(access, cursor).await?.unwrap_or(opened_on);
    let (mut day, mut over) = (begun, true);
    let mut first_open = begun;
    while day <= today && done < ROUND_MAX {
        let rows = read_queue(access, &queue(day)).await?;
        over = over && until.ms_since(day.end_of_day()) > SETTLED_MS;
        for (id, row) in rows {
            let is_due = moment_of(&row).is_none_or(|at| at <= until);
            let taken = if is_due { handle(id).await? } else { Some(0) };
            over = over && taken.is_none();
            done = done.saturating_add(taken.unwrap_or_default());
        }
        day = day.plus_days(1);
        if over {
            first_open = day;
        }
    }
    if first_open != begun && is_drained(access).await? {
        // Two ticks may both write it; either value only makes the next one look at a day or two again.
        access.set(cursor, first_open.to_string().into_bytes()).await?;
    }
    Ok(done)
}

async fn first_day<P: Platform>(access: &Access<P>, cursor: &str) -> Result<Option<Date>, StoreError> {
    let bytes = access.get(cursor).await?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok()))
}

fn moment_of(row: &QueueRow) -> Option<Moment> {
    row.c.as_ref()?.get("at")?.as_str()?.parse().ok()
}
