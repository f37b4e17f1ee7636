//! A loaded town with people in it, to send requests to.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, header};
use serde_json::{Value, json};
use service::App;
use store::Platform as _;
use store::memory::{Backend, MemoryKv, Steady};
use tower_service::Service as _;

const TOKEN: &str = "b1946ac92492d2347c6235b4d2611184";
const CLOCK_KEY: &str = "the clock key of these tests";
const PASSWORD: &str = "correct horse battery";
/// The unit that leads street lights (T0403), and another one.
pub const LEAD: &str = "D13";
pub const OTHER: &str = "D04";

/// A town, its store and its clock.
pub struct Town {
    pub gate: Arc<Steady>,
    pub kv: MemoryKv,
    pub router: Router,
    pub admin: Option<Person>,
    pub keys_used: u32,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    account: String,
    pub cookie: String,
    pub csrf: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In the order of their names.
    pub headers: Vec<(String, String)>,
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
    /// The demo town on SQLite.
    pub async fn new() -> Self {
        Self::on(Backend::Sqlite).await
    }

    /// The demo town on a backend.
    pub async fn on(backend: Backend) -> Self {
        let gate = Steady::new(7);
        let kv = MemoryKv::new(backend, gate.clone());
        kv.set_variable("setup_token", TOKEN);
        kv.set_variable("clock_key", CLOCK_KEY);
        // The second factor has tests of its own, in `identity`.
        kv.set_variable("second_factor", "optional");
        let mut town = Self { gate, router: router(&kv), kv, admin: None, keys_used: 0 };
        let admin = json!({"account": "admin", "displayName": "管理员", "password": PASSWORD});
        let bearer = format!("Bearer {TOKEN}");
        town.send("POST", "/api/identity/setup", &[("authorization", &bearer)], Some(&admin)).await.good();
        let admin = town.sign_in("admin").await;
        let files: BTreeMap<String, String> = domain::catalogue::FILES.iter().map(|name| file(name)).collect();
        town.post(&admin, "PUT", "/api/admin/catalogue", &json!({"files": files})).await.good();
        town.admin = Some(admin);
        town
    }

