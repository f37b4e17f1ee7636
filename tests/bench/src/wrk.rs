//! One run of wrk and what it said.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::bundle::Bundle;

/// What a run gave.
pub struct Measured {
    /// Answers per second.
    pub requests_per_s: f64,
    /// Processor time of the host for one answer, in microseconds; wrk's own is not in it.
    pub cpu_us: f64,
    /// Half of the answers were at least so fast.
    pub p50: String,
    /// 99 of 100 answers were at least so fast.
    pub p99: String,
    /// Answers that were not 2xx or 3xx, and socket errors, as wrk words them.
    pub errors: String,
}

/// Runs `wrk/<script>.lua` with one thread and 16 connections.
pub fn run(bundle: &Bundle, script: &str, input: &Path, seconds: u32) -> Result<Measured> {
    let before = bundle.cpu()?;
    let output = Command::new("wrk")
        .args(["-t1", "-c16", "--latency", &format!("-d{seconds}s"), "-s", &format!("tests/bench/wrk/{script}.lua")])
        .arg(format!("http://{}/", bundle.address))
        .env("ONETOWN_INPUT", input)
        .output()
        .context("wrk is missing; run `apt-get install wrk`")?;
    let cpu = bundle.cpu()?.saturating_sub(before);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "wrk failed: {}{text}", String::from_utf8_lossy(&output.stderr));
    let after = |label: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(label));
        line.map(|rest| rest.trim().to_owned())
    };
    let requests_per_s = after("Requests/sec:").context("wrk printed no rate")?.parse()?;
    let line = text.lines().find_map(|line| line.trim().split_once(" requests in "));
    let answers: f64 = line.context("wrk printed no count")?.0.parse()?;
    let errors = [after("Non-2xx or 3xx responses:"), after("Socket errors:")];
    let errors: Vec<String> = errors.into_iter().flatten().collect();
    Ok(Measured {
        requests_per_s,
        cpu_us: cpu.as_secs_f64() * 1e6 / answers,
        p50: after("50%").unwrap_or_default(),
        p99: after("99%").unwrap_or_default(),
        errors: if errors.is_empty() { "0".to_owned() } else { errors.join("; ") },
    })
}
