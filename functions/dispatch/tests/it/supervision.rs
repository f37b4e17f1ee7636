//! Deadlines set by hand, next year's notice, units that do not come, and lists that show a change at once.

use serde_json::{Value, json};

use crate::town::{LEAD, Person, Town};

async fn view(town: &mut Town, who: &Person, id: &str) -> Value {
    town.get(who, &format!("/api/dispatch/orders/{id}")).await.good()
}

#[tokio::test]
async fn a_deadline_is_set_by_hand_and_the_caller_reads_why() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let supervisor = town.person("supervisor", "supervisor", "C01").await;
    let (id, secret) = town.submit().await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
    for (until, code) in [("", "required"), ("31.12.2026", "dateInvalid"), ("2028-01-01", "tooFar")] {
        let refused = town.step(&supervisor, &id, "move-deadline", json!({"until": until, "text": "x"})).await;
        assert_eq!((refused.said(), &refused.body["errors"][0]["code"]), ((422, "invalidFields"), &json!(code)));
    }
    let late = town.step(&supervisor, &id, "move-deadline", json!({"until": "2026-11-01", "text": "x"})).await;
    assert_eq!(late.said(), (422, "deadlineNotAhead"));
    let moved = json!({"until": "2026-12-01", "text": "领导批示提前办结。"});
    assert_eq!(town.step(&dispatcher, &id, "move-deadline", moved.clone()).await.said(), (403, "notPermitted"));
    let seen = town.step(&supervisor, &id, "move-deadline", moved).await.good();
    assert_eq!((&seen["promisedBy"], &seen["handling"]["fixed"]), (&json!("2026-12-02T00:00:00+08:00"), &json!(true)));
    let path = format!("/api/intake/orders/{id}");
    let case = town.send("GET", &path, &[("authorization", &format!("Case {secret}"))], None).await.good();
    assert_eq!(case["promisedBy"], seen["promisedBy"]);
    let last = case["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["type"], &last["text"]), (&json!("deadlineMoved"), &json!("领导批示提前办结。")));
}

#[tokio::test]
async fn next_years_notice_is_loaded_and_deadlines_are_counted_again_once() {
    let mut town = Town::new().await;
    let mut dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let mut admin = town.admin();
    town.days_later(28, &mut [&mut dispatcher, &mut admin]).await;
    let (id, _) = town.submit().await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
    town.tick().await;
    let before = view(&mut town, &dispatcher, &id).await;
    assert_eq!(before["provisional"], true);
    let file = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu").join(name);
        std::fs::read_to_string(path).unwrap()
    };
    let years = file("calendar_years.csv").replace("2027,provisional", "2027,official");
    let days = format!("{}2027-01-05,off,元旦\n", file("calendar.csv"));
    let load = json!({"files": {"calendar_years.csv": years, "calendar.csv": days}, "reason": "2027 年放假通知"});
    town.post(&admin, "PUT", "/api/admin/catalogue", &load).await.good();
    // Instances know another catalogue after 5 s.
    town.gate.advance(6_000);
    town.tick().await;
    let after = view(&mut town, &dispatcher, &id).await;
    assert_eq!(after["provisional"], false);
    assert!(
        after["promisedBy"].as_str() > before["promisedBy"].as_str(),
        "{} {}",
        before["promisedBy"],
        after["promisedBy"]
    );
    let counted =
        |view: &Value| view["timeline"].as_array().unwrap().iter().filter(|event| event["type"] == "recounted").count();
    assert_eq!(counted(&after), 1);
    town.gate.advance(2 * 3_600_000);
    town.days_later(0, &mut [&mut dispatcher]).await;
    town.tick().await;
    assert_eq!(counted(&view(&mut town, &dispatcher, &id).await), 1);
}

