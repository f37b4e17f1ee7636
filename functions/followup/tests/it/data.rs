//! Taking one's data along, and having it destroyed.

use serde_json::{Value, json};

use crate::story::{Case, Story, action, mistakes};

const PHONE: &str = "13812345678";
const NAME: &str = "李小明";

#[tokio::test]
async fn the_export_has_everything_that_the_caller_told_in_clear() {
    let mut story = Story::begin().await;
    let case = story.submit(true).await;
    story.send(&case, "supplements", json!({"text": "还有一盏也坏了。"})).await.good();
    let export = story.read(&case, "/export").await.good();
    let told = &export["case"];
    assert_eq!(
        (&export["format"], &told["name"], &told["phone"]),
        (&json!("onetown-case-1"), &json!(NAME), &json!(format!("+86{PHONE}")))
    );
    assert_eq!((&told["title"], &told["content"]), (&json!("路灯不亮"), &json!("商业街的路灯坏了一周。")));
    assert_eq!(export["events"][1]["text"], "还有一盏也坏了。");
    assert!(export["events"][0]["hash"].is_string() && export["receipt"]["event"].is_object());
    let stranger = story.town.send("GET", &format!("/api/intake/orders/{}/export", case.id), &[], None).await;
    assert_eq!(stranger.said(), (401, "secretRequired"));
}

/// Whoever writes is the caller; for whom they write is kept as a relation and no more.
#[tokio::test]
async fn a_report_on_behalf_of_somebody_says_for_whom() {
    let mut story = Story::begin().await;
    let form = |relation: &str| {
        json!({
            "appealType": "help", "categoryCode": "T0403", "title": "路灯不亮", "content": "替母亲反映。",
            "place": {"villageCode": "990181101001"}, "onBehalf": {"relation": relation},
        })
    };
    for (relation, code) in [("", "required"), ("boss", "unknown")] {
        let refused = story.town.send("POST", "/api/intake/orders", &[], Some(&form(relation))).await;
        assert_eq!(mistakes(&refused), vec![("/onBehalf/relation".to_owned(), code.to_owned())]);
    }
    let receipt = story.town.send("POST", "/api/intake/orders", &[], Some(&form("child"))).await.good();
    let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
    let case = crate::story::Case { id: text("id"), secret: text("secret") };
    assert_eq!(story.view(&case).await["onBehalf"], json!({"relation": "child"}));
    assert_eq!(story.desk(&case).await["onBehalf"], "child");
    assert_eq!(story.read(&case, "/export").await.good()["case"]["onBehalf"], "child");
}

#[tokio::test]
async fn an_open_case_is_not_erased_and_says_why() {
    let mut story = Story::begin().await;
    let case = story.submit(false).await;
    let view = story.view(&case).await;
    assert_eq!(action(&view, "erase"), json!({"name": "erase", "allowed": false, "reason": "orderOpen"}));
    let number = view["number"].clone();
    assert_eq!(story.send(&case, "erasure", json!({"confirm": number})).await.said(), (409, "orderOpen"));
    for (confirm, code) in [(json!(null), "required"), (json!("YD12345-20200101-00001"), "mismatch")] {
        let body = if confirm.is_null() { json!({}) } else { json!({"confirm": confirm}) };
        let answer = story.send(&case, "erasure", body).await;
        assert_eq!(mistakes(&answer), vec![("/confirm".to_owned(), code.to_owned())]);
    }
}

/// Adds to a confidential case until it takes no more.
async fn fill(story: &mut Story, case: &Case) {
    let text = "𠮷".repeat(2_000);
    for _ in 0..20 {
        let answer = story.send(case, "supplements", json!({"text": text})).await;
        if answer.status != 200 {
            assert_eq!(answer.said(), (409, "caseFull"));
            return;
        }
    }
    panic!("twenty supplements of 11 KB are more than half of a case file");
}

/// Whoever holds a case can add to it; that must stop neither the work on it nor their own way out.
#[tokio::test]
async fn a_case_that_its_caller_filled_is_handled_withdrawn_and_erased_all_the_same() {
    let mut story = Story::begin().await;
    let case = story.submit(true).await;
    fill(&mut story, &case).await;
    story.handle(&case).await;
    let number = story.view(&case).await["number"].clone();
    story.send(&case, "withdrawal", json!({"reason": "𠮷".repeat(500)})).await.good();
    story.send(&case, "erasure", json!({"confirm": number})).await.good();
    assert!(story.desk(&case).await["erasedAt"].is_string());
}

