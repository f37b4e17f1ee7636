//! npm, for what is made by tools of that world: the pages and the components' optimiser.

use crate::said;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const INSTALL_NODE: &str = "sudo apt-get install -y nodejs npm";

/// Installs the packages of `directory` where none are, or where the lock file is another than last time.
///
/// # Errors
/// One sentence: what to install, or what failed.
pub(crate) fn packages(directory: &Path) -> Result<(), String> {
    need_program("node")?;
    need_program("npm")?;
    let (lock, kept) = (directory.join("package-lock.json"), directory.join("node_modules/.onetown-lock.json"));
    // Components are built side by side, and whoever comes first installs for all.
    let turn =
        fs::File::open(&lock).and_then(|file| file.lock().map(|()| file)).map_err(|error| said(&lock, &error))?;
    let wanted = fs::read(&lock).map_err(|error| said(&lock, &error))?;
    if fs::read(&kept).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    npm(directory, &["ci", "--no-audit", "--no-fund"])?;
    fs::write(&kept, wanted).map_err(|error| said(&kept, &error))?;
    drop(turn);
    Ok(())
}

/// Runs npm where its output is seen by whoever watches this build.
///
/// # Errors
/// One sentence: what failed.
pub(crate) fn npm(directory: &Path, arguments: &[&str]) -> Result<(), String> {
    let command = format!("npm {}", arguments.join(" "));
    eprintln!("{command}");
    let ended = Command::new("npm").args(arguments).current_dir(directory).stdin(Stdio::null()).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{command} failed in {}; its own words are above", directory.display())),
        Err(error) => Err(format!("{command}: {error}")),
    }
}

/// Fails where a program is missing.
fn need_program(program: &str) -> Result<(), String> {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match asked {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!("{program} is not installed; run: {INSTALL_NODE}")),
    }
}
