//! Crash points through the front door: for every route that changes something, every store operation, every fate.
//!
//! As in `crash_points`, with the routers of intake and clock: the instance dies with its request, a fresh one answers
//! the same request until it succeeds, the clock ticks to the end, and everything is checked.
#![expect(clippy::unwrap_used, reason = "a test: what is wrong must stop it")]

use domain::order::WorkOrder;
use futures::FutureExt as _;
use serde_json::json;
use sim::checker;
use sim::points::{Special, Struck, Town, every};
use sim::town::{self, Instance, Response};
use store::Document;
use store::memory::Backend;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Upload,
    /// Nobody refers to it: after a day nothing of it is left, whatever became of it.
    Abandon,
    /// The first submission of an installation and of a day.
    FirstSubmit,
    /// A repeat, with a photo.
    Submit,
    /// With a photo.
    Supplement,
    Urge,
    Withdraw,
    /// Somebody else has the same matter.
    Join,
    /// The caller of a closed order is forgotten.
    Erase,
    /// The first tick that finds an order.
    FirstTick,
    /// A tick with a change, a new order and a repeat to link.
    Tick,
}

const ROUTES: [Route; 11] = [
    Route::Upload,
    Route::Abandon,
    Route::FirstSubmit,
    Route::Submit,
    Route::Supplement,
    Route::Urge,
    Route::Withdraw,
    Route::Join,
    Route::Erase,
    Route::FirstTick,
    Route::Tick,
];

/// What preparation left behind.
#[derive(Default)]
struct Before {
    first: Option<Response>,
    photo: Vec<String>,
    kept: Vec<(String, String)>,
}

fn done(response: Option<Response>) -> Response {
    let response = response.unwrap();
    assert!(response.status.is_success(), "{response:?}");
    response
}

async fn submit(instance: Instance, text: &str, photo: &[String]) -> Response {
    let key = format!("a-key-for-submitting-{}", text.replace(' ', "-"));
    instance.post("/api/intake/orders".to_owned(), key, None, town::form(1, 0, text, photo)).await
}

async fn upload(instance: Instance) -> Response {
    let key = "a-key-for-uploading".to_owned();
    instance.post("/api/intake/attachments".to_owned(), key, None, town::photo()).await
}

async fn act(instance: Instance, order: &Response, action: &str, text: &str, photo: &[String]) -> Response {
    let path = format!("/api/intake/orders/{}/{action}", order.text("number"));
    let body = json!({ "text": text, "reason": text, "attachments": photo }).to_string().into_bytes();
    instance
        .post(
            path,
            format!("a-key-for-{action}-{}", text.replace(' ', "-")),
            Some(order.text("secret").to_owned()),
            body,
        )
        .await
}

async fn join(instance: Instance, order: &Response) -> Response {
    let path = format!("/api/intake/public/{}/me-too", order.text("number"));
    let body = json!({ "device": "a-device-of-a-neighbour", "phone": "13900000009" }).to_string().into_bytes();
    instance.post(path, "a-key-for-me-too-0".to_owned(), None, body).await
}

async fn erase(instance: Instance, order: &Response) -> Response {
    let path = format!("/api/intake/orders/{}/erasure", order.text("number"));
    let body = json!({ "confirm": order.text("number") }).to_string().into_bytes();
    instance.post(path, "a-key-for-erasure".to_owned(), Some(order.text("secret").to_owned()), body).await
}

fn prepare(town: &Town, route: Route) -> Before {
    let mut before = Before::default();
    if matches!(route, Route::Upload | Route::Abandon | Route::FirstSubmit) {
        return before;
    }
    let instance = Instance::new(&town.kv);
    let first = done(submit(instance.clone(), "first", &[]).now_or_never());
    before.kept.push((first.text("id").to_owned(), "first".to_owned()));
    before.first = Some(first.clone());
    if route == Route::FirstTick {
        return before;
    }
    if route == Route::Erase {
        done(act(instance.clone(), &first, "withdrawal", "going", &[]).now_or_never());
        before.kept.push((first.text("id").to_owned(), "going".to_owned()));
    }
    done(instance.clone().tick().now_or_never());
    if matches!(route, Route::Submit | Route::Supplement) {
        let photo = done(upload(instance.clone()).now_or_never());
        before.photo.push(photo.text("id").to_owned());
    }
    if route == Route::Tick {
        let second = done(submit(instance.clone(), "second", &[]).now_or_never());
        done(act(instance, &first, "withdrawal", "going", &[]).now_or_never());
        before.kept.push((second.text("id").to_owned(), "second".to_owned()));
        before.kept.push((first.text("id").to_owned(), "going".to_owned()));
    }
    before
}

