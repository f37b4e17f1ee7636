//! What spin.toml's build commands run, from the directory of spin.toml: `build-steps component NAME` compiles a function
//! and makes it smaller, `build-steps pages` makes the portal's pages.
//!
//! Everything is made again only where its inputs changed, so that starting a built town costs a moment. What must stay
//! true: no tool is needed beside Rust and Node, and whatever stands in the way is one sentence that says what to do.

mod component;
mod module;
mod npm;
mod pages;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["component", name] => component::build(Path::new("."), name),
        ["pages"] => module::build(Path::new(".")).and_then(|()| pages::build(Path::new("web"))),
        _ => Err("say `component NAME` or `pages`".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("build-steps: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// A failure with a file, as a sentence.
fn said(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
