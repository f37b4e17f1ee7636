//! The story of issue 3 over HTTP: light and dark.

use serde_json::json;

use crate::town::{LEAD, OTHER, Town};

#[tokio::test]
async fn from_submission_to_the_archive() {
    let mut town = Town::new().await;
    let mut dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let mut handler = town.person("handler", "handler", LEAD).await;
    let mut supervisor = town.person("supervisor", "supervisor", "C01").await;
    let mut agent = town.person("agent", "callback_agent", "C01").await;
    let (id, secret) = town.submit().await;
    town.tick().await;
    assert_eq!(town.queue(&dispatcher, "pool").await, std::slice::from_ref(&id));

    // The centre dispatches as the rules suggest.
    let order = town.get(&dispatcher, &format!("/api/dispatch/orders/{id}")).await.good();
    assert_eq!(
        (&order["suggestion"]["lead"], &order["suggestion"]["grounds"][0]),
        (&json!(LEAD), &json!("categoryPower"))
    );
    assert_eq!((&order["caller"]["name"], &order["caller"]["phone"]), (&json!("李**"), &json!("138****5678")));
    let assignment = json!({"lead": LEAD, "coUnits": order["suggestion"]["coUnits"]});
    let dispatched = town.step(&dispatcher, &id, "dispatch", assignment).await.good();
    assert_eq!((&dispatched["status"], &dispatched["handling"]["lead"]), (&json!("pendingSign"), &json!(LEAD)));
    town.tick().await;
    assert_eq!(town.queue(&dispatcher, "pool").await, Vec::<String>::new());
    assert_eq!(town.queue(&handler, "unit").await, std::slice::from_ref(&id));

    // The village was asked to help; it replies. The unit signs, asks for more time and gets it.
    let mut village = town.person("village", "grid_worker", "990181101001").await;
    town.step(&handler, &id, "sign", json!({})).await.good();
    town.step(&village, &id, "co-reply", json!({"text": "已到现场查看。"})).await.good();
    let longer = json!({"limit": {"n": 3, "unit": "workingDays"}, "text": "等配件。"});
    town.step(&handler, &id, "extend-request", longer).await.good();
    let before = order["promisedBy"].clone();
    let extended =
        town.step(&dispatcher, &id, "extend-approve", json!({"text": "同意。", "pastOuter": true})).await.good();
    assert!(extended["handling"]["clocks"]["outer"]["due"]["at"].as_str() > before.as_str());
    let owner = format!("Case {secret}");
    let path = format!("/api/intake/orders/{id}");
    let tracked = town.send("GET", &path, &[("authorization", &owner)], None).await.good();
    assert!(tracked["promisedBy"].as_str() > before.as_str(), "the caller sees the extended promise");
    assert_eq!(tracked["holder"]["kind"], "unit");

    // A result, refused once and passed once.
    town.step(&handler, &id, "contact", json!({"text": "已电话联系。"})).await.good();
    let photo = town.photo().await;
    let result = json!({"class": "resolved", "text": "路灯已修好。", "attachments": [photo]});
    town.step(&handler, &id, "submit-result", result.clone()).await.good();
    town.tick().await;
    assert_eq!(town.queue(&supervisor, "review").await, std::slice::from_ref(&id));
    town.step(&supervisor, &id, "review-fail", json!({"text": "没有照片说明。"})).await.good();
    town.step(&handler, &id, "submit-result", result.clone()).await.good();
    town.step(&supervisor, &id, "review-pass", json!({"text": "同意。"})).await.good();

    // The caller is not content, so it is done once more; then they are.
    let unhappy = json!({"method": "phone", "answer": {"contacted": true, "resolved": false, "satisfaction": 2}, "text": "灯又坏了。"});
    let redo = town.step(&agent, &id, "visit", unhappy).await.good();
    assert_eq!((&redo["status"], &redo["handling"]["redos"]), (&json!("inProgress"), &json!(1)));
    town.tick().await;
    town.step(&handler, &id, "contact", json!({"text": "已电话联系。"})).await;
    town.step(&handler, &id, "submit-result", result).await.good();
    town.step(&supervisor, &id, "review-pass", json!({"text": "同意。"})).await.good();
    let happy = json!({"method": "phone", "answer": {"contacted": true, "resolved": true, "satisfaction": 5}});
    let closed = town.step(&agent, &id, "visit", happy).await.good();
    assert_eq!(closed["status"], "closed");

    // A week later it is archived by itself, once, although the clock was not running.
    town.tick().await;
    town.days_later(9, &mut [&mut dispatcher, &mut handler, &mut supervisor, &mut agent, &mut village]).await;
    town.tick().await;
    town.tick().await;
    let archived = town.get(&dispatcher, &format!("/api/dispatch/orders/{id}")).await.good();
    assert_eq!(archived["status"], "archived");
    let kinds: Vec<&str> =
        archived["timeline"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "archived").count(), 1, "{kinds:?}");
    // A redo brings the proposal of a notice, which a named person still has to issue.
    assert!(kinds.contains(&"cardProposed"), "{kinds:?}");
    let tracked = town
        .send("GET", &format!("/api/intake/orders/{id}"), &[("authorization", &format!("Case {secret}"))], None)
        .await;
    let tracked = tracked.good();
    assert_eq!(tracked["status"], "archived");
    let entries = tracked["timeline"].as_array().unwrap();
    let told: Vec<&str> = entries.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    let expected = "registered dispatched signed extended contacted resultSubmitted reviewFailed resultSubmitted \
                    reviewPassed redone contacted resultSubmitted reviewPassed visited archived";
    assert_eq!(told, expected.split_whitespace().collect::<Vec<_>>());
    let words: Vec<&str> = entries.iter().filter_map(|entry| entry["text"].as_str()).collect();
    assert_eq!(words, ["同意。", "路灯已修好。", "路灯已修好。"], "nothing that offices write to each other");
}

