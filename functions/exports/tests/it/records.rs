//! Whatever leaves is recorded before it leaves.

use serde_json::{Value, json};

use crate::town::{LEAD, Town};

async fn list(town: &mut Town, who: &crate::town::Person) -> Vec<Value> {
    town.tick().await;
    town.get(who, "/api/exports").await.good()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_export_says_who_when_what_for_which_filter_and_how_many() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (agent, auditor) =
        (town.person("agent", "callback_agent", "C01").await, town.person("auditor", "auditor", "C01").await);
    for _ in 0..3 {
        town.submit().await;
    }
    town.tick().await;
    let filter = json!({"month": "2026-11", "category": "T0403"});
    let body = json!({"filter": filter, "purpose": "周例会"});
    let taken = town.post(&dispatcher, "POST", "/api/exports", &body).await.good();
    assert_eq!((taken["items"].as_array().unwrap().len(), &taken["cut"]), (3, &json!(false)));
    let mark = taken["mark"].as_str().unwrap();
    assert!(mark.contains("dispatcher") && mark.contains(taken["id"].as_str().unwrap()), "{mark}");
    assert!(taken["items"][0].get("callerName").is_none(), "no caller without an approval");
    let seen = &list(&mut town, &auditor).await[0];
    assert_eq!(
        (&seen["account"], &seen["purpose"], &seen["rows"], &seen["status"], &seen["filter"]["category"]),
        (&json!("dispatcher"), &json!("周例会"), &json!(3), &json!("taken"), &json!("T0403"))
    );
    assert_eq!(list(&mut town, &dispatcher).await.len(), 1, "one's own");
    assert_eq!(list(&mut town, &agent).await.len(), 0, "and nobody else's");
    // The table for spreadsheets is recorded too, and says so in its last line.
    let path = "/api/dispatch/orders?month=2026-11&purpose=x";
    let headers = [("cookie", dispatcher.cookie.as_str()), ("accept", "text/csv")];
    let csv = town.send("GET", path, &headers, None).await.good();
    let records = list(&mut town, &auditor).await;
    assert_eq!((records.len(), &records[0]["purpose"], &records[0]["rows"]), (2, &json!("x"), &json!(3)));
    let last = csv.as_str().unwrap().trim_end().lines().last().unwrap().to_owned();
    assert!(last.contains(records[0]["id"].as_str().unwrap()), "{last}");
}

#[tokio::test]
async fn whoever_may_not_see_orders_exports_none_and_says_what_for() {
    let mut town = Town::new().await;
    town.submit().await;
    let admin = town.admin();
    let body = json!({"filter": {}, "purpose": "x"});
    assert_eq!(town.post(&admin, "POST", "/api/exports", &body).await.said(), (403, "forbidden"));
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let silent = town.post(&dispatcher, "POST", "/api/exports", &json!({"filter": {}})).await;
    assert_eq!((silent.said(), &silent.body["errors"][0]["pointer"]), ((422, "invalidFields"), &json!("/purpose")));
    // A unit exports what it leads and nothing else.
    let handler = town.person("handler", "handler", LEAD).await;
    town.tick().await;
    let none = town.post(&handler, "POST", "/api/exports", &body).await.good();
    assert_eq!(none["items"], json!([]));
}

/// A filter goes into a row of a board: 500 requests of one person must not make it more than the clock can fold.
#[tokio::test]
async fn a_filter_has_limits_and_its_words_are_on_no_list() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let long = "x".repeat(201);
    for (part, value) in [
        ("month", "2026-13"),
        ("month", "2026-111"),
        ("unit", "x".repeat(21).as_str()),
        ("status", "lost"),
        ("category", "T 1"),
        ("q", long.as_str()),
    ] {
        let body = json!({"filter": {part: value}, "purpose": "x"});
        let refused = town.post(&dispatcher, "POST", "/api/exports", &body).await;
        assert_eq!(refused.said(), (422, "invalidFields"), "{part} {value}");
        assert_eq!(refused.body["errors"][0]["pointer"], json!(format!("/filter/{part}")));
        let path = format!("/api/dispatch/orders?{part}={}", value.replace(' ', "%20"));
        let refused = town.get(&dispatcher, &path).await;
        assert_eq!(
            (refused.said(), &refused.body["errors"][0]["pointer"]),
            ((422, "invalidFields"), &json!(format!("?{part}")))
        );
    }
    let cursor = format!("/api/dispatch/orders?cursor=1.{}", "x".repeat(64));
    assert_eq!(town.get(&dispatcher, &cursor).await.said(), (400, "malformed"));
    let body = json!({"filter": {"status": "pendingSign", "q": "张三的路灯"}, "purpose": "x"});
    let taken = town.post(&dispatcher, "POST", "/api/exports", &body).await.good();
    assert_eq!(taken["filter"]["q"], "张三的路灯", "whoever asked is told what was looked for");
    let listed = &list(&mut town, &dispatcher).await[0];
    assert_eq!((&listed["filter"]["q"], &listed["filter"]["status"]), (&json!("…"), &json!("pendingSign")));
}

/// The months lie behind each other in the table; a search looks through the one that it is about.
#[tokio::test]
async fn a_month_is_found_however_much_came_after_it() {
    let mut town = Town::new().await;
    let mut dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (november, _) = town.submit().await;
    // Confidential orders are on no public list, and are found all the same.
    let (hidden, _) = town.submit_confidential().await;
    town.tick().await;
    town.days_later(30, &mut [&mut dispatcher]).await;
    for _ in 0..3 {
        town.submit_without_phone().await;
    }
    town.tick().await;
    let found = |page: &Value| {
        let mut ids: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let page = town.get(&dispatcher, "/api/dispatch/orders?month=2026-11").await.good();
    let mut both = vec![november, hidden];
    both.sort();
    assert_eq!((found(&page), &page["nextCursor"]), (both, &Value::Null));
    assert_eq!(found(&town.get(&dispatcher, "/api/dispatch/orders?month=2026-12").await.good()).len(), 3);
    assert_eq!(found(&town.get(&dispatcher, "/api/dispatch/orders?month=2026-10").await.good()).len(), 0);
    assert_eq!(found(&town.get(&dispatcher, "/api/dispatch/orders").await.good()).len(), 5);
}
