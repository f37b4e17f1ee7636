//! What a component sees of the SQLite store, through both interfaces: storage.md §5, left column.

use crate::common::Town;
use host::kv::{KvBackend, SqliteBackend};
use serde_json::{Value, json};

#[tokio::test]
async fn every_operation_of_both_interfaces_works() {
    let town = Town::with_store().await;
    let results = town
        .kv(json!([
            {"op": "spin.get", "key": "a"},
            {"op": "spin.exists", "key": "a"},
            {"op": "spin.set", "key": "a", "value": "1"},
            {"op": "get", "key": "a"},
            {"op": "exists", "key": "a"},
            {"op": "set", "key": "b", "value": ""},
            {"op": "spin.get", "key": "b"},
            {"op": "spin.list"},
            {"op": "list"},
            {"op": "list_from", "key": "a"},
            {"op": "delete", "key": "a"},
            {"op": "spin.delete", "key": "a"},
            {"op": "spin.exists", "key": "a"},
        ]))
        .await;
    let expected = json!([
        null, false, "ok", "1", true, "ok", "", ["a", "b"], ["a", "b"],
        {"error": "Error::Other(\"list_keys: cursor not supported\")"},
        "ok", "ok", false
    ]);
    assert_eq!(Value::from(results), expected);
}

#[tokio::test]
async fn rights_come_before_existence() {
    let town = Town::with_store().await;
    let results = town
        .kv(json!([
            {"op": "spin.get", "key": "a", "store": "secret"},
            {"op": "get", "key": "a", "store": "secret"},
            {"op": "spin.get", "key": "a", "store": "other"},
            {"op": "get", "key": "a", "store": "other"},
        ]))
        .await;
    let text = results.iter().map(|result| result["error"].as_str().unwrap().to_owned());
    let text: Vec<String> = text.collect();
    assert!(text[0].contains("AccessDenied") && text[1].contains("AccessDenied"), "{text:?}");
    assert!(text[2].contains("NoSuchStore") && text[3].contains("NoSuchStore"), "{text:?}");

    let none = Town::start("", |builder| builder).await;
    let results = none.kv(json!([{"op": "get", "key": "a"}])).await;
    assert!(results[0]["error"].as_str().unwrap().contains("AccessDenied"));
}

#[tokio::test]
async fn a_batch_is_one_transaction_and_reads_only_what_exists() {
    let town = Town::with_store().await;
    let results = town
        .kv(json!([
            {"op": "set_many", "pairs": [["a", "1"], ["b", "2"], ["c", "3"]]},
            {"op": "get_many", "keys": ["c", "missing", "a", "a"]},
            {"op": "delete_many", "keys": ["a", "missing"]},
            {"op": "get_many", "keys": ["a", "missing"]},
            {"op": "get_many", "keys": []},
            {"op": "set_many", "pairs": []},
            {"op": "delete_many", "keys": []},
        ]))
        .await;
    let mut found = results[1].as_array().unwrap().clone();
    found.sort_by_key(Value::to_string);
    assert_eq!(Value::from(found), json!([["a", "1"], ["c", "3"]]));
    let expected = json!(["ok", results[1], "ok", [], [], "ok", "ok"]);
    assert_eq!(Value::from(results), expected);
}

#[tokio::test]
async fn a_counter_is_eight_bytes_little_endian() {
    let town = Town::with_store().await;
    let results = town
        .kv(json!([
            {"op": "increment", "key": "n", "delta": 300},
            {"op": "increment", "key": "n", "delta": -1},
            {"op": "get", "key": "n"},
            {"op": "set", "key": "text", "value": "300"},
            {"op": "increment", "key": "text", "delta": 1},
            {"op": "get", "key": "text"},
        ]))
        .await;
    let expected = json!([
        300, 299, [43, 1, 0, 0, 0, 0, 0, 0],
        "ok", {"error": "Error::Other(\"incorrect length\")"}, "300"
    ]);
    assert_eq!(Value::from(results), expected);
}

#[tokio::test]
async fn a_swap_of_an_existing_key_compares() {
    let town = Town::with_store().await;
    let results = town
        .kv(json!([
            {"op": "set", "key": "k", "value": "1"},
            {"op": "open", "handle": "x", "key": "k"},
            {"op": "open", "handle": "y", "key": "k"},
            {"op": "current", "handle": "x"},
            {"op": "current", "handle": "y"},
            {"op": "swap", "handle": "x", "value": "2"},
            {"op": "swap", "handle": "y", "value": "3"},
            {"op": "get", "key": "k"},
            // The handle given back has looked already: it swaps against what is there now.
            {"op": "swap", "handle": "y", "value": "4"},
            {"op": "get", "key": "k"},
        ]))
        .await;
    let expected = json!(["ok", "ok", "ok", "1", "1", "ok", "cas-failed", "2", "ok", "4"]);
    assert_eq!(Value::from(results), expected);
}

