//! What the host notices, on stderr.

use std::io::IsTerminal as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Warnings by default, one line a request with `--verbose`.
pub fn start(verbose: bool) {
    let level = if verbose { LevelFilter::DEBUG } else { LevelFilter::WARN };
    let filter = Targets::new().with_default(LevelFilter::WARN).with_target("host", level).with_target("cli", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first subscriber.
    _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}
