//! A loaded town with people in it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, Response, header};
use serde_json::{Value, json};
use service::{App, Network, NetworkError};
use store::memory::{Backend, MemoryKv, Steady};
use tower_service::Service as _;

const TOKEN: &str = "b1946ac92492d2347c6235b4d2611184";
const CLOCK_KEY: &str = "the clock key of these tests";
const PASSWORD: &str = "correct horse battery";

/// A relay of drand that says what a test wants, and remembers what it was asked.
#[derive(Clone, Default)]
pub struct Relay {
    pub says: Arc<Mutex<Option<String>>>,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Network for Relay {
    async fn send(&self, request: Request<Vec<u8>>, _: usize, _: u64) -> Result<Response<Vec<u8>>, NetworkError> {
        self.asked.lock().unwrap().push(request.uri().to_string());
        let says = self.says.lock().unwrap().clone().ok_or(NetworkError::Timeout)?;
        Ok(Response::new(says.into_bytes()))
    }
}

/// A town, its store and its clock.
pub struct Town {
    pub gate: Arc<Steady>,
    pub kv: MemoryKv,
    pub relay: Relay,
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
        let names = domain::catalogue::FILES.iter().chain(domain::inspection::FILES);
        let files: BTreeMap<String, String> = names.map(|name| file(name)).collect();
        town.change(&admin, "PUT", "/api/admin/catalogue", &json!({"files": files})).await.good();
        town.admin = Some(admin);
        town
    }

    fn over(kv: MemoryKv, gate: Arc<Steady>) -> Self {
        let routes = identity::routes()
            .merge(staff::routes())
            .merge(catalogue::routes())
            .merge(inspection::routes())
            .merge(commitment::routes())
            .merge(drawing::routes());
        let routes =
            routes.merge(checks::routes()).merge(draws::routes()).merge(pledges::routes()).merge(clock::routes());
        let relay = Relay::default();
        let routes = routes.merge(beacon::routes(relay.clone()));
        let router = service::finish(routes, App::new(kv.clone()));
        Self { gate, kv, relay, router, admin: None, keys_used: 1_000 }
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
        self.named(&account, role, unit).await
    }

    /// The administrator.
    pub fn admin(&self) -> Person {
        self.admin.clone().unwrap()
    }

    /// The same under that name.
    pub async fn named(&mut self, account: &str, role: &str, unit: &str) -> Person {
        self.roles(account, &[role], unit).await
    }

    /// The same with several roles.
    pub async fn roles(&mut self, account: &str, roles: &[&str], unit: &str) -> Person {
        let body =
            json!({"account": account, "displayName": "某人", "password": PASSWORD, "roles": roles, "unit": unit});
        let admin = self.admin.clone().unwrap();
        self.change(&admin, "POST", "/api/identity/staff", &body).await.good();
        self.sign_in(account).await
    }

