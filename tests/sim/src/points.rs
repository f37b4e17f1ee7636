//! Crash points: a town that stands still, and one request that meets one fate at one of its operations.
//!
//! The request is sent until it is answered, by a fresh instance, and then once more; what must be true afterwards is for
//! the test to say, after [`crate::quiesce::settle`]. [`every`] leaves no operation and no fate out.

use std::future::Future;
use std::sync::Arc;

use futures::FutureExt as _;
use store::memory::{Backend, Fate, Gate, MemoryKv, Steady};

use crate::checker::{Promises, Violation};
use crate::office::{self, Post};
use crate::quiesce::{self, Runner};
use crate::town::{self, Instance, Response, Signed};

/// Everything that can happen to an operation.
pub const FATES: [Fate; 4] = [Fate::FailBefore, Fate::FailAfter, Fate::CrashBefore, Fate::CrashAfter];
/// How often a patient client tries: a creator that died keeps others out for 30 s from the first look at it.
const TRIES_MAX: u32 = 20;
/// Between two tries.
const PAUSE_MS: i64 = 3_000;

/// Which operation meets what; none where everything proceeds.
pub type Special = Option<(usize, Fate)>;

/// A test for each backend, so that they run beside each other.
#[macro_export]
macro_rules! on_every_backend {
    ($every_point:path) => {
        #[test]
        fn sqlite() {
            $every_point($crate::runs::BACKENDS[0]);
        }

        #[test]
        fn redis() {
            $every_point($crate::runs::BACKENDS[1]);
        }

        #[test]
        fn partial() {
            $every_point($crate::runs::BACKENDS[2]);
        }
    };
}

/// A town that is set up.
pub struct Town {
    /// Its store.
    pub kv: MemoryKv,
    /// Its clock and its fate.
    pub gate: Arc<Steady>,
}

/// What became of a request.
pub struct Struck {
    /// The town, restarted and without further faults.
    pub town: Town,
    /// The operations of the attempt that was struck.
    pub operations: usize,
    /// What the attempt that was struck answered, if it was a success.
    pub first: Option<Response>,
    /// The first success.
    pub answer: Response,
    /// The answer to the same request once more.
    pub again: Response,
}

impl Town {
    /// The demo town on `backend`.
    ///
    /// # Errors
    /// When it does not load.
    pub fn new(backend: Backend) -> Result<Self, Violation> {
        let gate = Steady::new(1);
        let kv = MemoryKv::new(backend, Arc::clone(&gate) as Arc<dyn Gate>);
        town::set_up(&kv)?;
        Ok(Self { kv, gate })
    }

    /// The same town, whose operations from now on meet `special`.
    #[must_use]
    pub fn restarted(&self, special: Special) -> Self {
        let gate = self.gate.restarted(special);
        Self { kv: self.kv.behind(Arc::clone(&gate) as Arc<dyn Gate>), gate }
    }

    /// The same in a store of its own.
    #[must_use]
    pub fn copied(&self, special: Special) -> Self {
        let gate = self.gate.restarted(special);
        Self { kv: self.kv.copied(Arc::clone(&gate) as Arc<dyn Gate>), gate }
    }

    /// A fresh instance of the functions.
    #[must_use]
    pub fn instance(&self) -> Instance {
        Instance::new(&self.kv)
    }

    /// Somebody at `post` who is signed in; everybody outside of the centre has another name than those in it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn sign_in(&self, post: Post) -> Result<Signed, String> {
        let signing = office::sign_in(self.kv.clone(), usize::from(post.unit != office::CENTRE), post);
        signing.now_or_never().unwrap_or_else(|| Err("signing in waits".to_owned()))
    }

    /// The same under the name `account`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn sign_in_as(&self, account: &str, post: Post) -> Result<Signed, String> {
        let signing = office::sign_in_as(self.kv.clone(), account.to_owned(), post);
        signing.now_or_never().unwrap_or_else(|| Err("signing in waits".to_owned()))
    }

    /// Sends what `send` sends in a copy of this town, where it meets `special`, until it is answered, and once more.
    ///
    /// # Errors
    /// When it is refused or never answered.
    pub fn strike(&self, special: Special, send: impl Fn(&Instance) -> Option<Response>) -> Result<Struck, String> {
        let struck = self.copied(special);
        let mut answer = send(&struck.instance());
        let operations = struck.gate.passed().len();
        let first = answer.clone().filter(|answer| answer.status.is_success());
        let town = struck.restarted(None);
        let instance = town.instance();
        for _ in 0..TRIES_MAX {
            match &answer {
                Some(answer) if answer.status.is_success() => break,
                Some(answer) if !answer.is_unknown() => return Err(format!("refused: {answer:?}")),
                _ => {}
            }
            town.gate.advance(PAUSE_MS);
            answer = send(&instance);
        }
        let answer = answer.filter(|answer| answer.status.is_success()).ok_or("never answered")?;
        let again = send(&instance).ok_or("an attempt without faults crashed")?;
        Ok(Struck { town, operations, first, answer, again })
    }

    /// Ticks to the end and checks everything.
    ///
    /// # Errors
    /// The first thing that is not as it should be.
    pub fn settle(&self) -> Result<(), String> {
        let instance = self.instance();
        let settled = quiesce::settle(self, &self.kv, &Promises::default(), || town::tick(&instance));
        settled.map_err(|violation| violation.0)
    }
}

impl Runner for Town {
    fn complete<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Option<T> {
        future.now_or_never()
    }

    fn advance(&self, ms: i64) {
        self.gate.advance(ms);
    }
}

/// Strikes every operation with every fate; `point` strikes one, and says how many there are. Returns the points.
///
/// # Errors
/// What was wrong at which point of `what`.
pub fn every(what: &str, mut point: impl FnMut(Special) -> Result<usize, String>) -> Result<usize, String> {
    let operations = point(None).map_err(|why| format!("{what}: {why}"))?;
    for index in 0..operations {
        for fate in FATES {
            let told = |why| format!("{what}: {fate:?} at operation {index} of {operations}: {why}");
            point(Some((index, fate))).map_err(told)?;
        }
    }
    Ok(operations * FATES.len())
}
