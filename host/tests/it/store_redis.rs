//! What a component sees of the Redis store, against a real server: storage.md §5, right column.

use crate::common::{Redis, STORE, Town};
use host::StoreChoice;
use serde_json::{Value, json};

async fn town() -> (Redis, Town) {
    let redis = Redis::start().await;
    let url = redis.url.clone();
    let town = Town::start(STORE, |builder| builder.store(StoreChoice::Redis(url))).await;
    (redis, town)
}

#[tokio::test]
async fn every_single_operation_works() {
    let (_redis, town) = town().await;
    let results = town
        .kv(json!([
            {"op": "spin.get", "key": "a"},
            {"op": "spin.set", "key": "a", "value": "1"},
            {"op": "get", "key": "a"},
            {"op": "exists", "key": "a"},
            {"op": "spin.exists", "key": "b"},
            {"op": "spin.list"},
            {"op": "list"},
            {"op": "set_many", "pairs": [["b", "2"], ["c", "3"]]},
            {"op": "delete_many", "keys": ["a", "b", "missing"]},
            {"op": "list"},
            {"op": "delete", "key": "c"},
            {"op": "get", "key": "c"},
        ]))
        .await;
    let expected = json!([null, "ok", "1", true, false, ["a"], ["a"], "ok", "ok", ["c"], "ok", null]);
    assert_eq!(Value::from(results), expected);
}

#[tokio::test]
async fn a_list_walks_the_whole_key_space() {
    let (_redis, town) = town().await;
    let pairs: Vec<_> = (0..3_000).map(|n| json!([format!("k{n}"), "v"])).collect();
    let results = town.kv(json!([{"op": "set_many", "pairs": pairs}, {"op": "spin.list"}])).await;
    let mut keys: Vec<&str> = results[1].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 3_000);
}

#[tokio::test]
async fn get_many_always_fails() {
    let (_redis, town) = town().await;
    let results = town
        .kv(json!([
            {"op": "set", "key": "a", "value": "1"},
            {"op": "get_many", "keys": ["a", "b"]},
            {"op": "get_many", "keys": ["a"]},
        ]))
        .await;
    assert!(results[1]["error"].as_str().unwrap().contains("wrong number of arguments"), "{results:?}");
    assert!(results[2]["error"].is_string(), "{results:?}");
}

#[tokio::test]
async fn a_counter_is_decimal_text() {
    let (_redis, town) = town().await;
    let results = town
        .kv(json!([
            {"op": "increment", "key": "n", "delta": 12345678},
            {"op": "get", "key": "n"},
            {"op": "increment", "key": "n", "delta": -8},
        ]))
        .await;
    assert_eq!(Value::from(results), json!([12345678, "12345678", 12345670]));
}

#[tokio::test]
async fn a_swap_reports_failure_even_when_it_applied() {
    let (_redis, town) = town().await;
    let results = town
        .kv(json!([
            {"op": "set", "key": "k", "value": "1"},
            {"op": "open", "handle": "x", "key": "k"},
            {"op": "current", "handle": "x"},
            {"op": "swap", "handle": "x", "value": "2"},
            {"op": "get", "key": "k"},
            // The handle given back watches again, so a change in between stops it.
            {"op": "set", "key": "k", "value": "between"},
            {"op": "swap", "handle": "x", "value": "3"},
            {"op": "get", "key": "k"},
        ]))
        .await;
    let expected = json!(["ok", "ok", "1", "cas-failed", "2", "ok", "cas-failed", "between"]);
    assert_eq!(Value::from(results), expected);
}

#[tokio::test]
async fn a_swap_from_absence_is_guarded() {
    let (_redis, town) = town().await;
    let results = town
        .kv(json!([
            {"op": "open", "handle": "x", "key": "k"},
            {"op": "open", "handle": "y", "key": "k"},
            {"op": "current", "handle": "x"},
            {"op": "current", "handle": "y"},
            {"op": "swap", "handle": "x", "value": "first"},
            {"op": "swap", "handle": "y", "value": "second"},
            {"op": "get", "key": "k"},
        ]))
        .await;
    let expected = json!(["ok", "ok", null, null, "cas-failed", "cas-failed", "first"]);
    assert_eq!(Value::from(results), expected);
}

#[tokio::test]
async fn a_redis_that_does_not_answer_is_one_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let nobody = StoreChoice::Redis("redis://127.0.0.1:1/0".to_owned());
    let manifest = crate::common::manifest(STORE);
    let started = crate::common::start_in(directory.path(), &manifest, |builder| builder.store(nobody)).await;
    let error = started.err().unwrap().to_string();
    assert!(error.contains("redis://127.0.0.1:1/0") && error.contains("start redis-server"), "{error}");
}
