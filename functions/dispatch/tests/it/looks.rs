//! Looking at callers: who may, what it costs, and that it is written down before anything is shown.

use serde_json::json;

use crate::town::{LEAD, Town};

#[tokio::test]
async fn a_look_is_written_down_and_read_by_the_auditor_only() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let auditor = town.person("auditor", "auditor", "C01").await;
    let (id, _) = town.submit().await;
    let order = town.get(&dispatcher, &format!("/api/dispatch/orders/{id}")).await.good();
    assert_eq!(order["caller"], json!({"name": "李**", "phone": "138****5678", "visible": true}));
    let path = format!("/api/dispatch/orders/{id}/caller-looks");
    let contact = json!({"purpose": "contact"});
    for _ in 0..2 {
        let seen = town.post_as(&dispatcher, "the-same-key-again", &path, &contact).await.good();
        assert_eq!(seen, json!({"name": "李小明", "phone": "+8613812345678", "joined": []}));
    }
    town.post(&dispatcher, "POST", &path, &json!({"purpose": "visit"})).await.good();
    let after = town.get(&dispatcher, &format!("/api/dispatch/orders/{id}")).await.good();
    assert_eq!(after["version"], order["version"], "nobody's ifVersion goes stale by a look");
    town.tick().await;

    assert_eq!(town.get(&dispatcher, "/api/dispatch/looks").await.said(), (403, "forbidden"));
    let books = town.get(&auditor, "/api/dispatch/looks").await.good();
    let [book] = books["items"].as_array().unwrap().as_slice() else { panic!("{books}") };
    assert_eq!((&book["book"]["account"], &book["book"]["looks"]), (&json!("dispatcher"), &json!(2)));
    let path = format!("/api/dispatch/looks/{}", book["id"].as_str().unwrap());
    assert_eq!(town.get(&dispatcher, &path).await.said(), (403, "forbidden"));
    let book = town.get(&auditor, &path).await.good();
    let purposes: Vec<_> = book["looks"].as_array().unwrap().iter().map(|look| &look["purpose"]).collect();
    assert_eq!(purposes, [&json!("contact"), &json!("visit")]);
    assert_eq!(book["looks"][0]["number"], order["number"]);
    for secret in ["李小明", "13812345678"] {
        assert!(!book.to_string().contains(secret) && !books.to_string().contains(secret));
    }
}

#[tokio::test]
async fn whoever_may_not_see_the_caller_is_refused_and_nothing_is_written() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let auditor = town.person("auditor", "auditor", "C01").await;
    let handler = town.person("handler", "handler", LEAD).await;
    let stranger = town.person("stranger", "handler", "D04").await;
    let (id, _) = town.submit().await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
    let path = format!("/api/dispatch/orders/{id}/caller-looks");
    let contact = json!({"purpose": "contact"});
    // An auditor sees orders, not callers; whoever does not see the order does not learn that it is there.
    assert_eq!(town.post(&auditor, "POST", &path, &contact).await.said(), (403, "forbidden"));
    assert_eq!(town.post(&stranger, "POST", &path, &contact).await.said(), (404, "notFound"));
    for body in [json!({}), json!({"purpose": "curiosity"})] {
        assert_eq!(town.post(&handler, "POST", &path, &body).await.said(), (422, "invalidFields"));
    }
    town.tick().await;
    assert_eq!(town.get(&auditor, "/api/dispatch/looks").await.good()["items"], json!([]));
    // The lead unit reaches the caller itself, unless the matter is confidential.
    town.post(&handler, "POST", &path, &contact).await.good();
    let (id, _) = town.submit_confidential().await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
    let path = format!("/api/dispatch/orders/{id}/caller-looks");
    assert_eq!(town.post(&handler, "POST", &path, &contact).await.said(), (403, "forbidden"));
    let seen = town.post(&dispatcher, "POST", &path, &contact).await.good();
    assert_eq!(seen["phone"], "+8613812345678");
}

#[tokio::test]
async fn a_look_is_six_operations_and_the_first_of_a_day_four_more() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    town.get(&dispatcher, &format!("/api/dispatch/orders/{id}")).await.good();
    let path = format!("/api/dispatch/orders/{id}/caller-looks");
    for expected in [10, 6, 6] {
        let before = town.gate.passed().len();
        town.post(&dispatcher, "POST", &path, &json!({"purpose": "contact"})).await.good();
        assert_eq!(town.gate.passed().len() - before, expected, "{:?}", &town.gate.passed()[before..]);
    }
}

#[tokio::test]
async fn a_hundred_looks_a_day_and_then_tomorrow() {
    let mut town = Town::new().await;
    let mut dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    let path = format!("/api/dispatch/orders/{id}/caller-looks");
    for _ in 0..100 {
        town.post(&dispatcher, "POST", &path, &json!({"purpose": "contact"})).await.good();
    }
    let refused = town.post(&dispatcher, "POST", &path, &json!({"purpose": "contact"})).await;
    assert_eq!(refused.said(), (429, "tooManyLooks"));
    assert!(!refused.body.to_string().contains("13812345678"));
    town.days_later(1, &mut [&mut dispatcher]).await;
    town.post(&dispatcher, "POST", &path, &json!({"purpose": "contact"})).await.good();
}
