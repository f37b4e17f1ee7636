//! What a platform is told about an order: a pure function of the order's events, so nothing can be told that did not
//! happen, and whatever happened can be told again in the same words.

use crate::order::{OrderEvent, Status, words};

words!(
    /// What we tell a platform (handbook §1.11).
    Telling {
        /// The order's number.
        Ack = "ack",
        /// A unit took it.
        Signed = "signed",
        /// It is not the town's.
        Return = "return",
        /// More time is asked for, by the centre.
        Extension = "extension",
        /// Where it stands.
        Progress = "progress",
        /// What was achieved, after the centre's review.
        Result = "result",
    }
);

/// The names of the events that [`told`] may tell, as the log has them: no other document need be read.
pub const TOLD: &[&str] = &[
    "registered",
    "signed",
    "handedOff",
    "extensionForwarded",
    "dispatched",
    "transferred",
    "merged",
    "contacted",
    "suspensionApproved",
    "resumed",
    "reopened",
    "answeredNow",
    "reviewPassed",
    "childReplied",
    "visited",
    "ruled",
    "rated",
    "withdrawn",
];

/// What a platform is told when `event` happens to one of its orders; none for what is the town's own business. Results
/// go out after the centre's review and extensions after the centre's decision, because only the centre talks upstream.
#[must_use]
pub fn told(event: &OrderEvent) -> Option<Telling> {
    match event {
        OrderEvent::Registered(_) => Some(Telling::Ack),
        OrderEvent::Signed(_) => Some(Telling::Signed),
        OrderEvent::HandedOff(_) => Some(Telling::Return),
        OrderEvent::ExtensionForwarded(_) => Some(Telling::Extension),
        OrderEvent::Dispatched(_)
        | OrderEvent::Transferred(_)
        | OrderEvent::Merged(_)
        | OrderEvent::Contacted(_)
        | OrderEvent::SuspensionApproved(_)
        | OrderEvent::Resumed(_)
        | OrderEvent::Reopened(_) => Some(Telling::Progress),
        OrderEvent::AnsweredNow(_) | OrderEvent::ReviewPassed(_) | OrderEvent::ChildReplied(_) => Some(Telling::Result),
        // The platform withdrew it itself where the system did; a person in the centre is news.
        OrderEvent::Visited(visited) | OrderEvent::Ruled(visited) | OrderEvent::Rated(visited)
            if matches!(visited.to, Status::InProgress) =>
        {
            Some(Telling::Progress)
        }
        OrderEvent::Withdrawn(_) => Some(Telling::Result),
        _ => None,
    }
}
