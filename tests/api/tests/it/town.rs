//! A town to test against: the demo's catalogue, loaded once through the API and copied for every test.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use host::{Host, HostBuilder, RunningHost};
use http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::client::{Client, Reply};
use crate::components::{manifest, root};

/// The secrets that these towns are started with.
pub const CLOCK_KEY: &str = "clock-key-of-the-api-tests";
const SETUP_TOKEN: &str = "setup-token-of-the-api-tests";
/// Who loads the town.
pub const ADMINISTRATOR: &str = "administrator";
const PASSWORD: &str = "a password for api tests";
const DATABASE: &str = "sqlite_key_value.db";

/// A running town; it answers as its [`Client`] does.
pub struct Town {
    client: Client,
    pub running: RunningHost,
    _state: TempDir,
}

impl Deref for Town {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// The variables of a town behind one trusted proxy, so that a test can speak for many addresses.
pub fn variables() -> BTreeMap<String, String> {
    let pairs = [
        ("clock_key", CLOCK_KEY),
        ("setup_token", SETUP_TOKEN),
        ("trusted_proxy_hops", "1"),
        // The second factor has tests of its own, in `functions/identity`.
        ("second_factor", "optional"),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl Town {
    /// A town with the demo's catalogue.
    pub async fn start() -> Self {
        Self::with(|builder, _| builder).await
    }

    /// The same, with a say in how the host is built; the second argument is the state directory.
    pub async fn with(set: impl FnOnce(HostBuilder, &Path) -> HostBuilder) -> Self {
        let state = seeded().await;
        Self::in_state(state, set).await
    }

    /// A town over a store in which nothing is yet, with the demo's catalogue loaded into it.
    pub async fn loaded(set: impl FnOnce(HostBuilder, &Path) -> HostBuilder) -> Self {
        let town = Self::in_state(empty(), set).await;
        load(&town).await;
        town
    }

    async fn in_state(state: TempDir, set: impl FnOnce(HostBuilder, &Path) -> HostBuilder) -> Self {
        let directory = manifest().directory.clone();
        let builder = Host::builder(directory).variables(variables()).state_dir(state.path());
        let running = set(builder, state.path()).start().await.unwrap();
        Self { client: Client::new(running.url()), running, _state: state }
    }

    /// Ticks until there is nothing left to do.
    pub async fn tick(&self) {
        tick(&self.client, CLOCK_KEY).await;
    }

    /// Everything in the store but the counters of rate limits, which every refused request may touch.
    pub async fn dump(&self) -> BTreeMap<String, Vec<u8>> {
        let kv = self.running.kv();
        let mut dump = BTreeMap::new();
        for key in kv.list("default").await.unwrap() {
            if !key.starts_with("rate/") {
                let value = kv.get("default", &key).await.unwrap().unwrap();
                dump.insert(key, value);
            }
        }
        dump
    }
}

/// Ticks until there is nothing left to do.
pub async fn tick(client: &Client, clock_key: &str) {
    let bearer = format!("Bearer {clock_key}");
    loop {
        let [tick, duties] = ["/api/clock/tick", "/api/clock/duties"];
        let tick = client.send(Method::POST, tick, &[("authorization", &bearer)], "").await.expect(200);
        let duties = client.send(Method::POST, duties, &[("authorization", &bearer)], "").await.expect(200);
        if [&tick["more"], &duties["more"]] == [false, false] && tick["sequenced"] == 0 && duties["reacted"] == 0 {
            return;
        }
    }
}

/// A fresh state directory; compiled components are kept between tests.
fn empty() -> TempDir {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    std::fs::create_dir_all(&kept).unwrap();
    let state = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(kept, state.path().join("cache")).unwrap();
    state
}

/// A state directory in which the demo is loaded already.
pub async fn seeded() -> TempDir {
    static SEED: OnceCell<Vec<u8>> = OnceCell::const_new();
    let seed = SEED.get_or_init(|| async {
        let Town { running, _state, .. } = Town::loaded(|builder, _| builder).await;
        running.shutdown().await;
        std::fs::read(_state.path().join(DATABASE)).unwrap()
    });
    let state = empty();
    std::fs::write(state.path().join(DATABASE), seed.await).unwrap();
    state
}

/// An idempotency key that no other request of these tests has.
fn fresh_key() -> String {
    static USED: AtomicU32 = AtomicU32::new(0);
    format!("api-tests-key-{:08}", USED.fetch_add(1, Ordering::Relaxed))
}

/// Somebody who is signed in.
pub struct Person {
    cookie: String,
    csrf: String,
}

impl Person {
    /// Signs in.
    pub async fn sign_in(client: &Client, account: &str) -> Self {
        let login = json!({"account": account, "password": PASSWORD});
        let session = client.post("/api/identity/sessions", &fresh_key(), &[], &login).await;
        let csrf = session.expect(201)["csrf"].as_str().unwrap().to_owned();
        let cookie = session.header("set-cookie").split(';').next().unwrap().to_owned();
        Self { cookie, csrf }
    }

    /// Changes something.
    pub async fn send(&self, client: &Client, method: Method, path: &str, body: &Value) -> Reply {
        let key = fresh_key();
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("x-csrf-token", self.csrf.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        client.send(method, path, &headers, body.to_string()).await
    }

    /// Enrols somebody else and signs them in.
    pub async fn enrol(&self, client: &Client, account: &str, role: &str, unit: &str) -> Self {
        let body =
            json!({"account": account, "displayName": account, "password": PASSWORD, "roles": [role], "unit": unit});
        self.send(client, Method::POST, "/api/identity/staff", &body).await.expect(201);
        Self::sign_in(client, account).await
    }
}

/// Creates the administrator and loads demo/yundu, as `onetown load` does.
async fn load(client: &Client) {
    let bearer = format!("Bearer {SETUP_TOKEN}");
    let person = json!({"account": ADMINISTRATOR, "displayName": "API tests", "password": PASSWORD});
    client.post("/api/identity/setup", "api-tests-set-up", &[("authorization", &bearer)], &person).await.expect(201);
    let administrator = Person::sign_in(client, ADMINISTRATOR).await;
    administrator.send(client, Method::PUT, "/api/admin/catalogue", &json!({"files": files()})).await.expect(200);
}

fn files() -> BTreeMap<String, Value> {
    let directory: PathBuf = root().join("demo/yundu");
    let paths = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let wanted = paths.filter(|path| path.extension().is_some_and(|kind| kind == "csv" || kind == "toml"));
    let text = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, Value::String(std::fs::read_to_string(path).unwrap()))
    };
    wanted.map(text).collect()
}
