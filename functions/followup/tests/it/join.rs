//! Me too.

use serde_json::{Value, json};

use crate::story::{Story, mistakes};
use crate::town::Answer;

async fn number(story: &mut Story, case: &crate::story::Case) -> String {
    story.view(case).await["number"].as_str().unwrap().to_owned()
}

async fn join(story: &mut Story, number: &str, body: Value) -> Answer {
    story.town.send("POST", &format!("/api/intake/public/{number}/me-too"), &[], Some(&body)).await
}

fn device(n: usize) -> String {
    format!("a-device-of-somebody-{n:04}")
}

#[tokio::test]
async fn a_device_joins_once_and_a_phone_is_one_person() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    let number = number(&mut story, &case).await;
    let first = join(&mut story, &number, json!({"device": device(1)})).await.good();
    assert_eq!(first, json!({"number": number, "meToo": 1, "replyPromised": false}));
    let again = join(&mut story, &number, json!({"device": device(1)})).await.good();
    assert_eq!(again["meToo"], 1);
    // A number that comes later is stored nowhere, so nobody could reply to it.
    let late = join(&mut story, &number, json!({"device": device(1), "phone": "13900000002"})).await.good();
    assert_eq!((&late["meToo"], &late["replyPromised"]), (&json!(1), &json!(false)));
    for n in 2..=4 {
        let phone = if n < 4 { "13900000001" } else { "13812345678" };
        let told = join(&mut story, &number, json!({"device": device(n), "phone": phone})).await.good();
        assert_eq!((&told["meToo"], &told["replyPromised"]), (&json!(n), &json!(true)));
        let again = join(&mut story, &number, json!({"device": device(n)})).await.good();
        assert_eq!(again["replyPromised"], true, "to the number of the first time");
    }
    // Devices 2 and 3 have one phone, device 4 has the caller's own: three people are in it.
    let pool = story.queue("pool").await;
    assert_eq!(pool["items"][0]["callers"], 3, "{pool}");
    let view = story.view(&case).await;
    assert_eq!((&view["meToo"], &view["group"]), (&json!(4), &json!(false)));
    for n in 5..=6 {
        join(&mut story, &number, json!({"device": device(n)})).await.good();
    }
    assert_eq!(story.view(&case).await["group"], true, "five people are a group");
    let list = story.town.send("GET", "/api/intake/public", &[], None).await.good();
    assert_eq!(list["items"][0]["meToo"], 4, "as of the last tick: {list}");
}

/// Handbook §1.8: every caller gets a reply, so the centre can look at the numbers, with a purpose.
#[tokio::test]
async fn the_centre_can_look_at_the_numbers_to_reply_to() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    let number = number(&mut story, &case).await;
    join(&mut story, &number, json!({"device": device(1), "phone": "13900000001"})).await.good();
    join(&mut story, &number, json!({"device": device(2)})).await.good();
    let seen = story.desk(&case).await;
    assert_eq!((&seen["meToo"], &seen["callers"], &seen["group"]), (&json!(2), &json!(3), &json!(false)));
    assert!(!seen.to_string().contains("13900000001"), "not without a look: {seen}");
    assert_eq!(story.look(&case).await["joined"], json!(["+8613900000001"]));
}

/// Whether a number is in a case must not be found out by joining with it.
#[tokio::test]
async fn the_answer_does_not_depend_on_whose_phone_it_is() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    let number = number(&mut story, &case).await;
    let callers = join(&mut story, &number, json!({"device": device(1), "phone": "13812345678"})).await.good();
    let case = story.submit(false).await;
    let other = self::number(&mut story, &case).await;
    let strangers = join(&mut story, &other, json!({"device": device(1), "phone": "13700000000"})).await.good();
    assert_eq!((&callers["meToo"], &callers["replyPromised"]), (&strangers["meToo"], &strangers["replyPromised"]));
}

#[tokio::test]
async fn what_is_not_public_cannot_be_joined_nor_found() {
    let mut story = Story::begin().await;
    let hidden = story.submit(true).await;
    let hidden_number = number(&mut story, &hidden).await;
    let device = json!({"device": device(1)});
    assert_eq!(join(&mut story, &hidden_number, device.clone()).await.said(), (404, "notFound"));
    for nowhere in ["YD12345-20261123-99999", &hidden.id, "x"] {
        assert_eq!(join(&mut story, nowhere, device.clone()).await.said(), (404, "notFound"), "{nowhere}");
    }
    let case = story.submit(false).await;
    let number = number(&mut story, &case).await;
    story.send(&case, "withdrawal", json!({})).await.good();
    assert_eq!(join(&mut story, &number, device).await.said(), (409, "stateConflict"));
}

#[tokio::test]
async fn a_device_has_a_name_and_a_phone_is_a_phone() {
    let mut story = Story::begin().await;
    for (body, pointer, code) in [
        (json!({}), "/device", "required"),
        (json!({"device": "short"}), "/device", "invalid"),
        (json!({"device": "x".repeat(65)}), "/device", "invalid"),
        (json!({"device": "with spaces in it, long"}), "/device", "invalid"),
        (json!({"device": device(1), "phone": "12"}), "/phone", "invalid"),
    ] {
        let answer = join(&mut story, "YD12345-20261123-00001", body.clone()).await;
        assert_eq!(mistakes(&answer), vec![(pointer.to_owned(), code.to_owned())], "{body}");
    }
}

#[tokio::test]
async fn one_address_says_so_ten_times_an_hour() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    let number = number(&mut story, &case).await;
    let path = format!("/api/intake/public/{number}/me-too");
    for n in 0..12 {
        let body = json!({"device": device(n)});
        // The last address header counts: all of them come from one place.
        let key = format!("one-address-{n:06}");
        let headers = [("idempotency-key", key.as_str())];
        let answer = story.town.send_from("203.0.113.7", "POST", &path, &headers, Some(&body)).await;
        let expected = if n < 10 { (200, "") } else { (429, "tooManyRequests") };
        assert_eq!(answer.said(), expected, "{n}");
    }
}

/// The case file has room for them; the next ones are told that it is known.
#[tokio::test]
async fn a_hundred_people_are_counted() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    let number = number(&mut story, &case).await;
    for n in 0..100 {
        let phone = format!("139000{n:05}");
        join(&mut story, &number, json!({"device": device(n), "phone": phone})).await.good();
    }
    assert_eq!(join(&mut story, &number, json!({"device": device(100)})).await.said(), (409, "meTooFull"));
    assert_eq!(join(&mut story, &number, json!({"device": device(7)})).await.good()["meToo"], 100);
    story.handle(&case).await;
    assert_eq!(story.view(&case).await["meToo"], 100, "and staff can go on with it");
}
