//! What is refused, with its code.

use serde_json::{Value, json};
use store::memory::Backend;

use crate::story::{bad, clean};
use crate::town::{Cast, Town, form};

pub async fn approved(town: &mut Town, cast: &Cast, change: Value) -> String {
    let id = town.propose(&cast.head, change).await;
    let path = format!("/api/inspection/plan/{id}/approve");
    town.change(&cast.leader, "POST", &path, &json!({"reason": "同意"})).await.good();
    id
}

/// Replaces a text in one of the libraries' files.
pub async fn edit(town: &mut Town, file: &str, from: &str, to: &str) {
    let text = crate::town::file(file).1;
    assert!(text.contains(from), "{from}");
    let files = json!({"files": {file: text.replacen(from, to, 1)}, "reason": "更新"});
    let admin = town.admin();
    town.change(&admin, "PUT", "/api/admin/catalogue", &files).await.good();
    town.wait(6_000);
}

#[tokio::test]
async fn nothing_is_drawn_twice_or_before_its_commitment() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = town.propose(&cast.head, json!({"policy": "drand"})).await;
    assert_eq!(town.draw(&cast.head, &id, "commit", json!({})).await.said(), (409, "notApproved"));
    let approve = format!("/api/inspection/plan/{id}/approve");
    town.change(&cast.leader, "POST", &approve, &json!({"reason": "同意"})).await.good();
    for step in ["draw", "assign", "reveal", "substitute"] {
        assert_eq!(town.draw(&cast.head, &id, step, json!({})).await.said(), (409, "notCommitted"), "{step}");
    }
    assert_eq!(town.draw(&cast.head, "2026-D06-009", "draw", json!({})).await.said(), (404, "notFound"));
    town.draw(&cast.head, &id, "commit", json!({})).await.good();
    assert_eq!(town.draw(&cast.head, &id, "commit", json!({})).await.said(), (409, "alreadyDrawn"));
    assert_eq!(town.draw(&cast.head, &id, "draw", json!({})).await.said(), (409, "entropyTooEarly"));
    town.bring(&id).await.good();
    assert_eq!(town.bring(&id).await.said(), (409, "alreadyDrawn"));
    town.draw(&cast.head, &id, "draw", json!({})).await.good();
    assert_eq!(town.draw(&cast.head, &id, "draw", json!({})).await.said(), (409, "alreadyDrawn"));
    let stale = json!({"ifVersion": 1});
    let path = format!("/api/inspection/desk/{id}/assign");
    assert_eq!(town.change(&cast.head, "POST", &path, &stale).await.said(), (409, "staleVersion"));
}

#[tokio::test]
async fn randomness_that_is_not_the_rounds_is_refused() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = approved(&mut town, &cast, json!({"policy": "drand"})).await;
    town.draw(&cast.head, &id, "commit", json!({})).await.good();
    let path = format!("/api/inspection/draws/{id}/entropy");
    let (_, rounds) = crate::town::file("drand_rounds.csv");
    let other = rounds.lines().nth(2).unwrap().split_once(',').unwrap().1;
    for (body, said) in [
        (json!({"round": 1001, "signature": other}), (422, "wrongRound")),
        (json!({"round": 1000, "signature": other}), (422, "entropyInvalid")),
        (json!({"round": 1000, "signature": "00"}), (422, "invalidFields")),
        (json!({"round": 1000, "signature": format!("c0{}", "00".repeat(47))}), (422, "entropyInvalid")),
    ] {
        assert_eq!(town.send("POST", &path, &[], Some(&body)).await.said(), said, "{body}");
    }
    for _ in 0..10 {
        town.send("POST", &path, &[], Some(&json!({}))).await;
    }
    assert_eq!(town.send("POST", &path, &[], Some(&json!({}))).await.said(), (429, "tooManyRounds"));
}

