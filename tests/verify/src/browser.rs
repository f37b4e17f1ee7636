//! The browser tests against a demo town of their own, fresh and on a free port.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::{onetown, run};

/// Ends the town's output once the demo is loaded; see `onetown up --demo`.
const LOADED: &str = "These logins are for trying out";

/// A town that does not outlive its tests.
struct Town {
    process: Child,
    url: String,
    /// Kept open, so that the town may go on printing.
    output: BufReader<ChildStdout>,
}

impl Drop for Town {
    fn drop(&mut self) {
        // It may be gone already, which is all that is wanted.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Starts the town, installs the tests' packages, runs the tests.
pub fn check(root: &Path) -> Result<(), String> {
    let state = tempfile::tempdir().map_err(|error| format!("no state directory: {error}"))?;
    let tests = root.join("tests/browser");
    let install = ["ci", "--no-audit", "--no-fund"];
    run(Command::new("npm").args(install).current_dir(&tests), "is the npm registry reachable?")?;
    let town = start(root, state.path())?;
    let mut tests = Command::new("npm")
        .current_dir(tests)
        .arg("test")
        .env("ONETOWN_URL", &town.url)
        .env("ONETOWN_STATE", state.path())
        .spawn();
    let status = tests.as_mut().map_err(|error| format!("npm: {error}"))?.wait();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`npm test` in tests/browser says {status}; see the failed test above")),
        Err(error) => Err(format!("npm: {error}")),
    }
}

fn start(root: &Path, state: &Path) -> Result<Town, String> {
    let listen =
        ["up", "--no-build", "--demo", "--listen", "127.0.0.1:0", "--variable", "trusted_proxy_hops=1", "--state-dir"];
    let mut process = onetown()?
        .args(listen)
        .arg(state)
        .current_dir(root)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the town cannot be started: {error}"))?;
    let output = process.stdout.take().ok_or("the town has no output")?;
    let mut town = Town { process, url: String::new(), output: BufReader::new(output) };
    let mut line = String::new();
    while town.output.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
        if let Some((_, url)) = line.split_once(" is at ") {
            url.trim().clone_into(&mut town.url);
        }
        if line.starts_with(LOADED) {
            return Ok(town);
        }
        line.clear();
    }
    Err("the town did not come up; see its message above".to_owned())
}
