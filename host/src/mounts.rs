//! Files a component may read, read-only.
//!
//! A directory with a destination is mounted as it is. Globs and single files are gathered in a
//! directory of the host's own state, made anew at every start and mounted at the guest's root.

use crate::HostError;
use crate::manifest::Files;
use std::path::{Component, Path, PathBuf};

/// Host directory and the guest's path of it.
pub type Mount = (PathBuf, String);

/// Prepares the files of one component below `staging`.
///
/// # Errors
/// Where a source is missing, a glob matches nothing or a path leaves the manifest's directory.
pub fn prepare(component: &str, files: &[Files], manifest_dir: &Path, staging: &Path) -> Result<Vec<Mount>, HostError> {
    let fail = |what: String| HostError::Component { component: component.to_owned(), what };
    if staging.exists() {
        std::fs::remove_dir_all(staging).map_err(|error| fail(error.to_string()))?;
    }
    let mut mounts = Vec::new();
    for entry in files {
        match entry {
            Files::Glob(pattern) => gather(pattern, manifest_dir, staging).map_err(fail)?,
            Files::Placed { source, destination } => {
                let from = manifest_dir.join(source);
                if from.is_dir() {
                    mounts.push((from, destination.clone()));
                } else if from.is_file() {
                    let to = inside(staging, Path::new(destination.trim_start_matches('/')));
                    to.and_then(|to| place(&from, &to)).map_err(fail)?;
                } else {
                    return Err(fail(format!("files: {source} does not exist; run \"onetown build\"")));
                }
            }
        }
    }
    if staging.exists() {
        mounts.push((staging.to_owned(), "/".to_owned()));
    }
    Ok(mounts)
}

fn gather(pattern: &str, manifest_dir: &Path, staging: &Path) -> Result<(), String> {
    let full = manifest_dir.join(pattern);
    let full = full.to_str().ok_or("files: the path of spin.toml is not UTF-8")?;
    let paths = glob::glob(full).map_err(|error| format!("files: \"{pattern}\" is no pattern: {error}"))?;
    let mut found = false;
    for path in paths.flatten().filter(|path| path.is_file()) {
        let below = path
            .strip_prefix(manifest_dir)
            .map_err(|_| format!("files: \"{pattern}\" leaves the directory of spin.toml"))?;
        place(&path, &inside(staging, below)?)?;
        found = true;
    }
    if found { Ok(()) } else { Err(format!("files: \"{pattern}\" matches no file; run \"onetown build\"")) }
}

fn inside(root: &Path, below: &Path) -> Result<PathBuf, String> {
    if below.components().all(|part| matches!(part, Component::Normal(_))) {
        Ok(root.join(below))
    } else {
        Err(format!("files: {} leaves its directory", below.display()))
    }
}

fn place(from: &Path, to: &Path) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("files: {}: {error}", from.display());
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(fail)?;
    }
    std::fs::copy(from, to).map(drop).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_gathered_and_directories_mounted() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("a/b")).unwrap();
        std::fs::write(root.path().join("a/b/one.txt"), "1").unwrap();
        std::fs::write(root.path().join("a/two.md"), "2").unwrap();
        let staging = root.path().join(".spin/assets/x");
        let placed = |from: &str, to: &str| Files::Placed { source: from.into(), destination: to.into() };
        let files = [Files::Glob("a/**/*.txt".into()), placed("a", "/dir"), placed("a/two.md", "/t.md")];
        let mounts = prepare("x", &files, root.path(), &staging).unwrap();
        assert_eq!(mounts, [(root.path().join("a"), "/dir".to_owned()), (staging.clone(), "/".to_owned())]);
        assert_eq!(std::fs::read_to_string(staging.join("a/b/one.txt")).unwrap(), "1");
        assert_eq!(std::fs::read_to_string(staging.join("t.md")).unwrap(), "2");

        for (wrong, says) in [
            (Files::Glob("none/*".into()), "matches no file"),
            (placed("none", "/x"), "does not exist"),
            (placed("a/two.md", "/../x"), "leaves its directory"),
        ] {
            let error = prepare("x", &[wrong], root.path(), &staging).unwrap_err().to_string();
            assert!(error.starts_with("component \"x\": files: ") && error.contains(says), "{error}");
        }
    }
}
