//! Steps that meet: versions, retries, two at once, bad input, and what a step costs.

use serde_json::json;

use crate::town::{LEAD, OTHER, Town};

#[tokio::test]
async fn whoever_saw_an_older_version_is_told_so() {
    let mut town = Town::new().await;
    let first = town.person("first", "dispatcher", "C01").await;
    let second = town.person("second", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    let path = format!("/api/dispatch/orders/{id}/dispatch");
    let one = town.post(&first, "POST", &path, &json!({"ifVersion": 1, "lead": LEAD})).await.good();
    assert_eq!(one["version"], 2);
    let two = town.post(&second, "POST", &path, &json!({"ifVersion": 1, "lead": OTHER})).await;
    assert_eq!((two.said(), &two.body["version"]), ((409, "staleVersion"), &json!(2)));
    let missing = town.post(&second, "POST", &path, &json!({"lead": OTHER})).await;
    assert_eq!(missing.said(), (409, "staleVersion"));
    let again = town.post(&second, "POST", &path, &json!({"ifVersion": 2, "lead": OTHER})).await;
    assert_eq!(again.said(), (409, "stateConflict"));
    assert!(again.body["allowed"].as_array().unwrap().contains(&json!("nameRespondent")), "{again:?}");
}

/// A neighbour's "me too" changes nothing that a dispatcher decides on; the dispatch before it does.
#[tokio::test]
async fn what_leaves_a_decision_alone_overtakes_nobody() {
    let mut town = Town::new().await;
    let first = town.person("first", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    let order = format!("/api/dispatch/orders/{id}");
    let number = town.get(&first, &order).await.good()["number"].as_str().unwrap().to_owned();
    let neighbour = json!({"device": "a-device-of-somebody-0001"});
    town.send("POST", &format!("/api/intake/public/{number}/me-too"), &[], Some(&neighbour)).await.good();
    let dispatch = json!({"ifVersion": 1, "lead": LEAD});
    let done = town.post(&first, "POST", &format!("{order}/dispatch"), &dispatch).await.good();
    assert_eq!(done["version"], 3);
    for version in [0, 1, 2, 9] {
        let withdraw = json!({"ifVersion": version, "text": "x"});
        let late = town.post(&first, "POST", &format!("{order}/withdraw-for"), &withdraw).await;
        assert_eq!(late.said(), (409, "staleVersion"), "{version}");
    }
}

#[tokio::test]
async fn a_step_sent_again_happens_once() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    let path = format!("/api/dispatch/orders/{id}/dispatch");
    let body = json!({"ifVersion": 1, "lead": LEAD});
    for _ in 0..3 {
        let answer = town.post_as(&dispatcher, "one-and-the-same-key", &path, &body).await.good();
        assert_eq!((&answer["version"], &answer["status"]), (&json!(2), &json!("pendingSign")));
    }
    let other = json!({"ifVersion": 1, "lead": OTHER});
    assert_eq!(
        town.post_as(&dispatcher, "one-and-the-same-key", &path, &other).await.said(),
        (422, "idempotencyKeyReused")
    );
}

#[tokio::test]
async fn bad_input_is_named_and_changes_nothing() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    for (step, body, status, code) in [
        ("dispatch", json!({}), 422, "invalidFields"),
        ("dispatch", json!({"lead": "X99"}), 422, "invalidFields"),
        ("dispatch", json!({"lead": "990181101001"}), 422, "villageCannotLead"),
        ("dispatch", json!({"lead": LEAD, "coUnits": [LEAD]}), 422, "unitTwice"),
        ("dispatch", json!({"lead": 7}), 422, "wrongShape"),
        ("hand-off", json!({"to": "911", "text": "x"}), 422, "invalidFields"),
        ("hand-off", json!({"to": "petition"}), 422, "textMissing"),
        ("merge", json!({"parent": "YD12345-20200101-00001"}), 422, "invalidFields"),
        ("answer-now", json!({"text": "x"}), 409, "notForThisType"),
        // It is shown to whoever sees the order, so nobody is named in it.
        ("answer-now", json!({"text": "x", "knowledge": "李小明 13812345678"}), 422, "invalidFields"),
        ("answer-now", json!({"text": "x", "knowledge": "K".repeat(41)}), 422, "invalidFields"),
        ("answer-now", json!({"text": "x", "knowledge": "K-2026-001"}), 409, "notForThisType"),
        ("sign", json!({}), 403, "notPermitted"),
        ("archive", json!({}), 422, "invalidFields"),
        ("no-such-step", json!({}), 404, "notFound"),
    ] {
        let answer = town.step(&dispatcher, &id, step, body.clone()).await;
        assert_eq!(answer.said(), (status, code), "{step} {body}: {answer:?}");
    }
    let order = town.get(&dispatcher, &format!("/api/dispatch/orders/{id}")).await.good();
    assert_eq!((&order["version"], &order["status"]), (&json!(1), &json!("registered")));
}

