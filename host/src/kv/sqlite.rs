//! The SQLite store: the file `spin up` uses, so data moves between the two hosts.
//!
//! Reads run on the calling thread with a connection of their own and are never behind the writer
//! (write-ahead log). Every statement starts a new snapshot after the last commit, and a writer is
//! answered after its commit, so everyone reads what they wrote.

use super::writer::{self, Change, Job, Outcome};
use super::{Cas, KvBackend, KvError, Pair, SwapError};
use crate::HostError;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

const CREATE: &str = "CREATE TABLE IF NOT EXISTS spin_key_value (\n\
                      store TEXT NOT NULL,\n\
                      key   TEXT NOT NULL,\n\
                      value BLOB NOT NULL,\n\n\
                      PRIMARY KEY (store, key)\n)";
/// `spin up` on the same file may hold the lock for one commit; 10 s is far more than any commit.
const BUSY: Duration = Duration::from_secs(10);

/// A database file in Spin's schema.
pub struct SqliteBackend {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    /// Idle reader connections: at most one for each thread that ever read at the same time.
    readers: Mutex<Vec<Connection>>,
    jobs: Option<Sender<Job>>,
    writer: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        drop(self.jobs.take());
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if let Some(writer) = self.writer.take() {
            _ = writer.join();
        }
    }
}

impl SqliteBackend {
    /// Opens or creates the file and starts the writer thread.
    ///
    /// # Errors
    /// Where the file is no database, cannot be written or has another schema.
    pub fn open(path: &Path) -> Result<Self, HostError> {
        let fail = |error: &dyn std::fmt::Display| {
            HostError::Store(format!(
                "{}: {error}; check that the directory can be written, or start with another --state-dir",
                path.display()
            ))
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| fail(&error))?;
        }
        let conn = open(path, true).map_err(|error| fail(&error))?;
        conn.execute_batch(CREATE).map_err(|error| fail(&error))?;
        let (jobs, writer) = writer::start(conn).map_err(|error| fail(&error))?;
        Ok(Self {
            shared: Arc::new(Shared {
                path: path.to_owned(),
                readers: Mutex::new(Vec::new()),
                jobs: Some(jobs),
                writer: Some(writer),
            }),
        })
    }
}

fn open(path: &Path, writes: bool) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(BUSY)?;
    if writes {
        // FULL syncs the log at every commit: an answered write survives a power cut. The log is
        // folded back every 4 000 pages (16 MB), so that this second sync is rare.
        conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;")?;
    }
    // 8 MB of pages for each connection, the rest through the page cache of the system. No memory map: a reader unmaps
    // and maps the file again after every commit of others, and each unmapping interrupts all processors.
    conn.execute_batch("PRAGMA cache_size = -8000;")?;
    Ok(conn)
}

impl Shared {
    /// Runs a short read on this thread. A read of a few pages costs less than handing it to
    /// another thread and back.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, KvError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => open(&self.path, false).map_err(KvError::from_backend)?,
        };
        let result = work(&conn).map_err(KvError::from_backend);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        result
    }

    fn value(&self, store: &str, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        self.read(|conn| {
            conn.prepare_cached("SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2")?
                .query_row(params![store, key], |row| row.get(0))
                .optional()
        })
    }

    async fn write(&self, store: &str, change: Change) -> Result<Outcome, KvError> {
        let (reply, answer) = oneshot::channel();
        let job = Job { store: store.to_owned(), change, reply };
        let gone = || KvError::Other("the store is closed".to_owned());
        self.jobs.as_ref().ok_or_else(gone)?.send(job).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

#[async_trait::async_trait]
impl KvBackend for SqliteBackend {
    async fn get(&self, store: &str, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        self.shared.value(store, key)
    }

    async fn set(&self, store: &str, key: &str, value: Vec<u8>) -> Result<(), KvError> {
        self.shared.write(store, Change::Set { key: key.to_owned(), value }).await.map(drop)
    }

    async fn delete(&self, store: &str, key: &str) -> Result<(), KvError> {
        self.shared.write(store, Change::Delete { key: key.to_owned() }).await.map(drop)
    }

    async fn exists(&self, store: &str, key: &str) -> Result<bool, KvError> {
        self.shared.read(|conn| {
            conn.prepare_cached("SELECT 1 FROM spin_key_value WHERE store = ?1 AND key = ?2 LIMIT 1")?
                .exists(params![store, key])
        })
    }

    async fn get_many(&self, store: &str, keys: Vec<String>) -> Result<Vec<Pair>, KvError> {
        // One snapshot for all keys, one lookup each: absent keys are left out, as Spin does.
        self.shared.read(|conn| {
            let snapshot = conn.unchecked_transaction()?;
            let mut select =
                snapshot.prepare_cached("SELECT key, value FROM spin_key_value WHERE store = ?1 AND key = ?2")?;
            let mut pairs = Vec::new();
            let mut seen = std::collections::HashSet::new();
            for key in keys {
                let row = select.query_row(params![store, key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
                if seen.insert(key) {
                    pairs.extend(row);
                }
            }
            Ok(pairs)
        })
    }

    async fn set_many(&self, store: &str, pairs: Vec<(String, Vec<u8>)>) -> Result<(), KvError> {
        self.shared.write(store, Change::SetMany { pairs }).await.map(drop)
    }

    async fn delete_many(&self, store: &str, keys: Vec<String>) -> Result<(), KvError> {
        self.shared.write(store, Change::DeleteMany { keys }).await.map(drop)
    }

    async fn increment(&self, store: &str, key: &str, delta: i64) -> Result<i64, KvError> {
        let change = Change::Increment { key: key.to_owned(), delta };
        self.shared.write(store, change).await.map(|Outcome(sum)| sum)
    }

    async fn list(&self, store: &str) -> Result<Vec<String>, KvError> {
        let (shared, store) = (Arc::clone(&self.shared), store.to_owned());
        let work = move || {
            shared.read(|conn| {
                conn.prepare_cached("SELECT key FROM spin_key_value WHERE store = ?1")?
                    .query_map(params![store], |row| row.get(0))?
                    .collect()
            })
        };
        // The whole key space: the only read that is long enough to move off this thread.
        tokio::task::spawn_blocking(work).await.map_err(KvError::from_backend)?
    }

    async fn cas(&self, store: &str, key: &str) -> Result<Arc<dyn Cas>, KvError> {
        Ok(Arc::new(SqliteCas {
            shared: Arc::clone(&self.shared),
            store: store.to_owned(),
            key: key.to_owned(),
            expected: Mutex::new(None),
        }))
    }
}

struct SqliteCas {
    shared: Arc<Shared>,
    store: String,
    key: String,
    /// What `current` saw. `None` both before it was called and when the key was absent: Spin does
    /// not tell the two apart, and the swap then overwrites whatever is there.
    expected: Mutex<Option<Vec<u8>>>,
}

#[async_trait::async_trait]
impl Cas for SqliteCas {
    async fn current(&self) -> Result<Option<Vec<u8>>, KvError> {
        let value = self.shared.value(&self.store, &self.key)?;
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&value);
        Ok(value)
    }

    async fn swap(&self, value: Vec<u8>) -> Result<(), SwapError> {
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let change = Change::Swap { key: self.key.clone(), expected, value };
        match self.shared.write(&self.store, change).await? {
            Outcome(1) => Ok(()),
            Outcome(_) => Err(SwapError::CasFailed("failed to update 1 row".to_owned())),
        }
    }
}
