//! Everything between us and a platform about one of its numbers.
//!
//! What must stay true: one event of theirs is received once, whatever comes how often in which order; the first content
//! holds and another one is kept and shown; what came before its order is kept until the order is there; our messages
//! have the numbers 1, 2, 3 … and go out in that order, each until it was answered or a person was told why not.

mod event;
mod project;
mod record;

pub use event::{TicketCommand, TicketEvent, TicketRejection};
pub use project::{attention_queue, day_queue, project, relay_queue};
pub use record::{Conflict, File, Inbound, Out, Received};

use canon::{DocId, Hash, OpId};
use serde::{Deserialize, Serialize};

use super::backoff::{GIVE_UP_MS, backoff_ms};
use super::message::EventKind;
use super::reconcile::{Side, chain};
use crate::aggregate::{Aggregate, Context, Stamp};
use crate::time::{Date, Moment};

/// Events of theirs on one number: 100 × (8 KB sealed at most, 1 KB as a rule) stay below a document's 256 KiB as a rule;
/// what does not fit is refused as `caseFull`, and nothing of it is lost silently.
const RECEIVED_MAX: usize = 100;
/// Conflicts that are kept of one number; further ones are refused all the same.
pub const CONFLICTS_MAX: usize = 20;
/// Tries at one attachment: 10 s doubled 7 times is about 40 min.
const FILE_TRIES_MAX: u32 = 8;

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    /// The platform.
    pub platform: String,
    /// Its number.
    pub number: String,
    /// The day to which it belongs: that of its creation there, once that is known.
    pub day: Date,
    /// When anything of it came first.
    pub opened_at: Moment,
    /// When anything happened last.
    pub touched_at: Moment,
    /// How many events this document has.
    pub events: u64,
    /// Events of theirs, in the order in which they came.
    pub received: Vec<Inbound>,
    /// Other contents under a name that was there.
    pub conflicts: Vec<Conflict>,
    /// Messages of ours, in order; the first has the number 1.
    pub out: Vec<Out>,
    /// How many of them were delivered.
    pub sent: u64,
    /// Hash over the bodies of those.
    pub chain: Hash,
    /// Tries of the next one that failed.
    pub tries: u32,
    /// When the first of those was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Moment>,
    /// When it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Moment>,
    /// Why it is not tried any more, until somebody says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<String>,
    /// Attachments to fetch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
}

impl Ticket {
    /// The operation that begins the ticket `number` of `platform`; the document is named by it.
    #[must_use]
    pub fn opening(platform: &str, number: &str) -> OpId {
        OpId::new("hotline.ticket", &format!("{platform}/{number}"))
    }

    /// The document of that ticket.
    #[must_use]
    pub fn id(platform: &str, number: &str) -> DocId {
        DocId::of(&Self::opening(platform, number))
    }

    /// The operation that registers the order of the ticket `id`; the order is named by it.
    #[must_use]
    pub fn order_op(id: &DocId) -> OpId {
        OpId::new("hotline.order", id.as_str())
    }

    /// The order of the ticket `id`.
    #[must_use]
    pub fn order_id(id: &DocId) -> DocId {
        DocId::of(&Self::order_op(id))
    }

    /// The event of theirs that is called `key`.
    #[must_use]
    pub fn received(&self, key: &str) -> Option<&Inbound> {
        self.received.iter().find(|inbound| inbound.key == key)
    }

    /// The creation, once it came.
    #[must_use]
    pub fn creation(&self) -> Option<&Inbound> {
        self.received.iter().find(|inbound| inbound.kind == EventKind::Create)
    }

    /// Since when events wait for their order; none once it is there.
    #[must_use]
    pub fn parked_since(&self) -> Option<Moment> {
        if self.creation().is_some() { None } else { Some(self.opened_at) }
    }

    /// The number and the kind of the next message, if there is one that is not a dead letter.
    #[must_use]
    pub fn next_out(&self) -> Option<(u64, &Out)> {
        let out = self.out.get(usize::try_from(self.sent).ok()?)?;
        self.dead.is_none().then_some((self.sent.saturating_add(1), out))
    }

