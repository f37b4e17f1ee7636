//! What the functions that handle orders share, between HTTP and the domain.
//!
//! What must stay true: without the case secret nothing of an order can be seen but its row in the public list; what a
//! caller typed about a person is sealed before it reaches the store.

mod case;
mod check;
mod desk;
mod earlier;
pub mod mask;
mod seal;
mod shown;
mod upload;

pub use case::{Case, Lookup, open};
pub use check::{Check, e164, text_field};
pub use desk::Desk;
pub use earlier::earlier;
pub use seal::{Opener, Sealer, seal_text};
pub use shown::{Receipt, attachments, event_name, evidence, place, receipt};
pub use upload::{VOICE_NOTES_MAX, attachment_ids, resolve, upload_ids};
