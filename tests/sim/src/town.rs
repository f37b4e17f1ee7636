//! The same town through its front door: the routes of the citizens' functions and the clock's, over HTTP requests without a network.
//!
//! Nothing here knows how a function does its work; it knows the routes, the headers and what the answers promise.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use canon::{OpId, sha256};
use domain::aggregate::{Actor, Aggregate, Context};
use domain::catalogue::{Catalogue, CatalogueCommand, CatalogueHistory, CatalogueRejection, FILES, FileRef, Load};
use futures::FutureExt as _;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use service::App;
use store::memory::{Gate as _, MemoryKv, Steady};
use store::{Access, Birth, Operation, blob};
use tower_service::Service as _;

use crate::checker::Violation;
use crate::desk as bare;
use crate::quiesce::Ticking;

/// What the clock's caller shows.
const CLOCK_KEY: &str = "the clock key of the simulation";
/// Answers are a few KB; this is 1 MiB.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What an HTTP request got.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The body, if it is JSON.
    pub body: Value,
}

impl Response {
    /// The member `name` of the answer as text; empty where there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the same request should simply be sent again.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.status.is_server_error()
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The session's token.
    pub token: String,
    /// What goes with it in requests that change something.
    pub csrf: String,
    /// Who it is.
    pub actor: Actor,
}

/// One instance of the functions: what a restart loses.
#[derive(Clone)]
pub struct Instance {
    citizens: Router,
    clock: Router,
}

impl Instance {
    /// A fresh instance over `kv`.
    #[must_use]
    pub fn new(kv: &MemoryKv) -> Self {
        let app = App::new(kv.clone());
        let staff = dispatch::routes().merge(desk::routes()).merge(whistles::routes()).merge(exports::routes());
        let inspections = inspection::routes().merge(commitment::routes()).merge(drawing::routes());
        let inspections = inspections.merge(checks::routes()).merge(draws::routes()).merge(pledges::routes());
        let citizens = intake::routes()
            .merge(attachments::routes())
            .merge(cases::routes())
            .merge(lists::routes())
            .merge(noticeboard::routes());
        let citizens = citizens.merge(followup::routes()).merge(inspections);
        let clock = clock::routes().merge(duties::routes());
        Self { citizens: service::finish(citizens.merge(staff), app.clone()), clock: service::finish(clock, app) }
    }

    /// Sends `body` under the idempotency key `key`.
    pub async fn post(self, path: String, key: String, secret: Option<String>, body: Vec<u8>) -> Response {
        self.post_as(path, key, secret.map(|secret| format!("Case {secret}")), body).await
    }

    /// The same by somebody without an account who shows `authorization`.
    pub async fn post_as(self, path: String, key: String, authorization: Option<String>, body: Vec<u8>) -> Response {
        let address = format!("203.0.{}.{}", sha256(&[key.as_bytes()]).as_bytes()[0], key.len());
        let mut request = Request::post(path)
            .header("content-type", "application/json")
            .header("spin-client-addr", address)
            .header("idempotency-key", key);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        send(self.citizens, request.body(Body::from(body))).await
    }

    /// Asks for `path` with the case secret.
    pub async fn get(self, path: String, secret: String) -> Response {
        let request = Request::get(path).header("authorization", format!("Case {secret}"));
        send(self.citizens, request.body(Body::empty())).await
    }

    /// The same by a member of staff.
    pub async fn staff_post(self, path: String, key: String, who: Signed, body: Vec<u8>) -> Response {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .header("cookie", format!("{}={}", service::session::COOKIE, who.token))
            .header(service::session::CSRF_HEADER, who.csrf);
        send(self.citizens, request.body(Body::from(body))).await
    }

    /// Asks as a member of staff.
    pub async fn staff_get(self, path: String, who: Signed) -> Response {
        let request = Request::get(path).header("cookie", format!("{}={}", service::session::COOKIE, who.token));
        send(self.citizens, request.body(Body::empty())).await
    }

