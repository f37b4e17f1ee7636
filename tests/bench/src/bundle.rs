//! The bundle under test: the application's own manifest plus hello world, started as a user would start it.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Components whose sizes are reported.
const COMPONENTS: &[&str] = &[
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
    "noticeboard",
    "inspection",
    "drawing",
    "commitment",
    "checks",
    "draws",
    "pledges",
    "followup",
    "exports",
    "hotline",
    "relay",
    "outbox",
    "courier",
    "fetcher",
    "beacon",
    "reconciliation",
    "liaison",
];
/// 700 KiB.
const COMPONENT_BYTES_MAX: u64 = 700 * 1024;
/// `/proc` counts processor time in hundredths of a second (USER_HZ), whatever the kernel ticks at.
const TICKS_PER_SECOND: u64 = 100;

/// More processor time than a host that only ticks takes in a second.
const IDLE: Duration = Duration::from_millis(100);
/// Ten minutes: with 100 000 cases all of it, submitting and folding included, took eleven.
const REST_WITHIN_S: u32 = 600;

/// A running bundle; stopped when dropped.
pub struct Bundle {
    child: Child,
    /// Kept open: the command says a word when it stops.
    _stdout: BufReader<ChildStdout>,
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
        let mut child = Command::new("target/debug/onetown")
            .args(["up", "--no-build", "--demo", "--listen", &address, "--variable", "trusted_proxy_hops=1"])
            .args(["--variable", &format!("hotline_keys={}", crate::tickets::keys())])
            .args(["--from".as_ref(), manifest.as_os_str(), "--state-dir".as_ref(), state.path().as_os_str()])
            .stdout(Stdio::piped())
            .spawn()
            .context("target/debug/onetown does not start; run `cargo onetown build`")?;
        let mut stdout = BufReader::new(child.stdout.take().context("onetown has no standard output")?);
        wait(&mut stdout)?;
        Ok(Self { child, _stdout: stdout, state, address })
    }

    /// Processor time of the host so far, its own and the kernel's on its behalf.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it.
        let (_, fields) = stat.rsplit_once(')').context("no name in /proc/PID/stat")?;
        let times = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        let ticks: u64 = times.sum::<Result<_, _>>()?;
        Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
    }

    /// Waits until the host is at rest. The clock's other duties (what goes to platforms, for one) read the log as well,
    /// and would be measured with whatever is asked next.
    pub fn rest(&self) -> Result<()> {
        let mut before = self.cpu()?;
        for _ in 0..REST_WITHIN_S {
            std::thread::sleep(Duration::from_secs(1));
            let now = self.cpu()?;
            if now.saturating_sub(before) < IDLE {
                return Ok(());
            }
            before = now;
        }
        anyhow::bail!("the host is still at work after {REST_WITHIN_S} s")
    }

    /// The key that the command made for the clock.
    pub fn clock_key(&self) -> Result<String> {
        let secrets: serde_json::Value =
            serde_json::from_slice(&std::fs::read(self.state.path().join("onetown.json"))?)?;
        Ok(secrets.get("clock_key").and_then(|key| key.as_str()).context("no clock_key in onetown.json")?.to_owned())
    }
}

/// Until the demo is loaded: the last login that is printed is the administrator's. The catalogue answers earlier, but
/// until then passwords are hashed, in the same process that is to be measured.
fn wait(stdout: &mut BufReader<ChildStdout>) -> Result<()> {
    let mut line = String::new();
    while !line.starts_with("administrator ") {
        line.clear();
        ensure!(stdout.read_line(&mut line)? > 0, "onetown ended before the demo was loaded; its own words are above");
    }
    Ok(())
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
    let mut hello = "\n[component.hello]\nsource = \"../wasm32-wasip2/release/hello.wasm\"\n\
                     key_value_stores = [\"default\"]\n"
        .to_owned();
    for route in ["/hello", "/reads/:number", "/writes/:key"] {
        hello.push_str(&format!("\n[[trigger.http]]\nroute = \"{route}\"\ncomponent = \"hello\"\n"));
    }
    let path = Path::new("target/bench/spin.toml");
    std::fs::create_dir_all("target/bench")?;
    // The command looks for the demo town beside the manifest.
    let demo = Path::new("target/bench/demo");
    if !demo.exists() {
        std::os::unix::fs::symlink("../../demo", demo)?;
    }
    std::fs::write(path, application + &hello)?;
    Ok(path.to_owned())
}

/// Component sizes as a table.
pub fn sizes() -> Result<Vec<String>> {
    let mut lines = vec!["| component | bytes | budget |".to_owned(), "|---|---|---|".to_owned()];
    for name in COMPONENTS.iter().copied() {
        let directory = if name == "hello" { "wasm32-wasip2/release" } else { "functions" };
        let bytes = std::fs::metadata(format!("target/{directory}/{name}.wasm"))?.len();
        let verdict = if bytes <= COMPONENT_BYTES_MAX { "within 716800" } else { "OVER 716800" };
        lines.push(format!("| {name} | {bytes} | {verdict} |"));
    }
    Ok(lines)
}
