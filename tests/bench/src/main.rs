//! `cargo bench-onetown`: how fast the bundle is, as ratios to hello world on the same host in the same run.
//!
//! Absolute numbers tell about the machine, ratios about the code; and since a machine is busier at one time than at
//! another, hello world runs again right before each endpoint. wrk makes the load (16 connections, one thread) on the
//! same cores as host and store, so the rate of a cheap endpoint is partly wrk's; the processor time of the host alone
//! stands beside it. Floors are what tracking's two reads and submitting's four writes cost with no code of ours around
//! them (`hello`). Nothing here asserts, the budgets are printed beside what was seen.

mod bundle;
mod http;
mod load;
mod tickets;
mod wrk;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Parser;

use bundle::Bundle;
use wrk::Measured;

/// What to measure.
#[derive(Parser)]
struct Options {
    /// Numbers of cases in the store at which to measure, ascending.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000])]
    cases: Vec<usize>,
    /// Seconds of each run.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Measure what is built already.
    #[arg(long)]
    no_build: bool,
    /// Where to write the table.
    #[arg(long, default_value = "tests/bench/RESULTS.md")]
    out: PathBuf,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if !options.no_build {
        bundle::build()?;
    }
    let bundle = Bundle::start()?;
    let cases = tempfile::NamedTempFile::new()?;
    let mut lines = vec![
        "| cases | endpoint | requests/s | hello world before | ratio | CPU µs | hello world's | ratio | p50 | p99 | errors | budget |".to_owned(),
        "|---|---|---|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    let mut tracked = Vec::new();
    for (run, wanted) in (1_u64..).zip(&options.cases) {
        load::fill(&bundle, cases.path(), *wanted)?;
        let tickets = tickets::write(run, options.seconds)?;
        // Submitting and taking tickets last: what they leave to fold keeps the clock busy for a while.
        for (name, label, budget, input) in [
            ("reads", "floor of track", "", cases.path()),
            ("track", "track", "≥ 0.6", cases.path()),
            ("public", "public list", "", cases.path()),
            ("writes", "floor of submit", "", cases.path()),
            ("submit", "submit", "≥ 0.15", cases.path()),
            ("hotline", "a 12345 ticket", "p99 ≤ 3 × submit's", tickets.path()),
        ] {
            let hello = wrk::run(&bundle, "hello", input, options.seconds)?;
            let seen = wrk::run(&bundle, name, input, options.seconds)?;
            lines.push(row(*wanted, label, &seen, &hello, budget));
            if name == "track" {
                tracked.push((*wanted, seen.requests_per_s / hello.requests_per_s));
            }
        }
    }
    lines.push(String::new());
    lines.extend(growth(&tracked));
    lines.push(String::new());
    lines.extend(bundle::sizes()?);
    let table = format!(
        "# Measured\n\nMade by `cargo bench-onetown` on {} cores; 16 connections, SQLite, fsync on. {}\n\n{}\n",
        std::thread::available_parallelism()?,
        busy()?,
        lines.join("\n")
    );
    println!("{table}");
    std::fs::write(options.out, table)?;
    Ok(())
}

/// How busy the machine was: what the benchmark itself keeps running is about 3 (two of the host, wrk).
fn busy() -> Result<String> {
    let loads = std::fs::read_to_string("/proc/loadavg")?;
    let average = loads.split(' ').nth(1).context("no average in /proc/loadavg")?;
    Ok(format!("Load average of the last 5 minutes at the end: {average}, of which the benchmark itself is about 3."))
}

fn row(cases: usize, label: &str, seen: &Measured, hello: &Measured, budget: &str) -> String {
    let (ratio, cpu_ratio) = (seen.requests_per_s / hello.requests_per_s, hello.cpu_us / seen.cpu_us);
    let Measured { requests_per_s, cpu_us, p50, p99, errors } = seen;
    let (hello_per_s, hello_us) = (hello.requests_per_s, hello.cpu_us);
    format!(
        "| {cases} | {label} | {requests_per_s:.0} | {hello_per_s:.0} | {ratio:.2} | {cpu_us:.0} | {hello_us:.0} | \
         {cpu_ratio:.2} | {p50} | {p99} | {errors} | {budget} |"
    )
}

/// Track with many cases against track with few, each as a ratio to its own hello world.
fn growth(tracked: &[(usize, f64)]) -> Option<String> {
    let [(few, before), .., (many, after)] = tracked else { return None };
    Some(format!("Track at {many} cases is {:.2} of track at {few} (budget ≥ 0.9).", after / before))
}
