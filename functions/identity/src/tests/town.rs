//! An installation to send requests to.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use service::App;
use store::Kv as _;
use store::memory::{Backend, Gate, MemoryKv, Steady};
use tower_service::Service as _;

/// The setup token of every town here.
pub const TOKEN: &str = "b1946ac92492d2347c6235b4d2611184";
/// Lets the clock tick.
const CLOCK_KEY: &str = "the clock key of the identity tests";
/// A password that is long enough.
pub const PASSWORD: &str = "correct horse battery";

/// A town's identity function, its store and its clock.
pub struct Town {
    pub gate: Arc<Steady>,
    pub store: MemoryKv,
    router: Router,
    keys_used: u32,
}

/// A cookie and the token that goes with it.
#[derive(Clone)]
pub struct SignedIn {
    pub cookie: String,
    pub csrf: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub cookie: Option<String>,
    pub retry_after: Option<String>,
    pub body: Value,
}

impl Answer {
    /// Status and stable code.
    pub fn said(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["code"].as_str().unwrap_or_default())
    }
}

impl Town {
    /// A fresh installation.
    pub fn new(backend: Backend) -> Self {
        Self::over(backend, Steady::new(7))
    }

    /// A fresh installation behind this gate.
    pub fn over(backend: Backend, gate: Arc<Steady>) -> Self {
        let store = MemoryKv::new(backend, gate.clone());
        store.set_variable("setup_token", TOKEN);
        store.set_variable("clock_key", CLOCK_KEY);
        // Most tests are about something else; `two_steps` is about this.
        store.set_variable("second_factor", "optional");
        let router = functions(&store);
        Self { gate, store, router, keys_used: 0 }
    }

    /// The same store behind a restarted process.
    pub fn restarted(&self) -> Self {
        let gate = self.gate.restarted(None);
        let store = self.store.behind(gate.clone());
        let router = functions(&store);
        Self { gate, store, router, keys_used: self.keys_used + 1_000 }
    }

    /// The same store seen through another gate.
    pub fn behind(&self, gate: Arc<dyn Gate>) -> Self {
        let store = self.store.behind(gate);
        let router = functions(&store);
        Self { gate: self.gate.clone(), store, router, keys_used: self.keys_used + 1_000 }
    }

    /// A copy of everything stored, behind another gate.
    pub async fn copied(&self, backend: Backend, gate: Arc<Steady>) -> Self {
        let calm = MemoryKv::new(backend, self.gate.restarted(None));
        for (key, value) in self.store.dump() {
            calm.set(&key, value).await.unwrap();
        }
        let store = calm.behind(gate.clone());
        let router = functions(&store);
        Self { gate, store, router, keys_used: self.keys_used }
    }

    /// A town with an administrator, who is signed in.
    pub async fn with_administrator(backend: Backend) -> (Self, SignedIn) {
        let mut town = Self::new(backend);
        let body = json!({"account": "admin", "displayName": "管理员", "password": PASSWORD});
        assert_eq!(town.set_up(TOKEN, &body).await.said(), (201, ""));
        let administrator = town.sign_in("admin", PASSWORD).await;
        (town, administrator)
    }

