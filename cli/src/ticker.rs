//! The clock's heartbeat: under `spin up` a cron job or a SpinKube schedule sends it, here we do.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

const EVERY: Duration = Duration::from_secs(1);
/// First the feed is folded, then whatever follows from it and whatever is due is done.
const TICK: &[&str] = &["/api/clock/tick", "/api/clock/duties"];
/// What is said to platforms above goes out beside that: one that is slow or dead must not hold up the town's own clock.
const RELAY: &[&str] =
    &["/api/clock/relay", "/api/clock/outbox", "/api/clock/courier", "/api/clock/fetcher", "/api/clock/reconciliation"];

/// So does a relay of drand.
const BEACON: &[&str] = &["/api/clock/beacon"];

/// Each on its own, once a second until dropped.
pub async fn run(base: String, clock_key: String) {
    tokio::join!(beat(&base, &clock_key, TICK), beat(&base, &clock_key, RELAY), beat(&base, &clock_key, BEACON));
}

/// Once a second. The next beat waits for the answer to the last, so that a
/// slow one is not followed by a second. What goes wrong is said once, until something else does.
async fn beat(base: &str, clock_key: &str, paths: &[&str]) {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = String::new();
    loop {
        beat.tick().await;
        let mut outcome = String::new();
        for path in paths {
            let request = Request::builder()
                .method(Method::POST)
                .uri(format!("{base}{path}"))
                .header(header::AUTHORIZATION, format!("Bearer {clock_key}"))
                .header(header::CONTENT_LENGTH, 0)
                .body(Empty::<Bytes>::new());
            let answer = match request {
                Ok(request) => match client.request(request).await {
                    Ok(response) if response.status().is_success() => continue,
                    Ok(response) => format!("answered {}", response.status()),
                    Err(error) => error.to_string(),
                },
                Err(error) => error.to_string(),
            };
            outcome = format!("POST {path}: {answer}");
            break;
        }
        if outcome != last {
            if outcome.is_empty() {
                tracing::info!("the clock ticks again");
            } else {
                tracing::warn!("{outcome}");
            }
            last = outcome;
        }
    }
}
