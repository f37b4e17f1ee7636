//! A loaded town and its administrator.

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
const PASSWORD: &str = "correct horse battery";
pub const PATH: &str = "/api/admin/catalogue";

/// A town, its store and its clock.
pub struct Town {
    pub gate: Arc<Steady>,
    pub kv: MemoryKv,
    router: Router,
    session: [String; 2],
    keys_used: u32,
}

/// Status and body.
pub type Answer = (u16, Value);

/// Status and stable code.
pub fn said((status, body): &Answer) -> (u16, &str) {
    (*status, body["code"].as_str().unwrap_or_default())
}

impl Town {
    /// The demo town, loaded.
    pub async fn new() -> Self {
        let gate = Steady::new(7);
        let kv = MemoryKv::new(Backend::Sqlite, gate.clone());
        kv.set_variable("setup_token", TOKEN);
        kv.set_variable("second_factor", "optional");
        let mut town = Self::over(kv, gate, Default::default());
        let admin = json!({"account": "admin", "displayName": "管理员", "password": PASSWORD});
        let bearer = format!("Bearer {TOKEN}");
        assert_eq!(town.send("POST", "/api/identity/setup", &[("authorization", &bearer)], Some(&admin)).await.0, 201);
        town.sign_in("admin").await;
        let files: BTreeMap<&str, String> = domain::catalogue::FILES.iter().map(|name| (*name, file(name))).collect();
        assert_eq!(town.load(json!({"files": files, "reason": "建镇"})).await.0, 200);
        town
    }

    pub async fn sign_in(&mut self, account: &str) {
        let body = json!({"account": account, "password": PASSWORD});
        let (_, answer) = self.send("POST", "/api/identity/sessions", &[], Some(&body)).await;
        self.session = ["cookie", "csrf"].map(|name| answer[name].as_str().unwrap().to_owned());
    }

    /// Enrols somebody with this role and goes on as them.
    pub async fn become_role(&mut self, role: &str) {
        let body =
            json!({"account": "somebody", "displayName": "某人", "password": PASSWORD, "roles": [role], "unit": "C01"});
        assert_eq!(self.change("POST", "/api/identity/staff", body).await.0, 201);
        self.sign_in("somebody").await;
    }

    async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
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
        let mut body: Value = serde_json::from_slice(&bytes).unwrap();
        if let Some(cookie) = head.headers.get(header::SET_COOKIE) {
            body["cookie"] = json!(cookie.to_str().unwrap().split(';').next());
        }
        (head.status.as_u16(), body)
    }

    pub async fn change(&mut self, method: &str, path: &str, body: Value) -> Answer {
        let [cookie, csrf] = self.session.clone();
        self.send(method, path, &[("cookie", &cookie), ("x-csrf-token", &csrf)], Some(&body)).await
    }

    pub async fn load(&mut self, body: Value) -> Answer {
        self.change("PUT", PATH, body).await
    }

    pub async fn preview(&mut self, body: Value) -> Answer {
        self.change("POST", &format!("{PATH}/preview"), body).await
    }

    /// The same change under a key of its own.
    pub async fn load_as(&mut self, key: &str, body: Value) -> Answer {
        let [cookie, csrf] = self.session.clone();
        let headers = [("cookie", cookie.as_str()), ("x-csrf-token", &csrf), ("idempotency-key", key)];
        self.send("PUT", PATH, &headers, Some(&body)).await
    }

    /// A copy of everything stored, behind another gate and a fresh instance.
    pub async fn copied(&self, gate: Arc<Steady>) -> Self {
        let calm = MemoryKv::new(Backend::Sqlite, self.gate.restarted(None));
        for (key, value) in self.kv.dump() {
            calm.set(&key, value).await.unwrap();
        }
        Self::over(calm.behind(gate.clone()), gate, self.session.clone())
    }

    /// The same store behind a restarted process.
    pub fn restarted(&self) -> Self {
        let gate = self.gate.restarted(None);
        Self::over(self.kv.behind(gate.clone()), gate, self.session.clone())
    }

    fn over(kv: MemoryKv, gate: Arc<Steady>, session: [String; 2]) -> Self {
        let routes = identity::routes().merge(staff::routes()).merge(catalogue::routes());
        let router = service::finish(routes, App::new(kv.clone()));
        Self { gate, kv, router, session, keys_used: 1_000 }
    }

    /// What is in force and how it came to be.
    pub async fn now(&mut self) -> Value {
        let cookie = self.session[0].clone();
        let (status, body) = self.send("GET", PATH, &[("cookie", &cookie)], None).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// The version that functions read.
    pub async fn read_by_functions(&self) -> String {
        let app = App::new(self.kv.clone());
        app.catalogue(&app.access()).await.unwrap().version.clone()
    }

    /// Some days later, with a new session.
    pub async fn days_later(&mut self, days: i64) {
        self.gate.advance(days * 24 * 3_600_000);
        self.sign_in("admin").await;
    }

    /// Today, and that many days later.
    pub fn day(&self, days: i64) -> String {
        App::new(self.kv.clone()).access().now().date().plus_days(days).to_string()
    }
}

/// A file of the demo.
pub fn file(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// `town.toml` with another number of supplements: one setting changed.
pub fn with_supplements(n: u32) -> Value {
    json!({"town.toml": file("town.toml").replace("supplements_max = 20", &format!("supplements_max = {n}"))})
}