#[tokio::test]
async fn returned_without_reason_overdue_and_carded() {
    let mut town = Town::new().await;
    let mut dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let mut head = town.person("head", "unit_head", LEAD).await;
    let mut supervisor = town.person("supervisor", "supervisor", "C01").await;
    let mut leader = town.person("leader", "town_leader", "C01").await;
    let (id, _) = town.submit().await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();

    // "Difficult" is no reason, and no evidence is no return either.
    let difficult = town.step(&head, &id, "return-request", json!({"reason": "RT99", "text": "太难。"})).await;
    assert_eq!(difficult.said(), (422, "returnReasonRefused"));
    let bare = town.step(&head, &id, "return-request", json!({"reason": "RT01", "text": "不归我们管。"})).await;
    assert_eq!(bare.said(), (422, "evidenceMissing"));
    town.step(&head, &id, "sign", json!({})).await.good();

    // Months later it is overdue: the clock proposes, a person issues, the unit objects, the leader upholds.
    town.tick().await;
    town.days_later(60, &mut [&mut dispatcher, &mut head, &mut supervisor, &mut leader]).await;
    town.tick().await;
    let order = town.get(&supervisor, &format!("/api/dispatch/orders/{id}")).await.good();
    assert_eq!(order["light"], "red");
    let card = order["handling"]["cards"][0].clone();
    assert_eq!((&card["level"], &card["status"]), (&json!("notice"), &json!("proposed")));
    assert_eq!(town.queue(&supervisor, "cards").await, std::slice::from_ref(&id));
    let key = json!({"key": card["key"], "text": "请说明。"});
    town.step(&supervisor, &id, "issue-card", key.clone()).await.good();
    town.step(&head, &id, "object-card", key.clone()).await.good();
    assert_eq!(town.step(&supervisor, &id, "uphold-card", key.clone()).await.said(), (403, "samePerson"));
    let upheld = town.step(&leader, &id, "uphold-card", key).await.good();
    assert_eq!(upheld["handling"]["cards"][0]["status"], "upheld");

    // It escalates to a yellow card, which only the leader may issue.
    town.tick().await;
    town.days_later(14, &mut [&mut supervisor, &mut leader]).await;
    town.tick().await;
    let order = town.get(&supervisor, &format!("/api/dispatch/orders/{id}")).await.good();
    let cards = order["handling"]["cards"].as_array().unwrap();
    let yellow = cards.iter().find(|card| card["level"] == "yellow").expect("a yellow card is proposed");
    let key = json!({"key": yellow["key"]});
    assert_eq!(town.step(&supervisor, &id, "issue-card", key.clone()).await.said(), (403, "townLeaderOnly"));
    town.step(&leader, &id, "issue-card", key).await.good();
}

