//! How requests share instances.

use crate::common::Town;
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn writers_do_not_queue_in_one_instance_behind_its_synchronous_calls() {
    let town = Town::with_store().await;
    town.kv(json!([{"op": "increment", "key": "n", "delta": 1}])).await;
    // Somebody else writes, so every write below waits until that is over.
    let file = town.directory.path().join(".spin/sqlite_key_value.db");
    let mut other = rusqlite::Connection::open(file).unwrap();
    let held = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let operations = |n: usize| {
        json!([
            // Asynchronous: meanwhile the instance could take further requests.
            {"op": "spin.set", "key": format!("k{n}"), "value": "v"},
            // Synchronous: those would have to wait for it, one after the other.
            {"op": "increment", "key": "n", "delta": 1},
        ])
    };
    let requests = futures::future::join_all((0..16).map(|n| town.kv(operations(n))));
    let (answers, ()) = tokio::join!(requests, async {
        let spread = async {
            while town.running().metrics().instances < 16 {
                tokio::task::yield_now().await;
            }
        };
        // The store would give up after 10 s.
        tokio::time::timeout(Duration::from_secs(8), spread).await.expect("an instance for each writer");
        held.rollback().unwrap();
    });
    let mut sums: Vec<i64> = answers.iter().map(|results| results[1].as_i64().unwrap()).collect();
    sums.sort_unstable();
    assert_eq!(sums, (2..=17).collect::<Vec<i64>>());
}
