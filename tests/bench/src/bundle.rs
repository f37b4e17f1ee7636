//! The bundle under test: the application's own manifest plus hello world, started as a user would start it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::http;

/// Components whose sizes are reported.
const COMPONENTS: [&str; 15] = [
    "hello",
    "portal",
    "intake",
    "cases",
    "attachments",
    "lists",
    "dispatch",
    "desk",
    "clock",
    "duties",
    "identity",
    "staff",
    "catalogue",
    "forms",
    "whistles",
    "inspection",
    "checks",
    "draws",
];
/// 700 KiB.
const COMPONENT_BYTES_MAX: u64 = 700 * 1024;
/// A cold start compiles five components: half a minute on two busy cores, twice that to be sure.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A running bundle; stopped when dropped.
pub struct Bundle {
    child: Child,
    state: tempfile::TempDir,
    /// `127.0.0.1:port`
    pub address: String,
}

/// Builds functions, web and hello world.
pub fn build() -> Result<()> {
    cargo(&["run", "-q", "-p", "cli", "--bin", "onetown", "--", "build"])?;
    cargo(&["build", "-q", "-p", "hello", "--release", "--target", "wasm32-wasip2"])
}

fn cargo(arguments: &[&str]) -> Result<()> {
    ensure!(Command::new("cargo").args(arguments).status()?.success(), "cargo {} failed", arguments.join(" "));
    Ok(())
}

impl Bundle {
    /// Starts the bundle with the demo town on a free port, trusting one proxy so that wrk can play many addresses.
    pub fn start() -> Result<Self> {
        let state = tempfile::tempdir()?;
        let manifest = manifest()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let child = Command::new("target/debug/onetown")
            .args(["up", "--no-build", "--demo", "--listen", &address, "--variable", "trusted_proxy_hops=1"])
            .args(["--from".as_ref(), manifest.as_os_str(), "--state-dir".as_ref(), state.path().as_os_str()])
            .stdout(Stdio::null())
            .spawn()
            .context("target/debug/onetown does not start; run `cargo onetown build`")?;
        let mut bundle = Self { child, state, address };
        bundle.wait()?;
        Ok(bundle)
    }

    /// Until the town is loaded: the catalogue answers.
    fn wait(&mut self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < START_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                bail!("onetown ended with {status}");
            }
            let answer =
                http::Connection::open(&self.address).and_then(|mut c| c.send("GET", "/api/catalogue", &[], ""));
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        bail!("the bundle was not ready after {START_LIMIT:?}")
    }

    /// The key that the command made for the clock.
    pub fn clock_key(&self) -> Result<String> {
        let secrets: serde_json::Value =
            serde_json::from_slice(&std::fs::read(self.state.path().join("onetown.json"))?)?;
        Ok(secrets.get("clock_key").and_then(|key| key.as_str()).context("no clock_key in onetown.json")?.to_owned())
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        // Nothing to save: the state directory goes too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The application's manifest with hello world added, one folder below `target`.
fn manifest() -> Result<std::path::PathBuf> {
    let application = std::fs::read_to_string("spin.toml").context("run this from the project's root")?;
    let application = application.replace("\"target/", "\"../").replace("\"web/dist\"", "\"../../web/dist\"");
    let hello = "\n[[trigger.http]]\nroute = \"/hello\"\ncomponent = \"hello\"\n\n[component.hello]\n\
                 source = \"../wasm32-wasip2/release/hello.wasm\"\n";
    let path = Path::new("target/bench/spin.toml");
    std::fs::create_dir_all("target/bench")?;
    // The command looks for the demo town beside the manifest.
    let demo = Path::new("target/bench/demo");
    if !demo.exists() {
        std::os::unix::fs::symlink("../../demo", demo)?;
    }
    std::fs::write(path, application + hello)?;
    Ok(path.to_owned())
}

/// Component sizes as a table.
pub fn sizes() -> Result<Vec<String>> {
    let mut lines = vec!["| component | bytes | budget |".to_owned(), "|---|---|---|".to_owned()];
    for name in COMPONENTS {
        let directory = if name == "hello" { "wasm32-wasip2/release" } else { "functions" };
        let bytes = std::fs::metadata(format!("target/{directory}/{name}.wasm"))?.len();
        let verdict = if bytes <= COMPONENT_BYTES_MAX { "within 716800" } else { "OVER 716800" };
        lines.push(format!("| {name} | {bytes} | {verdict} |"));
    }
    Ok(lines)
}