#[tokio::test]
async fn a_unit_that_refuses_a_whistle_is_proposed_a_yellow_card_and_one_that_was_only_asked_is_not() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let leader = town.person("leader", "town_leader", "P01").await;
    let (called, asked) = (town.person("called", "handler", "D05").await, town.person("asked", "handler", "D06").await);
    let (id, _) = town.submit().await;
    let body = json!({"kind": "enforcement", "text": "夜市占道。", "order": id, "units": ["D05"], "asked": ["D06"]});
    let whistle = town.post(&dispatcher, "POST", "/api/whistles", &body).await.good();
    let path = format!("/api/whistles/{}/refuse", whistle["id"].as_str().unwrap());
    for (version, who) in [(1, &called), (2, &asked)] {
        town.post(who, "POST", &path, &json!({"ifVersion": version, "text": "人手不足。"})).await.good();
    }
    town.tick().await;
    town.tick().await;
    let seen = view(&mut town, &leader, &id).await;
    let cards = seen["handling"]["cards"].as_array().unwrap();
    assert_eq!(cards.len(), 1, "{cards:?}");
    assert_eq!(
        (&cards[0]["level"], &cards[0]["unit"], &cards[0]["status"]),
        (&json!("yellow"), &json!("D05"), &json!("proposed"))
    );
    let issued = town.step(&leader, &id, "issue-card", json!({"key": cards[0]["key"], "text": "约谈。"})).await.good();
    assert_eq!(issued["handling"]["cards"][0]["status"], "issued");
}

#[tokio::test]
async fn a_list_that_is_asked_for_a_slot_shows_the_step_though_nobody_ticks() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let handler = town.person("handler", "handler", LEAD).await;
    let (id, _) = town.submit().await;
    assert_eq!(town.queue(&dispatcher, "pool").await, Vec::<String>::new(), "two seconds are not over");
    town.gate.advance(2_001);
    assert_eq!(town.queue(&dispatcher, "pool").await, [id.as_str()], "whoever reads folds what is older");
    let body = json!({"ifVersion": 1, "lead": LEAD});
    let taken = town.post(&dispatcher, "POST", &format!("/api/dispatch/orders/{id}/dispatch"), &body).await.good();
    let slot = taken["slot"].as_u64().unwrap();
    let page = town.get(&dispatcher, &format!("/api/dispatch/queues/pool?after={slot}")).await.good();
    assert_eq!((&page["total"], &page["behind"]), (&json!(0), &json!(0)));
    assert_eq!(town.queue(&handler, "unit").await, [id.as_str()]);
    for path in ["orders", "dashboard", "queues"] {
        town.get(&dispatcher, &format!("/api/dispatch/{path}?after={slot}")).await.good();
    }
    let wrong = town.get(&dispatcher, "/api/dispatch/queues/pool?after=x").await;
    assert_eq!(wrong.status, 400);
}

/// Handbook §2: urgency, what is sensitive, the time that is left, who came back.
#[tokio::test]
async fn what_is_most_pressing_stands_first_and_pages_follow_that_order() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let mut submit = Vec::new();
    for (kind, confidential) in [("suggestion", false), ("consult", false), ("help", true)] {
        let form = json!({
            "appealType": kind, "categoryCode": "T0403", "title": "路灯", "content": "商业街的路灯坏了一周。",
            "place": {"villageCode": "990181101001"}, "confidential": confidential, "anonymous": true,
        });
        let answer = town.send("POST", "/api/intake/orders", &[], Some(&form)).await.good();
        submit.push(answer["id"].as_str().unwrap().to_owned());
    }
    town.tick().await;
    let expected = [&submit[2], &submit[1], &submit[0]];
    assert_eq!(
        town.queue(&dispatcher, "pool").await.iter().collect::<Vec<_>>(),
        expected,
        "sensitive, then by deadline"
    );
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/dispatch/queues/pool?limit=1&cursor={cursor}");
        let page = town
            .get(&dispatcher, if cursor.is_empty() { "/api/dispatch/queues/pool?limit=1" } else { &path })
            .await
            .good();
        seen.push(page["items"][0]["id"].as_str().unwrap().to_owned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.iter().collect::<Vec<_>>(), expected);
}
