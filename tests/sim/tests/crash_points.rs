//! Crash points: for every command, every operation of it, every fate. All of them, on every backend.
//!
//! A command runs once to be counted. Then, for each of its operations and each fate, a fresh town is brought to the
//! same state, the command meets that fate at that operation, and the town is restarted. The same command is sent
//! again until it is answered, the feed is sequenced to its end, and everything is checked.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test: what is wrong must stop it")]

use std::future::Future;
use std::sync::Arc;

use canon::DocId;
use domain::order::{OrderCommand, SupplementCommand, Text, UrgeCommand, WorkOrder};
use futures::FutureExt as _;
use sim::checker::{Acknowledged, Promises};
use sim::desk::{self, Answer, Form};
use sim::quiesce::{Runner, settle};
use sim::runs::BACKENDS;
use store::memory::{Backend, Fate, Gate, MemoryKv, Steady};
use store::{Access, CommitError, Document};

const FATES: [Fate; 4] = [Fate::FailBefore, Fate::FailAfter, Fate::CrashBefore, Fate::CrashAfter];

/// A store behind a gate.
struct Town {
    kv: MemoryKv,
    gate: Arc<Steady>,
}

impl Town {
    fn new(backend: Backend) -> Self {
        let gate = Steady::new(1);
        Self { kv: MemoryKv::new(backend, Arc::clone(&gate) as Arc<dyn Gate>), gate }
    }

    /// The same town, whose operation `index` from now on meets `fate`.
    fn restarted(&self, special: Option<(usize, Fate)>) -> Self {
        let gate = self.gate.restarted(special);
        Self { kv: self.kv.behind(Arc::clone(&gate) as Arc<dyn Gate>), gate }
    }

