//! The `onetown` command: reads its arguments and hands over.

use clap::Parser as _;
use cli::{Arguments, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("onetown: {error}");
            ExitCode::FAILURE
        }
    }
}