#[tokio::test]
async fn an_order_that_went_into_another_is_answered_with_it() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let handler = town.person("handler", "handler", OTHER).await;
    let supervisor = town.person("supervisor", "supervisor", "C01").await;
    let agent = town.person("agent", "callback_agent", "C01").await;
    let (parent, _) = town.submit().await;
    let (child, secret) = town.submit().await;
    town.step(&dispatcher, &child, "merge", json!({"parent": parent})).await.good();
    town.tick().await;
    let noted = town.get(&dispatcher, &format!("/api/dispatch/orders/{parent}")).await.good();
    assert_eq!(noted["handling"]["children"], json!([child]));
    town.step(&dispatcher, &parent, "dispatch", json!({"lead": OTHER})).await.good();
    town.step(&handler, &parent, "sign", json!({})).await.good();
    let photo = town.photo().await;
    town.step(&handler, &parent, "contact", json!({"text": "已电话联系。"})).await.good();
    town.step(
        &handler,
        &parent,
        "submit-result",
        json!({"class": "resolved", "text": "整条街的灯都修好了。", "attachments": [photo]}),
    )
    .await
    .good();
    town.step(&supervisor, &parent, "review-pass", json!({"text": "同意。"})).await.good();
    let happy = json!({"method": "phone", "answer": {"contacted": true, "resolved": true, "satisfaction": 4}});
    town.step(&agent, &parent, "visit", happy).await.good();
    town.tick().await;
    town.tick().await;
    let answered = town.get(&dispatcher, &format!("/api/dispatch/orders/{child}")).await.good();
    let replies: Vec<_> =
        answered["timeline"].as_array().unwrap().iter().filter(|event| event["type"] == "childReplied").collect();
    assert_eq!(replies.len(), 1, "{answered}");
    assert_eq!(replies[0]["text"], "整条街的灯都修好了。");
    let tracked = town
        .send("GET", &format!("/api/intake/orders/{child}"), &[("authorization", &format!("Case {secret}"))], None)
        .await;
    assert_eq!(tracked.good()["status"], "merged");
}

#[tokio::test]
async fn what_falls_due_at_midnight_is_not_forgotten() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (id, secret) = town.submit().await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
    town.tick().await;
    // The caller urges in the last second of the day, and the duties come before the tick of the next.
    let day_ms = 24 * 3_600_000;
    let shanghai_ms = (town.now_ms() + 8 * 3_600_000).rem_euclid(day_ms);
    town.gate.advance(day_ms - shanghai_ms - 5_000);
    town.tick().await;
    let owner = format!("Case {secret}");
    let urge = format!("/api/intake/orders/{id}/urges");
    town.send("POST", &urge, &[("authorization", &owner)], Some(&json!({}))).await.good();
    town.gate.advance(10_000);
    town.beat("/api/clock/duties").await;
    town.tick().await;
    let mut dispatcher = dispatcher;
    town.days_later(0, &mut [&mut dispatcher]).await;
    let order = town.get(&dispatcher, &format!("/api/dispatch/orders/{id}")).await.good();
    let reminded = order["timeline"].as_array().unwrap().iter().filter(|event| {
        event["type"] == "reminded" && event["reason"].as_str().is_some_and(|key| key.starts_with("urge/"))
    });
    assert_eq!(reminded.count(), 1, "{order}");
}
