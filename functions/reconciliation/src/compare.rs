//! Whether both sides have the same: their list of a day against ours, in both directions.
//!
//! A report is a copy for reading: computed again it is as true as then, so it is one plain record that the next one
//! replaces. A difference is looked at again in the documents before it is reported, because lists lag behind them.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::Query;
use axum::response::IntoResponse as _;
use axum::response::Response;
use domain::hotline::{
    Difference, DifferenceKind, Side, Ticket, TicketCommand, Upstream, Upstreams, compare, day_queue,
};
use domain::permission::Action;
use domain::time::{Date, HOUR_MS, MINUTE_MS, Moment};
use http::{Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use service::session::StaffCall;
use service::{FieldError, Network, Problem, body};
use store::{Platform, StoreError, read_queue};
use upstream::{Desk, Line, note, read_breaker, read_ticket};

/// A list of 50 000 numbers of 150 bytes.
const LIST_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long after midnight yesterday is compared: what was on its way then has arrived.
const SETTLED_MS: i64 = HOUR_MS;
/// How long after a failed comparison it is tried again.
const AGAIN_MS: i64 = 10 * MINUTE_MS;

/// What came out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comparison {
    platform: String,
    date: Date,
    /// When it was made.
    at: Moment,
    /// Numbers on our side and on theirs.
    ours: usize,
    theirs: usize,
    differences: Vec<Difference>,
}

/// Their answer.
#[derive(Deserialize)]
struct TheirList {
    tickets: Vec<Side>,
}

/// The last day that was compared by itself, and when that was tried last.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Daily {
    done: Option<Date>,
    tried_at: Option<Moment>,
}

/// Where the comparison of a day lies.
fn report_key(platform: &str, date: Date) -> String {
    format!("hotline/reconciliation/{platform}/{date}")
}

/// `POST /api/hotline/reconciliation` and its repair.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Form {
    platform: String,
    date: String,
    /// For a repair: which number.
    number: String,
}

/// Compares yesterday once a day for every platform that has a list.
pub(crate) async fn daily<P: Platform, N: Network>(comparer: &Comparer<'_, P, N>) -> Result<usize, Problem> {
    let mut compared = 0_usize;
    let access = &comparer.0.desk.call.access;
    let now = access.now();
    let yesterday = now.plus_ms(SETTLED_MS.saturating_neg()).date().plus_days(-1);
    for platform in comparer.0.desk.upstreams.platform.iter().filter(|platform| !platform.list_url.is_empty()) {
        let key = format!("consumer/reconciliation/{}", platform.code);
        let bytes = access.get(&key).await?;
        let mut state: Daily = bytes.and_then(|bytes| canon::read(&bytes).ok()).unwrap_or_default();
        let waits = state.tried_at.is_some_and(|at| now.ms_since(at) < AGAIN_MS);
        let closed = read_breaker(access, &platform.code).await?.allows(now, 1) == 1;
        if state.done.is_some_and(|done| done >= yesterday) || waits || !closed {
            continue;
        }
        state.tried_at = Some(now);
        if comparer.compare(platform, yesterday).await.is_ok() {
            state.done = Some(yesterday);
            compared = compared.saturating_add(1);
        }
        access.set(&key, serde_json::to_vec(&state).map_err(StoreError::from)?).await?;
    }
    Ok(compared)
}

/// Compares lists over a line.
pub(crate) struct Comparer<'a, P, N>(pub(crate) Line<'a, P, N>);

