//! A function's component: compiled, then made smaller by binaryen's wasm-opt over the core module inside, which takes a
//! sixth away.
//!
//! wasm-opt knows modules and not components, so the component is taken apart at its top level (Component Model binary
//! format: sections of an id, a LEB128 length and that many bytes) and put together again with the new module.

use crate::npm::packages;
use crate::pages::modified;
use crate::said;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Where binaryen is pinned.
pub(crate) const TOOL: &str = "build/wasm-opt";
/// What rustc's wasm32-wasip2 takes for granted, which wasm-opt cannot see in a stripped module.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];
/// Code size first; functions alike but for a constant become one, a constant used often becomes a local, and what is
/// used most gets the shortest index. The first kilobyte of memory is the far end of the stack (wasm-ld `--stack-first`),
/// so that no address of data begins there and small additions may move into the access.
const PASSES: [&str; 6] = [
    "--low-memory-unused",
    "--merge-similar-functions",
    "-Oz",
    "--const-hoisting",
    "--reorder-locals",
    "--reorder-functions",
];
/// Where the passes are: what was made under others is out of date.
const PASSES_AT: &str = "build/src/component.rs";
/// The preamble: magic, version, layer.
const PREAMBLE: usize = 8;
/// Section id of what is there for people only: in a component the names of its parts, some 10 KB.
const CUSTOM: u8 = 0;
/// Section id of a core module.
const CORE_MODULE: u8 = 1;

/// Whether `made` is newer than the module that it was made from and than the passes.
pub(crate) fn is_current(root: &Path, made: &Path, compiled_at: SystemTime) -> bool {
    let passes_at = modified(&root.join(PASSES_AT));
    modified(made).is_some_and(|at| at > compiled_at && passes_at.is_none_or(|passes| at > passes))
}

/// Compiles the function and writes `target/functions/NAME.wasm`, unless that is current.
///
/// # Errors
/// One sentence: what is missing or wrong, and the command that helps.
pub(crate) fn build(root: &Path, name: &str) -> Result<(), String> {
    let file = format!("{}.wasm", name.replace('-', "_"));
    let (compiled, made) = (root.join("target/wasm32-wasip2/release").join(&file), root.join("target/functions"));
    compile(root, name)?;
    let compiled_at = modified(&compiled).ok_or_else(|| format!("{} is not there", compiled.display()))?;
    let target = made.join(&file);
    if is_current(root, &target, compiled_at) {
        return Ok(());
    }
    packages(&root.join(TOOL))?;
    fs::create_dir_all(&made).map_err(|error| said(&made, &error))?;
    let component = fs::read(&compiled).map_err(|error| said(&compiled, &error))?;
    let sections = sections(&component).ok_or_else(|| format!("{} is no component", compiled.display()))?;
    let largest = sections.iter().filter(|(id, _)| *id == CORE_MODULE).map(|(_, module)| module.len()).max();
    let mut smaller = component.get(..PREAMBLE).unwrap_or_default().to_vec();
    for (id, content) in sections {
        // The other modules are shims of a few hundred bytes.
        if id == CORE_MODULE && Some(content.len()) == largest {
            push(&mut smaller, id, &optimise(root, &made.join(format!("{name}.core.wasm")), content)?);
        } else if id != CUSTOM {
            push(&mut smaller, id, content);
        }
    }
    // Written aside and renamed, so that a build that was stopped leaves no half component.
    let aside = made.join(format!("{name}.new"));
    fs::write(&aside, smaller).and_then(|()| fs::rename(&aside, &target)).map_err(|error| said(&target, &error))
}

/// Compiles the function as a component and nothing else: a library beside it would switch link-time optimisation off.
fn compile(root: &Path, name: &str) -> Result<(), String> {
    let arguments = ["rustc", "-p", name, "--lib", "--crate-type", "cdylib", "--target", "wasm32-wasip2", "--release"];
    let flags = without_paths().join("\x1f");
    let ended = Command::new("cargo").args(arguments).current_dir(root).env("CARGO_ENCODED_RUSTFLAGS", flags).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("`cargo {}` failed; its own words are above", arguments.join(" "))),
        Err(error) => Err(format!("cargo: {error}")),
    }
}