    /// One beat of the clock: a tick, and the duties after it. What both answered, in one body.
    pub async fn tick(self) -> Response {
        let mut tick = self.clone().beat("/api/clock/tick").await;
        if tick.status != StatusCode::OK {
            return tick;
        }
        let duties = self.beat("/api/clock/duties").await;
        if duties.status != StatusCode::OK {
            return duties;
        }
        let member = |answer: &Response, name: &str| answer.body.get(name).cloned().unwrap_or_default();
        let more = [&tick, &duties].iter().any(|answer| member(answer, "more") != false);
        let reacted = member(&duties, "reacted");
        if let Some(members) = tick.body.as_object_mut() {
            members.extend([("reacted".to_owned(), reacted), ("more".to_owned(), more.into())]);
        }
        tick
    }

    /// One route of the clock's.
    pub async fn beat(self, path: &str) -> Response {
        let request = Request::post(path).header("authorization", format!("Bearer {CLOCK_KEY}"));
        send(self.clock, request.body(Body::empty())).await
    }
}

async fn send(mut router: Router, request: Result<Request<Body>, http::Error>) -> Response {
    let failed = |why: String| Response { status: StatusCode::IM_A_TEAPOT, body: json!({ "broken": why }) };
    let request = match request {
        Ok(request) => request,
        Err(error) => return failed(error.to_string()),
    };
    let Ok(response) = router.call(request).await;
    let (parts, body) = response.into_parts();
    match axum::body::to_bytes(body, ANSWER_BYTES_MAX).await {
        Ok(bytes) => Response { status: parts.status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) },
        Err(error) => failed(error.to_string()),
    }
}

/// A tick by `instance`; `Ok(true)` when it found nothing to do.
#[must_use]
pub fn tick(instance: &Instance) -> Ticking {
    let instance = instance.clone();
    Box::pin(async move {
        let answer = instance.tick().await;
        let number = |name: &str| answer.body.get(name).and_then(Value::as_u64);
        let more = answer.body.get("more").and_then(Value::as_bool);
        match (answer.status, number("sequenced"), number("reacted"), more) {
            (StatusCode::OK, Some(sequenced), Some(reacted), Some(more)) => Ok(sequenced + reacted == 0 && !more),
            _ => Err(format!("the tick answered {answer:?}")),
        }
    })
}

/// A submission as the portal sends it.
#[must_use]
pub fn form(caller: u64, matter: u64, text: &str, attachments: &[String]) -> Vec<u8> {
    let categories = ["T0101", "T0102", "T0201"];
    let category = usize::try_from(matter).ok().and_then(|matter| categories.get(matter % categories.len()).copied());
    // Every other matter is a complaint, which may be about a subject of inspection.
    let appeal = if matter.is_multiple_of(2) { "help" } else { "complaint" };
    let form = json!({
        "appealType": appeal, "categoryCode": category, "title": text, "content": format!("{text}: please help"),
        "place": { "villageCode": "990181101001" }, "caller": { "phone": format!("1390000000{}", caller % 10) },
        "confidential": false, "attachments": attachments,
    });
    form.to_string().into_bytes()
}

/// The smallest photo: a PNG of one pixel.
#[must_use]
pub fn photo() -> Vec<u8> {
    vec![
        0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
        6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A', b'T', 0x78, 0xda, 0x63, 0x64, 0x60, 0xf8,
        0x5f, 0x0f, 0, 0x02, 0x87, 0x01, 0x80, 0xeb, 0x47, 0xba, 0x92, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42,
        0x60, 0x82,
    ]
}

/// Loads the demo town and sets the variables, quietly, before anything else happens.
///
/// # Errors
/// When the demo town does not load.
pub fn set_up(kv: &MemoryKv) -> Result<(), Violation> {
    kv.set_variable("clock_key", CLOCK_KEY);
    let quiet = kv.behind(Steady::new(7));
    let loaded = load(&quiet).now_or_never().unwrap_or_else(|| Err(Violation("loading waits".to_owned())));
    loaded?;
    // The load's own events are history before the run begins.
    let ticked = bare::tick_once(&quiet).now_or_never().unwrap_or_else(|| Err("it waits".to_owned()));
    ticked.map(drop).map_err(|why| Violation(format!("the first tick: {why}")))
}

/// Loads the notice of next year's holidays, quietly, as the administrator would once it is out.
///
/// # Errors
/// When it does not load.
pub fn load_notice(kv: &MemoryKv, now_ms: i64) -> Result<(), Violation> {
    let gate = Steady::new(8);
    gate.advance(now_ms.saturating_sub(gate.now_ms()));
    let access = Access::new(kv.behind(gate), Arc::default());
    let loaded = put_in_force(&access, demo_town(true)?, 1).now_or_never();
    loaded.unwrap_or_else(|| Err(Violation("loading waits".to_owned())))
}

