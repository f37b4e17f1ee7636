//! The 12345 webhook from outside, over the real components: what a creation costs, and that it is the order it says.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use domain::hotline::{Key, Scheme};
use host::StoreChoice;
use host::kv::SqliteBackend;
use http::Method;
use serde_json::json;

use crate::client::Reply;
use crate::counting::Counting;
use crate::forms::street_light;
use crate::town::{Town, variables};

const SECRET: &str = "whsec_c2VjcmV0IG9mIHRoZSBhcGkgdGVzdHM=";

async fn create(town: &Town, number: &str) -> Reply {
    let key = Key::new("qingning", "k1", SECRET).unwrap();
    let order =
        json!({ "no": number, "content": "路灯不亮", "category": "路灯", "type": "求助", "area": "990181101001" });
    let caller = json!({ "name": "来电人", "phone": "13900000001" });
    let body = json!({ "eventType": "新建", "order": order, "caller": caller }).to_string();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let signature = Scheme::StandardWebhooks.sign(&key, number, &now, body.as_bytes());
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", number),
        ("webhook-timestamp", &now),
        ("webhook-signature", &signature),
    ];
    town.send(Method::POST, "/api/hotline/events", &headers, body.clone()).await
}

/// The issue allows three times an intake submission, in time; operations are what a request costs and can be counted.
#[tokio::test]
async fn a_creation_costs_less_than_three_submissions() {
    let mut store = None;
    let mut known = variables();
    known.insert("hotline_keys".to_owned(), format!("qingning/k1={SECRET}"));
    let town = Town::with(|builder, state| {
        let sqlite = SqliteBackend::open(&state.join("sqlite_key_value.db")).unwrap();
        let counting = Counting::new(Arc::new(sqlite));
        store = Some(Arc::clone(&counting));
        builder.variables(known).store(StoreChoice::Custom(counting))
    })
    .await;
    let store = store.unwrap();
    let (mut creations, mut submissions, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..4 {
        store.take();
        let first = create(&town, &format!("QN-api-{n}")).await.expect(200);
        creations.push(store.take().total());
        let again = create(&town, &format!("QN-api-{n}")).await.expect(200);
        repeats.push(store.take().total());
        assert_eq!((&first["order_no"], &again["duplicate"]), (&again["order_no"], &json!(true)));
        store.take();
        town.post("/api/intake/orders", &format!("hotline-budget-{n:04}"), &[], &street_light()).await.expect(201);
        submissions.push(store.take().total());
    }
    let least = |all: &[usize]| *all.iter().min().unwrap();
    let (creation, submission) = (least(&creations), least(&submissions));
    println!("a creation costs {creation} store operations, a submission {submission}, a repeat {}", least(&repeats));
    assert!(creation <= 2 * submission, "{creation} and {submission}");
}