#[tokio::test]
async fn who_and_what_may_not_be_drawn_is_refused() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let mut refused = Vec::new();
    for (roster, code) in [
        (json!(["YDZF260023", "YDZF260026"]), "certificateExpired"),
        (json!(["YDZF260030", "YDZF260026"]), "notAnOfficer"),
        (json!(["YDZF260024", "YDZF260026"]), "notAnOfficer"),
        (json!(["YDZF260001", "YDZF260026"]), "inspectorUnavailable"),
        (json!(["YDZF260026"]), "pairingInfeasible"),
        (json!(["YDZF260021", "YDZF260022"]), "pairingInfeasible"),
    ] {
        let id = approved(&mut town, &cast, json!({"roster": roster})).await;
        let answer = town.draw(&cast.head, &id, "commit", json!({})).await;
        assert_eq!(answer.said().1, code, "{roster}");
        refused.push(answer);
    }
    assert_eq!(refused[0].body["about"], "YDZF260023");
    assert_eq!(refused[4].body["places"][0]["role"], "member");
    assert_eq!(refused[5].body["places"][0]["role"], "lead");
    let few = approved(&mut town, &cast, json!({"cap": 2})).await;
    let answer = town.draw(&cast.head, &few, "commit", json!({})).await;
    let lead = json!([{"code": "YDZF260026", "cap": 2}]);
    assert_eq!((answer.said(), &answer.body["inspectors"]), ((409, "pairingInfeasible"), &lead));
    assert!(answer.body["placeCount"].as_u64() > Some(2), "{answer:?}");
    let propose = |change: Value| form(change);
    for (change, said) in [
        (json!({"items": ["YD-JC-001", "YD-JC-002"]}), (422, "itemsMixed")),
        (json!({"items": ["YD-JC-999"]}), (422, "itemUnknown")),
        (json!({"items": []}), (422, "itemMissing")),
        (json!({"until": "2026-11-01"}), (422, "windowInvalid")),
        (json!({"roster": ["YDZF999999"]}), (422, "inspectorUnknown")),
        (json!({"reason": " "}), (422, "invalidFields")),
    ] {
        let answer = town.change(&cast.head, "POST", "/api/inspection/plan", &propose(change)).await;
        assert_eq!(answer.said(), said, "{answer:?}");
    }
    edit(&mut town, "inspection_items.csv", ",V,Y,食品", ",V,N,食品").await;
    let answer = town.change(&cast.head, "POST", "/api/inspection/plan", &propose(json!({}))).await;
    assert_eq!(answer.said(), (422, "itemUnpublished"));
}

#[tokio::test]
async fn an_item_that_is_withdrawn_after_the_approval_is_not_drawn_for() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = approved(&mut town, &cast, json!({})).await;
    edit(&mut town, "inspection_items.csv", ",V,Y,食品", ",V,N,食品").await;
    assert_eq!(town.draw(&cast.head, &id, "commit", json!({})).await.said(), (422, "itemUnpublished"));
}

#[tokio::test]
async fn drawer_approver_and_inspector_are_three_people() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let both = town.roles("both", &["unit_head", "town_leader"], "D06").await;
    let id = town.propose(&both, json!({"policy": "drand"})).await;
    let path = format!("/api/inspection/plan/{id}/approve");
    assert_eq!(town.change(&both, "POST", &path, &json!({"reason": "x"})).await.said(), (403, "samePerson"));
    let id = town.propose(&cast.head, json!({"policy": "drand"})).await;
    let path = format!("/api/inspection/plan/{id}/approve");
    town.change(&both, "POST", &path, &json!({"reason": "x"})).await.good();
    assert_eq!(town.draw(&both, &id, "commit", json!({})).await.said(), (403, "samePerson"));
    // Whoever planned it is in the roster by their account.
    edit(&mut town, "inspectors.csv", ",inspector-2", ",unit-head-d06").await;
    assert_eq!(town.draw(&cast.head, &id, "commit", json!({})).await.said(), (403, "samePerson"));
}

#[tokio::test]
async fn two_draws_for_one_item_do_not_wait_side_by_side_and_caps_hold() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let change = json!({"policy": "drand", "items": ["YD-JC-005"], "roster": []});
    let first = approved(&mut town, &cast, change.clone()).await;
    let second = approved(&mut town, &cast, change).await;
    town.draw(&cast.head, &first, "commit", json!({})).await.good();
    assert_eq!(town.draw(&cast.head, &second, "commit", json!({})).await.said(), (409, "drawPending"));
    town.bring(&first).await.good();
    let drawn = town.draw(&cast.head, &first, "draw", json!({})).await.good();
    let committed = town.draw(&cast.head, &second, "commit", json!({})).await.good();
    for task in drawn["tasks"].as_array().unwrap() {
        let excluded = json!({"subject": task["subject"], "reason": "capReached"});
        assert!(committed["exclusions"].as_array().unwrap().contains(&excluded), "{excluded}");
    }
}

