//! The whole way of a sealed draw, and what the public can see on it.

use serde_json::{Value, json};
use store::memory::Backend;

use crate::town::Town;

/// A finding without a problem.
pub fn clean() -> Value {
    json!({"points": [{"item": "YD-JC-001", "outcome": "compliant", "note": "证照齐全"}], "results": ["R01"], "name": "店主"})
}

/// One that something has to follow.
pub fn bad() -> Value {
    json!({
        "points": [{"item": "YD-JC-001", "outcome": "notCompliant"}], "results": ["R06"], "refused": true,
        "name": "见证人", "followUps": [{"kind": "correction", "owner": "D06", "due": "2026-12-10"}],
    })
}

/// Whether a bundle holds, and how that is called.
pub fn verdict(bundle: &Value) -> (bool, String) {
    let mut beacon = |round: u64, value: &[u8]| Some(draw::beacon::verify(round, value));
    let report = bundle::verify(bundle.to_string().as_bytes(), &mut beacon, &mut |_, _, _| {});
    (report.ok, format!("{:?}", report.verdict))
}

#[tokio::test]
async fn a_sealed_draw_goes_from_the_plan_to_the_publication() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = town.propose(&cast.head, json!({})).await;
    assert_eq!(id, "2026-D06-001");
    let approve = format!("/api/inspection/plan/{id}/approve");
    town.change(&cast.leader, "POST", &approve, &json!({"reason": "同意"})).await.good();
    let committed = town.draw(&cast.head, &id, "commit", json!({})).await.good();
    assert_eq!(committed["status"], "committed");
    let path = format!("/api/inspection/draws/{id}/bundle");
    let before = town.public(&path).await.good();
    assert_eq!(verdict(&before), (true, "HoldsSoFar".to_owned()));
    assert_eq!(before["subjects"].as_array().unwrap().len() + before["exclusions"].as_array().unwrap().len(), 60);
    town.bring(&id).await.good();
    let drawn = town.draw(&cast.head, &id, "draw", json!({})).await.good();
    let tasks = drawn["tasks"].as_array().unwrap().clone();
    assert_eq!(tasks.len() as u64, drawn["commitment"]["counts"][2].as_u64().unwrap());
    assert!(tasks.iter().all(|task| task["lead"] == "YDZF260026" && task["member"] == "YDZF260021"));

    // The drawn are not tipped off: neither in public nor by an inspector who was not told yet.
    let sealed = town.public(&path).await.good();
    assert_eq!((&sealed["result"], verdict(&sealed).0), (&json!(null), true));
    assert_eq!(sealed["sealed"], drawn["commitment"]["salted"]);
    assert_eq!(town.get(&cast.lead, "/api/inspection/checks").await.good()["total"], 0);
    assert_eq!(town.get(&cast.lead, &format!("/api/inspection/desk/{id}")).await.good()["tasks"], json!(null));
    town.draw(&cast.head, &id, "assign", json!({})).await.good();
    let mine = town.get(&cast.lead, "/api/inspection/checks").await.good();
    assert_eq!(mine["total"].as_u64(), Some(tasks.len() as u64));

    for (at, task) in tasks.iter().enumerate() {
        let subject = task["subject"].as_str().unwrap();
        town.check(&cast.lead, &id, subject, "enter", json!({"scanned": subject})).await.good();
        if at == 1 {
            assert_eq!(town.draw(&cast.head, &id, "reveal", json!({})).await.said(), (409, "notFinished"));
        }
        let finding = if at == 0 { bad() } else { clean() };
        town.check(&cast.lead, &id, subject, "submit", finding).await.good();
        town.check(&cast.second, &id, subject, "confirm", json!({})).await.good();
    }
    town.draw(&cast.head, &id, "reveal", json!({})).await.good();
    let opened = town.public(&path).await.good();
    assert_eq!(verdict(&opened), (true, "Rehearsal".to_owned()));
    assert_eq!(opened["result"]["pairings"].as_array().unwrap().len(), tasks.len());
    town.tick().await;
    let listed = town.public("/api/inspection/draws").await.good();
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["status"]), (&json!(id), &json!("opened")));

    let first = tasks[0]["subject"].as_str().unwrap();
    assert_eq!(town.public("/api/inspection/results").await.good()["items"], json!([]));
    let published = town.check(&cast.head, &id, first, "publish", json!({})).await.good();
    assert_eq!(published["status"], "published");
    town.tick().await;
    let name = published["subject"]["nameZh"].as_str().unwrap();
    let results = town.public("/api/inspection/results?month=2026-11").await.good();
    let row = &results["items"][0];
    assert_eq!((&row["name"], &row["results"], &row["corrected"]), (&json!(name), &json!(["R06"]), &json!(false)));
    assert!(!results.to_string().contains("见证人") && !results.to_string().contains("YDZF"), "{results}");
    town.check(&cast.head, &id, first, "follow-up", json!({"index": 0, "text": "已整改"})).await.good();
    town.tick().await;
    assert_eq!(town.public("/api/inspection/results").await.good()["items"][0]["corrected"], true);
    town.check(&cast.head, &id, first, "withdraw", json!({"text": "复议撤销"})).await.good();
    town.tick().await;
    let results = town.public("/api/inspection/results").await.good();
    assert_eq!(results["items"][0]["withdrawn"], true);
    assert!(!results.to_string().contains(name), "{results}");
}

