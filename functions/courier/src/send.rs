//! Sending: each ticket's messages in order, until the platform takes them or a person has to look.
//!
//! A crash after the platform took a message and before the ticket knows it sends that message again, in the same words
//! and under the same number; a crash anywhere else changes nothing. The breaker of a platform is a record that nobody
//! depends on: lost, it only means that a dead platform is tried once more.

use std::sync::atomic::{AtomicBool, Ordering};

use canon::{DocId, sha256};
use domain::hotline::{Breaker, Ticket, TicketCommand, Upstream, relay_queue};
use domain::order::WorkOrder;
use domain::time::Moment;
use http::{Method, StatusCode};
use service::{Network, NetworkError, Problem};
use store::{Access, Document, Platform, StoreError, read_queue};
use upstream::{Line, breaker_key, note, read_breaker, read_ticket};

use crate::telling;

/// Tickets that one call works on for each platform: at 50 ms a message this is about 3 s of the 10.
const TICKETS_MAX: usize = 256;
/// Of these, how many at once: a platform that does not answer costs one timeout for as many.
const AT_ONCE: usize = 8;
/// Messages of one ticket in a call.
const MESSAGES_MAX: usize = 8;
/// Nobody reads what is in an answer to a message.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What every message needs.
pub(crate) struct Sender<'a, P, N> {
    pub line: Line<'a, P, N>,
    /// When this call ends.
    pub until: Moment,
}

/// What was sent to one platform.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub delivered: usize,
    pub failed: usize,
    pub more: bool,
}

/// What a platform made of a message.
enum Answer {
    Taken,
    /// Trying again would change nothing.
    Refused(StatusCode),
    /// It is busy or broken.
    Failing(StatusCode),
    Silent(NetworkError),
}

impl<P: Platform, N: Network> Sender<'_, P, N> {
    /// Works through what is due for `platform`.
    pub(crate) async fn run(&self, platform: &Upstream) -> Result<Sent, Problem> {
        let access = &self.line.desk.call.access;
        let (now, mut sent) = (access.now(), Sent::default());
        let breaker = read_breaker(access, &platform.code).await?;
        let allowed = breaker.allows(now, TICKETS_MAX);
        if allowed == 0 {
            return Ok(sent);
        }
        let mut due: Vec<(Moment, DocId)> = Vec::new();
        for (id, row) in read_queue(access, &relay_queue(&platform.code)).await? {
            let at = row.c.as_ref().and_then(|columns| columns.get("at")?.as_str()?.parse::<Moment>().ok());
            due.extend(at.filter(|at| *at <= now).map(|at| (at, id)));
        }
        due.sort_unstable();
        sent.more = due.len() > allowed;
        due.truncate(allowed);
        let mut state = State { breaker, changed: false };
        for batch in due.chunks(AT_ONCE) {
            if access.now() >= self.until || state.breaker.allows(access.now(), 1) == 0 {
                sent.more = false;
                break;
            }
            let silent = AtomicBool::new(false);
            let tickets = batch.iter().map(|(_, id)| self.ticket(platform, id, &silent));
            for one in futures::future::join_all(tickets).await {
                let (delivered, failed) = one?;
                sent.delivered = sent.delivered.saturating_add(delivered);
                sent.failed = sent.failed.saturating_add(failed);
                state.note(delivered, failed, access.now());
            }
        }
        if state.changed {
            write_breaker(access, &platform.code, &state.breaker).await?;
        }
        Ok(sent)
    }

    /// One ticket: its messages in order. How many were taken and how many met no answer.
    async fn ticket(&self, platform: &Upstream, id: &DocId, silent: &AtomicBool) -> Result<(usize, usize), Problem> {
        let call = self.line.desk.call;
        let Some(mut ticket) = read_ticket(call, id).await? else { return Ok((0, 0)) };
        let order_key = Document::<WorkOrder>::key_of(&Ticket::order_id(id));
        let Some(bytes) = call.access.get(&order_key).await? else { return Ok((0, 0)) };
        let order = Document::<WorkOrder>::parse(&bytes)?;
        let mut delivered = 0_usize;
        for _ in 0..MESSAGES_MAX {
            let Some((seq, out)) = ticket.state.next_out() else { break };
            let waits = ticket.state.next_at.is_some_and(|at| call.access.now() < at);
            if waits || silent.load(Ordering::Relaxed) || call.access.now() >= self.until {
                break;
            }
            let body = telling::body(self.line.desk.keys, &ticket.state, &order, seq, out.kind, out.source);
            let Some(body) = body else { break };
            let answer = self.push(platform, &telling::message_id(id, seq), &body).await;
            let (command, unheard) = outcome(call, seq, &body, &answer);
            let Some(after) = note(call, &ticket, &command).await? else { break };
            ticket = after;
            match answer {
                Answer::Taken => delivered = delivered.saturating_add(1),
                _ if unheard => {
                    silent.store(true, Ordering::Relaxed);
                    return Ok((delivered, 1));
                }
                _ => break,
            }
        }
        Ok((delivered, 0))
    }

    async fn push(&self, platform: &Upstream, id: &str, body: &[u8]) -> Answer {
        match self.line.exchange(platform, Method::POST, &platform.push_url, id, body, ANSWER_BYTES_MAX).await {
            Ok(answer) if answer.status().is_success() => Answer::Taken,
            Ok(answer) => match answer.status() {
                status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => Answer::Failing(status),
                status if status.is_client_error() => Answer::Refused(status),
                status => Answer::Failing(status),
            },
            Err(error) => Answer::Silent(error),
        }
    }
}

/// A platform's breaker during one call.
struct State {
    breaker: Breaker,
    changed: bool,
}

impl State {
    fn note(&mut self, delivered: usize, failed: usize, now: Moment) {
        let after = match (delivered, failed) {
            (_, 1..) => self.breaker.failed(now),
            (1.., 0) => self.breaker.answered(),
            (0, 0) => return,
        };
        self.changed = self.changed || after != self.breaker;
        self.breaker = after;
    }
}

/// What an answer means for the ticket, and whether it says something about the platform as a whole.
fn outcome<P: Platform>(call: &service::Call<P>, seq: u64, body: &[u8], answer: &Answer) -> (TicketCommand, bool) {
    let jitter = u32::from_le_bytes(call.access.random());
    let fail = |reason: String, is_final| TicketCommand::Fail { seq, reason, is_final, jitter };
    match answer {
        Answer::Taken => (TicketCommand::Deliver { seq, body: sha256(&[body]) }, false),
        Answer::Refused(status) => (fail(format!("http{}", status.as_u16()), true), false),
        Answer::Failing(status) => (fail(format!("http{}", status.as_u16()), false), true),
        Answer::Silent(error) => (fail(error.code().to_owned(), false), true),
    }
}

async fn write_breaker<P: Platform>(access: &Access<P>, platform: &str, breaker: &Breaker) -> Result<(), StoreError> {
    Ok(access.set(&breaker_key(platform), serde_json::to_vec(breaker)?).await?)
}
