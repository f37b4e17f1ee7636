//! The one thread that writes to SQLite, and the group commit.
//!
//! Writers queue; the thread takes whatever waits, runs it in one transaction and pays one fsync
//! for all of it. Nobody is answered before the commit is on disk, and each keeps its own result:
//! an operation that fails undoes only itself.
//!
//! Whoever was answered together writes again at about the same time, so before a commit the
//! thread gives as many as came last time a moment to come again. Whoever writes alone never waits
//! for others.

use super::KvError;
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;
use tokio::sync::oneshot;

/// One transaction takes at most this many operations. With values of 256 KiB (the largest a
/// function stores) 256 of them are 64 MiB of log, written in well under a second.
const GROUP_MAX: usize = 256;

/// A pause while writers of the last group are on their way, and how many of them at most: 1 ms in
/// all, which is what 16 submissions compute on two cores between two of their writes.
const PAUSE: Duration = Duration::from_micros(100);
const PAUSES_MAX: usize = 10;

const UPSERT: &str = "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3) \
     ON CONFLICT(store, key) DO UPDATE SET value = ?3";
const SELECT: &str = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2";
const DELETE: &str = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2";
const SWAP: &str = "UPDATE spin_key_value SET value = ?4 WHERE store = ?1 AND key = ?2 AND value = ?3";

/// A change to one store.
pub enum Change {
    Set { key: String, value: Vec<u8> },
    Delete { key: String },
    SetMany { pairs: Vec<(String, Vec<u8>)> },
    DeleteMany { keys: Vec<String> },
    Increment { key: String, delta: i64 },
    Swap { key: String, expected: Option<Vec<u8>>, value: Vec<u8> },
}

/// What a change answered: the counter's sum, or how many rows a swap touched.
#[derive(Clone, Copy)]
pub struct Outcome(pub i64);

/// A change on its way to the writer, with the address its answer goes to.
pub struct Job {
    pub store: String,
    pub change: Change,
    pub reply: oneshot::Sender<Result<Outcome, KvError>>,
}

/// Starts the writer thread. It ends when every sender is gone, leaving the log checkpointed.
pub fn start(conn: Connection) -> std::io::Result<(Sender<Job>, std::thread::JoinHandle<()>)> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().name("kv-writer".into()).spawn(move || run(conn, &receiver))?;
    Ok((sender, thread))
}

fn run(mut conn: Connection, jobs: &Receiver<Job>) {
    let mut expected = 1;
    while let Ok(first) = jobs.recv() {
        let group = gather(jobs, first, expected, || std::thread::sleep(PAUSE));
        expected = group.len();
        commit_group(&mut conn, group);
    }
    // Closing the last connection checkpoints too, but a failure there would go unseen.
    if let Err(error) = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!("the write-ahead log could not be folded into the database: {error}");
    }
}

/// What waits, and what comes within a few pauses as long as it is fewer than `expected`.
fn gather<T>(jobs: &Receiver<T>, first: T, expected: usize, mut pause: impl FnMut()) -> Vec<T> {
    let mut group = vec![first];
    for pauses in 0..=PAUSES_MAX {
        group.extend(jobs.try_iter().take(GROUP_MAX - group.len()));
        if group.len() >= expected || pauses == PAUSES_MAX {
            break;
        }
        pause();
    }
    group
}

fn commit_group(conn: &mut Connection, group: Vec<Job>) {
    let mut answers = Vec::with_capacity(group.len());
    let committed = in_transaction(conn, group, &mut answers);
    for (reply, result) in answers {
        let result = match &committed {
            Ok(()) => result,
            Err(error) => Err(error.clone()),
        };
        // A guest that went away no longer waits for its answer; the write stands.
        _ = reply.send(result);
    }
}

type Answer = (oneshot::Sender<Result<Outcome, KvError>>, Result<Outcome, KvError>);

fn in_transaction(conn: &mut Connection, group: Vec<Job>, answers: &mut Vec<Answer>) -> Result<(), KvError> {
    let begun = conn.execute_batch("BEGIN IMMEDIATE").map_err(KvError::from_backend);
    let mut broken = begun.err();
    for Job { store, change, reply } in group {
        let result = match &broken {
            Some(error) => Err(error.clone()),
            None => isolated(conn, &store, change),
        };
        // A full disk or an I/O error makes SQLite roll everything back by itself: then no
        // operation of this group happened, the earlier ones included.
        if broken.is_none() && conn.is_autocommit() {
            broken = Some(
                result
                    .as_ref()
                    .err()
                    .cloned()
                    .unwrap_or_else(|| KvError::Other("the transaction was rolled back".to_owned())),
            );
        }
        answers.push((reply, result));
    }
    if let Some(error) = broken {
        return Err(error);
    }
    conn.execute_batch("COMMIT").map_err(|error| {
        let error = KvError::from_backend(error);
        if !conn.is_autocommit() {
            _ = conn.execute_batch("ROLLBACK");
        }
        error
    })
}