    /// When the next message is due, if there is one.
    #[must_use]
    pub fn out_at(&self) -> Option<Moment> {
        self.next_out().map(|_| self.next_at.unwrap_or(self.touched_at))
    }

    /// When the next attachment is due, if one is.
    #[must_use]
    pub fn files_at(&self) -> Option<Moment> {
        self.files.iter().filter_map(|file| file.next_at).min()
    }

    /// When there is something to do; none when nothing is left.
    #[must_use]
    pub fn due_at(&self) -> Option<Moment> {
        self.out_at().into_iter().chain(self.files_at()).min()
    }

    /// What reconciliation compares.
    #[must_use]
    pub fn side(&self) -> Side {
        let events = u64::try_from(self.received.len()).unwrap_or(u64::MAX);
        Side { number: self.number.clone(), events, seq: self.sent, hash: self.chain }
    }

    fn receive(&self, received: &Received) -> Result<TicketEvent, TicketRejection> {
        match self.received(&received.key) {
            Some(first) if first.content == received.content => Err(TicketRejection::Duplicate),
            Some(_) => {
                let known = |c: &Conflict| c.key == received.key && c.content == received.content;
                if self.conflicts.iter().any(known) || self.conflicts.len() >= CONFLICTS_MAX {
                    return Err(TicketRejection::Conflict);
                }
                Ok(TicketEvent::Conflicted(Box::new(received.clone())))
            }
            None if self.received.len() >= RECEIVED_MAX => Err(TicketRejection::Full),
            None => Ok(TicketEvent::Received(Box::new(received.clone()))),
        }
    }

    fn work(&self, command: &TicketCommand, now: Moment) -> Result<TicketEvent, TicketRejection> {
        let next = |seq: u64| self.next_out().is_some_and(|(next, _)| next == seq);
        match command {
            TicketCommand::Receive(received) => self.receive(received),
            TicketCommand::Tell { kind, source } if self.out.iter().all(|out| out.source < *source) => {
                Ok(TicketEvent::Queued { kind: *kind, source: *source })
            }
            TicketCommand::Deliver { seq, body } if next(*seq) => Ok(TicketEvent::Delivered { seq: *seq, body: *body }),
            TicketCommand::Fail { seq, reason, is_final, jitter } if next(*seq) => {
                let since = self.failing_since.unwrap_or(now);
                let dead = *is_final || now.ms_since(since) >= GIVE_UP_MS;
                let next_at = now.plus_ms(backoff_ms(self.tries.saturating_add(1), *jitter));
                Ok(TicketEvent::Failed { seq: *seq, reason: reason.clone(), next_at: (!dead).then_some(next_at) })
            }
            TicketCommand::Resend if self.dead.is_some() => Ok(TicketEvent::Resent),
            TicketCommand::Rewind { to } if *to < self.sent => Ok(TicketEvent::Rewound { to: *to }),
            TicketCommand::Acknowledge if self.conflicts.iter().any(|c| !c.seen) => Ok(TicketEvent::Acknowledged),
            TicketCommand::FileEnd { index, ended, file: fetched, jitter } => {
                let file = self.files.get(*index).filter(|file| file.ended.is_none()).ok_or(TicketRejection::State)?;
                let tries = file.tries.saturating_add(1);
                let out_of_tries = || (tries >= FILE_TRIES_MAX).then(|| "unreachable".to_owned());
                let ended = ended.clone().or_else(out_of_tries);
                let next_at = ended.is_none().then(|| now.plus_ms(backoff_ms(tries, *jitter)));
                Ok(TicketEvent::FileEnded { index: *index, ended, file: fetched.clone(), next_at })
            }
            TicketCommand::Tell { .. } => Err(TicketRejection::Duplicate),
            _ => Err(TicketRejection::State),
        }
    }

    fn opened(received: &Received, at: Moment) -> Self {
        Self {
            platform: received.platform.clone(),
            number: received.number.clone(),
            day: received.day,
            opened_at: at,
            touched_at: at,
            events: 0,
            received: Vec::new(),
            conflicts: Vec::new(),
            out: Vec::new(),
            sent: 0,
            chain: Hash::from_bytes([0; 32]),
            tries: 0,
            failing_since: None,
            next_at: None,
            dead: None,
            files: Vec::new(),
        }
    }

