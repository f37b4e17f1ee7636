//! What `spin build` and `onetown build` run for the portal's pages, from the directory of spin.toml: the browser
//! module's glue, the packages, the pages.
//!
//! Everything is made again only where its inputs changed, so that starting a built town costs a moment. What must stay
//! true: no tool is needed beside Rust and Node, and whatever stands in the way is one sentence that says what to do.

mod module;
mod pages;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match module::build(Path::new(".")).and_then(|()| pages::build(Path::new("web"))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("web-build: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// A failure with a file, as a sentence.
fn said(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
