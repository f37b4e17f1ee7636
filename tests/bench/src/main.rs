//! `cargo bench-onetown`: how fast the bundle is, as ratios to hello world on the same host in the same run.
//!
//! Absolute numbers tell about the machine, ratios about the code. wrk makes the load (16 connections, one thread) while
//! host and store share the rest of the machine; nothing here asserts, the budgets are printed beside what was seen.

mod bundle;
mod http;
mod load;
mod wrk;

use std::path::PathBuf;

use anyhow::Result;
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
        "| cases | endpoint | requests/s | ratio to hello | p50 | p99 | errors | budget |".to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    let mut tracked = Vec::new();
    for wanted in &options.cases {
        load::fill(&bundle, cases.path(), *wanted)?;
        let hello = wrk::run(&bundle, "hello", cases.path(), options.seconds)?;
        lines.push(row(*wanted, "hello world", &hello, &hello, "1"));
        for (name, label, budget) in
            [("track", "track", "≥ 0.6"), ("public", "public list", ""), ("submit", "submit", "≥ 0.15")]
        {
            let seen = wrk::run(&bundle, name, cases.path(), options.seconds)?;
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
        "# Measured\n\nMade by `cargo bench-onetown` on {} cores; 16 connections, SQLite, fsync on.\n\n{}\n",
        std::thread::available_parallelism()?,
        lines.join("\n")
    );
    println!("{table}");
    std::fs::write(options.out, table)?;
    Ok(())
}

fn row(cases: usize, label: &str, seen: &Measured, hello: &Measured, budget: &str) -> String {
    let ratio = seen.requests_per_s / hello.requests_per_s;
    let Measured { requests_per_s, p50, p99, errors } = seen;
    format!("| {cases} | {label} | {requests_per_s:.0} | {ratio:.2} | {p50} | {p99} | {errors} | {budget} |")
}

/// Track with many cases against track with few, each as a ratio to its own hello world.
fn growth(tracked: &[(usize, f64)]) -> Option<String> {
    let ((few, before), (many, after)) = (tracked.first()?, tracked.last()?);
    Some(format!("Track at {many} cases is {:.2} of track at {few} (budget ≥ 0.9).", after / before))
}
