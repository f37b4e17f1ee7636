//! What the functions of the hotline share: whoever receives a message and whoever works on what follows from it
//! must come to the same order, by the same operations.
//!
//! Why a crash between any two store operations is harmless: the evidence is written before the ticket names it, under an
//! address made of its content; the ticket is one commit; the order's operations are named by the ticket's events, so the
//! relay finds and does whatever the receiver did not get to, and what was done already replays.

mod apply;
mod evidence;
mod follow;
mod line;
mod note;
mod register;

use canon::DocId;
use domain::aggregate::Aggregate as _;
use domain::catalogue::Catalogue;
use domain::hotline::{Key, Message, Received, Ticket, Upstreams};
use domain::order::Sealed;
use service::keys::DataKey;
use service::{Call, Keys, Problem};
use store::{Document, Platform, StoreError};

pub use evidence::{keep, read_evidence};
pub use follow::{follow, nothing};
pub use line::{Line, breaker_key, read_breaker};
pub use note::note;
pub use register::Registration;

/// Where a message in our words is sealed.
const MESSAGE: &str = "message";

/// What every step here needs.
pub struct Desk<'a, P> {
    /// The request.
    pub call: &'a Call<P>,
    /// The installation's keys.
    pub keys: &'a Keys,
    /// The town.
    pub catalogue: &'a Catalogue,
    /// The platforms above it.
    pub upstreams: &'a Upstreams,
}

/// The platforms' keys, from the Spin variable `hotline_keys`.
///
/// # Errors
/// 503 while the variable cannot be read.
pub async fn platform_keys<P: Platform>(call: &Call<P>) -> Result<Vec<Key>, Problem> {
    Ok(Key::parse_all(&call.app.platform().variable("hotline_keys").await?.unwrap_or_default()))
}

/// The data key of a ticket.
///
/// # Errors
/// 503 when it cannot be unwrapped.
pub fn ticket_key(keys: &Keys, ticket: &Document<Ticket>) -> Result<DataKey, Problem> {
    let wrapped = ticket.key.as_deref().unwrap_or_default();
    keys.data_key(Ticket::KIND, &ticket.id, wrapped).map_err(|_| Problem::unavailable())
}

/// Seals a message under a ticket's key.
///
/// # Errors
/// 503 when it cannot be sealed.
pub fn seal_message<P: Platform>(call: &Call<P>, key: &DataKey, message: &Message) -> Result<Sealed, Problem> {
    let text = serde_json::to_string(message).map_err(StoreError::from)?;
    key.seal(MESSAGE, call.access.random(), &text).map_err(|_| Problem::unavailable())
}

/// The message of an event of theirs; none once the ticket's key was destroyed.
#[must_use]
pub fn open_message(keys: &Keys, ticket: &Document<Ticket>, received: &Received) -> Option<Message> {
    let text = ticket_key(keys, ticket).ok()?.open(MESSAGE, &received.message).ok()?;
    canon::read(text.as_bytes()).ok()
}

/// Reads the ticket `id`.
///
/// # Errors
/// The store's.
pub async fn read_ticket<P: Platform>(call: &Call<P>, id: &DocId) -> Result<Option<Document<Ticket>>, StoreError> {
    let bytes = call.access.get(&Document::<Ticket>::key_of(id)).await?;
    bytes.map(|bytes| Document::parse(&bytes)).transpose()
}
