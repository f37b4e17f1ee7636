//! `onetown up`: build what changed, serve it, tick its clock, until Ctrl-C.

use crate::secrets::Secrets;
use crate::{CliError, Source, build, demo, platform, ticker};
use clap::{Args, ValueEnum};
use host::kv::FaultRule;
use host::manifest::Manifest;
use host::{Host, RunningHost, StoreChoice};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// What `up` may be told.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    source: Source,
    /// Address to serve at.
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Where data, logs and caches are kept [default: .spin beside the manifest].
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// Load the fictitious town of demo/yundu and print one login per role.
    #[arg(long)]
    demo: bool,
    /// Serve what is built already.
    #[arg(long)]
    no_build: bool,
    /// Which store to behave as, its awkward sides included.
    #[arg(long, value_enum, default_value = "sqlite")]
    faithful: Faithful,
    /// The Redis or Valkey database of --faithful redis.
    #[arg(long, default_value = "redis://127.0.0.1:6379/0", value_name = "URL")]
    redis_url: String,
    /// Make store operations fail, e.g. "component=intake,op=swap,nth=2,do=kill_after"; repeatable.
    #[arg(long = "fault", value_name = "RULE")]
    faults: Vec<FaultRule>,
    /// Answer requests that carry "x-onetown-trace: kv" with their store operations.
    #[arg(long)]
    trace: bool,
    /// Set a variable of the manifest; repeatable.
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = name_and_value)]
    variables: Vec<(String, String)>,
    /// Print the counters at the end.
    #[arg(long)]
    metrics: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Faithful {
    Sqlite,
    Redis,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// Whatever stands in the way of serving, as one sentence.
pub fn run(options: Options) -> Result<(), CliError> {
    if !options.no_build {
        build::run(&options.source.from)?;
    }
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| CliError::Said(format!("no threads can be started: {error}")))?;
    runtime.block_on(serve(options))
}

async fn serve(options: Options) -> Result<(), CliError> {
    let manifest = Manifest::read(&options.source.from)?;
    let state_dir = options.state_dir.clone().unwrap_or_else(|| manifest.directory.join(".spin"));
    let mut secrets = Secrets::keep(&state_dir)?;
    if options.demo && secrets.platform_secret.is_empty() {
        secrets.platform_secret = crate::secrets::random()?;
        secrets.save(&state_dir)?;
    }
    let variables = variables(&manifest, &options, &secrets, |name| std::env::var(name).ok());
    let clock_key = variables.get("clock_key").cloned();
    // Somebody else's key: then somebody else is the platform.
    let plays = options.demo && variables.get("hotline_keys") == Some(&platform::keys(&secrets));
    let store = match options.faithful {
        Faithful::Sqlite => StoreChoice::Sqlite,
        Faithful::Redis => StoreChoice::Redis(options.redis_url),
    };
    let running = Host::builder(&options.source.from)
        .variables(variables)
        .state_dir(&state_dir)
        .listen(options.listen)
        .store(store)
        .faults(options.faults)
        .trace(options.trace)
        .start()
        .await?;
    say(&format!("{} is at {}", manifest.application.name, running.url()));
    say(&format!("Data and logs are in {}; Ctrl-C stops.", state_dir.display()));
    let ticking = clock_key.map(|key| tokio::spawn(ticker::run(running.url(), key)));
    let town = manifest.directory.join("demo/yundu");
    let url = running.url();
    let played = Arc::new(secrets.clone());
    let prepared = async {
        if options.demo {
            demo::prepare(&url, &mut secrets, &state_dir, &town).await?;
        }
        if plays {
            tokio::spawn(platform::play(url.clone(), played, state_dir.clone()));
        }
        Ok(())
    };
    let asked = tokio::select! {
        prepared = prepared => match prepared {
            Ok(()) => asked_to_stop().await,
            Err(error) => Err(error),
        },
        asked = asked_to_stop() => asked,
    };
    if let Some(ticking) = ticking {
        ticking.abort();
    }
    stop(running, options.metrics).await;
    asked
}

async fn stop(running: RunningHost, metrics: bool) {
    let counters = running.metrics();
    running.shutdown().await;
    if metrics {
        say(&counters.to_string());
    }
}

/// A town goes on when nobody reads what it says any more; `println!` would end it.
fn say(line: &str) {
    _ = writeln!(std::io::stdout(), "{line}");
}

async fn asked_to_stop() -> Result<(), CliError> {
    let unheard = |error: std::io::Error| CliError::Said(format!("signals cannot be heard: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(unheard)?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.map_err(unheard),
        _ = terminate.recv() => Ok(()),
    }
}

/// What was said on the command line, then this installation's secrets where the manifest declares
/// them and the environment does not set them.
fn variables(
    manifest: &Manifest,
    options: &Options,
    secrets: &Secrets,
    environment: impl Fn(&str) -> Option<String>,
) -> BTreeMap<String, String> {
    let mut values: BTreeMap<String, String> = options.variables.iter().cloned().collect();
    let platform_keys = if options.demo { platform::keys(secrets) } else { String::new() };
    let made =
        [("clock_key", &secrets.clock_key), ("setup_token", &secrets.setup_token), ("hotline_keys", &platform_keys)];
    for (name, own) in made {
        if manifest.variables.contains_key(name) && !values.contains_key(name) {
            let set = environment(&format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase()));
            values.insert(name.to_owned(), set.unwrap_or_else(|| own.clone()));
        }
    }
    // A browser sends a Secure cookie over plain http to nobody, or to this machine only.
    // Somebody who tries the demo out changes roles every minute, which a code every half minute would spoil.
    let own = [
        ("insecure_cookies", "true", options.listen.ip().is_loopback()),
        ("demo", "true", options.demo),
        // The demo's platform is this command itself; see `demo/yundu/hotline.toml`.
        ("hotline_host", "http://127.0.0.1:12345", options.demo),
        ("hotline_files_host", "http://127.0.0.1:12345", options.demo),
        ("second_factor", "optional", options.demo && environment("SPIN_VARIABLE_SECOND_FACTOR").is_none()),
    ];
    for (name, value, _) in own.into_iter().filter(|(name, _, on)| *on && manifest.variables.contains_key(*name)) {
        values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    values
}
