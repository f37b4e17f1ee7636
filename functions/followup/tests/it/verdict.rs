//! Rating and redo.

use serde_json::{Value, json};

use crate::story::{Story, action, mistakes};

fn happy() -> Value {
    json!({"satisfaction": "verySatisfied", "contacted": true, "resolved": true})
}

fn unhappy() -> Value {
    json!({"satisfaction": "dissatisfied", "contacted": false, "resolved": false, "reasons": ["notSolved"]})
}

#[tokio::test]
async fn a_content_caller_closes_the_case_and_is_told_until_when_it_can_be_reopened() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    assert_eq!(story.send(&case, "rating", happy()).await.said(), (409, "stateConflict"));
    story.handle(&case).await;
    let waiting = story.view(&case).await;
    let rate = action(&waiting, "rate");
    assert_eq!((&rate["allowed"], rate["until"].is_string()), (&json!(true), true), "{rate}");
    assert_eq!(action(&waiting, "reopen")["reason"], "stateConflict");
    assert_eq!(waiting["rating"], Value::Null);
    let rated = story.send(&case, "rating", happy()).await.good();
    assert_eq!((rated["status"].as_str(), &rated["id"]), (Some("closed"), &json!(case.id)));
    let closed = story.view(&case).await;
    assert_eq!(closed["rating"], happy());
    assert_eq!(action(&closed, "rate")["reason"], "alreadyRated");
    let reopen = action(&closed, "reopen");
    assert_eq!(reopen["allowed"], true);
    assert_eq!(story.send(&case, "rating", unhappy()).await.said(), (409, "alreadyRated"));
    story.town.gate.advance(7 * 24 * 3_600_000);
    let late = story.view(&case).await;
    assert_eq!(action(&late, "reopen"), json!({"name": "reopen", "allowed": false, "reason": "tooLate"}));
    assert_eq!(story.send(&case, "redo", json!({"text": "又坏了"})).await.said(), (409, "tooLate"));
}

/// Handbook §1.4: two redos, then the centre rules.
#[tokio::test]
async fn a_discontent_caller_has_it_done_again_twice_and_then_the_centre_rules() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    story.handle(&case).await;
    for done in 1..=2 {
        let status = story.send(&case, "rating", unhappy()).await.good()["status"].clone();
        assert_eq!(status, "inProgress");
        let view = story.view(&case).await;
        assert_eq!((&view["redos"], &view["rating"]), (&json!({"done": done, "max": 2}), &Value::Null));
        story.finish(&case).await;
    }
    assert_eq!(story.send(&case, "rating", unhappy()).await.good()["status"], "pendingVisit");
    assert_eq!(action(&story.view(&case).await, "rate")["reason"], "alreadyRated");
    let seen = story.desk(&case).await;
    let rated = seen["timeline"].as_array().unwrap().iter().find(|entry| entry["type"] == "rated").unwrap();
    assert_eq!((&rated["reasons"], &rated["answer"]["satisfaction"]), (&json!(["notSolved"]), &json!(2)));
}

#[tokio::test]
async fn a_closed_case_is_redone_within_the_window_for_who_says_why() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    story.handle(&case).await;
    story.send(&case, "rating", happy()).await.good();
    let silent = story.send(&case, "redo", json!({})).await;
    assert_eq!((silent.said(), mistakes(&silent)), ((422, "invalidFields"), vec![("/text".into(), "required".into())]));
    let redone = story.send(&case, "redo", json!({"text": "又不亮了。"})).await.good();
    assert_eq!(redone["status"], "inProgress");
    let view = story.view(&case).await;
    let last = view["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["type"], &last["by"]), (&json!("reopened"), &json!("you")));
    assert_eq!(view["redos"]["done"], 1);
}

#[tokio::test]
async fn who_is_dissatisfied_says_why_and_every_mistake_is_named() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    story.handle(&case).await;
    let long = "长".repeat(501);
    for (body, pointer, code) in [
        (json!({}), "/satisfaction", "required"),
        (json!({"satisfaction": "great"}), "/satisfaction", "unknown"),
        (json!({"satisfaction": "satisfied", "reasons": ["bad"]}), "/reasons", "unknown"),
        (json!({"satisfaction": "satisfied", "text": long}), "/text", "tooLong"),
        (json!({"satisfaction": "dissatisfied"}), "/reasons", "required"),
        (json!({"satisfaction": "satisfied", "resolved": false}), "/reasons", "required"),
        (json!({"satisfaction": "veryDissatisfied", "reasons": ["other"]}), "/text", "required"),
    ] {
        let answer = story.send(&case, "rating", body.clone()).await;
        assert_eq!(mistakes(&answer), vec![(pointer.to_owned(), code.to_owned())], "{body}");
    }
    let told = json!({"satisfaction": "veryDissatisfied", "reasons": ["other"], "text": "灯装反了。"});
    assert_eq!(story.send(&case, "rating", told).await.good()["status"], "inProgress");
}

#[tokio::test]
async fn the_same_rating_again_is_the_same_rating() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    story.handle(&case).await;
    let owner = format!("Case {}", case.secret);
    let path = format!("/api/intake/orders/{}/rating", case.id);
    let headers = [("authorization", owner.as_str()), ("idempotency-key", "one-rating-only-0")];
    let first = story.town.send("POST", &path, &headers, Some(&unhappy())).await.good();
    let again = story.town.send("POST", &path, &headers, Some(&unhappy())).await.good();
    assert_eq!((&first, first["status"].as_str()), (&again, Some("inProgress")));
    assert_eq!(story.view(&case).await["redos"]["done"], 1);
}

/// What a unit hands in is the caller's to see once a review has passed it, and not before.
#[tokio::test]
async fn the_photos_of_a_result_are_shown_once_it_was_reviewed() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    story.handle(&case).await;
    let view = story.view(&case).await;
    let passed = view["timeline"].as_array().unwrap().iter().find(|entry| entry["type"] == "reviewPassed").unwrap();
    assert_eq!(passed["text"], "已修好。");
    let photo = passed["attachments"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(story.read(&case, &format!("/attachments/{photo}")).await.status, 200);
    let submitted =
        view["timeline"].as_array().unwrap().iter().find(|entry| entry["type"] == "resultSubmitted").unwrap();
    assert_eq!((&submitted["text"], &submitted["attachments"]), (&Value::Null, &json!([])));
    // Evidence that no review has passed.
    let other = story.submit(false).await;
    story.handle(&other).await;
    assert_eq!(story.read(&case, "/attachments/aaaaaaaaaaaaaaaaaaaaaaaaaa").await.said(), (404, "notFound"));
    story.send(&other, "rating", unhappy()).await.good();
    assert_eq!(story.read(&other, &format!("/attachments/{photo}")).await.said(), (404, "notFound"), "another case's");
}

/// What becomes possible with time alone must not hide behind an answer that the browser kept.
#[tokio::test]
async fn an_urge_that_becomes_possible_again_is_told() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    story.send(&case, "urges", json!({})).await.good();
    let seen = story.read(&case, "").await;
    let (_, etag) = seen.headers.iter().find(|(name, _)| name == "etag").unwrap();
    let (path, owner) = (format!("/api/intake/orders/{}", case.id), format!("Case {}", case.secret));
    let known = [("authorization", owner.as_str()), ("if-none-match", etag.as_str())];
    assert_eq!(story.town.send("GET", &path, &known, None).await.status, 304);
    story.town.gate.advance(25 * 3_600_000);
    let later = story.town.send("GET", &path, &known, None).await.good();
    assert_eq!(action(&later, "urge")["allowed"], true);
}
