//! The 12345 webhook, inbound: what a platform above us sends.
//!
//! What must stay true: nobody parses a message before its signature is verified; a message is acknowledged only after its
//! ticket is stored; the same event again gets the first answer, and with another content 409 while the first holds.
//!
//! The window against replays is the ticket itself: it knows every event that was ever taken by its name and content, so a
//! replayed message changes nothing however late it comes, and after 300 s it is refused by its time stamp already.

mod receive;
mod verify;

use axum::Router;
use axum::routing::post;
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/hotline/events", post(receive::receive))
}

service::component!(routes);
