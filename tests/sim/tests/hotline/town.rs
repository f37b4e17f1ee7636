//! A town in memory and a platform without a network.

use std::future::Future;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use domain::hotline::{Key, Scheme, Signed};
use domain::time::Moment;
use futures::FutureExt as _;
use http::{Request, Response, StatusCode};
use platform::plan::Dice;
use platform::{CODE, Ledger, Send};
use serde_json::Value;
use service::{App, Network, NetworkError};
use sim::quiesce::Runner;
use sim::town;
use store::memory::{Backend, Fate, Gate, MemoryKv, Steady};
use tower_service::Service as _;

pub const CLOCK_KEY: &str = "the clock key of the simulation";
pub const SECRET: &str = "whsec_c2VjcmV0IG9mIHRoZSBzaW11bGF0aW9uIDEyMw==";
pub const FATES: [Fate; 4] = [Fate::FailBefore, Fate::FailAfter, Fate::CrashBefore, Fate::CrashAfter];

/// The platform, as our requests reach it.
#[derive(Clone)]
pub struct Platform {
    pub ledger: Arc<Mutex<Ledger>>,
    /// What happens to requests: percent that are lost, whose answer is lost, that meet 503.
    pub trouble: Arc<Mutex<(Dice, u64)>>,
    pub key: Key,
}

impl Platform {
    fn answer(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let text = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let message = Signed {
            id: text("webhook-id"),
            timestamp: text("webhook-timestamp"),
            signature: text("webhook-signature"),
            body: request.body(),
        };
        let mut ledger = self.ledger.lock().unwrap();
        let (status, body) = match request.uri().path() {
            "/push" => match ledger.push(&self.key, &message) {
                Ok(()) => (StatusCode::OK, Vec::new()),
                Err(_) => (StatusCode::CONFLICT, Vec::new()),
            },
            "/list" => (StatusCode::OK, ledger.list_json()),
            "/photo" => (StatusCode::OK, town::photo()),
            _ => (StatusCode::NOT_FOUND, Vec::new()),
        };
        Response::builder().status(status).body(body).unwrap()
    }
}

impl Network for Platform {
    async fn send(&self, request: Request<Vec<u8>>, _: usize, _: u64) -> Result<Response<Vec<u8>>, NetworkError> {
        let (roll, percent) = {
            let mut trouble = self.trouble.lock().unwrap();
            (trouble.0.below(300), trouble.1)
        };
        if roll < percent {
            return Err(NetworkError::Timeout);
        }
        if roll < 2 * percent {
            return Ok(Response::builder().status(503).body(Vec::new()).unwrap());
        }
        let answer = self.answer(&request);
        // It took the message and died before it said so.
        if roll < 3 * percent { Err(NetworkError::Unreachable) } else { Ok(answer) }
    }
}

pub struct Town {
    pub kv: MemoryKv,
    pub gate: Arc<Steady>,
    pub platform: Platform,
}

impl Runner for Town {
    fn complete<T: std::marker::Send + 'static>(
        &self,
        future: impl Future<Output = T> + std::marker::Send + 'static,
    ) -> Option<T> {
        future.now_or_never()
    }

    fn advance(&self, ms: i64) {
        self.gate.advance(ms);
    }
}

#[derive(Clone)]
pub struct Instance {
    pub hotline: Router,
    pub clock: Router,
}

impl Town {
    pub fn new(backend: Backend, seed: u64) -> Self {
        let gate = Steady::new(seed);
        let kv = MemoryKv::new(backend, Arc::clone(&gate) as Arc<dyn Gate>);
        town::set_up(&kv).unwrap();
        kv.set_variable("hotline_keys", &format!("{CODE}/k1={SECRET}"));
        let trouble = Arc::new(Mutex::new((Dice(seed), 8)));
        let platform = Platform { ledger: Arc::default(), trouble, key: Key::new(CODE, "k1", SECRET).unwrap() };
        Self { kv, gate, platform }
    }

    pub fn restarted(&mut self, special: Option<(usize, Fate)>) -> Instance {
        self.gate = self.gate.restarted(special);
        self.kv = self.kv.behind(Arc::clone(&self.gate) as Arc<dyn Gate>);
        self.instance()
    }

    pub fn instance(&self) -> Instance {
        let app = App::new(self.kv.clone());
        let clock = clock::routes()
            .merge(duties::routes())
            .merge(relay::routes())
            .merge(outbox::routes())
            .merge(courier::routes(self.platform.clone()))
            .merge(reconciliation::routes(self.platform.clone()))
            .merge(fetcher::routes(self.platform.clone()));
        Instance { hotline: service::finish(hotline::routes(), app.clone()), clock: service::finish(clock, app) }
    }

    pub fn now(&self) -> Moment {
        Moment::from_unix_ms(self.gate.now_ms())
    }
}

/// `None`: the town died.
pub fn call(router: &Router, request: Request<Body>) -> Option<(StatusCode, Value)> {
    let mut router = router.clone();
    let response = router.call(request).now_or_never()?.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).now_or_never()?.unwrap();
    Some((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
}

pub fn beat(instance: &Instance, path: &str) -> Option<(StatusCode, Value)> {
    let request = Request::post(path).header("authorization", format!("Bearer {CLOCK_KEY}"));
    call(&instance.clock, request.body(Body::empty()).unwrap())
}

pub fn deliver(instance: &Instance, send: &Send, key: &Key, now: Moment) -> Option<(StatusCode, Value)> {
    let (headers, body) = send.signed(Scheme::StandardWebhooks, key, now);
    let mut request = Request::post("/api/hotline/events");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    call(&instance.hotline, request.body(Body::from(body)).unwrap())
}

/// One beat of the whole clock; true when nothing was left to do.
pub fn tick(instance: &Instance) -> Result<bool, String> {
    let mut idle = true;
    for route in ["tick", "duties", "relay", "outbox", "courier", "fetcher", "reconciliation"] {
        let path = format!("/api/clock/{route}");
        let (status, body) = beat(instance, &path).ok_or("it died")?;
        if status != StatusCode::OK {
            return Err(format!("{path}: {status} {body}"));
        }
        let n = |name: &str| body.get(name).and_then(Value::as_u64).unwrap_or(0);
        let worked = n("sequenced") + n("reacted") + n("delivered") + n("failed") + n("tried") + n("compared");
        idle = idle && worked == 0 && body.get("more") != Some(&Value::Bool(true));
    }
    Ok(idle)
}

/// A message with these headers and this body.
pub fn raw(instance: &Instance, headers: &[(&str, String)], body: Vec<u8>) -> Option<(StatusCode, Value)> {
    let mut request = Request::post("/api/hotline/events");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    call(&instance.hotline, request.body(Body::from(body)).unwrap())
}

/// The headers of a well-signed message.
pub fn signed(key: &Key, now: Moment, id: &str, body: &[u8]) -> Vec<(&'static str, String)> {
    let timestamp = now.unix_ms().div_euclid(1000).to_string();
    let signature = Scheme::StandardWebhooks.sign(key, id, &timestamp, body);
    vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signature),
    ]
}
