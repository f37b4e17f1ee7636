//! A loaded town with people in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, header};
use serde_json::{Value, json};
use service::App;
use store::Kv as _;
use store::memory::{Backend, MemoryKv, Steady};
use tower_service::Service as _;

const TOKEN: &str = "b1946ac92492d2347c6235b4d2611184";
const CLOCK_KEY: &str = "the clock key of these tests";
const PASSWORD: &str = "correct horse battery";

/// A town, its store and its clock.
pub struct Town {
    pub gate: Arc<Steady>,
    pub kv: MemoryKv,
    router: Router,
    admin: Option<Person>,
    keys_used: u32,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    cookie: String,
    csrf: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// Status and stable code.
    pub fn said(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    /// The body of a success.
    #[track_caller]
    pub fn good(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }
}

impl Town {
    /// The demo town.
    pub async fn new(backend: Backend) -> Self {
        let gate = Steady::new(7);
        let kv = MemoryKv::new(backend, gate.clone());
        kv.set_variable("setup_token", TOKEN);
        kv.set_variable("second_factor", "optional");
        kv.set_variable("clock_key", CLOCK_KEY);
        let mut town = Self::over(kv, gate);
        let admin = json!({"account": "admin", "displayName": "管理员", "password": PASSWORD});
        let bearer = format!("Bearer {TOKEN}");
        town.send("POST", "/api/identity/setup", &[("authorization", &bearer)], Some(&admin)).await.good();
        let admin = town.sign_in("admin").await;
        let files: BTreeMap<String, String> = domain::catalogue::FILES.iter().map(|name| file(name)).collect();
        town.change(&admin, "PUT", "/api/admin/catalogue", &json!({"files": files})).await.good();
        town.admin = Some(admin);
        town
    }

    fn over(kv: MemoryKv, gate: Arc<Steady>) -> Self {
        let routes = identity::routes()
            .merge(staff::routes())
            .merge(catalogue::routes())
            .merge(intake::routes())
            .merge(dispatch::routes());
        let routes = routes.merge(clock::routes()).merge(whistles::routes());
        let router = service::finish(routes, App::new(kv.clone()));
        Self { gate, kv, router, admin: None, keys_used: 1_000 }
    }

    /// A copy of everything stored, behind another gate and a fresh instance.
    pub async fn copied(&self, backend: Backend, gate: Arc<Steady>) -> Self {
        let calm = MemoryKv::new(backend, self.gate.restarted(None));
        for (key, value) in self.kv.dump() {
            calm.set(&key, value).await.unwrap();
        }
        calm.set_variable("clock_key", CLOCK_KEY);
        Self::over(calm.behind(gate.clone()), gate)
    }

    /// The same store behind a restarted process.
    pub fn restarted(&self) -> Self {
        let gate = self.gate.restarted(None);
        Self::over(self.kv.behind(gate.clone()), gate)
    }

    /// Sends a request with a fresh idempotency key, unless one is given.
    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        self.keys_used += 1;
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "idempotency-key") {
            request = request.header("idempotency-key", format!("idempotency-{:06}", self.keys_used));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let (head, body) = self.router.clone().call(request.unwrap()).await.unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let mut body: Value = if bytes.is_empty() { json!({}) } else { serde_json::from_slice(&bytes).unwrap() };
        if let Some(cookie) = head.headers.get(header::SET_COOKIE) {
            body["cookie"] = json!(cookie.to_str().unwrap().split(';').next());
        }
        Answer { status: head.status.as_u16(), body }
    }

    async fn sign_in(&mut self, account: &str) -> Person {
        let body = json!({"account": account, "password": PASSWORD});
        let answer = self.send("POST", "/api/identity/sessions", &[], Some(&body)).await.good();
        let [cookie, csrf] = ["cookie", "csrf"].map(|name| answer[name].as_str().unwrap().to_owned());
        Person { cookie, csrf }
    }

    /// Enrols somebody and signs them in.
    pub async fn person(&mut self, role: &str, unit: &str) -> Person {
        let account = format!("{}-{}", role.replace('_', "-"), unit.to_lowercase());
        let body =
            json!({"account": account, "displayName": "某人", "password": PASSWORD, "roles": [role], "unit": unit});
        let admin = self.admin.clone().unwrap();
        self.change(&admin, "POST", "/api/identity/staff", &body).await.good();
        self.sign_in(&account).await
    }

    /// Changes something as somebody.
    pub async fn change(&mut self, who: &Person, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, &[("cookie", &who.cookie), ("x-csrf-token", &who.csrf)], Some(body)).await
    }

    /// The same under a key of its own.
    pub async fn change_as(&mut self, who: &Person, key: &str, path: &str, body: &Value) -> Answer {
        let headers = [("cookie", who.cookie.as_str()), ("x-csrf-token", &who.csrf), ("idempotency-key", key)];
        self.send("POST", path, &headers, Some(body)).await
    }

    /// Reads as somebody.
    pub async fn get(&mut self, who: &Person, path: &str) -> Answer {
        self.send("GET", path, &[("cookie", &who.cookie)], None).await
    }

    /// Submits a street light; its number.
    pub async fn submit(&mut self) -> (String, String) {
        let form = json!({
            "appealType": "complaint", "categoryCode": "T0403", "title": "路灯不亮", "content": "商业街的路灯坏了一周。",
            "place": {"villageCode": "990181101001"}, "anonymous": true,
        });
        let answer = self.send("POST", "/api/intake/orders", &[], Some(&form)).await.good();
        ["id", "number"].map(|name| answer[name].as_str().unwrap().to_owned()).into()
    }

    /// Folds the lists.
    pub async fn tick(&mut self) {
        let bearer = format!("Bearer {CLOCK_KEY}");
        self.send("POST", "/api/clock/tick", &[("authorization", &bearer)], None).await.good();
    }

    /// Blows an enforcement whistle for D04, and asks D01; its id.
    pub async fn blow(&mut self, who: &Person) -> String {
        let body = json!({
            "kind": "enforcement", "text": "夜市占道，需现场处置。", "village": "990181101001", "units": ["D04"], "asked": ["D01"],
        });
        let whistle = self.change(who, "POST", "/api/whistles", &body).await.good();
        whistle["id"].as_str().unwrap().to_owned()
    }

    /// Takes a step on the version that is there.
    pub async fn step(&mut self, who: &Person, id: &str, step: &str, mut body: Value) -> Answer {
        let seen = self.get(who, &format!("/api/whistles/{id}")).await;
        body["ifVersion"] = seen.body["version"].clone();
        self.change(who, "POST", &format!("/api/whistles/{id}/{step}"), &body).await
    }

    /// The whistles in somebody's list.
    pub async fn list(&mut self, who: &Person, query: &str) -> Vec<String> {
        let page = self.get(who, &format!("/api/whistles{query}")).await.good();
        page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn file(name: &str) -> (String, String) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu").join(name);
    (name.to_owned(), std::fs::read_to_string(path).unwrap())
}