#[tokio::test]
async fn a_step_is_six_operations_and_a_queue_page_three() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    town.tick().await;
    let path = format!("/api/dispatch/orders/{id}");
    // Warms the instance's catalogue.
    town.get(&dispatcher, &path).await.good();
    let mut cost = async |what: &str, method: &str, path: &str, body: Option<serde_json::Value>| {
        let before = town.gate.passed().len();
        match body {
            Some(body) => town.post(&dispatcher, method, path, &body).await.good(),
            None => town.get(&dispatcher, path).await.good(),
        };
        let passed = town.gate.passed();
        println!("{what}: {:?}", &passed[before..]);
        passed.len() - before
    };
    assert_eq!(cost("order", "GET", &path, None).await, 2);
    // The session, how far the sequencer is, and the queue; one more batch where the queue has split.
    assert_eq!(cost("queue", "GET", "/api/dispatch/queues/pool", None).await, 3);
    assert_eq!(cost("queues", "GET", "/api/dispatch/queues", None).await, 6);
    // With the slot that it must show: whether its batch is out.
    assert_eq!(cost("queue after", "GET", "/api/dispatch/queues/pool?after=1", None).await, 4);
    let body = json!({"ifVersion": 1, "lead": LEAD});
    assert_eq!(cost("dispatch", "POST", &format!("{path}/dispatch"), Some(body)).await, 6);
}

#[tokio::test]
async fn search_answers_in_pages_that_miss_and_repeat_nothing() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    for _ in 0..450 {
        town.submit_without_phone().await;
    }
    town.tick().await;
    let (mut numbers, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = town.get(&dispatcher, &format!("/api/dispatch/orders?cursor={cursor}")).await.good();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 200);
        numbers.extend(items.iter().map(|item| item["number"].as_str().unwrap().to_owned()));
        pages += 1;
        // What comes in meanwhile is newer than what is still to be shown.
        town.submit_without_phone().await;
        town.tick().await;
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((numbers.len(), pages), (450, 3));
    assert!(numbers.is_sorted_by(|a, b| a > b), "newest first, each once");
    let wrong = town.get(&dispatcher, "/api/dispatch/orders?cursor=x").await;
    assert_eq!(wrong.status, 400, "{wrong:?}");
}

#[tokio::test]
async fn search_finds_and_exports() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    for _ in 0..3 {
        town.submit().await;
    }
    town.tick().await;
    let all = town.get(&dispatcher, "/api/dispatch/orders").await.good();
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
    for (query, found) in
        [("status=registered", 3), ("status=closed", 0), ("category=T0403", 3), ("q=00002", 1), ("month=2001-01", 0)]
    {
        let page = town.get(&dispatcher, &format!("/api/dispatch/orders?{query}")).await.good();
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{query}");
    }
    let counts = town.get(&dispatcher, "/api/dispatch/dashboard").await.good();
    assert_eq!(counts["byStatus"], json!({"registered": 3}));
    let handler = town.person("handler", "handler", LEAD).await;
    let nothing = town.get(&handler, "/api/dispatch/orders").await.good();
    assert_eq!(nothing["items"], json!([]));
}

/// The light turns red by the clock alone: what the console kept must not hide that.
#[tokio::test]
async fn an_order_that_became_late_is_told_again() {
    let mut town = Town::new().await;
    let mut dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
    let path = format!("/api/dispatch/orders/{id}");
    let seen = town.get(&dispatcher, &path).await;
    let (_, etag) = seen.headers.iter().find(|(name, _)| name == "etag").unwrap();
    for (days, status) in [(0, 304), (30, 200)] {
        town.days_later(days, &mut [&mut dispatcher]).await;
        let headers = [("cookie", dispatcher.cookie.as_str()), ("if-none-match", etag.as_str())];
        let again = town.send("GET", &path, &headers, None).await;
        assert_eq!(again.status, status, "{days} days");
        assert!(status == 304 || again.body["light"] == "red", "{again:?}");
    }
}