/// Flags that leave out of a component where this machine keeps its libraries: panics name their place. It would be 4 KB,
/// and no two machines would make the same component.
fn without_paths() -> Vec<String> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home);
    let registries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    let registries = registries.into_iter().flatten().flatten();
    let mut flags: Vec<String> =
        registries.map(|registry| format!("--remap-path-prefix={}/=", registry.path().display())).collect();
    flags.sort();
    flags
}

/// Runs wasm-opt over `module`, by way of the file `at`.
pub(crate) fn optimise(root: &Path, at: &Path, module: &[u8]) -> Result<Vec<u8>, String> {
    fs::write(at, module).map_err(|error| said(at, &error))?;
    let tool = root.join(TOOL).join("node_modules/.bin/wasm-opt");
    let ended = Command::new(&tool).arg(at).arg("-o").arg(at).args(PASSES).args(FEATURES).status();
    match ended {
        Ok(status) if status.success() => {}
        Ok(_) => return Err(format!("wasm-opt failed on {}; its own words are above", at.display())),
        Err(error) => return Err(said(&tool, &error)),
    }
    let smaller = fs::read(at).map_err(|error| said(at, &error))?;
    fs::remove_file(at).map_err(|error| said(at, &error))?;
    Ok(smaller)
}

/// The top-level sections: id and content.
fn sections(component: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut rest = component.strip_prefix(b"\0asm")?.get(PREAMBLE - 4..)?;
    let mut sections = Vec::new();
    while let Some((id, tail)) = rest.split_first() {
        let (length, tail) = length(tail)?;
        let (content, tail) = tail.split_at_checked(length)?;
        sections.push((*id, content));
        rest = tail;
    }
    Some(sections)
}

/// An unsigned LEB128 number and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let last = bytes.iter().position(|byte| byte & 0x80 == 0)?;
    let (number, rest) = bytes.split_at_checked(last + 1)?;
    let value = number
        .iter()
        .rev()
        .try_fold(0_usize, |sum, byte| sum.checked_mul(128)?.checked_add(usize::from(byte & 0x7f)))?;
    Some((value, rest))
}

fn push(component: &mut Vec<u8>, id: u8, content: &[u8]) {
    component.push(id);
    let mut length = content.len();
    while length >= 0x80 {
        component.push(0x80 | u8::try_from(length & 0x7f).unwrap_or_default());
        length >>= 7;
    }
    component.push(u8::try_from(length).unwrap_or_default());
    component.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_does_not_compile_is_said_with_its_command() {
        let empty = tempfile::tempdir().unwrap();
        let sentence = build(empty.path(), "intake").unwrap_err();
        assert!(sentence.contains("cargo rustc -p intake "), "{sentence}");
    }

    #[test]
    fn what_was_made_under_other_passes_is_made_again() {
        let root = tempfile::tempdir().unwrap();
        let compiled_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let touch = |path: &str, seconds| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            fs::File::create(path).unwrap().set_modified(time).unwrap();
        };
        let made = root.path().join("made.wasm");
        let current = || is_current(root.path(), &made, compiled_at);
        assert!(!current());
        touch("made.wasm", 1_001);
        assert!(current());
        touch(PASSES_AT, 1_002);
        assert!(!current());
        touch("made.wasm", 1_003);
        assert!(current());
        touch("made.wasm", 999);
        assert!(!current());
    }

    #[test]
    fn a_component_taken_apart_and_put_together_is_the_same() {
        let mut component = b"\0asm\x0d\0\x01\0".to_vec();
        let contents = [(1, vec![7; 300]), (0, Vec::new()), (1, vec![8; 20_000]), (11, vec![9; 127])];
        for (id, content) in &contents {
            push(&mut component, *id, content);
        }
        let found = sections(&component).unwrap();
        assert_eq!(found.len(), contents.len());
        for ((id, content), (found_id, found)) in contents.iter().zip(found) {
            assert_eq!((*id, content.as_slice()), (found_id, found));
        }
        assert_eq!(sections(&component[..component.len() - 1]), None);
        assert_eq!(sections(b"MZ"), None);
    }
}