#[tokio::test]
async fn one_changed_byte_of_what_was_published_is_found() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (id, _) = town.assigned(&cast, json!({"policy": "drand"})).await;
    let bundle = town.public(&format!("/api/inspection/draws/{id}/bundle")).await.good();
    assert_eq!(verdict(&bundle), (true, "Rehearsal".to_owned()));
    let changes: [fn(&mut Value); 5] = [
        |b| drop(b["subjects"].as_array_mut().unwrap().pop()),
        |b| b["subjects"][0]["stratum"] = json!("D"),
        |b| b["exclusions"][0]["reason"] = json!("cooling"),
        |b| b["result"]["pairings"].as_array_mut().unwrap().swap(0, 1),
        |b| b["entropy"][0]["value"] = json!("00".repeat(48)),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = bundle.clone();
        change(&mut changed);
        assert!(!verdict(&changed).0, "change {at} goes unnoticed");
    }
}

#[tokio::test]
async fn without_a_rehearsal_the_round_is_half_an_hour_away_and_nobody_chooses_it() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = town.propose(&cast.head, json!({"rehearsal": false, "policy": "drand"})).await;
    let approve = format!("/api/inspection/plan/{id}/approve");
    town.change(&cast.leader, "POST", &approve, &json!({"reason": "同意"})).await.good();
    town.draw(&cast.head, &id, "commit", json!({})).await.good();
    let draw = town.public(&format!("/api/inspection/draws/{id}")).await.good();
    let at = |name: &str| draw[name].as_str().unwrap().parse::<domain::time::Moment>().unwrap();
    let ahead = at("roundAt").ms_since(at("committedAt"));
    assert!((1_800_000..1_804_000).contains(&ahead), "{ahead}");
    let bundle = town.public(&format!("/api/inspection/draws/{id}/bundle")).await.good();
    assert_eq!(verdict(&bundle), (true, "HoldsSoFar".to_owned()));
}

#[tokio::test]
async fn a_replacement_is_the_algorithms_and_stays_in_the_bundle() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let roster = json!(["YDZF260020", "YDZF260021", "YDZF260022", "YDZF260026"]);
    let (id, subject) = town.assigned(&cast, json!({"policy": "drand", "roster": roster})).await;
    let ask = json!({"subject": subject, "reason": "ceased", "text": "已注销"});
    town.draw(&cast.head, &id, "substitute", ask).await.good();
    assert_eq!(town.draw(&cast.head, &id, "sign", json!({"index": 0})).await.said(), (403, "forbidden"));
    let signed = town.draw(&cast.leader, &id, "sign", json!({"index": 0})).await.good();
    let came = signed["tasks"][0]["subject"].as_str().unwrap().to_owned();
    assert_ne!(came, subject);
    let member = signed["tasks"][0]["member"].as_str().unwrap().to_owned();
    let ask = json!({"subject": came, "inspector": member, "reason": "ill", "text": "病假"});
    town.draw(&cast.head, &id, "substitute", ask).await.good();
    let signed = town.draw(&cast.leader, &id, "sign", json!({"index": 1})).await.good();
    assert_ne!(signed["tasks"][0]["member"].as_str(), Some(member.as_str()));
    let bundle = town.public(&format!("/api/inspection/draws/{id}/bundle")).await.good();
    assert_eq!(verdict(&bundle), (true, "Rehearsal".to_owned()));
    assert_eq!(bundle["substitutions"].as_array().unwrap().len(), 2);
    assert!(bundle["result"].to_string().contains(&subject), "the original stays visible");
}

#[tokio::test]
async fn public_reads_stay_within_three_operations() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (id, _) = town.assigned(&cast, json!({})).await;
    town.tick().await;
    for path in [
        "/api/inspection/draws".to_owned(),
        format!("/api/inspection/draws/{id}"),
        format!("/api/inspection/draws/{id}/bundle"),
        "/api/inspection/results?month=2026-11&q=云渡".to_owned(),
    ] {
        let before = town.gate.passed().len();
        town.public(&path).await.good();
        let cost = town.gate.passed().len() - before;
        assert!(cost <= 3, "{path}: {cost} operations");
    }
}
