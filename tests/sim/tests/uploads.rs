//! What becomes of uploads: those that somebody refers to stay, the others lose their bytes, and nobody loses theirs by
//! it.
#![expect(clippy::unwrap_used, reason = "a test: what is wrong must stop it")]

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Context};
use domain::time::{DAY_MS, HOUR_MS};
use domain::upload::{Content, Stage, Upload, UploadEvent, UploadRejection};
use futures::FutureExt as _;
use serde_json::json;
use sim::points::Town;
use sim::runs::BACKENDS;
use sim::town::{self, Response};
use store::memory::Fate;
use store::{Access, Birth, Document, Operation, blob};

fn post(town: &Town, path: &str, key: &str, secret: Option<&str>, body: Vec<u8>) -> Option<Response> {
    let (path, key) = (path.to_owned(), format!("a-key-for-{key}-in-this-test"));
    town.instance().post(path, key, secret.map(str::to_owned), body).now_or_never()
}

fn try_upload(town: &Town, key: &str) -> Response {
    post(town, "/api/intake/attachments", key, None, town::photo()).unwrap()
}

fn upload(town: &Town, key: &str) -> String {
    let answer = try_upload(town, key);
    assert!(answer.status.is_success(), "{answer:?}");
    answer.text("id").to_owned()
}

fn try_submit(town: &Town, key: &str, photo: &str) -> Option<Response> {
    post(town, "/api/intake/orders", key, None, town::form(1, 0, key, &[photo.to_owned()]))
}

fn submit(town: &Town, key: &str, photo: &str) -> Response {
    let answer = try_submit(town, key, photo).unwrap();
    assert!(answer.status.is_success(), "{answer:?}");
    answer
}

/// Whether the caller sees the photo.
fn shows(town: &Town, order: &Response, photo: &str) -> bool {
    let path = format!("/api/intake/orders/{}/attachments/{photo}", order.text("id"));
    town.instance().get(path, order.text("secret").to_owned()).now_or_never().unwrap().status.is_success()
}

/// Lets `ms` pass and the clock beat until nothing is left to do at that moment.
fn later(town: &Town, ms: i64) {
    town.gate.advance(ms);
    for _ in 0..5 {
        assert!(town.instance().tick().now_or_never().unwrap().status.is_success());
    }
}

fn stage(town: &Town, id: &str) -> Stage {
    Document::<Upload>::parse(town.kv.dump().get(&format!("doc/upload/{id}")).unwrap()).unwrap().state.stage
}

/// Parts of the upload `id` that are in the store.
fn parts(town: &Town, id: &str) -> usize {
    let address = Upload::address(&DocId::parse(id).unwrap(), &sha256(&[&town::photo()]));
    town.kv.dump().keys().filter(|key| key.starts_with(&format!("blob/{address}/"))).count()
}

/// The answer says that the photo must be uploaded again.
fn asks_for_another(answer: &Response) -> bool {
    let dropped = json!([{ "pointer": "/attachments", "code": "dropped" }]);
    answer.text("code") == "invalidFields" && answer.body.get("errors") == Some(&dropped)
}

#[test]
fn what_nobody_refers_to_is_gone_after_a_day_and_whoever_comes_then_is_told_to_upload_again() {
    for backend in BACKENDS {
        let town = Town::new(backend).unwrap();
        let photo = upload(&town, "photo");
        later(&town, DAY_MS - 60_000);
        assert_eq!((stage(&town, &photo), parts(&town, &photo)), (Stage::Stored, 1), "{backend:?}");
        later(&town, 60_000);
        assert_eq!((stage(&town, &photo), parts(&town, &photo)), (Stage::Dropped, 1), "{backend:?}");
        assert!(asks_for_another(&try_submit(&town, "lamp", &photo).unwrap()), "{backend:?}");
        later(&town, HOUR_MS);
        assert_eq!((stage(&town, &photo), parts(&town, &photo)), (Stage::Cleared, 0), "{backend:?}");
        assert!(asks_for_another(&try_submit(&town, "lamp", &photo).unwrap()), "{backend:?}");
        assert_eq!(try_upload(&town, "photo").text("code"), "uploadDropped", "{backend:?}");
        let anew = upload(&town, "another");
        let order = submit(&town, "lamp", &anew);
        assert!(shows(&town, &order, &anew), "{backend:?}");
        town.settle().unwrap();
    }
}

