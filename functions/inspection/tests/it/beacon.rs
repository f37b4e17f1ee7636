//! The town fetches a draw's round by itself, where somebody named a relay of drand.

use draw::policy::CHAIN;
use serde_json::json;
use store::memory::Backend;

use crate::town::{Town, file};

#[tokio::test]
async fn a_round_that_proves_itself_is_fetched_once_and_nothing_else_is_taken() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = town.propose(&cast.head, json!({"policy": "drand"})).await;
    town.change(&cast.leader, "POST", &format!("/api/inspection/plan/{id}/approve"), &json!({"reason": "同意"}))
        .await
        .good();
    town.draw(&cast.head, &id, "commit", json!({})).await.good();
    town.tick().await;
    let (_, rounds) = file("drand_rounds.csv");
    let (round, signature) = rounds.lines().nth(1).unwrap().split_once(',').unwrap();
    let round: u64 = round.parse().unwrap();
    assert_eq!(town.fetch_rounds().await, [0, 0], "nobody named a relay");
    for nobody in ["", "https://drand.invalid"] {
        town.kv.set_variable("drand_host", nobody);
        assert_eq!(town.fetch_rounds().await, [0, 0], "{nobody}");
    }
    town.kv.set_variable("drand_host", "https://relay.example/");
    let other = format!("{}0", &signature[..signature.len() - 1]);
    let wrong = [
        None,
        Some("<html>".to_owned()),
        Some(json!({"round": round + 1, "signature": signature}).to_string()),
        Some(json!({"round": round, "signature": other}).to_string()),
        Some(json!({"round": round, "signature": "00"}).to_string()),
    ];
    for says in wrong {
        *town.relay.says.lock().unwrap() = says.clone();
        assert_eq!(town.fetch_rounds().await, [1, 0], "{says:?}");
    }
    *town.relay.says.lock().unwrap() = Some(json!({"round": round, "signature": signature}).to_string());
    town.gate.advance(45_000);
    assert_eq!(town.fetch_rounds().await, [0, 0], "not at every second of a day");
    town.gate.advance(15_000);
    assert_eq!(town.fetch_rounds().await, [1, 1]);
    assert_eq!(
        town.relay.asked.lock().unwrap().pop().unwrap(),
        format!("https://relay.example/{CHAIN}/public/{round}")
    );
    assert_eq!(town.fetch_rounds().await, [0, 0], "a draw has one round");
    town.draw(&cast.head, &id, "draw", json!({})).await.good();
}