impl<P: Platform, N: Network> Comparer<'_, P, N> {
    /// Compares `date` with `platform` and keeps the report.
    async fn compare(&self, platform: &Upstream, date: Date) -> Result<Comparison, Problem> {
        let access = &self.0.desk.call.access;
        let theirs = self.their_list(platform, date).await?;
        let mut ours: BTreeMap<String, Side> = BTreeMap::new();
        for (_, row) in read_queue(access, &day_queue(&platform.code, date)).await? {
            let side = row.c.and_then(|columns| canon::read_value::<Side>(columns).ok());
            ours.extend(side.map(|side| (side.number.clone(), side)));
        }
        let known: BTreeMap<&str, &Side> = theirs.iter().map(|side| (side.number.as_str(), side)).collect();
        let differ = |number: &str| ours.get(number) != known.get(number).copied();
        let numbers: Vec<String> =
            ours.keys().map(String::as_str).chain(known.keys().copied()).map(str::to_owned).collect();
        let doubtful: std::collections::BTreeSet<String> =
            numbers.into_iter().filter(|number| differ(number)).collect();
        for number in doubtful {
            let ticket = read_ticket(self.0.desk.call, &Ticket::id(&platform.code, &number)).await?;
            match ticket {
                Some(ticket) => ours.insert(number, ticket.state.side()),
                None => ours.remove(&number),
            };
        }
        let (ours_count, theirs_count) = (ours.len(), theirs.len());
        let comparison = Comparison {
            platform: platform.code.clone(),
            date,
            at: access.now(),
            ours: ours_count,
            theirs: theirs_count,
            differences: compare(ours.into_values().collect(), theirs),
        };
        let bytes = serde_json::to_vec(&comparison).map_err(StoreError::from)?;
        access.set(&report_key(&platform.code, date), bytes).await?;
        Ok(comparison)
    }

    async fn their_list(&self, platform: &Upstream, date: Date) -> Result<Vec<Side>, Problem> {
        let separator = if platform.list_url.contains('?') { '&' } else { '?' };
        let url = format!("{}{separator}date={date}", platform.list_url);
        let id = format!("list.{date}");
        let answer = self.0.exchange(platform, Method::GET, &url, &id, b"", LIST_BYTES_MAX).await;
        let answer = answer.map_err(|error| unanswered(error.code()))?;
        if answer.status() != StatusCode::OK {
            return Err(unanswered("status"));
        }
        let list: TheirList = canon::read(answer.body()).map_err(|_| unanswered("unreadable"))?;
        Ok(list.tickets)
    }

    /// What mends a difference: our messages again, or a wish for theirs.
    async fn mend(&self, platform: &Upstream, difference: &Difference) -> Result<&'static str, Problem> {
        let ticket = read_ticket(self.0.desk.call, &Ticket::id(&platform.code, &difference.number)).await?;
        match difference.kind {
            DifferenceKind::MissingHere | DifferenceKind::Inbound => {
                let wish = json!({ "type": "resend", "number": difference.number }).to_string();
                let id = format!("resend.{}", Ticket::id(&platform.code, &difference.number));
                let answer =
                    self.0.exchange(platform, Method::POST, &platform.push_url, &id, wish.as_bytes(), LIST_BYTES_MAX);
                let answer = answer.await.map_err(|error| unanswered(error.code()))?;
                if answer.status().is_success() { Ok("askedAgain") } else { Err(unanswered("status")) }
            }
            DifferenceKind::MissingThere | DifferenceKind::Behind | DifferenceKind::Diverged => {
                let ticket = ticket.ok_or_else(Problem::not_found)?;
                let to = match (&difference.kind, &difference.theirs) {
                    (DifferenceKind::Behind, Some(theirs)) => theirs.seq,
                    _ => 0,
                };
                let rewound = note(self.0.desk.call, &ticket, &TicketCommand::Rewind { to }).await?;
                rewound.map(|_| "sendingAgain").ok_or_else(nothing_to_send)
            }
        }
    }
}

fn unanswered(why: &'static str) -> Problem {
    let detail = "The platform did not answer as agreed. Try again later, or call its operators.";
    Problem::new(StatusCode::BAD_GATEWAY, "platformUnanswered", detail).with("why", why)
}

fn nothing_to_send() -> Problem {
    let detail = "There is nothing of ours that could be sent again. Call the platform's operators.";
    Problem::new(StatusCode::CONFLICT, "nothingToSend", detail)
}

/// Whatever the request asks for, as far as it can be read.
struct Asked<'a> {
    platform: &'a Upstream,
    date: Date,
}