#[tokio::test]
async fn a_check_is_refused_to_whom_it_is_not_and_until_it_is_whole() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (id, subject) = town.assigned(&cast, json!({})).await;
    let stranger = town.person("inspector", "D04").await;
    let path = format!("/api/inspection/checks/{id}/{subject}");
    assert_eq!(town.get(&stranger, &path).await.said(), (404, "notFound"));
    let enter = |scanned: &str| json!({"scanned": scanned});
    assert_eq!(town.check(&stranger, &id, &subject, "enter", enter(&subject)).await.said(), (404, "notFound"));
    assert_eq!(town.check(&cast.head, &id, &subject, "enter", enter(&subject)).await.said(), (403, "forbidden"));
    let wrong = town.check(&cast.lead, &id, &subject, "enter", enter("YD-DX-9999")).await;
    assert_eq!(wrong.said(), (422, "scanMismatch"));
    assert_eq!(town.check(&cast.lead, &id, &subject, "submit", clean()).await.said(), (409, "stateConflict"));
    town.check(&cast.lead, &id, &subject, "enter", enter(&subject)).await.good();
    assert_eq!(town.check(&cast.second, &id, &subject, "enter", enter(&subject)).await.said(), (409, "stateConflict"));
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        body
    };
    for (body, code) in [
        (with(clean(), "points", json!([])), "pointsMissing"),
        (with(clean(), "results", json!(["R01", "R08"])), "resultContradicts"),
        (with(clean(), "results", json!(["R42"])), "resultUnknown"),
        (with(clean(), "name", json!("")), "invalidFields"),
        (with(bad(), "name", json!("")), "witnessMissing"),
        (with(bad(), "followUps", json!([])), "followUpMissing"),
        (
            with(bad(), "followUps", json!([{"kind": "correction", "owner": "X99", "due": "2026-12-10"}])),
            "invalidFields",
        ),
    ] {
        assert_eq!(town.check(&cast.lead, &id, &subject, "submit", body.clone()).await.said(), (422, code), "{body}");
    }
    town.check(&cast.lead, &id, &subject, "submit", clean()).await.good();
    assert_eq!(town.check(&cast.lead, &id, &subject, "confirm", json!({})).await.said(), (403, "samePerson"));
    town.check(&cast.second, &id, &subject, "return", json!({"text": "漏项"})).await.good();
    let gone = with(clean(), "results", json!(["R10"]));
    town.check(&cast.lead, &id, &subject, "submit", gone).await.good();
    town.check(&cast.second, &id, &subject, "confirm", json!({})).await.good();
    assert_eq!(town.check(&cast.head, &id, &subject, "publish", json!({})).await.said(), (409, "neverPublished"));
}

#[tokio::test]
async fn whoever_lost_the_right_to_inspect_since_the_draw_does_not_come_in() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (id, subject) = town.assigned(&cast, json!({})).await;
    let scanned = json!({"scanned": subject});
    let seen = town.get(&cast.lead, &format!("/api/inspection/checks/{id}/{subject}")).await.good();
    let village = seen["subject"]["village"].as_str().unwrap().to_owned();
    for (from, to, code) in [
        (",N,在岗,,officer,inspector\n", format!(",N,在岗,{village},officer,inspector\n"), "inspectorRecused"),
        ("YDZF260026,2028-10-29", "YDZF260026,2026-11-01".to_owned(), "certificateExpired"),
        (",officer,inspector\n", ",temporary,inspector\n".to_owned(), "notAnOfficer"),
    ] {
        edit(&mut town, "inspectors.csv", from, &to).await;
        assert_eq!(town.check(&cast.lead, &id, &subject, "enter", scanned.clone()).await.said(), (422, code));
    }
}

#[tokio::test]
async fn a_recusal_stands_until_the_lists_are_frozen() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = approved(&mut town, &cast, json!({"policy": "drand", "roster": []})).await;
    let path = format!("/api/inspection/plan/{id}/recuse");
    let body = json!({"subject": "YD-DX-0001", "reason": "亲属"});
    town.change(&cast.second, "POST", &path, &body).await.good();
    town.draw(&cast.head, &id, "commit", json!({})).await.good();
    let bundle = town.public(&format!("/api/inspection/draws/{id}/bundle")).await.good();
    let recusal = json!({"inspector": "YDZF260021", "subject": "YD-DX-0001"});
    assert!(bundle["recusals"].as_array().unwrap().contains(&recusal), "{}", bundle["recusals"]);
    assert_eq!(town.change(&cast.lead, "POST", &path, &body).await.said(), (409, "alreadyDrawn"));
}

#[tokio::test]
async fn mistakes_in_the_libraries_are_told_by_row_and_stop_everything() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = approved(&mut town, &cast, json!({})).await;
    edit(&mut town, "inspection_subjects.csv", "92990181MA0000001P", "92990181MA0000001Q").await;
    let answer = town.get(&cast.head, "/api/inspection/library").await;
    assert_eq!(answer.said(), (409, "libraryInvalid"));
    let row = &answer.body["rows"][0];
    assert_eq!(
        (&row["file"], &row["row"], &row["column"]),
        (&json!("inspection_subjects.csv"), &json!(2), &json!("uscc"))
    );
    assert_eq!(town.draw(&cast.head, &id, "commit", json!({})).await.said(), (409, "libraryInvalid"));
}
