//! The command as somebody types it. Without a test of its own here, cargo would not build it beside the other tests.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::{Command, Output};

const DRAWN: &str = "../tests/golden/draw-contributors.json";

fn onetown(arguments: &[&str], directory: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_onetown")).args(arguments).current_dir(directory).output().unwrap()
}

#[test]
fn where_there_is_no_manifest_one_sentence_says_what_to_do() {
    let empty = tempfile::tempdir().unwrap();
    let ended = onetown(&["build"], empty.path());
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(said.lines().count() == 1 && said.contains("--from"), "{said}");
}

#[test]
fn a_draw_that_was_altered_fails_and_a_true_one_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let drawn = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(DRAWN)).unwrap();
    let ends = |bundle: &str| {
        std::fs::write(directory.path().join("draw.json"), bundle).unwrap();
        onetown(&["verify", "draw.json"], directory.path()).status.code()
    };
    assert_eq!(ends(&drawn), Some(0));
    let seed = drawn.rfind("\"seed\":\"").unwrap() + 8;
    let other = if drawn[seed..].starts_with('0') { "1" } else { "0" };
    assert_eq!(ends(&format!("{}{other}{}", &drawn[..seed], &drawn[seed + 1..])), Some(1));
}