impl Form {
    fn asked<'a>(&self, upstreams: &'a Upstreams) -> Result<Asked<'a>, Problem> {
        let platform = upstreams.get(&self.platform).filter(|platform| !platform.list_url.is_empty());
        let date = self.date.parse::<Date>().ok();
        match (platform, date) {
            (Some(platform), Some(date)) => Ok(Asked { platform, date }),
            (None, _) => Err(Problem::invalid(vec![FieldError::new("/platform", "unknown")])),
            (_, None) => Err(Problem::invalid(vec![FieldError::new("/date", "invalid")])),
        }
    }
}

pub(crate) async fn on_demand<P: Platform, N: Network>(
    staff: StaffCall<P>,
    request: Body,
    network: N,
) -> Result<Response, Problem> {
    staff.require_here(Action::WorkHotline)?;
    let call = &staff.call;
    call.idempotency_key()?;
    let (form, _) = body::json::<Form>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let (catalogue, keys) = (call.app.catalogue(&call.access).await?, call.keys().await?);
    let (upstreams, secrets) = (Upstreams::of(&catalogue.hotline), upstream::platform_keys(call).await?);
    let asked = form.asked(&upstreams)?;
    let desk = Desk { call, keys: &keys, catalogue: &catalogue, upstreams: &upstreams };
    let comparer = Comparer(Line { desk: &desk, network: &network, secrets: &secrets });
    Ok(service::json(&comparer.compare(asked.platform, asked.date).await?))
}

pub(crate) async fn repair<P: Platform, N: Network>(
    staff: StaffCall<P>,
    request: Body,
    network: N,
) -> Result<Response, Problem> {
    staff.require_here(Action::WorkHotline)?;
    let call = &staff.call;
    call.idempotency_key()?;
    let (form, _) = body::json::<Form>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let (catalogue, keys) = (call.app.catalogue(&call.access).await?, call.keys().await?);
    let (upstreams, secrets) = (Upstreams::of(&catalogue.hotline), upstream::platform_keys(call).await?);
    let asked = form.asked(&upstreams)?;
    let desk = Desk { call, keys: &keys, catalogue: &catalogue, upstreams: &upstreams };
    let comparer = Comparer(Line { desk: &desk, network: &network, secrets: &secrets });
    // Compared anew, so that what has mended itself is left alone and a repeated request mends nothing twice.
    let comparison = comparer.compare(asked.platform, asked.date).await?;
    let difference = comparison.differences.iter().find(|difference| difference.number == form.number);
    let done = match difference {
        Some(difference) => comparer.mend(asked.platform, difference).await?,
        None => "nothingDiffers",
    };
    Ok(service::json(&json!({ "done": done })))
}

/// `GET /api/hotline/reconciliation?platform=&date=`: what was compared last; CSV for `Accept: text/csv`.
pub(crate) async fn read<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<Form>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    staff.require_here(Action::SeeHotline)?;
    let Query(form) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let call = &staff.call;
    let catalogue = call.app.catalogue(&call.access).await?;
    let upstreams = Upstreams::of(&catalogue.hotline);
    let asked = form.asked(&upstreams)?;
    let bytes = call.access.get(&report_key(&asked.platform.code, asked.date)).await?.ok_or_else(Problem::not_found)?;
    let comparison: Comparison = canon::read(&bytes).map_err(StoreError::from)?;
    let accept = call.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accept.contains("text/csv") {
        return Ok(service::json(&comparison));
    }
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv(&comparison)).into_response())
}

/// A line for each difference. Numbers are the platform's: quoted, and never the beginning of a formula.
fn csv(comparison: &Comparison) -> String {
    let mut text = "\u{feff}number,difference,ourEvents,theirEvents,ourSeq,theirSeq\r\n".to_owned();
    for difference in &comparison.differences {
        let number = difference.number.trim_start_matches(['=', '+', '-', '@', '\t', '\r']).replace('"', "\"\"");
        let of = |side: &Option<Side>, value: fn(&Side) -> u64| {
            side.as_ref().map_or(String::new(), |s| value(s).to_string())
        };
        let (ours, theirs) = (&difference.ours, &difference.theirs);
        let (events, seq) = (|side: &Side| side.events, |side: &Side| side.seq);
        let cells = [of(ours, events), of(theirs, events), of(ours, seq), of(theirs, seq)].join(",");
        text.push_str(&format!("\"{number}\",{},{cells}\r\n", difference.kind));
    }
    text
}
