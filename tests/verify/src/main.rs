//! `cargo verify`: everything that must hold, in the order in which a mistake is found soonest.
//!
//! What must stay true: nothing is skipped in silence. A step that fails ends the run with one sentence and exit code 1;
//! a tool that is missing fails the first step with the command that installs it.

mod browser;
mod tools;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::{Parser, ValueEnum};

/// Runs every check of the project.
#[derive(Parser)]
struct Arguments {
    /// Run this step alone.
    #[arg(long, value_enum)]
    only: Option<Step>,
}

/// What is checked, in order.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// The tools that the other steps need are there.
    Tools,
    /// The code is formatted.
    Format,
    /// Everything native compiles, and the linter has nothing to say: at once, because cargo compiles wasmtime anew for
    /// each choice of packages and checks it anew for `cargo clippy`.
    Compile,
    /// The components and the web build.
    Build,
    /// Unit tests, the simulation, the host's tests and the API tests.
    Test,
    /// The portal's journeys in a browser.
    Browser,
}

impl Step {
    const fn heading(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Format => "formatting",
            Self::Compile => "compiling and lints",
            Self::Build => "components and web",
            Self::Test => "tests",
            Self::Browser => "browser tests",
        }
    }

    fn run(self, root: &Path) -> Result<(), String> {
        match self {
            Self::Tools => tools::check(),
            Self::Format => cargo(root, &["fmt", "--all", "--check"], "run: cargo fmt --all"),
            Self::Compile => {
                linted(root, &["test", "--workspace", "--all-targets", "--no-run"], "see the errors above")
            }
            Self::Build => run(onetown()?.arg("build").current_dir(root), "see the error above"),
            Self::Test => linted(root, &["test", "--workspace", "--no-fail-fast"], "see the failed tests above"),
            Self::Browser => browser::check(root),
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let begun = Instant::now();
    let wanted = |step: &&Step| arguments.only.is_none_or(|only| only == **step);
    for step in Step::value_variants().iter().filter(wanted) {
        println!("\n== {} ==", step.heading());
        let started = Instant::now();
        if let Err(sentence) = step.run(&root) {
            eprintln!("verify: {} failed after {} s: {sentence}", step.heading(), started.elapsed().as_secs());
            return ExitCode::FAILURE;
        }
        println!("== {}: good, {} s ==", step.heading(), started.elapsed().as_secs());
    }
    println!("\nverify: all good, {} s", begun.elapsed().as_secs());
    ExitCode::SUCCESS
}

/// The tool, as the step before compiled it: it is where this program is.
fn onetown() -> Result<Command, String> {
    let path = std::env::current_exe().map_err(|error| format!("this program does not know its place: {error}"))?;
    let path = path.with_file_name("onetown");
    if path.is_file() {
        Ok(Command::new(path))
    } else {
        Err(format!("{} is missing; run: cargo verify --only compile", path.display()))
    }
}

/// Runs cargo in the workspace.
fn cargo(root: &Path, arguments: &[&str], hint: &str) -> Result<(), String> {
    run(Command::new("cargo").args(arguments).current_dir(root), hint)
}

/// Runs cargo with clippy as our crates' compiler: what it compiles, it lints, and every warning is an error.
///
/// It is how `cargo clippy` calls it, but for a build and not for a check, so that the 400 libraries, which are nobody's
/// to lint, are compiled once and not also checked: ten minutes. Clippy compiles with fewer of rustc's optimisations;
/// it is the same compiler, and nothing that is measured or shipped is made here. Tests that ask cargo for the workspace
/// inherit the variable and find everything made; those that ask for components leave it out, as everybody does.
fn linted(root: &Path, arguments: &[&str], hint: &str) -> Result<(), String> {
    let mut cargo = Command::new("cargo");
    cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", "-Dwarnings");
    run(cargo.args(arguments).current_dir(root), hint)
}

/// Runs a command, its output on ours; `hint` says what to do when it fails.
fn run(command: &mut Command, hint: &str) -> Result<(), String> {
    let shown = format!("{command:?}").replace('"', "");
    let status = command.status().map_err(|error| format!("{shown}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` says {status}; {hint}")) }
}
