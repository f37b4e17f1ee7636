//! Steps that take a while, shown while they run: a spinner on a terminal, plain lines elsewhere.

use crate::CliError;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::io::{BufRead as _, BufReader, IsTerminal as _, Read};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// A failed step shows its last lines: enough for a compiler error, not a whole log.
const LINES_SHOWN: usize = 60;
/// Steps side by side have a line each.
static SCREEN: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// One step on the screen.
pub struct Step {
    name: String,
    bar: Option<ProgressBar>,
    started: Instant,
}

impl Step {
    /// Announces a step.
    pub fn start(name: impl Into<String>) -> Self {
        let name = name.into();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = SCREEN.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}") {
                bar.set_style(style);
            }
            bar.set_prefix(name.clone());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            eprintln!("{name} …");
        }
        Self { name, bar, started: Instant::now() }
    }

    /// Shows what the step is at.
    pub fn at(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.trim().to_owned());
        }
    }

    /// Takes the step off the screen and leaves one line.
    pub fn done(self) {
        let took = self.started.elapsed().as_secs();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        SCREEN.suspend(|| eprintln!("{}: done in {took} s", self.name));
    }

    /// Takes the step off the screen without a word: what went wrong is said elsewhere.
    pub fn failed(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Runs a command under this step, its latest line beside the spinner.
    ///
    /// # Errors
    /// Where it cannot be started or fails; its last lines are printed then.
    pub fn run(&self, command: &mut Command) -> Result<(), CliError> {
        let shown = format!("{command:?}").replace('"', "");
        let fail = |what: String| {
            self.failed();
            CliError::Said(what)
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| fail(format!("{shown}: {error}")))?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let lines = std::thread::scope(|scope| {
            let out = scope.spawn(|| out.map(|out| self.follow(out)).unwrap_or_default());
            let mut lines = err.map(|err| self.follow(err)).unwrap_or_default();
            lines.extend(out.join().unwrap_or_default());
            lines
        });
        let status = child.wait().map_err(|error| fail(format!("{shown}: {error}")))?;
        if status.success() {
            return Ok(());
        }
        let error = fail(format!("{} failed; the command was: {shown}", self.name));
        SCREEN.suspend(|| {
            for line in lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN)) {
                eprintln!("{line}");
            }
        });
        Err(error)
    }

    fn follow(&self, from: impl Read) -> Vec<String> {
        let mut lines = Vec::new();
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            self.at(&line);
            lines.push(line);
        }
        lines
    }
}
