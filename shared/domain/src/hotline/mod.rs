//! The 12345 webhook: what a platform above us sends, and what we tell it (handbook §1.2, §1.11).
//!
//! Everything between us and a platform about one of its numbers is one [`Ticket`], a document of its own: what came in,
//! what came twice with another content, what waits for its order, what went out and what did not. So an inbound message
//! is one commit to one document. The order follows from it, by an operation that is named by the ticket's event; what we
//! tell the platform follows from the order's events, by their place in it. Both are found again by whoever looks.

mod backoff;
mod message;
mod outbound;
mod platform;
mod reconcile;
mod signature;
mod ticket;

pub use backoff::{Breaker, GIVE_UP_MS, backoff_ms};
pub use message::{EventKind, FIELDS, Message, Missing, content_of};
pub use outbound::{TOLD, Telling, told};
pub use platform::{HeaderNames, PlatformError, Upstream, Upstreams};
pub use reconcile::{Difference, DifferenceKind, Side, compare};
pub use signature::{Key, Scheme, Signed, WINDOW_MS, is_fresh};
pub use ticket::{
    CONFLICTS_MAX, Conflict, File, Inbound, Out, Received, Ticket, TicketCommand, TicketEvent, TicketRejection,
    attention_queue, day_queue, project, relay_queue,
};

#[cfg(test)]
mod tests;
