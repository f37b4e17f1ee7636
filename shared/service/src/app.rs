//! What an instance of a function knows between requests.
//!
//! Only what may be stale for 5 s or never changes: the catalogue, the keys, the base of today's numbers. An instance
//! serves up to 16 requests at once, so nothing here is held across an await.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64ct::{Base64, Encoding as _};
use domain::catalogue::{Catalogue, CatalogueHead, Compiled};
use domain::time::Date;
use http::StatusCode;
use store::{Access, Platform, StoreError, day_base, ensure_value};

use crate::config;
use crate::keys::Keys;
use crate::problem::Problem;

/// How long an instance believes its catalogue: an administrator's change is everywhere after 5 s.
const CATALOGUE_TTL_MS: i64 = 5_000;
/// Where the master key lies when no variable gives one.
const MASTER_KEY: &str = "secret/master";

/// An instance's memory; cheap to clone.
pub struct App<P> {
    inner: Arc<Inner<P>>,
}

struct Inner<P> {
    platform: P,
    single_reads: Arc<AtomicBool>,
    keys: OnceLock<Keys>,
    catalogue: Mutex<Option<Loaded<Catalogue>>>,
    head: Mutex<Option<Loaded<CatalogueHead>>>,
    day: Mutex<Option<(Date, u64)>>,
    proxy_hops: OnceLock<usize>,
}

/// What was read of the compiled catalogue, and when.
struct Loaded<T> {
    at_ms: i64,
    version: config::Version,
    value: Arc<T>,
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        Self { at_ms: self.at_ms, version: self.version, value: Arc::clone(&self.value) }
    }
}

impl<P> Clone for App<P> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<P: Platform> App<P> {
    /// A fresh instance over `platform`.
    pub fn new(platform: P) -> Self {
        let (keys, catalogue, day) = (OnceLock::new(), Mutex::default(), Mutex::default());
        let (single_reads, head) = (Arc::default(), Mutex::default());
        let proxy_hops = OnceLock::new();
        Self { inner: Arc::new(Inner { platform, single_reads, keys, catalogue, head, day, proxy_hops }) }
    }

    /// The world.
    #[must_use]
    pub fn platform(&self) -> &P {
        &self.inner.platform
    }

    /// Store access for a request that begins now.
    #[must_use]
    pub fn access(&self) -> Access<P> {
        Access::new(self.inner.platform.clone(), Arc::clone(&self.inner.single_reads))
    }

    /// The installation's keys: from the variable `master_key` (32 bytes, hexadecimal or base64), or made once and kept
    /// in the store.
    ///
    /// # Errors
    /// 503 `masterKeyInvalid` when the variable is not a key; the store's problems. A variable that cannot be read is not
    /// one that is absent: a second key would seal what nobody can open.
    pub async fn keys(&self, access: &Access<P>) -> Result<Keys, Problem> {
        if let Some(keys) = self.inner.keys.get() {
            return Ok(keys.clone());
        }
        let master = match self.platform().variable("master_key").await? {
            Some(text) => parse_key(&text).ok_or_else(invalid_master_key)?,
            None => {
                let made = access.random::<32>();
                let stored = ensure_value(access, MASTER_KEY, made.to_vec()).await?;
                stored.try_into().map_err(|_| StoreError::Damaged(MASTER_KEY.to_owned()))?
            }
        };
        Ok(self.inner.keys.get_or_init(|| Keys::new(master)).clone())
    }

    /// How many proxies in front append to `X-Forwarded-For`: the variable `trusted_proxy_hops`, as this instance first
    /// saw it.
    ///
    /// # Errors
    /// While the variable cannot be read.
    pub async fn trusted_proxy_hops(&self) -> Result<usize, Problem> {
        if let Some(hops) = self.inner.proxy_hops.get() {
            return Ok(*hops);
        }
        let hops = self.platform().variable("trusted_proxy_hops").await?.and_then(|hops| hops.parse().ok());
        Ok(*self.inner.proxy_hops.get_or_init(|| hops.unwrap_or(0)))
    }

    /// The town's catalogue, at most 5 s old.
    ///
    /// # Errors
    /// 503 `notConfigured` while no town is loaded; the store's problems.
    pub async fn catalogue(&self, access: &Access<P>) -> Result<Arc<Catalogue>, Problem> {
        remembered(&self.inner.catalogue, access).await
    }

    /// The front of the catalogue, at most 5 s old: for functions that need no more of it.
    ///
    /// # Errors
    /// See [`Self::catalogue`].
    pub async fn catalogue_head(&self, access: &Access<P>) -> Result<Arc<CatalogueHead>, Problem> {
        remembered(&self.inner.head, access).await
    }

    /// The slot after which the numbers of `day` count.
    ///
    /// # Errors
    /// The store's problems.
    pub async fn day_base(&self, access: &Access<P>, day: Date) -> Result<u64, Problem> {
        if let Some((known, base)) = *lock(&self.inner.day)
            && known == day
        {
            return Ok(base);
        }
        let base = day_base(access, day).await?;
        *lock(&self.inner.day) = Some((day, base));
        Ok(base)
    }
}

async fn remembered<P, T>(memory: &Mutex<Option<Loaded<T>>>, access: &Access<P>) -> Result<Arc<T>, Problem>
where
    P: Platform,
    T: Compiled,
{
    let now_ms = access.platform().now_ms();
    let cached = lock(memory).clone();
    if let Some(loaded) = &cached
        && now_ms.saturating_sub(loaded.at_ms) < CATALOGUE_TTL_MS
    {
        return Ok(Arc::clone(&loaded.value));
    }
    let version = config::read_version(access).await?;
    let value = match cached {
        Some(loaded) if loaded.version == version => loaded.value,
        _ => Arc::new(config::read_compiled(access, &version).await?),
    };
    let loaded = Loaded { at_ms: now_ms, version, value: Arc::clone(&value) };
    *lock(memory) = Some(loaded);
    Ok(value)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn parse_key(text: &str) -> Option<[u8; 32]> {
    let hexadecimal = base16ct::mixed::decode_vec(text).ok();
    let bytes = hexadecimal.or_else(|| Base64::decode_vec(text).ok())?;
    bytes.try_into().ok()
}

fn invalid_master_key() -> Problem {
    let detail =
        "The variable master_key must be 32 bytes in hexadecimal or base64. The administrator has to correct it.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "masterKeyInvalid", detail).retry_after(60)
}

#[cfg(test)]
mod tests {
    use super::{App, MASTER_KEY};
    use store::memory::{Backend, MemoryKv, Steady};

    #[tokio::test]
    async fn a_variable_that_cannot_be_read_is_not_an_absent_one() {
        let store = MemoryKv::new(Backend::Sqlite, Steady::new(1));
        store.set_variable("master_key", &"07".repeat(32));
        store.set_variable("trusted_proxy_hops", "1");
        store.let_variables_fail(true);
        let app = App::new(store.clone());
        let refused = app.keys(&app.access()).await.err().unwrap();
        assert_eq!((refused.status().as_u16(), refused.code()), (503, "unavailable"));
        assert!(app.trusted_proxy_hops().await.is_err());
        assert!(!store.dump().contains_key(MASTER_KEY), "a second key was made");
        // Nothing of it is remembered.
        store.let_variables_fail(false);
        let keys = app.keys(&app.access()).await.ok().unwrap();
        assert_eq!(keys.mac("request", &[b"a"]), crate::keys::Keys::new([7; 32]).mac("request", &[b"a"]));
        assert_eq!(app.trusted_proxy_hops().await.ok(), Some(1));
    }
}
