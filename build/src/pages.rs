//! The portal's pages: packages when the lock file changed, pages when a source is newer.

use crate::npm::{npm, packages};
use crate::said;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// Directories below `web/` whose changes do not call for a build.
const NOT_SOURCES: [&str; 4] = ["node_modules", "dist", "target", "screenshots"];

/// Builds the pages in the directory `web`.
///
/// # Errors
/// One sentence: which step failed, or what to install.
pub(crate) fn build(web: &Path) -> Result<(), String> {
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

pub(crate) fn modified(path: &Path) -> Option<SystemTime> {
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
