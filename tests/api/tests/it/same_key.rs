//! An impatient client: the same submission fifty times at once.

use futures::future::join_all;
use serde_json::Value;

use crate::forms::street_light;
use crate::town::Town;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_times_at_once_is_one_order() {
    fifty_times_at_once(Town::start().await).await;
}

/// Sixteen of them in one instance, each held up by the others' writes.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_where_instances_are_shared_as_spin_shares_them() {
    fifty_times_at_once(Town::with(|builder, _| builder.apart(false)).await).await;
}

async fn fifty_times_at_once(town: Town) {
    let form = street_light();
    let before = town.dump().await;
    let sent = (0..50).map(|_| town.post("/api/intake/orders", "fifty-times-at-once", &[], &form));
    let answers: Vec<Value> = join_all(sent).await.iter().map(|reply| reply.expect(201)).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "everybody is told the same");

    town.tick().await;
    let after = town.dump().await;
    let new = |prefix: &str| {
        let added = after.keys().filter(|key| key.starts_with(prefix) && !key.contains('#'));
        added.filter(|key| !before.contains_key(*key)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(new("doc/"), [format!("doc/order/{}", answers[0]["id"].as_str().unwrap())]);
    assert_eq!(new("no/"), [format!("no/{}", answers[0]["number"].as_str().unwrap())]);
    let log: Vec<Value> = serde_json::from_slice(&after["log/0"]).unwrap();
    let entries = log.iter().filter(|entry| entry["doc"].as_str().unwrap().starts_with("doc/order/"));
    assert_eq!(entries.count(), 1);
    let list = town.get("/api/intake/public", &[]).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}
