//! The function kit: what every function shares between HTTP and the domain.
//!
//! A function is `pub fn router(app: App<impl Platform>) -> axum::Router`, so that the same code runs as a component
//! and natively in tests. What must stay true: Spin's types stay in [`spin`], every response goes through
//! [`finish`], every error is a [`Problem`], every body is read by [`body`].

mod app;
pub mod body;
mod call;
mod component;
mod config;
pub mod geo;
pub mod keys;
mod layer;
mod outbound;
mod problem;
pub mod rate;
pub mod reader;
mod rejections;
pub mod session;
pub mod sessions;
#[cfg(target_family = "wasm")]
pub mod spin;
pub mod work;

pub use app::App;
pub use body::answer as json;
pub use call::Call;
pub use config::opened_on;
pub use keys::Keys;
pub use layer::finish;
pub use outbound::{Network, NetworkError};
pub use problem::{FieldError, Problem};