    fn took(&mut self, received: &Received, at: Moment) {
        let seq = self.events;
        if received.kind == EventKind::Create {
            self.day = received.day;
        }
        let Received { kind, key, content, files, .. } = received;
        let (kind, key, content) = (*kind, key.clone(), *content);
        self.received.push(Inbound { kind, key, content, at, seq });
        let file = |index| File { source: seq, index, tries: 0, next_at: Some(at), ended: None };
        self.files.extend((0..*files).map(file));
    }

    fn forget_failures(&mut self) {
        (self.tries, self.failing_since, self.next_at, self.dead) = (0, None, None, None);
    }

    fn delivered(&mut self, seq: u64, body: &Hash) {
        if let Some(out) = usize::try_from(seq.saturating_sub(1)).ok().and_then(|index| self.out.get_mut(index)) {
            out.body = Some(*body);
        }
        self.sent = seq;
        self.chain = chain(&self.chain, body);
        self.forget_failures();
    }

    fn failed(&mut self, reason: &str, next_at: Option<Moment>, at: Moment) {
        self.tries = self.tries.saturating_add(1);
        self.failing_since = self.failing_since.or(Some(at));
        self.next_at = next_at;
        self.dead = next_at.is_none().then(|| reason.to_owned());
    }

    /// Everything after `to` is to be sent again, in the same words.
    fn rewound(&mut self, to: u64) {
        let bodies = self.out.iter().take(usize::try_from(to).unwrap_or(0)).filter_map(|out| out.body.as_ref());
        self.chain = bodies.fold(Hash::from_bytes([0; 32]), |before, body| chain(&before, body));
        self.sent = to;
        self.forget_failures();
    }

    fn file_ended(&mut self, index: usize, ended: Option<&String>, next_at: Option<Moment>) {
        if let Some(file) = self.files.get_mut(index) {
            file.tries = file.tries.saturating_add(1);
            file.next_at = next_at;
            file.ended = ended.cloned();
        }
    }
}

impl Aggregate for Ticket {
    const KIND: &'static str = "ticket";
    type Command = TicketCommand;
    type Event = TicketEvent;
    type Rejection = TicketRejection;

    fn decide(
        state: Option<&Self>,
        command: &TicketCommand,
        context: &Context,
    ) -> Result<TicketEvent, TicketRejection> {
        match (state, command) {
            (None, TicketCommand::Receive(received)) => Ok(TicketEvent::Received(received.clone())),
            (None, _) => Err(TicketRejection::State),
            (Some(ticket), command) => ticket.work(command, context.now),
        }
    }

    fn evolve(state: Option<Self>, event: &TicketEvent, stamp: Stamp) -> Option<Self> {
        let mut ticket = match (state, event) {
            (Some(ticket), _) => ticket,
            (None, TicketEvent::Received(received)) => Self::opened(received, stamp.at),
            (None, _) => return None,
        };
        ticket.touched_at = stamp.at;
        ticket.events = ticket.events.saturating_add(1);
        match event {
            TicketEvent::Received(received) => ticket.took(received, stamp.at),
            TicketEvent::Conflicted(other) => {
                let (key, content) = (other.key.clone(), other.content);
                ticket.conflicts.push(Conflict { key, content, at: stamp.at, seen: false });
            }
            TicketEvent::Queued { kind, source } => {
                ticket.out.push(Out { kind: *kind, source: *source, body: None });
            }
            TicketEvent::Delivered { seq, body } => ticket.delivered(*seq, body),
            TicketEvent::Failed { reason, next_at, .. } => ticket.failed(reason, *next_at, stamp.at),
            TicketEvent::Resent => ticket.forget_failures(),
            TicketEvent::Rewound { to } => ticket.rewound(*to),
            TicketEvent::Acknowledged => ticket.conflicts.iter_mut().for_each(|conflict| conflict.seen = true),
            TicketEvent::FileEnded { index, ended, next_at, .. } => ticket.file_ended(*index, ended.as_ref(), *next_at),
        }
        Some(ticket)
    }
}
