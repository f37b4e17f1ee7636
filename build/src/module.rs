//! The browser module: what the compiler made of web/verify, with the JavaScript and the types that reach into it.
//!
//! wasm-bindgen runs as a library of the version the module was compiled with, so there is no tool to install and none
//! that could be another version.

use crate::said;
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

const COMPILED: &str = "target/wasm32-unknown-unknown/release/web_verify.wasm";
const COMPILE: &str = "cargo rustc -p web-verify --lib --crate-type cdylib --target wasm32-unknown-unknown --release";
const OUTPUT: &str = "web/src/verify";

/// Writes `web/src/verify/` of the application in `root`, leaving files that are the same untouched: their age decides
/// whether the pages are built again.
///
/// # Errors
/// One sentence: what is missing or wrong, and the command that helps.
pub(crate) fn build(root: &Path) -> Result<(), String> {
    let compiled = root.join(COMPILED);
    if !compiled.is_file() {
        return Err(format!("{COMPILED} is not built; run: {COMPILE}"));
    }
    let made = root.join("target/web-verify");
    Bindgen::new()
        .input_path(&compiled)
        .web(true)
        .map_err(|error| format!("the browser module: {error:#}"))?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("verify")
        .generate(&made)
        .map_err(|error| format!("{COMPILED} cannot be bound to JavaScript: {error:#}"))?;
    replace(&made, &root.join(OUTPUT))
}

/// Copies the files that differ.
fn replace(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| said(to, &error))?;
    for entry in fs::read_dir(from).map_err(|error| said(from, &error))?.flatten() {
        let (made, kept) = (entry.path(), to.join(entry.file_name()));
        let bytes = fs::read(&made).map_err(|error| said(&made, &error))?;
        if !fs::read(&kept).is_ok_and(|before| before == bytes) {
            fs::write(&kept, bytes).map_err(|error| said(&kept, &error))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_compiled_is_said_with_its_command() {
        let empty = tempfile::tempdir().unwrap();
        let sentence = build(empty.path()).unwrap_err();
        assert!(sentence.ends_with(COMPILE), "{sentence}");
    }

    #[test]
    fn only_what_differs_is_written() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let age = |name: &str| fs::metadata(to.path().join(name)).unwrap().modified().unwrap();
        for name in ["same", "other"] {
            fs::write(from.path().join(name), "new").unwrap();
        }
        fs::write(to.path().join("same"), "new").unwrap();
        fs::write(to.path().join("other"), "old").unwrap();
        let long_ago = std::time::UNIX_EPOCH;
        fs::File::options().write(true).open(to.path().join("same")).unwrap().set_modified(long_ago).unwrap();
        replace(from.path(), to.path()).unwrap();
        assert_eq!(age("same"), long_ago);
        assert_eq!(fs::read(to.path().join("other")).unwrap(), b"new");
    }
}
