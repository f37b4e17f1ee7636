//! The smallest component of our kind: what every benchmark is a ratio to.
//!
//! It is an axum router like every function, answers with a `content-length` and touches no store.

#![cfg(target_family = "wasm")]

use axum::Router;
use axum::routing::get;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;
use tower_service::Service as _;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    Router::new().route("/hello", get(|| async { "Hello, town.\n" })).call(request).await
}