#[test]
fn dropping_one_upload_leaves_another_of_the_same_bytes() {
    let town = Town::new(BACKENDS[0]).unwrap();
    let (abandoned, sent) = (upload(&town, "abandoned"), upload(&town, "sent"));
    let order = submit(&town, "lamp", &sent);
    later(&town, DAY_MS);
    later(&town, HOUR_MS);
    assert_eq!((stage(&town, &abandoned), parts(&town, &abandoned)), (Stage::Cleared, 0));
    assert_eq!((stage(&town, &sent), parts(&town, &sent)), (Stage::Settled, 1));
    assert!(shows(&town, &order, &sent));
    // Settled, it may be named again without another event.
    let again = submit(&town, "again", &sent);
    assert!(shows(&town, &again, &sent));
}

#[test]
fn a_command_that_was_refused_keeps_nothing() {
    let town = Town::new(BACKENDS[0]).unwrap();
    let (first, late) = (upload(&town, "first"), upload(&town, "late"));
    let order = submit(&town, "lamp", &first);
    let path = |action: &str| format!("/api/intake/orders/{}/{action}", order.text("id"));
    let secret = Some(order.text("secret"));
    let reason = json!({ "reason": "over" }).to_string().into_bytes();
    assert!(post(&town, &path("withdrawal"), "withdrawing", secret, reason).unwrap().status.is_success());
    let more = json!({ "text": "more", "attachments": [late] }).to_string().into_bytes();
    assert_eq!(post(&town, &path("supplements"), "more", secret, more).unwrap().text("code"), "stateConflict");
    town.settle().unwrap();
    assert_eq!((stage(&town, &first), stage(&town, &late)), (Stage::Settled, Stage::Cleared));
    assert!(shows(&town, &order, &first));
}

/// The submission dies once its photo is kept; it is sent again hours later, and the sweep comes right in between.
#[test]
fn a_hold_that_is_old_is_renewed_before_it_is_relied_on() {
    for backend in BACKENDS {
        let town = Town::new(backend).unwrap();
        let photo = upload(&town, "photo");
        let dry = town.copied(None);
        try_submit(&dry, "lamp", &photo);
        let held = |town: &Town| {
            let document = town.kv.dump().get(&format!("doc/upload/{photo}")).cloned().unwrap();
            Document::<Upload>::parse(&document).unwrap().state.holds.len()
        };
        // The first operation after which the photo is kept and the order is not there.
        let points = 0..dry.gate.passed().len();
        let struck = points.map(|point| {
            let town = town.copied(Some((point, Fate::CrashAfter)));
            assert!(try_submit(&town, "lamp", &photo).is_none());
            town.restarted(None)
        });
        let town = struck.into_iter().find(|town| held(town) == 1).unwrap();
        later(&town, 13 * HOUR_MS);
        let order = submit(&town, "lamp", &photo);
        // A day after the first hold.
        later(&town, 11 * HOUR_MS);
        assert_eq!(stage(&town, &photo), Stage::Stored, "{backend:?}");
        town.settle().unwrap();
        assert_eq!(stage(&town, &photo), Stage::Settled, "{backend:?}");
        assert!(shows(&town, &order, &photo), "{backend:?}");
    }
}

/// As a release before this one wrote it: the bytes by their content, and one event.
#[test]
fn an_upload_of_an_earlier_release_can_be_named_and_seen_and_is_never_swept() {
    let town = Town::new(BACKENDS[0]).unwrap();
    let access = Access::new(town.kv.clone(), std::sync::Arc::default());
    let app = service::App::new(town.kv.clone());
    let keys = app.keys(&access).now_or_never().unwrap().map_err(|problem| problem.code()).unwrap();
    let photo = town::photo();
    let address = sha256(&[&photo]);
    blob::put(&access, &address, &keys.seal_blob(&address, &photo).unwrap()).now_or_never().unwrap().unwrap();
    let op = OpId::new("intake.upload", "a-key-of-an-earlier-release");
    let id = DocId::of(&op).to_string();
    let context = Context { now: access.now(), by: Actor::citizen() };
    let operation = Operation { op, request: address, context };
    let size = u32::try_from(photo.len()).unwrap();
    let event = UploadEvent::Uploaded(Content { sha256: address, size, mime: "image/png".to_owned() });
    let created = store::create::<Upload, _>(&access, operation, |_| {
        Ok::<_, UploadRejection>(Birth { event, key: None, lookups: Vec::new() })
    });
    assert!(created.now_or_never().unwrap().is_ok());
    let order = submit(&town, "lamp", &id);
    assert!(shows(&town, &order, &id));
    later(&town, 3 * DAY_MS);
    assert_eq!(stage(&town, &id), Stage::Shared);
    assert!(shows(&town, &order, &id));
    town.settle().unwrap();
}
