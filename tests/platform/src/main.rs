//! `platform serve`: a 12345 platform at an address. `platform trial`: a town and a platform that are killed at random
//! times, and the verdict.

mod trial;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use domain::hotline::Key;
use domain::time::Moment;
use platform::serve::{Options, Platform};
use platform::{CODE, Plan, Shares};

#[derive(Parser)]
#[command(about = "A 12345 platform to test a town against")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sends a plan to a town and takes what it sends back.
    Serve(Serve),
    /// Runs a town and a platform, kills both at random times, and says what was lost or doubled.
    Trial(trial::Trial),
}

#[derive(clap::Args)]
struct Serve {
    /// The town's address.
    #[arg(long)]
    town: String,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:12345")]
    listen: SocketAddr,
    /// The secret that the town has in hotline_keys.
    #[arg(long)]
    secret: String,
    /// Where everything is written down.
    #[arg(long)]
    journal: Option<PathBuf>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 1000)]
    tickets: u64,
    /// When the tickets were created, Unix milliseconds; part of the plan, so it is the same after a restart.
    #[arg(long)]
    at_ms: i64,
    #[arg(long, default_value_t = 8)]
    at_once: usize,
    /// Percent of the town's requests that meet trouble, three kinds of it.
    #[arg(long, default_value_t = 4)]
    trouble: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    let ended = match arguments.command {
        Command::Serve(serve) => runtime.block_on(run(serve)),
        Command::Trial(trial) => runtime.block_on(trial.run()),
    };
    ended.map_or_else(|why| failed(&why), |()| ExitCode::SUCCESS)
}

fn failed(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}

async fn run(serve: Serve) -> Result<(), String> {
    let key = Key::new(CODE, "k1", &serve.secret).ok_or("the secret is no key")?;
    let plan = Plan::new(serve.seed, serve.tickets, Shares::ISSUE, Moment::from_unix_ms(serve.at_ms));
    let options = Options {
        town: serve.town,
        key,
        plan: Arc::new(plan),
        at_once: serve.at_once,
        pause: Duration::ZERO,
        trouble: serve.trouble,
    };
    let platform = Platform::new(options, serve.journal.as_deref(), &[]).map_err(|error| error.to_string())?;
    platform.run(serve.listen).await.map_err(|error| format!("{}: {error}", serve.listen))
}