async fn load(kv: &MemoryKv) -> Result<(), Violation> {
    let access = Access::new(kv.clone(), Arc::default());
    store::create::<CatalogueHistory, _>(&access, operation(&access, CatalogueHistory::opening()), |_| {
        let context = Context { now: access.now(), by: Actor::system("sim") };
        let event = CatalogueHistory::decide(None, &CatalogueCommand::Open, &context)?;
        Ok::<_, CatalogueRejection>(Birth { event, key: None, lookups: Vec::new() })
    })
    .await?;
    put_in_force(&access, demo_town(false)?, 0).await
}

fn operation(access: &Access<MemoryKv>, op: OpId) -> Operation {
    let context = Context { now: access.now(), by: Actor::system("sim") };
    Operation { op, request: sha256(&[b"load"]), context }
}

/// The load after `based_on` others.
async fn put_in_force(access: &Access<MemoryKv>, demo: &Demo, based_on: u64) -> Result<(), Violation> {
    let compiled = lay_down(access, &demo.compiled).await?;
    let mut files = BTreeMap::new();
    for (name, bytes) in &demo.libraries {
        files.insert(name.clone(), lay_down(access, bytes).await?);
    }
    let load = Load {
        files,
        compiled,
        version: demo.version.clone(),
        removed: Vec::new(),
        from: None,
        reason: String::new(),
        restores: None,
        rows: None,
    };
    let command = CatalogueCommand::Load { load: Box::new(load), based_on };
    let load = operation(access, OpId::new("sim", &format!("load/{based_on}")));
    store::update(access, &CatalogueHistory::id(), &load, |document: &store::Document<CatalogueHistory>, context| {
        CatalogueHistory::decide(Some(&document.state), &command, context)
    })
    .await?;
    Ok(())
}

async fn lay_down(access: &Access<MemoryKv>, bytes: &[u8]) -> Result<FileRef, Violation> {
    let file = FileRef { sha256: sha256(&[bytes]), size: u32::try_from(bytes.len())? };
    blob::put(access, &file.sha256, bytes).await?;
    Ok(file)
}

/// The demo town as it is loaded.
struct Demo {
    version: String,
    compiled: Vec<u8>,
    /// The libraries of inspection, with a few subjects only: every request about inspections reads them.
    libraries: BTreeMap<String, Vec<u8>>,
}

/// Subjects of inspection: restaurants of three strata, two of which are out of business.
const SUBJECTS: usize = 12;

/// The demo town, before or after next year's notice; each made once a process.
fn demo_town(notice: bool) -> Result<&'static Demo, Violation> {
    static TOWNS: [OnceLock<Result<Demo, String>>; 2] = [OnceLock::new(), OnceLock::new()];
    let [before, after] = &TOWNS;
    let town = (if notice { after } else { before }).get_or_init(|| make(notice));
    town.as_ref().map_err(|why| Violation(why.clone()))
}

fn make(notice: bool) -> Result<Demo, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu");
    let read = |name: &&str| {
        let bytes = std::fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
        Ok(((*name).to_owned(), bytes))
    };
    let mut files = FILES.iter().map(read).collect::<Result<BTreeMap<_, _>, String>>()?;
    if notice {
        let years = files.entry("calendar_years.csv".to_owned()).or_default();
        *years = String::from_utf8_lossy(years).replace("2027,provisional", "2027,official").into_bytes();
        files.entry("calendar.csv".to_owned()).or_default().extend("2027-01-05,off,元旦\n".bytes());
    }
    let mut libraries = domain::inspection::FILES.iter().map(read).collect::<Result<BTreeMap<_, _>, String>>()?;
    let subjects = libraries.entry("inspection_subjects.csv".to_owned()).or_default();
    let lines = subjects.split_inclusive(|byte| *byte == b'\n').take(SUBJECTS + 1);
    *subjects = lines.flatten().copied().collect();
    let catalogue = Catalogue::parse(&files).map_err(|errors| format!("{errors:?}"))?;
    let compiled = catalogue.compile().map_err(|error| error.to_string())?;
    Ok(Demo { version: catalogue.version, compiled, libraries })
}
