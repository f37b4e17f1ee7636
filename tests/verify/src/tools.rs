//! What must be installed, each with the command that does it.

use std::path::Path;
use std::process::Command;

/// The oldest Node.js that the web's tools and tests run on.
const NODE_MAJOR_MIN: u32 = 20;

/// Looks for everything and names all that is missing.
pub fn check() -> Result<(), String> {
    let programs = [
        (std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned()), "chromium fonts-noto-cjk"),
        ("redis-server".to_owned(), "redis-server"),
        ("npm".to_owned(), "npm"),
    ];
    let mut missing = Vec::new();
    for (program, package) in programs {
        if output(Command::new(&program).arg("--version")).is_none() {
            missing.push(format!("{program} is not installed; run: sudo apt-get install -y {package}"));
        }
    }
    let node = output(Command::new("node").arg("--version")).and_then(|text| major(&text));
    if node.is_none_or(|major| major < NODE_MAJOR_MIN) {
        let advice = "run: sudo apt-get install -y nodejs, or see https://nodejs.org";
        missing.push(format!("Node.js {NODE_MAJOR_MIN} or later is not installed; {advice}"));
    }
    for target in ["wasm32-wasip2", "wasm32-unknown-unknown"] {
        let libraries = output(Command::new("rustc").args(["--print", "target-libdir", "--target", target]));
        if !libraries.is_some_and(|directory| Path::new(directory.trim()).is_dir()) {
            missing.push(format!("the Rust target {target} is not installed; run: rustup target add {target}"));
        }
    }
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if output(Command::new("cargo").args([tool, "--version"])).is_none() {
            missing.push(format!("cargo {tool} is not installed; run: rustup component add {component}"));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n        ")) }
}

/// What a command prints, if it succeeds.
fn output(command: &mut Command) -> Option<String> {
    let done = command.output().ok().filter(|done| done.status.success())?;
    String::from_utf8(done.stdout).ok()
}

/// 20 of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20.20.2"), None);
        assert_eq!(major(""), None);
    }
}