/// Runs one change so that its failure leaves the others of the group alone. A single statement
/// undoes itself; a batch needs a savepoint.
fn isolated(conn: &Connection, store: &str, change: Change) -> Result<Outcome, KvError> {
    match change {
        Change::SetMany { .. } | Change::DeleteMany { .. } => {
            conn.execute_batch("SAVEPOINT batch").map_err(KvError::from_backend)?;
            let result = apply(conn, store, change);
            let end = if result.is_ok() { "RELEASE batch" } else { "ROLLBACK TO batch; RELEASE batch" };
            if !conn.is_autocommit() {
                conn.execute_batch(end).map_err(KvError::from_backend)?;
            }
            result
        }
        single => apply(conn, store, single),
    }
}

fn apply(conn: &Connection, store: &str, change: Change) -> Result<Outcome, KvError> {
    match change {
        Change::Increment { key, delta } => return increment(conn, store, &key, delta),
        other => rows(conn, store, other),
    }
    .map_err(KvError::from_backend)
}

fn rows(conn: &Connection, store: &str, change: Change) -> rusqlite::Result<Outcome> {
    let mut touched = 0;
    match change {
        Change::Set { key, value } => {
            touched = conn.prepare_cached(UPSERT)?.execute(params![store, key, value])?;
        }
        Change::Delete { key } => {
            touched = conn.prepare_cached(DELETE)?.execute(params![store, key])?;
        }
        Change::SetMany { pairs } => {
            let mut upsert = conn.prepare_cached(UPSERT)?;
            for (key, value) in pairs {
                touched += upsert.execute(params![store, key, value])?;
            }
        }
        Change::DeleteMany { keys } => {
            let mut delete = conn.prepare_cached(DELETE)?;
            for key in keys {
                touched += delete.execute(params![store, key])?;
            }
        }
        Change::Swap { key, expected: Some(expected), value } => {
            touched = conn.prepare_cached(SWAP)?.execute(params![store, key, expected, value])?;
        }
        // As Spin does it: nothing was there when the handle looked, so whatever is there now is
        // overwritten. Two creators both succeed.
        Change::Swap { key, expected: None, value } => {
            touched = conn.prepare_cached(UPSERT)?.execute(params![store, key, value])?;
        }
        Change::Increment { .. } => {}
    }
    Ok(Outcome(i64::try_from(touched).unwrap_or(i64::MAX)))
}

/// Spin panics on a value that is not 8 bytes; here the guest gets an error instead.
fn increment(conn: &Connection, store: &str, key: &str, delta: i64) -> Result<Outcome, KvError> {
    let found: Option<Vec<u8>> = conn
        .prepare_cached(SELECT)
        .and_then(|mut select| select.query_row(params![store, key], |row| row.get(0)).optional())
        .map_err(KvError::from_backend)?;
    let before = match found {
        None => 0,
        Some(bytes) => <[u8; 8]>::try_from(bytes)
            .map(i64::from_le_bytes)
            .map_err(|_| KvError::Other("incorrect length".to_owned()))?,
    };
    let sum = before.wrapping_add(delta);
    conn.prepare_cached(UPSERT)
        .and_then(|mut upsert| upsert.execute(params![store, key, sum.to_le_bytes()]))
        .map_err(KvError::from_backend)?;
    Ok(Outcome(sum))
}

#[cfg(test)]
mod tests {
    use super::{GROUP_MAX, PAUSES_MAX, gather};
    use std::sync::mpsc::channel;

    /// The size of the group, and how many pauses it took, where `waiting` wait and one more comes
    /// at each of the first `coming` pauses.
    fn gathered(expected: usize, waiting: usize, coming: usize) -> (usize, usize) {
        let (sender, jobs) = channel();
        (0..waiting).for_each(|job| sender.send(job).unwrap());
        let mut pauses = 0;
        let group = gather(&jobs, 0, expected, || {
            if pauses < coming {
                sender.send(0).unwrap();
            }
            pauses += 1;
        });
        (group.len(), pauses)
    }

    #[test]
    fn whoever_writes_alone_never_waits() {
        assert_eq!(gathered(1, 0, 5), (1, 0));
        assert_eq!(gathered(1, 7, 5), (8, 0));
    }

    #[test]
    fn as_many_as_came_last_time_are_waited_for_and_no_longer_than_a_millisecond() {
        assert_eq!(gathered(4, 0, 9), (4, 3));
        assert_eq!(gathered(16, 8, 9), (16, 7));
        assert_eq!(gathered(16, 3, 2), (6, PAUSES_MAX));
        assert_eq!(gathered(GROUP_MAX, 2 * GROUP_MAX, 0), (GROUP_MAX, 0));
    }
}
