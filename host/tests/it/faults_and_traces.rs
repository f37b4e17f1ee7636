//! Faults by rule and the trace of a request, seen from outside.

use crate::common::{STORE, Town};
use host::kv::FaultRule;
use serde_json::{Value, json};

async fn town(rules: &[&str]) -> Town {
    let rules: Vec<FaultRule> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    Town::start(STORE, |builder| builder.faults(rules).trace(true)).await
}

const TRACE: (&str, &str) = ("x-onetown-trace", "kv");

#[tokio::test]
async fn a_fault_before_leaves_no_trace_and_a_fault_after_does() {
    let town = town(&["op=set,key=before/,do=fail_before", "op=set,key=after/,do=fail_after"]).await;
    let results = town
        .kv(json!([
            {"op": "spin.set", "key": "before/a", "value": "1"},
            {"op": "set", "key": "after/a", "value": "1"},
            {"op": "spin.set", "key": "other", "value": "1"},
            {"op": "exists", "key": "before/a"},
            {"op": "exists", "key": "after/a"},
        ]))
        .await;
    for failed in &results[..2] {
        assert!(failed["error"].as_str().unwrap().contains("injected fault: set"), "{failed}");
    }
    assert_eq!(Value::from(results[2..].to_vec()), json!(["ok", false, true]));
}

#[tokio::test]
async fn every_kind_of_operation_can_fail() {
    let kinds = [
        ("get", json!({"op": "get", "key": "k"})),
        ("delete", json!({"op": "spin.delete", "key": "k"})),
        ("exists", json!({"op": "spin.exists", "key": "k"})),
        ("get_many", json!({"op": "get_many", "keys": ["k"]})),
        ("set_many", json!({"op": "set_many", "pairs": [["k", "v"]]})),
        ("delete_many", json!({"op": "delete_many", "keys": ["k"]})),
        ("increment", json!({"op": "increment", "key": "n", "delta": 1})),
        ("list", json!({"op": "spin.list"})),
    ];
    for (kind, operation) in kinds {
        let rule = format!("op={kind},nth=2,do=fail_before");
        let town = town(&[&rule]).await;
        let results = town.kv(json!([operation, operation, operation])).await;
        let failed: Vec<bool> = results.iter().map(|result| result["error"].is_string()).collect();
        assert_eq!(failed, [false, true, false], "{kind}: {results:?}");
    }
}

#[tokio::test]
async fn a_swap_that_fails_after_applying_has_applied() {
    let town = town(&["op=swap,do=fail_after", "op=cas_current,nth=2,do=fail_before"]).await;
    let results = town
        .kv(json!([
            {"op": "set", "key": "k", "value": "1"},
            {"op": "open", "handle": "x", "key": "k"},
            {"op": "current", "handle": "x"},
            {"op": "swap", "handle": "x", "value": "2"},
            {"op": "get", "key": "k"},
            {"op": "open", "handle": "y", "key": "k"},
            {"op": "current", "handle": "y"},
        ]))
        .await;
    assert!(results[3]["error"].as_str().unwrap().contains("injected fault: swap"), "{results:?}");
    assert_eq!(results[4], "2");
    assert!(results[6]["error"].as_str().unwrap().contains("injected fault: cas_current"));
}

#[tokio::test]
async fn a_rule_for_another_component_does_nothing() {
    let town = town(&["component=intake,do=fail_before"]).await;
    assert_eq!(town.kv(json!([{"op": "set", "key": "k", "value": "v"}])).await, [json!("ok")]);
}

#[tokio::test]
async fn a_trace_counts_kinds_and_names_keys() {
    let town = town(&[]).await;
    let answer = town
        .kv_with(
            json!([
                {"op": "spin.get", "key": "doc/a"},
                {"op": "set", "key": "doc/b", "value": "never shown"},
                {"op": "set_many", "pairs": [["x", "never shown"], ["y,z", "1"]]},
                {"op": "open", "handle": "h", "key": "doc/b"},
                {"op": "current", "handle": "h"},
                {"op": "swap", "handle": "h", "value": "2"},
                {"op": "get_many", "keys": []},
                {"op": "get", "key": "k", "store": "secret"},
            ]),
            &[TRACE],
        )
        .await;
    assert_eq!(answer.headers["x-kv-ops"], "total=5;get=1;set=1;set_many=1;cas_current=1;swap=1");
    assert_eq!(answer.headers["x-kv-keys"], "get:doc/a,set:doc/b,set_many:x,set_many:y?z,cas_current:doc/b,swap:doc/b");
    assert!(!town.kv_with(json!([]), &[]).await.headers.contains_key("x-kv-ops"));
}

#[tokio::test]
async fn a_host_without_traces_gives_none() {
    let town = Town::with_store().await;
    let answer = town.kv_with(json!([{"op": "get", "key": "k"}]), &[TRACE]).await;
    assert!(!answer.headers.contains_key("x-kv-ops"));
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_of_concurrent_requests_do_not_mix() {
    let town = std::sync::Arc::new(town(&[]).await);
    let requests = (1..=24_usize).map(|n| {
        let town = std::sync::Arc::clone(&town);
        tokio::spawn(async move {
            let operations: Vec<Value> = (0..n)
                .map(|i| json!({"op": if i % 2 == 0 { "spin.set" } else { "set" }, "key": format!("{n}/{i}"), "value": "v"}))
                .collect();
            let answer = town.kv_with(Value::from(operations), &[TRACE]).await;
            assert_eq!(answer.headers["x-kv-ops"], format!("total={n};set={n}"));
            let keys = answer.headers["x-kv-keys"].to_str().unwrap();
            assert!(keys.split(',').all(|key| key.starts_with(&format!("set:{n}/"))), "{keys}");
        })
    });
    for request in requests.collect::<Vec<_>>() {
        request.await.unwrap();
    }
}