    fn access(&self) -> Access<MemoryKv> {
        desk::access(&self.kv)
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

/// What the crashing request does; also how it is sent again.
#[derive(Debug, Clone, Copy)]
enum Command {
    /// The very first order of a town, and so of a day.
    FirstCreate,
    /// Another order, which repeats an earlier one of its caller.
    Create,
    Supplement,
    Urge,
    Withdraw,
    /// The reaction that links a repeat, with its cursor.
    NoteRepeat,
    /// The first round ever: it creates head, log and boards.
    FirstSequence,
    /// A later round, with a waiting slot that has got its event.
    Sequence,
    /// A worker that has seen everything before.
    Consume,
}

const COMMANDS: [Command; 9] = [
    Command::FirstCreate,
    Command::Create,
    Command::Supplement,
    Command::Urge,
    Command::Withdraw,
    Command::NoteRepeat,
    Command::FirstSequence,
    Command::Sequence,
    Command::Consume,
];

fn form(text: &str) -> Form {
    Form { caller: 1, matter: 1, text: text.to_owned() }
}

fn text(text: &str) -> Text {
    Text::Open(text.to_owned())
}

fn order() -> DocId {
    DocId::of(&canon::OpId::new("sim", "first"))
}

fn change(command: Command) -> OrderCommand {
    match command {
        Command::Urge => OrderCommand::Urge(UrgeCommand { reason: None, cooldown_ms: 1_000 }),
        Command::Withdraw => OrderCommand::Withdraw { reason: Some(text("done")) },
        _ => OrderCommand::Supplement(SupplementCommand { text: text("more"), attachments: Vec::new(), max: 20 }),
    }
}

/// Brings `town` to where `command` begins.
fn prepare(town: &Town, command: Command, promises: &mut Promises) {
    let submit = |key: &str| desk::submit(&town.access(), key, &form(key)).now_or_never().unwrap().unwrap();
    let tick = || desk::tick(&town.access()).now_or_never().unwrap().unwrap();
    let mut acknowledge = |key: &str, request: &str, committed: &store::Committed<WorkOrder>| {
        promises.acknowledged.push(acknowledged(town, key, request, committed));
    };
    if matches!(command, Command::FirstCreate) {
        return;
    }
    acknowledge("first", &format!("{:?}", form("first")), &submit("first"));
    if matches!(command, Command::FirstSequence) {
        return;
    }
    tick();
    match command {
        Command::NoteRepeat => {
            acknowledge("second", &format!("{:?}", form("second")), &submit("second"));
            store::sequence(&town.access(), domain::board::project).now_or_never().unwrap().unwrap();
        }
        Command::Sequence => {
            // A slot that waits, one whose event is there, and a change that moves boards.
            let dies = town.restarted(Some((3, Fate::CrashBefore)));
            let supplement = change(Command::Supplement);
            assert!(desk::change(&dies.access(), &order(), "slow", &supplement).now_or_never().is_none());
            tick();
            acknowledge("second", &format!("{:?}", form("second")), &submit("second"));
            let withdraw = change(Command::Withdraw);
            let withdrawn = desk::change(&town.access(), &order(), "w", &withdraw).now_or_never().unwrap().unwrap();
            acknowledge("w", &format!("{withdraw:?}"), &withdrawn);
        }
        Command::Consume => {
            let supplement = change(Command::Supplement);
            let done = desk::change(&town.access(), &order(), "s", &supplement).now_or_never().unwrap().unwrap();
            acknowledge("s", &format!("{supplement:?}"), &done);
            store::sequence(&town.access(), domain::board::project).now_or_never().unwrap().unwrap();
        }
        _ => {}
    }
}

fn acknowledged(town: &Town, key: &str, request: &str, committed: &store::Committed<WorkOrder>) -> Acknowledged {
    let operation = desk::operation(&town.access(), key, request);
    let doc = Document::<WorkOrder>::key_of(&committed.document.id);
    Acknowledged { doc, op: operation.op, request: operation.request, slot: committed.slot }
}

/// Runs `command` once. `None`: it crashed. `Some(None)`: no answer to keep, try again.
fn attempt(town: &Town, command: Command) -> Option<Option<Acknowledged>> {
    let access = town.access();
    let keep = |answer: Answer, request: String| match answer {
        Ok(committed) => Some(acknowledged(town, "op", &request, &committed)),
        Err(CommitError::Store(_)) => None,
        Err(other) => panic!("{command:?} was answered {other:?}"),
    };
    match command {
        Command::FirstCreate | Command::Create => {
            let answer = desk::submit(&access, "op", &form("op")).now_or_never()?;
            Some(keep(answer, format!("{:?}", form("op"))))
        }
        Command::Supplement | Command::Urge | Command::Withdraw => {
            let change = change(command);
            let answer = desk::change(&access, &order(), "op", &change).now_or_never()?;
            Some(keep(answer, format!("{change:?}")))
        }
        Command::NoteRepeat | Command::Consume => desk::react(&access).now_or_never().map(|_| None),
        Command::FirstSequence | Command::Sequence => {
            store::sequence(&access, domain::board::project).now_or_never().map(|_| None)
        }
    }
}

/// Whether people get an answer to `command` that must then be true.
fn is_answered(command: Command) -> bool {
    !matches!(command, Command::NoteRepeat | Command::Consume | Command::FirstSequence | Command::Sequence)
}

/// One point: prepare, meet the fate, restart, insist, settle, check.
fn point(backend: Backend, command: Command, special: Option<(usize, Fate)>) -> Result<usize, String> {
    let mut promises = Promises::default();
    let town = Town::new(backend);
    prepare(&town, command, &mut promises);
    let struck = town.restarted(special);
    let mut answer = attempt(&struck, command).flatten();
    let operations = struck.gate.passed().len();
    let town = struck.restarted(None);
    sim::checker::always(&town.kv.dump(), &promises).map_err(|violation| violation.0)?;
    // A creator that died keeps others out for 30 s from the first look at it; a patient citizen tries for longer.
    for _ in 0..20 {
        if answer.is_some() || !is_answered(command) {
            break;
        }
        town.gate.advance(3_000);
        answer = attempt(&town, command).ok_or("an attempt without faults crashed")?;
    }
    if is_answered(command) {
        promises.acknowledged.push(answer.ok_or("never answered")?);
    }
    settle(&town, &town.kv, &promises, || desk::tick_once(&town.kv)).map_err(|violation| violation.0)?;
    Ok(operations)
}

#[test]
fn every_operation_of_every_command_survives_every_fate() {
    let mut points = 0;
    for backend in BACKENDS {
        for command in COMMANDS {
            let operations = point(backend, command, None).unwrap();
            assert!(operations > 0, "{command:?} does nothing");
            for index in 0..operations {
                for fate in FATES {
                    if let Err(violation) = point(backend, command, Some((index, fate))) {
                        panic!("{backend:?} {command:?}: {fate:?} at operation {index} of {operations}: {violation}");
                    }
                    points += 1;
                }
            }
            println!("{backend:?} {command:?}: {operations} operations");
        }
    }
    println!("{points} points");
    assert!(points > 1_000, "only {points} points: some command does less than it should");
}
