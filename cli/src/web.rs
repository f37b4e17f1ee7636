//! The portal's pages: packages when the lock file changed, pages when a source is newer.

use crate::CliError;
use crate::build::need_program;
use crate::progress::Step;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

const INSTALL_NODE: &str = "sudo apt-get install -y nodejs npm";
/// Directories below `web/` whose changes do not call for a build.
const NOT_SOURCES: [&str; 3] = ["node_modules", "dist", "target"];

/// Builds `web/` below the manifest's directory, where there is one.
///
/// # Errors
/// One sentence: which step failed, or what to install.
pub fn build(root: &Path) -> Result<(), CliError> {
    let web = root.join("web");
    if !web.join("package.json").is_file() {
        return Ok(());
    }
    need_program("node", INSTALL_NODE)?;
    need_program("npm", INSTALL_NODE)?;
    packages(&web)?;
    // Written after a successful build; its time is what sources are compared with.
    let stamp = web.join("node_modules/.onetown-built");
    if web.join("dist").is_dir() && !newer_below(&web, modified(&stamp)) {
        return Ok(());
    }
    let started = SystemTime::now();
    let step = Step::start("building the web");
    step.run(Command::new("npm").args(["run", "build"]).current_dir(&web))?;
    fs::File::create(&stamp).and_then(|file| file.set_modified(started)).map_err(|e| said(&stamp, &e))?;
    step.done();
    Ok(())
}

/// Installs the packages where none are, or where the lock file is another than last time.
fn packages(web: &Path) -> Result<(), CliError> {
    let (lock, kept) = (web.join("package-lock.json"), web.join("node_modules/.onetown-lock.json"));
    let wanted = fs::read(&lock).map_err(|error| said(&lock, &error))?;
    if fs::read(&kept).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let step = Step::start("installing the web's packages");
    step.run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(web))?;
    fs::write(&kept, wanted).map_err(|error| said(&kept, &error))?;
    step.done();
    Ok(())
}

fn said(path: &Path, error: &std::io::Error) -> CliError {
    CliError::Said(format!("{}: {error}", path.display()))
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
        let web = std::env::temp_dir().join(format!("onetown-web-{}", std::process::id()));
        for directory in ["src", "node_modules", "dist"] {
            fs::create_dir_all(web.join(directory)).unwrap();
        }
        let built = SystemTime::now();
        let touch = |path: &str, time| fs::File::create(web.join(path)).unwrap().set_modified(time).unwrap();
        touch("src/main.ts", built - Duration::from_secs(9));
        touch("node_modules/new.js", built + Duration::from_secs(9));
        assert!(!newer_below(&web, Some(built)));
        assert!(newer_below(&web, None));
        touch("src/main.ts", built + Duration::from_secs(9));
        assert!(newer_below(&web, Some(built)));
        fs::remove_dir_all(&web).unwrap();
    }
}