    /// A town with an administrator and the demo's files.
    pub async fn loaded(backend: Backend) -> (Self, SignedIn) {
        let (mut town, administrator) = Self::with_administrator(backend).await;
        let answer = town.load(&administrator, &yundu()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        (town, administrator)
    }

    /// An idempotency key that was not used before.
    pub fn fresh_key(&mut self) -> String {
        self.keys_used += 1;
        format!("idempotency-{:06}", self.keys_used)
    }

    /// Sends a request; `send` gets the builder for more headers.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let response = self.router.clone().call(request.unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let text = |name| head.headers.get(name).map(|value: &http::HeaderValue| value.to_str().unwrap().to_owned());
        let (status, cookie, retry_after) = (head.status, text(header::SET_COOKIE), text(header::RETRY_AFTER));
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status, cookie, retry_after, body }
    }

    /// Sends a change as somebody who is signed in.
    pub async fn change(&mut self, who: &SignedIn, method: &str, path: &str, body: &Value) -> Answer {
        let key = self.fresh_key();
        self.change_as(who, &key, method, path, body).await
    }

    /// The same under a given idempotency key.
    pub async fn change_as(&self, who: &SignedIn, key: &str, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("cookie", who.cookie.as_str()), ("x-csrf-token", &who.csrf), ("idempotency-key", key)];
        self.send(method, path, &headers, Some(body)).await
    }

    /// Reads as somebody who is signed in.
    pub async fn read(&self, who: &SignedIn, path: &str) -> Answer {
        self.send("GET", path, &[("cookie", &who.cookie)], None).await
    }

    pub async fn set_up(&mut self, token: &str, body: &Value) -> Answer {
        let key = self.fresh_key();
        self.set_up_as(&key, token, body).await
    }

    pub async fn set_up_as(&self, key: &str, token: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        self.send("POST", "/api/identity/setup", &headers, Some(body)).await
    }

    /// Tries to sign in.
    pub async fn try_sign_in(&self, account: &str, password: &str) -> Answer {
        let body = json!({"account": account, "password": password});
        self.send("POST", "/api/identity/sessions", &[], Some(&body)).await
    }

    /// Signs in.
    pub async fn sign_in(&self, account: &str, password: &str) -> SignedIn {
        signed_in(self.try_sign_in(account, password).await)
    }

    /// Enrols somebody with this role and signs them in.
    pub async fn colleague(&mut self, administrator: &SignedIn, role: &str) -> SignedIn {
        let account = role.replace('_', "-");
        let body = newcomer(&account, role);
        let answer = self.change(administrator, "POST", "/api/identity/staff", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        self.sign_in(&account, PASSWORD).await
    }

    /// Folds the lists, as the clock does.
    pub async fn tick(&self) {
        let bearer = format!("Bearer {CLOCK_KEY}");
        loop {
            let answer = self.send("POST", "/api/clock/tick", &[("authorization", &bearer)], None).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            if answer.body["more"] == false && answer.body["sequenced"] == 0 {
                return;
            }
        }
    }

    /// Sends what a sign-in needs.
    pub async fn enter(&self, body: &Value) -> Answer {
        self.send("POST", "/api/identity/sessions", &[], Some(body)).await
    }

    /// Loads files.
    pub async fn load(&mut self, who: &SignedIn, files: &BTreeMap<String, String>) -> Answer {
        self.change(who, "PUT", "/api/admin/catalogue", &json!({"files": files})).await
    }
}

/// The functions that an administrator meets, the clock's tick, and lists, which other systems read.
fn functions(store: &MemoryKv) -> Router {
    let routes =
        crate::routes().merge(staff::routes()).merge(catalogue::routes()).merge(clock::routes()).merge(lists::routes());
    service::finish(routes, App::new(store.clone()))
}

/// What a browser keeps of an answer to a sign-in.
pub fn signed_in(answer: Answer) -> SignedIn {
    assert_eq!(answer.status, 201, "{answer:?}");
    let cookie = answer.cookie.unwrap().split(';').next().unwrap().to_owned();
    SignedIn { cookie, csrf: answer.body["csrf"].as_str().unwrap().to_owned() }
}

/// A body for the enrolment of somebody with this role.
pub fn newcomer(account: &str, role: &str) -> Value {
    json!({"account": account, "displayName": "李文", "password": PASSWORD, "roles": [role], "unit": "C01"})
}

/// The files of the demo.
pub fn yundu() -> BTreeMap<String, String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let wanted = paths.filter(|path| path.extension().is_some_and(|kind| kind == "csv" || kind == "toml"));
    wanted
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

/// Only these of the demo's files.
pub fn some_of_yundu(names: &[&str]) -> BTreeMap<String, String> {
    yundu().into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect()
}
