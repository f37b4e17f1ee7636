//! The portal's pages: packages when the lock file changed, pages when a source is newer.

use crate::said;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

const INSTALL_NODE: &str = "sudo apt-get install -y nodejs npm";
/// Directories below `web/` whose changes do not call for a build.
const NOT_SOURCES: [&str; 4] = ["node_modules", "dist", "target", "screenshots"];

/// Builds the pages in the directory `web`.
///
/// # Errors
/// One sentence: which step failed, or what to install.
pub(crate) fn build(web: &Path) -> Result<(), String> {
    need_program("node")?;
    need_program("npm")?;
    packages(web)?;
    // Written after a successful build; its time is what sources are compared with.
    let stamp = web.join("node_modules/.onetown-built");
    if web.join("dist").is_dir() && !newer_below(web, modified(&stamp)) {
        return Ok(());
    }
    let started = SystemTime::now();
    npm(web, &["run", "build"])?;
    fs::File::create(&stamp).and_then(|file| file.set_modified(started)).map_err(|error| said(&stamp, &error))
}

/// Installs the packages where none are, or where the lock file is another than last time.
fn packages(web: &Path) -> Result<(), String> {
    let (lock, kept) = (web.join("package-lock.json"), web.join("node_modules/.onetown-lock.json"));
    let wanted = fs::read(&lock).map_err(|error| said(&lock, &error))?;
    if fs::read(&kept).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    npm(web, &["ci", "--no-audit", "--no-fund"])?;
    fs::write(&kept, wanted).map_err(|error| said(&kept, &error))
}

/// Runs npm where its output is seen by whoever watches this build.
fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let command = format!("npm {}", arguments.join(" "));
    eprintln!("{command}");
    let ended = Command::new("npm").args(arguments).current_dir(web).stdin(Stdio::null()).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{command} failed in {}; its own words are above", web.display())),
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

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Whether any source is newer than `than`; without a time everything is.
fn newer_below(directory: &Path, than: Option<SystemTime>) -> bool {
    let Some(than) = than else { return true };
    let Ok(entries) = fs::read_dir(directory) else { return true };
    entries.flatten().any(|entry| {
        let (path, name) = (entry.path(), entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                !NOT_SOURCES.iter().any(|skipped| name == *skipped) && newer_below(&path, Some(than))
            }
            _ => modified(&path).is_none_or(|time| time > than),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn only_sources_call_for_a_build() {
        let kept = tempfile::tempdir().unwrap();
        let web = kept.path();
        for directory in ["src", "node_modules", "dist"] {
            fs::create_dir_all(web.join(directory)).unwrap();
        }
        let built = SystemTime::now();
        let touch = |path: &str, time| fs::File::create(web.join(path)).unwrap().set_modified(time).unwrap();
        touch("src/main.ts", built - Duration::from_secs(9));
        touch("node_modules/new.js", built + Duration::from_secs(9));
        assert!(!newer_below(web, Some(built)));
        assert!(newer_below(web, None));
        touch("src/main.ts", built + Duration::from_secs(9));
        assert!(newer_below(web, Some(built)));
    }
}