/// `None`: it crashed.
fn attempt(instance: &Instance, route: Route, before: &Before) -> Option<Response> {
    let instance = instance.clone();
    let first = || before.first.as_ref().unwrap();
    let act = |action: &str| act(instance.clone(), first(), action, "the wish", &before.photo).now_or_never();
    match route {
        Route::Upload | Route::Abandon => upload(instance).now_or_never(),
        Route::FirstSubmit | Route::Submit => submit(instance, "the wish", &before.photo).now_or_never(),
        Route::Supplement => act("supplements"),
        Route::Urge => act("urges"),
        Route::Withdraw => act("withdrawal"),
        Route::Join => join(instance.clone(), before.first.as_ref().unwrap()).now_or_never(),
        Route::Erase => erase(instance.clone(), before.first.as_ref().unwrap()).now_or_never(),
        Route::FirstTick | Route::Tick => instance.tick().now_or_never(),
    }
}

fn first_order(town: &Town, before: &Before) -> Result<Document<WorkOrder>, String> {
    let key = format!("doc/order/{}", before.first.as_ref().unwrap().text("id"));
    Document::parse(town.kv.dump().get(&key).ok_or("the order is gone")?).map_err(|error| error.to_string())
}

fn require_joined_once(town: &Town, before: &Before) -> Result<(), String> {
    let joined = first_order(town, before)?.state.joined.len();
    if joined == 1 { Ok(()) } else { Err(format!("one neighbour joined {joined} times")) }
}

/// The key goes with the event, in one swap, so there is never one without the other.
fn require_gone(town: &Town, before: &Before) -> Result<(), String> {
    let document = first_order(town, before)?;
    match (document.key, document.state.erased_at) {
        (None, Some(_)) => Ok(()),
        other => Err(format!("after its erasure the order has {other:?}")),
    }
}

/// Strikes `route` at `special` in a copy of `prepared`; the number of its operations.
fn point(prepared: &Town, route: Route, before: &Before, special: Special) -> Result<usize, String> {
    let Struck { town, operations, first, answer, again } =
        prepared.strike(special, |instance| attempt(instance, route, before))?;
    let instance = town.instance();
    let mut kept = before.kept.clone();
    match route {
        Route::FirstTick | Route::Tick | Route::Abandon => {}
        Route::Join => require_joined_once(&town, before)?,
        Route::Erase => require_gone(&town, before)?,
        Route::Upload => {
            let order = submit(instance, "the wish", &[answer.text("id").to_owned()]).now_or_never();
            kept.push((done(order).text("id").to_owned(), "the wish".to_owned()));
        }
        Route::FirstSubmit | Route::Submit => kept.push((answer.text("id").to_owned(), "the wish".to_owned())),
        _ => kept.push((before.first.as_ref().unwrap().text("id").to_owned(), "the wish".to_owned())),
    }
    let told = [Route::Upload, Route::Abandon, Route::FirstSubmit, Route::Submit, Route::Join, Route::Erase];
    if told.contains(&route) {
        let same = again.body == answer.body && first.is_none_or(|first| first.body == answer.body);
        if !same {
            return Err(format!("the same request was answered {answer:?} and {again:?}"));
        }
    }
    town.settle()?;
    checker::texts(&town.kv.dump(), &kept, &[]).map_err(|violation| violation.0)?;
    Ok(operations)
}

fn every_point(backend: Backend) {
    let mut points = 0;
    for route in ROUTES {
        let town = Town::new(backend).unwrap();
        let before = prepare(&town, route);
        points += every(&format!("{backend:?} {route:?}"), |special| point(&town, route, &before, special)).unwrap();
    }
    println!("{backend:?}: {points} points");
    assert!(points > 400, "only {points} points: some route does less than it should");
}

sim::on_every_backend!(every_point);
