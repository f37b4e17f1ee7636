//! The Redis store, with exactly the commands Spin sends, mistakes included.
//!
//! `KEYS` with several arguments for `get_many` and `UNWATCH` with an argument after a swap are
//! errors to Redis, so batches fail and a swap reports failure whether it applied or not. A function
//! that copes with this copes with Spin; repairing it here would hide that from the tests.

use super::{Cas, KvBackend, KvError, Pair, SwapError};
use crate::HostError;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, RedisError};
use std::sync::Arc;
use std::time::Duration;

/// How many keys one `SCAN` step looks at: 1 000 is about a millisecond of the server's time.
const SCAN_STEP: usize = 1_000;
/// The client's own default of half a second is less than a busy test machine may pause.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// One Redis or Valkey database. Store labels share its key space, as under Spin.
pub struct RedisBackend {
    client: Client,
    connection: ConnectionManager,
}

async fn connect(client: &Client) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_connection_timeout(Some(ANSWER_WITHIN))
        .set_response_timeout(Some(ANSWER_WITHIN));
    client.get_connection_manager_with_config(config).await
}

impl RedisBackend {
    /// Connects to `redis://host:port/db`.
    ///
    /// # Errors
    /// Where the address is malformed or nobody answers there.
    pub async fn connect(url: &str) -> Result<Self, HostError> {
        let client =
            Client::open(url).map_err(|error| HostError::Store(format!("\"{url}\" is no Redis address: {error}")))?;
        let connection = connect(&client).await.map_err(|error| {
            HostError::Store(format!("no Redis answers at {url} ({error}); start redis-server or correct --redis-url"))
        })?;
        Ok(Self { client, connection })
    }
}

#[async_trait::async_trait]
impl KvBackend for RedisBackend {
    async fn get(&self, _store: &str, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        self.connection.clone().get(key).await.map_err(KvError::from_backend)
    }

    async fn set(&self, _store: &str, key: &str, value: Vec<u8>) -> Result<(), KvError> {
        self.connection.clone().set(key, value).await.map_err(KvError::from_backend)
    }

    async fn delete(&self, _store: &str, key: &str) -> Result<(), KvError> {
        self.connection.clone().del(key).await.map_err(KvError::from_backend)
    }

    async fn exists(&self, _store: &str, key: &str) -> Result<bool, KvError> {
        self.connection.clone().exists(key).await.map_err(KvError::from_backend)
    }

    async fn get_many(&self, _store: &str, keys: Vec<String>) -> Result<Vec<Pair>, KvError> {
        redis::cmd("KEYS").arg(keys).query_async(&mut self.connection.clone()).await.map_err(KvError::from_backend)
    }

    async fn set_many(&self, _store: &str, pairs: Vec<(String, Vec<u8>)>) -> Result<(), KvError> {
        self.connection.clone().mset(&pairs).await.map_err(KvError::from_backend)
    }

    async fn delete_many(&self, _store: &str, keys: Vec<String>) -> Result<(), KvError> {
        self.connection.clone().del(keys).await.map_err(KvError::from_backend)
    }

    async fn increment(&self, _store: &str, key: &str, delta: i64) -> Result<i64, KvError> {
        self.connection.clone().incr(key, delta).await.map_err(KvError::from_backend)
    }

    async fn list(&self, _store: &str) -> Result<Vec<String>, KvError> {
        let mut connection = self.connection.clone();
        let mut keys = Vec::new();
        let mut cursor = 0_u64;
        loop {
            let (next, page): (u64, Vec<String>) = redis::cmd("SCAN")
                .arg(cursor)
                .arg("COUNT")
                .arg(SCAN_STEP)
                .query_async(&mut connection)
                .await
                .map_err(KvError::from_backend)?;
            keys.extend(page);
            if next == 0 {
                return Ok(keys);
            }
            cursor = next;
        }
    }

    async fn cas(&self, _store: &str, key: &str) -> Result<Arc<dyn Cas>, KvError> {
        // `WATCH` belongs to a connection, so every handle opens its own.
        let connection = connect(&self.client).await.map_err(KvError::from_backend)?;
        Ok(Arc::new(RedisCas { key: key.to_owned(), connection }))
    }
}

struct RedisCas {
    key: String,
    connection: ConnectionManager,
}

#[async_trait::async_trait]
impl Cas for RedisCas {
    async fn current(&self) -> Result<Option<Vec<u8>>, KvError> {
        let mut connection = self.connection.clone();
        redis::cmd("WATCH").arg(&self.key).exec_async(&mut connection).await.map_err(KvError::from_backend)?;
        connection.get(&self.key).await.map_err(KvError::from_backend)
    }

    async fn swap(&self, value: Vec<u8>) -> Result<(), SwapError> {
        let mut connection = self.connection.clone();
        let failed = |error: RedisError| SwapError::CasFailed(format!("{error:?}"));
        let applied: Result<(), RedisError> =
            redis::pipe().atomic().set(&self.key, value).query_async(&mut connection).await;
        redis::cmd("UNWATCH").arg(&self.key).exec_async(&mut connection).await.map_err(failed)?;
        applied.map_err(failed)
    }
}
