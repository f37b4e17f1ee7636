//! What the functions that handle orders share, between HTTP and the domain.
//!
//! What must stay true: without the case secret nothing of an order can be seen but its row in the public list; what a
//! caller typed about a person is sealed before it reaches the store.

mod case;
mod check;
mod desk;
mod earlier;
pub mod exports;
pub mod found;
pub mod mask;
mod phone;
mod seal;
mod shown;
mod upload;

pub use case::{Case, Lookup, open};
pub use check::{Check, text_field};
pub use desk::Desk;
pub use earlier::earlier;
pub use phone::{e164, phone_number};
pub use seal::{Opener, Sealer, seal_field, seal_text};
pub use shown::{Receipt, attachments, evidence, place, receipt, result_before, results};
pub use upload::{VOICE_NOTES_MAX, attachment_ids, keep, read_upload, resolve, take_in, upload_ids};