#[tokio::test]
async fn a_swap_from_absence_is_an_upsert_and_two_creators_both_succeed() {
    let town = Town::with_store().await;
    let results = town
        .kv(json!([
            {"op": "open", "handle": "x", "key": "k"},
            {"op": "open", "handle": "y", "key": "k"},
            {"op": "current", "handle": "x"},
            {"op": "current", "handle": "y"},
            {"op": "swap", "handle": "x", "value": "first"},
            {"op": "swap", "handle": "y", "value": "second"},
            {"op": "get", "key": "k"},
            // Never looked: the same as having seen nothing.
            {"op": "open", "handle": "z", "key": "k"},
            {"op": "swap", "handle": "z", "value": "third"},
            {"op": "get", "key": "k"},
        ]))
        .await;
    let expected = json!(["ok", "ok", null, null, "ok", "ok", "second", "ok", "ok", "third"]);
    assert_eq!(Value::from(results), expected);
}

#[tokio::test]
async fn data_survives_a_restart_and_lies_in_spins_table() {
    let town = Town::with_store().await;
    town.kv(json!([{"op": "set", "key": "k", "value": "v"}])).await;
    let directory = town.stop().await;
    let file = directory.path().join(".spin/sqlite_key_value.db");
    let conn = rusqlite::Connection::open(&file).unwrap();
    let row: (String, String, Vec<u8>) = conn
        .query_row("SELECT store, key, value FROM spin_key_value", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(row, ("default".to_owned(), "k".to_owned(), b"v".to_vec()));
    drop(conn);
    let again = SqliteBackend::open(&file).unwrap();
    assert_eq!(again.get("default", "k").await.unwrap().as_deref(), Some(b"v".as_slice()));
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_writers_keep_their_own_results_and_read_their_own_writes() {
    let directory = tempfile::tempdir().unwrap();
    let backend = std::sync::Arc::new(SqliteBackend::open(&directory.path().join("kv.db")).unwrap());
    backend.set("default", "bad", b"not a number".to_vec()).await.unwrap();
    let tasks: Vec<_> = (0..32)
        .map(|task| {
            let backend = std::sync::Arc::clone(&backend);
            tokio::spawn(async move {
                let mut sums = Vec::new();
                for round in 0..25 {
                    sums.push(backend.increment("default", "n", 1).await.unwrap());
                    // A failing neighbour in the same group must not spoil the others.
                    assert!(backend.increment("default", "bad", 1).await.is_err());
                    let key = format!("{task}/{round}");
                    backend.set("default", &key, key.clone().into_bytes()).await.unwrap();
                    assert_eq!(backend.get("default", &key).await.unwrap(), Some(key.into_bytes()));
                }
                sums
            })
        })
        .collect();
    let mut sums = Vec::new();
    for task in tasks {
        sums.extend(task.await.unwrap());
    }
    sums.sort_unstable();
    assert_eq!(sums, (1..=800).collect::<Vec<i64>>(), "each increment is answered once");
}

#[test]
fn a_file_that_is_no_database_is_refused_in_one_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("kv.db");
    std::fs::write(&file, "this is a letter, not a database, and it is long enough").unwrap();
    let error = SqliteBackend::open(&file).err().unwrap().to_string();
    assert!(error.contains("kv.db") && error.contains("not a database"), "{error}");
}

/// Commits in the write-ahead log: the frames that say how large the database is after them
/// (SQLite's file format, §4.1).
fn commits(log: &std::path::Path) -> usize {
    let bytes = std::fs::read(log).unwrap();
    let page = u32::from_be_bytes(bytes[8..12].try_into().unwrap());
    let frame = 24 + usize::try_from(page).unwrap();
    bytes[32..].chunks_exact(frame).filter(|frame| frame[4..8] != [0; 4]).count()
}

#[tokio::test]
async fn writers_that_wait_together_share_one_commit() {
    let directory = tempfile::tempdir().unwrap();
    let (file, log) = (directory.path().join("kv.db"), directory.path().join("kv.db-wal"));
    let backend = SqliteBackend::open(&file).unwrap();
    let before = commits(&log);
    // Somebody else writes, so whoever comes meanwhile has to wait.
    let mut other = rusqlite::Connection::open(&file).unwrap();
    let held = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let keys: Vec<String> = (0..16).map(|n| format!("k{n}")).collect();
    let mut writes = futures::future::join_all(keys.iter().map(|key| backend.set("default", key, b"v".to_vec())));
    assert!(futures::poll!(&mut writes).is_pending());
    held.rollback().unwrap();
    assert!(writes.await.into_iter().all(|written| written.is_ok()));
    // The first may have been on its way alone already.
    let shared = commits(&log) - before;
    assert!((1..=2).contains(&shared), "{shared} commits for 16 writes");
}
