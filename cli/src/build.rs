//! `onetown build`: what the manifest says, so that it builds what `spin build` builds. The browser module and the web
//! are commands of the portal there.

use crate::CliError;
use crate::progress::Step;
use host::manifest::{Build, Commands, Manifest};
use std::panic::resume_unwind;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Builds everything of the application at `from`.
///
/// # Errors
/// One sentence: which step failed, or which tool is missing and how to install it.
pub fn run(from: &Path) -> Result<(), CliError> {
    // Said before the compiler says it in its way, in the middle of its output.
    TARGETS.into_iter().try_for_each(need_target)?;
    components(&Manifest::read(from)?)
}

/// What components and the browser's modules are compiled for.
const TARGETS: [&str; 2] = ["wasm32-wasip2", "wasm32-unknown-unknown"];
/// How many components are built at once. Cargo lets one compile at a time, on one core because link-time optimisation
/// is one unit; meanwhile another is made smaller. More would only wait.
const AT_ONCE: usize = 2;

/// Runs each component's build command, equal ones once; after a failure begins no other.
fn components(manifest: &Manifest) -> Result<(), CliError> {
    let mut waiting: Vec<(&str, &Build)> = Vec::new();
    for (name, component) in manifest.component.iter().rev() {
        let Some(build) = &component.build else { continue };
        let same = |(_, other): &(&str, &Build)| other.command == build.command && other.workdir == build.workdir;
        if !waiting.iter().any(same) {
            waiting.push((name, build));
        }
    }
    let waiting = Mutex::new(waiting);
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || {
        while let Some((name, build)) = next() {
            component(manifest, name, build).inspect_err(|_| while next().is_some() {})?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        ended.fold(Ok(()), Result::and)
    })
}

fn component(manifest: &Manifest, name: &str, build: &Build) -> Result<(), CliError> {
    let commands = match &build.command {
        Commands::One(command) => std::slice::from_ref(command),
        Commands::Several(commands) => commands,
    };
    let step = Step::start(format!("building {name}"));
    for command in commands {
        let directory = manifest.directory.join(build.workdir.as_deref().unwrap_or("."));
        step.run(Command::new("sh").arg("-c").arg(command).current_dir(directory))?;
    }
    step.done();
    Ok(())
}

/// Fails where a wasm target of the compiler is not installed.
fn need_target(target: &str) -> Result<(), CliError> {
    let asked = Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output();
    let libraries = asked.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    match libraries {
        Some(directory) if Path::new(directory.trim()).is_dir() => Ok(()),
        Some(_) => {
            Err(CliError::Said(format!("the Rust target {target} is not installed; run: rustup target add {target}")))
        }
        None => Err(CliError::Said("rustc is not installed; get it from https://rustup.rs".to_owned())),
    }
}
