//! What may be asked of a ticket, what happened to it, and why nothing does.

use canon::Hash;
use serde::{Deserialize, Serialize};

use super::record::Received;
use crate::hotline::Telling;
use crate::order::Attachment;
use crate::time::Moment;

/// What may be asked of a ticket.
#[derive(Debug, Clone)]
pub enum TicketCommand {
    /// Keep an event of theirs.
    Receive(Box<Received>),
    /// Tell them about an event of the order.
    Tell {
        /// What kind.
        kind: Telling,
        /// Its place in the order.
        source: u64,
    },
    /// They took message `seq` with this body.
    Deliver {
        /// Its number.
        seq: u64,
        /// SHA-256 of its body.
        body: Hash,
    },
    /// They did not take message `seq`.
    Fail {
        /// Its number.
        seq: u64,
        /// Why, as a short code.
        reason: String,
        /// Whether trying again would change nothing.
        is_final: bool,
        /// Any number.
        jitter: u32,
    },
    /// A person wants the dead letter tried again.
    Resend,
    /// A person wants everything after message `to` sent again.
    Rewind {
        /// The last one that they have.
        to: u64,
    },
    /// A person has looked at the conflicts.
    Acknowledge,
    /// An attachment was fetched, or not.
    FileEnd {
        /// Which.
        index: usize,
        /// `fetched`; a final reason; or none to try again.
        ended: Option<String>,
        /// What was fetched.
        file: Option<Attachment>,
        /// Any number.
        jitter: u32,
    },
}

/// What happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TicketEvent {
    /// An event of theirs came.
    Received(Box<Received>),
    /// The same name came with another content; the first holds.
    Conflicted(Box<Received>),
    /// There is something to tell them.
    Queued {
        /// What kind.
        kind: Telling,
        /// The order's event.
        source: u64,
    },
    /// They took it.
    Delivered {
        /// Its number.
        seq: u64,
        /// SHA-256 of its body.
        body: Hash,
    },
    /// They did not take it.
    Failed {
        /// Its number.
        seq: u64,
        /// Why.
        reason: String,
        /// When it is tried again; none: it is a dead letter.
        next_at: Option<Moment>,
    },
    /// Somebody wants it tried again.
    Resent,
    /// Somebody wants what follows `to` sent again.
    Rewound {
        /// The last that they have.
        to: u64,
    },
    /// Somebody has looked at the conflicts.
    Acknowledged,
    /// An attachment was fetched, or not.
    FileEnded {
        /// Which.
        index: usize,
        /// How it ended; none: it is tried again.
        ended: Option<String>,
        /// What was fetched, for the order to have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<Attachment>,
        /// When.
        next_at: Option<Moment>,
    },
}

/// Why nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketRejection {
    /// `duplicate`: it is there already, with this content.
    #[error("this event is there already")]
    Duplicate,
    /// `conflict`: it is there with another content, and that is known.
    #[error("this event is there with another content")]
    Conflict,
    /// `ticketFull`: no more fits.
    #[error("the ticket is full")]
    Full,
    /// `stateConflict`: it does not stand so.
    #[error("the ticket does not stand so that this is possible")]
    State,
}

impl TicketRejection {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Conflict => "contentConflict",
            Self::Full => "ticketFull",
            Self::State => "stateConflict",
        }
    }
}