    /// Sends a request with a fresh idempotency key, unless one is given.
    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        // Everybody at a place of their own: what is tried here is not the limit of one address.
        let [_, _, a, b] = self.keys_used.saturating_add(1).to_be_bytes();
        self.send_from(&format!("198.18.{a}.{b}"), method, path, headers, body).await
    }

    /// The same from one address.
    pub async fn send_from(
        &mut self,
        address: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        self.keys_used += 1;
        let mut request = Request::builder().method(method).uri(path).header("spin-client-addr", address);
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
        let response = self.router.clone().call(request.unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let text = |name| head.headers.get(name).map(|value: &http::HeaderValue| value.to_str().unwrap().to_owned());
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
            Value::String(text(header::SET_COOKIE).unwrap_or_default() + &String::from_utf8_lossy(&bytes))
        });
        let named = head.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let mut headers: Vec<(String, String)> = named.collect();
        headers.sort();
        let mut answer = Answer { status: head.status.as_u16(), headers, body };
        if let (Some(cookie), Some(members)) = (text(header::SET_COOKIE), answer.body.as_object_mut()) {
            members.insert("cookie".to_owned(), json!(cookie.split(';').next()));
        }
        answer
    }

    async fn sign_in(&mut self, account: &str) -> Person {
        let body = json!({"account": account, "password": PASSWORD});
        let answer = self.send("POST", "/api/identity/sessions", &[], Some(&body)).await.good();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Person { account: account.to_owned(), cookie: text("cookie"), csrf: text("csrf") }
    }

    /// Enrols somebody and signs them in.
    pub async fn person(&mut self, account: &str, role: &str, unit: &str) -> Person {
        self.enrol(account, role, unit, None).await
    }

    /// The same for somebody who works in one grid.
    pub async fn person_in(&mut self, account: &str, role: &str, unit: &str, grid: &str) -> Person {
        self.enrol(account, role, unit, Some(grid)).await
    }

    /// The administrator.
    pub fn admin(&self) -> Person {
        self.admin.clone().unwrap()
    }

    async fn enrol(&mut self, account: &str, role: &str, unit: &str, grid: Option<&str>) -> Person {
        let body = json!({
            "account": account, "displayName": "某人", "password": PASSWORD, "roles": [role], "unit": unit, "grid": grid,
        });
        let admin = self.admin();
        self.post(&admin, "POST", "/api/identity/staff", &body).await.good();
        self.sign_in(account).await
    }

    /// Changes something as somebody.
    pub async fn post(&mut self, who: &Person, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("cookie", who.cookie.as_str()), ("x-csrf-token", &who.csrf)];
        self.send(method, path, &headers, Some(body)).await
    }

    /// The same under a key of its own.
    pub async fn post_as(&mut self, who: &Person, key: &str, path: &str, body: &Value) -> Answer {
        let headers = [("cookie", who.cookie.as_str()), ("x-csrf-token", &who.csrf), ("idempotency-key", key)];
        self.send("POST", path, &headers, Some(body)).await
    }

    /// Reads as somebody.
    pub async fn get(&mut self, who: &Person, path: &str) -> Answer {
        self.send("GET", path, &[("cookie", &who.cookie)], None).await
    }

    /// Submits a street light; id and secret.
    pub async fn submit(&mut self) -> (String, String) {
        self.submit_as(false, None).await
    }

    /// The same by somebody who must stay unknown.
    pub async fn submit_confidential(&mut self) -> (String, String) {
        self.submit_as(true, None).await
    }

    /// A street light in a grid.
    pub async fn submit_in(&mut self, grid: &str) -> (String, String) {
        self.submit_as(false, Some(grid)).await
    }

    /// A street light, by somebody who left no number: those have no limit of their own.
    pub async fn submit_without_phone(&mut self) {
        let form = json!({
            "appealType": "help", "categoryCode": "T0403", "title": "路灯不亮", "content": "商业街的路灯坏了一周。",
            "place": {"villageCode": "990181101001"},
        });
        self.send("POST", "/api/intake/orders", &[], Some(&form)).await.good();
    }

    async fn submit_as(&mut self, confidential: bool, grid: Option<&str>) -> (String, String) {
        let form = json!({
            "appealType": "complaint", "confidential": confidential, "categoryCode": "T0403", "title": "路灯不亮", "content": "商业街的路灯坏了一周。",
            "place": {"villageCode": "990181101001", "gridCode": grid}, "caller": {"name": "李小明", "phone": "13812345678"},
        });
        let answer = self.send("POST", "/api/intake/orders", &[], Some(&form)).await.good();
        (answer["id"].as_str().unwrap().to_owned(), answer["secret"].as_str().unwrap().to_owned())
    }

    /// Uploads a photo as evidence; its id. The smallest PNG there is: one pixel.
    pub async fn photo(&mut self) -> String {
        const PNG: [u8; 67] = [
            0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0,
            1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0, 1, 0,
            0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
        ];
        self.keys_used += 1;
        let request = Request::post("/api/intake/attachments")
            .header("idempotency-key", format!("idempotency-{:06}", self.keys_used))
            .body(Body::from(PNG.to_vec()));
        let response = self.router.clone().call(request.unwrap()).await.unwrap();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let answer: Value = serde_json::from_slice(&bytes).unwrap();
        answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// One call of a timer.
    pub async fn beat(&mut self, path: &str) -> Value {
        let bearer = format!("Bearer {CLOCK_KEY}");
        self.send("POST", path, &[("authorization", &bearer)], None).await.good()
    }

    /// The time, Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.kv.now_ms()
    }

    /// Ticks until nothing is left to do.
    pub async fn tick(&mut self) {
        for _ in 0..20 {
            let tick = self.beat("/api/clock/tick").await;
            let duties = self.beat("/api/clock/duties").await;
            if [&tick["more"], &duties["more"]] == [false, false] && tick["sequenced"] == 0 && duties["reacted"] == 0 {
                return;
            }
        }
        panic!("the ticks do not come to rest");
    }

    /// Takes a step on the version that is there.
    pub async fn step(&mut self, who: &Person, id: &str, step: &str, mut body: Value) -> Answer {
        let seen = self.get(who, &format!("/api/dispatch/orders/{id}")).await;
        body["ifVersion"] = seen.body["version"].clone();
        let answer = self.post(who, "POST", &format!("/api/dispatch/orders/{id}/{step}"), &body).await;
        if answer.status != 200 {
            return answer;
        }
        let seen = self.get(who, &format!("/api/dispatch/orders/{id}")).await;
        assert_eq!(answer.body["version"], seen.body["version"], "{step}");
        seen
    }

    /// The numbers in a queue.
    pub async fn queue(&mut self, who: &Person, name: &str) -> Vec<String> {
        let page = self.get(who, &format!("/api/dispatch/queues/{name}")).await.good();
        page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    /// A day later, sessions being short, everybody signs in again.
    pub async fn days_later(&mut self, days: i64, people: &mut [&mut Person]) {
        self.gate.advance(days * 24 * 3_600_000);
        for person in people.iter_mut() {
            **person = self.sign_in(&person.account.clone()).await;
        }
    }
}

/// All functions of the bundle but the portal.
pub fn router(kv: &MemoryKv) -> Router {
    service::finish(functions(), App::new(kv.clone()))
}

/// The functions that work on orders.
pub fn functions() -> Router<App<MemoryKv>> {
    let routes = identity::routes()
        .merge(staff::routes())
        .merge(catalogue::routes())
        .merge(forms::routes())
        .merge(intake::routes())
        .merge(cases::routes())
        .merge(attachments::routes());
    routes
        .merge(lists::routes())
        .merge(noticeboard::routes())
        .merge(duties::routes())
        .merge(clock::routes())
        .merge(dispatch::routes())
        .merge(desk::routes())
        .merge(whistles::routes())
        .merge(exports::routes())
        .merge(followup::routes())
}

fn file(name: &str) -> (String, String) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu").join(name);
    (name.to_owned(), std::fs::read_to_string(path).unwrap())
}