    /// Changes something as somebody.
    pub async fn change(&mut self, who: &Person, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, &[("cookie", &who.cookie), ("x-csrf-token", &who.csrf)], Some(body)).await
    }

    /// Reads as somebody.
    pub async fn get(&mut self, who: &Person, path: &str) -> Answer {
        self.send("GET", path, &[("cookie", &who.cookie)], None).await
    }

    /// Folds the lists.
    pub async fn tick(&mut self) {
        let bearer = format!("Bearer {CLOCK_KEY}");
        self.send("POST", "/api/clock/tick", &[("authorization", &bearer)], None).await.good();
    }

    /// Fetches rounds: how many it asked for, and how many it took.
    pub async fn fetch_rounds(&mut self) -> [u64; 2] {
        let bearer = format!("Bearer {CLOCK_KEY}");
        let report = self.send("POST", "/api/clock/beacon", &[("authorization", &bearer)], None).await.good();
        ["tried", "taken"].map(|name| report[name].as_u64().unwrap())
    }

    /// Reads as nobody.
    pub async fn public(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    /// Lets time pass.
    pub fn wait(&self, ms: i64) {
        self.gate.advance(ms);
    }

    /// Proposes a draw of restaurants; its id.
    pub async fn propose(&mut self, who: &Person, change: Value) -> String {
        let answer = self.change(who, "POST", "/api/inspection/plan", &form(change)).await.good();
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Takes a step of a draw on the version that is there; how the draw looks then, or the refusal.
    pub async fn draw(&mut self, who: &Person, id: &str, step: &str, mut body: Value) -> Answer {
        let seen = self.get(who, &format!("/api/inspection/desk/{id}")).await;
        body["ifVersion"] = seen.body["version"].clone();
        let answer = self.change(who, "POST", &format!("/api/inspection/desk/{id}/{step}"), &body).await;
        if answer.status != 200 {
            return answer;
        }
        let shown = self.get(who, &format!("/api/inspection/desk/{id}")).await;
        assert_eq!(answer.body["version"], shown.body["version"]);
        shown
    }

    /// Brings the shipped round of a rehearsal, as anybody could.
    pub async fn bring(&mut self, id: &str) -> Answer {
        let draw = self.public(&format!("/api/inspection/draws/{id}")).await.good();
        let round = draw["round"].as_u64().unwrap();
        let (_, rounds) = file("drand_rounds.csv");
        let line = rounds.lines().find(|line| line.starts_with(&format!("{round},"))).unwrap();
        let body = json!({"round": round, "signature": line.split_once(',').unwrap().1});
        self.send("POST", &format!("/api/inspection/draws/{id}/entropy"), &[], Some(&body)).await
    }

    /// Takes a step of a check on the version that is there.
    pub async fn check(&mut self, who: &Person, draw: &str, subject: &str, step: &str, mut body: Value) -> Answer {
        let path = format!("/api/inspection/checks/{draw}/{subject}");
        let seen = self.get(who, &path).await;
        body["ifVersion"] = seen.body["version"].clone();
        self.change(who, "POST", &format!("{path}/{step}"), &body).await
    }
}

/// A rehearsal of restaurants by the two officers who have accounts.
pub fn form(change: Value) -> Value {
    let mut form = json!({
        "name": "餐饮服务双随机抽查", "items": ["YD-JC-001"], "policy": "sealed", "from": "2026-11-24",
        "until": "2026-12-20", "roster": ["YDZF260021", "YDZF260026"], "cap": 60, "rehearsal": true,
        "reason": "年度抽查计划",
    });
    for (name, value) in change.as_object().unwrap() {
        form[name] = value.clone();
    }
    form
}

/// The people of a draw.
pub struct Cast {
    pub head: Person,
    pub leader: Person,
    pub lead: Person,
    pub second: Person,
}

impl Town {
    /// Enrols them.
    pub async fn cast(&mut self) -> Cast {
        Cast {
            head: self.person("unit_head", "D06").await,
            leader: self.person("town_leader", "P01").await,
            lead: self.named("inspector", "inspector", "D06").await,
            second: self.named("inspector-2", "inspector", "D06").await,
        }
    }

    /// A draw that the inspectors know, and one of its subjects.
    pub async fn assigned(&mut self, cast: &Cast, change: Value) -> (String, String) {
        let id = self.propose(&cast.head, change).await;
        let approve = json!({"reason": "同意"});
        self.change(&cast.leader, "POST", &format!("/api/inspection/plan/{id}/approve"), &approve).await.good();
        self.draw(&cast.head, &id, "commit", json!({})).await.good();
        self.bring(&id).await.good();
        let drawn = self.draw(&cast.head, &id, "draw", json!({})).await.good();
        self.draw(&cast.head, &id, "assign", json!({})).await.good();
        (id, drawn["tasks"][0]["subject"].as_str().unwrap().to_owned())
    }
}

/// A file of the demo town.
pub fn file(name: &str) -> (String, String) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu").join(name);
    (name.to_owned(), std::fs::read_to_string(path).unwrap())
}
