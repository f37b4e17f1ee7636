//! The `onetown` command over the host: one file for each subcommand.
//!
//! Whatever fails ends as one sentence that says what to do, on stderr, with exit code 1.

mod build;
mod client;
mod demo;
mod load;
mod log;
mod platform;
mod progress;
mod secrets;
mod ticker;
mod up;
mod verify;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Runs, builds and feeds a OneTown on this machine.
#[derive(Parser)]
#[command(version, about)]
pub struct Arguments {
    /// Show every request and what the host notices.
    #[arg(long, short, global = true)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build what changed, serve it, and keep its data in .spin.
    Up(up::Options),
    /// Build the functions, the browser module and the web.
    Build(Source),
    /// Load a town from its files.
    Load(load::Options),
    /// Recompute a draw from its bundle, offline; fails on any difference.
    Verify(verify::Options),
}

/// Which application.
#[derive(clap::Args, Clone)]
pub struct Source {
    /// The manifest, or the directory it is in.
    #[arg(long, default_value = "spin.toml", value_name = "PATH")]
    from: PathBuf,
}

/// Why a command ended without doing its work.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The host's own sentence.
    #[error(transparent)]
    Host(#[from] host::HostError),
    /// A sentence of this tool.
    #[error("{0}")]
    Said(String),
}

/// Does what the arguments ask.
///
/// # Errors
/// One sentence for people.
pub fn run(arguments: Arguments) -> Result<(), CliError> {
    log::start(arguments.verbose);
    match arguments.command {
        Command::Up(options) => up::run(options),
        Command::Build(source) => build::run(&source.from),
        Command::Load(options) => load::run(&options),
        Command::Verify(options) => verify::run(&options),
    }
}
