//! The browser modules: what the compiler made of web/verify and web/beacon, with the JavaScript and the types that
//! reach into them.
//!
//! wasm-bindgen runs as a library of the version the modules were compiled with, so there is no tool to install and none
//! that could be another version.

use crate::component::{TOOL, is_current, optimise};
use crate::npm::packages;
use crate::pages::modified;
use crate::said;
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Their names; each is the package `web-NAME` and becomes `NAME.js`.
const MODULES: [&str; 2] = ["verify", "beacon"];
const OUTPUT: &str = "web/src/verify";

/// Writes `web/src/verify/` of the application in `root`, leaving files that are the same untouched: their age decides
/// whether the pages are built again.
///
/// # Errors
/// One sentence: what is missing or wrong, and the command that helps.
pub(crate) fn build(root: &Path) -> Result<(), String> {
    MODULES.into_iter().try_for_each(|name| bind(root, name))
}

fn bind(root: &Path, name: &str) -> Result<(), String> {
    let file = format!("target/wasm32-unknown-unknown/release/web_{name}.wasm");
    let compiled = root.join(&file);
    let Some(compiled_at) = modified(&compiled) else {
        return Err(format!("{file} is not built; run: {}", compile(name)));
    };
    let made = root.join(format!("target/web-{name}"));
    let module = made.join(format!("{name}_bg.wasm"));
    if !is_current(root, &module, compiled_at) {
        generate(root, &compiled, &made, name)?;
    }
    replace(&made, &root.join(OUTPUT))
}

/// Writes the glue and the module, made smaller, to `made`; the module last, because its age says that all is done.
fn generate(root: &Path, compiled: &Path, made: &Path, name: &str) -> Result<(), String> {
    Bindgen::new()
        .input_path(compiled)
        .web(true)
        .map_err(|error| format!("the browser module {name}: {error:#}"))?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name(name)
        .generate(made)
        .map_err(|error| format!("{} cannot be bound to JavaScript: {error:#}", compiled.display()))?;
    packages(&root.join(TOOL))?;
    let module = made.join(format!("{name}_bg.wasm"));
    let bound = fs::read(&module).map_err(|error| said(&module, &error))?;
    // Until it is as small as it will be, it must not look finished.
    fs::remove_file(&module).map_err(|error| said(&module, &error))?;
    let smaller = optimise(root, &made.with_extension("core.wasm"), &bound)?;
    fs::write(&module, smaller).map_err(|error| said(&module, &error))
}

fn compile(name: &str) -> String {
    format!("cargo rustc -p web-{name} --lib --crate-type cdylib --target wasm32-unknown-unknown --release")
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
        assert!(sentence.ends_with(&compile("verify")), "{sentence}");
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