/// What is due on a document that takes nothing any more is never done: the clock must not be kept busy with it.
#[tokio::test]
async fn a_full_case_does_not_keep_the_clock_awake() {
    let mut story = Story::begin().await;
    let case = story.submit(true).await;
    fill(&mut story, &case).await;
    let mut answer = story.remind(&case, "请尽快派单。").await;
    for _ in 0..20 {
        if answer.status != 200 {
            break;
        }
        answer = story.remind(&case, &"𠮷".repeat(2_000)).await;
    }
    assert_eq!(answer.said(), (409, "caseFull"));
    // Smaller ones fill what is left, until the clock's own would not fit either.
    while story.remind(&case, &"𠮷".repeat(200)).await.status == 200 {}
    story.town.tick().await;
    story.town.gate.advance(30 * 24 * 3_600_000);
    story.town.tick().await;
    let duties = story.town.beat("/api/clock/duties").await;
    assert_eq!((&duties["due"], &duties["more"]), (&json!(0), &json!(false)));
    // Whoever filled it, its caller gets out, and it ends.
    story.send(&case, "withdrawal", json!({"reason": "𠮷".repeat(500)})).await.good();
    story.town.tick().await;
    story.town.gate.advance(30 * 24 * 3_600_000);
    story.town.tick().await;
    let view = story.view(&case).await;
    assert_eq!(view["status"], "archived");
    story.send(&case, "erasure", json!({"confirm": view["number"]})).await.good();
}

/// Everything in the store, to look for what must not be there.
fn holds(value: &Value, text: &str) -> bool {
    value.to_string().contains(text)
}

#[tokio::test]
async fn an_erased_case_shows_nobody_who_it_was() {
    let mut story = Story::begin().await;
    for confidential in [false, true] {
        let case = story.submit(confidential).await;
        let number = story.view(&case).await["number"].clone();
        let photo = story.town.photo().await;
        story.send(&case, "supplements", json!({"text": "补充的话", "attachments": [photo]})).await.good();
        story.send(&case, "withdrawal", json!({"reason": "撤回的话"})).await.good();
        let before = story.desk(&case).await;
        assert!(holds(&before, "补充的话"));
        let erased = story.send(&case, "erasure", json!({"confirm": number})).await.good();
        assert!(erased["erasedAt"].is_string(), "{erased}");
        let again = story.send(&case, "erasure", json!({"confirm": number})).await.good();
        assert_eq!(again, erased, "a second time changes nothing");
        let view = story.view(&case).await;
        assert_eq!((&view["status"], &view["erasedAt"]), (&json!("withdrawn"), &erased["erasedAt"]));
        assert!(view["actions"].as_array().unwrap().iter().all(|action| action["allowed"] == false), "{view}");
        assert_eq!(view["timeline"].as_array().unwrap().last().unwrap()["type"], "erased");
        let export = story.read(&case, "/export").await.good();
        let desk = story.desk(&case).await;
        for told in [&view, &desk, &export] {
            for word in ["路灯不亮", "商业街", "补充的话", "撤回的话", "小明", "5678"] {
                assert!(!holds(told, word), "{word} in {told}");
            }
        }
        assert_eq!(view["contact"], json!({"name": null, "phone": null}));
        assert_eq!(story.read(&case, &format!("/attachments/{photo}")).await.said(), (404, "notFound"));
        let titles = story.queue("pool").await;
        assert!(!holds(&titles, &case.id));
    }
}

/// The sealed fields stay closed even for whoever has the master key: the wrapped key is not in the document any more.
#[tokio::test]
async fn the_key_is_gone_and_the_chain_holds() {
    let mut story = Story::begin().await;
    let case = story.submit(true).await;
    let number = story.view(&case).await["number"].clone();
    story.send(&case, "withdrawal", json!({})).await.good();
    assert!(stored(&story, &case)["key"].is_string());
    story.send(&case, "erasure", json!({"confirm": number})).await.good();
    let document = stored(&story, &case);
    assert!(document.get("key").is_none(), "{document}");
    assert_eq!(document["state"]["registered"]["caller"], json!({}));
    let key = format!("doc/order/{}", case.id);
    let raw: store::RawDocument = serde_json::from_value(document).unwrap();
    raw.verify_chain(&key).unwrap();
}

/// The order as it is stored.
fn stored(story: &Story, case: &Case) -> Value {
    serde_json::from_slice(&story.town.kv.dump()[&format!("doc/order/{}", case.id)]).unwrap()
}
