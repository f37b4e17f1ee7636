//! Filling the store through the front door, then ticking until everything is folded.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::bundle::Bundle;
use crate::http::Connection;

/// As many as wrk's connections.
const THREADS: usize = 16;

/// Submits until the file of cases has `wanted` lines, and ticks until nothing is left to do.
pub fn fill(bundle: &Bundle, cases: &Path, wanted: usize) -> Result<()> {
    let present = std::fs::read_to_string(cases)?.lines().count();
    let next = AtomicUsize::new(present);
    let begun = Instant::now();
    let loaded = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| submit_some(bundle, &next, wanted))).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| anyhow::anyhow!("a loader panicked"))?)
            .collect::<Result<Vec<_>>>()
    })?;
    let mut file = std::fs::OpenOptions::new().append(true).open(cases)?;
    for line in loaded.iter().flatten() {
        writeln!(file, "{line}")?;
    }
    let submitted = begun.elapsed();
    let rounds = tick_to_rest(bundle)?;
    bundle.rest()?;
    eprintln!(
        "{wanted} cases: submitted in {submitted:.0?}, folded {rounds} ticks later, at rest after {:.0?}",
        begun.elapsed()
    );
    Ok(())
}

fn submit_some(bundle: &Bundle, next: &AtomicUsize, wanted: usize) -> Result<Vec<String>> {
    let mut connection = Connection::open(&bundle.address)?;
    let mut cases = Vec::new();
    loop {
        let serial = next.fetch_add(1, Ordering::Relaxed);
        if serial >= wanted {
            return Ok(cases);
        }
        let [_, a, b, c] = u32::try_from(serial)?.to_be_bytes();
        let (key, address) = (format!("load-{serial:020}"), format!("172.{a}.{b}.{c}"));
        let village = serial % 65 + 1;
        let body = format!(
            r#"{{"appealType":"help","categoryCode":"T0401","title":"路面破损","content":"第{serial}处坑洼。","place":{{"villageCode":"990181101{village:03}"}}}}"#
        );
        let headers = [
            ("Content-Type", "application/json"),
            ("Idempotency-Key", key.as_str()),
            ("X-Forwarded-For", address.as_str()),
        ];
        let answer = connection.send("POST", "/api/intake/orders", &headers, &body)?;
        ensure!(answer.status == 201, "a submission got {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        let answer: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let text =
            |name: &str| answer.get(name).and_then(|value| value.as_str()).map(str::to_owned).context("no such member");
        cases.push(format!("{} {}", text("number")?, text("secret")?));
    }
}

fn tick_to_rest(bundle: &Bundle) -> Result<usize> {
    let mut connection = Connection::open(&bundle.address)?;
    let authorization = format!("Bearer {}", bundle.clock_key()?);
    let mut rounds = 0;
    loop {
        rounds += 1;
        let mut done = 0;
        let mut more = false;
        for path in ["/api/clock/tick", "/api/clock/duties"] {
            let answer = connection.send("POST", path, &[("Authorization", &authorization)], "")?;
            ensure!(answer.status == 200, "{path} got {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
            let report: serde_json::Value = serde_json::from_slice(&answer.body)?;
            let number = |name: &str| report.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
            done += number("sequenced") + number("reacted");
            more |= report.get("more").and_then(serde_json::Value::as_bool).unwrap_or(false);
        }
        if !more && done == 0 {
            return Ok(rounds);
        }
    }
}
