//! The smallest components of our kind: what every benchmark is a ratio to.
//!
//! `/hello` is an axum router like every function, answers with a `content-length` and touches no store. The other two
//! are floors: of tracking (`/reads/NUMBER`) and submitting (`/writes/KEY`) only what no code of ours could save, which
//! is the operations of the store, one line of log and an answer of the usual size. Nothing is parsed, sealed or checked.

#![cfg(target_family = "wasm")]

use std::io::Write as _;
use std::sync::OnceLock;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use spin_sdk::experimental::wasi::keyvalue::store::{Bucket, open};
use spin_sdk::experimental::wasi::keyvalue::{atomics, batch};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;
use spin_sdk::key_value::Store;
use tower_service::Service as _;

/// Bytes of a fresh case's document and, about as many, of the view of it.
const DOCUMENT_BYTES: usize = 2_200;

/// Opened once an instance, as the functions do.
static STORE: OnceLock<Store> = OnceLock::new();
static BUCKET: OnceLock<Bucket> = OnceLock::new();

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    Router::new()
        .route("/hello", get(|| async { "Hello, town.\n" }))
        .route("/reads/{number}", get(reads))
        .route("/writes/{key}", get(writes))
        .call(request)
        .await
}

/// From the number to the document, as tracking finds it.
async fn reads(Path(number): Path<String>) -> Result<Vec<u8>, String> {
    let store = store().await?;
    let read = async |key: String| store.get(key).await.map_err(said)?.ok_or_else(|| "not there".to_owned());
    let lookup = String::from_utf8(read(format!("no/{number}")).await?).map_err(said)?;
    // {"id":"…"}
    let id = lookup.split('"').nth(3).ok_or("no id")?;
    let mut document = read(format!("doc/order/{id}")).await?;
    document.truncate(DOCUMENT_BYTES);
    log();
    Ok(document)
}

/// A count, a claim, a slot, and the document with its notice and number, one after the other.
async fn writes(Path(key): Path<String>) -> Result<Vec<u8>, String> {
    store().await?.set(format!("bench/rate/{key}"), vec![b'r'; 60]).await.map_err(said)?;
    let bucket = bucket()?;
    atomics::increment(bucket, &format!("bench/claim/{key}"), 1).map_err(said)?;
    atomics::increment(bucket, "bench/slot", 1).map_err(said)?;
    let pairs = [("feed", 100), ("no", 60), ("doc", DOCUMENT_BYTES)];
    let pairs = pairs.map(|(name, bytes)| (format!("bench/{name}/{key}"), vec![b'd'; bytes]));
    batch::set_many(bucket, &pairs).map_err(said)?;
    log();
    Ok(vec![b'd'; DOCUMENT_BYTES])
}

async fn store() -> Result<&'static Store, String> {
    if STORE.get().is_none() {
        let _ = STORE.set(Store::open("default").await.map_err(said)?);
    }
    STORE.get().ok_or_else(|| "no store".to_owned())
}

fn bucket() -> Result<&'static Bucket, String> {
    if BUCKET.get().is_none() {
        let _ = BUCKET.set(open("default").map_err(said)?);
    }
    BUCKET.get().ok_or_else(|| "no bucket".to_owned())
}

fn said(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

fn log() {
    let _ = std::io::stderr()
        .write_all(b"{\"route\":\"GET /floor/:id\",\"status\":200,\"trace\":\"\",\"ms\":0,\"kv\":2}\n");
}
