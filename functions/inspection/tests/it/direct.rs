//! Too few inspectors to draw them: the subjects are drawn, people assign, a second person signs, and it shows.

use serde_json::{Value, json};
use store::memory::Backend;

use crate::refusals::approved;
use crate::story::{clean, verdict};
use crate::town::{Cast, Town};

/// The only officer of the unit who can lead, and more checks than they may take.
fn few(policy: &str) -> Value {
    json!({"policy": policy, "cap": 2, "directAssign": true})
}

/// A draw that is drawn without inspectors, and its subjects.
async fn unpaired(town: &mut Town, cast: &Cast, policy: &str) -> (String, Vec<String>) {
    let id = approved(town, cast, few(policy)).await;
    town.draw(&cast.head, &id, "commit", json!({})).await.good();
    town.bring(&id).await.good();
    let drawn = town.draw(&cast.head, &id, "draw", json!({})).await.good();
    assert_eq!((&drawn["status"], &drawn["tasks"]), (&json!("drawn"), &json!([])));
    let subjects = drawn["unpaired"].as_array().unwrap().iter().map(|one| one["subject"].as_str().unwrap().to_owned());
    let subjects: Vec<String> = subjects.collect();
    assert_eq!(subjects.len() as u64, drawn["commitment"]["counts"][2].as_u64().unwrap());
    (id, subjects)
}

fn all(subjects: &[String], lead: &str, member: &str) -> Value {
    let task = |subject: &String| json!({"subject": subject, "lead": lead, "member": member});
    json!({"tasks": subjects.iter().map(task).collect::<Vec<_>>(), "text": "人手不足"})
}

#[tokio::test]
async fn a_draw_whose_inspectors_are_too_few_goes_its_whole_way() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (id, subjects) = unpaired(&mut town, &cast, "sealed").await;
    let desk = format!("/api/inspection/desk/{id}");
    for step in ["assign", "substitute"] {
        let answer = town.draw(&cast.head, &id, step, json!({})).await;
        assert_ne!(answer.status, 200, "{step}: {answer:?}");
    }
    assert_eq!(town.draw(&cast.head, &id, "reveal", json!({})).await.said(), (409, "notFinished"));
    let seen = town.get(&cast.head, &desk).await.good();
    assert_eq!(seen["actions"], json!(["directAssign"]));
    let able = |code: &str| seen["candidates"].as_array().unwrap().iter().any(|one| one["code"] == code);
    assert!(able("YDZF260026") && able("YDZF260021") && !able("YDZF260023"));

    let ask = all(&subjects, "YDZF260026", "YDZF260021");
    let asked = town.draw(&cast.head, &id, "direct-assign", ask.clone()).await.good();
    assert_eq!(
        (asked["tasks"].clone(), asked["direct"]["tasks"].as_array().unwrap().len()),
        (json!([]), subjects.len())
    );
    assert_eq!(town.draw(&cast.head, &id, "direct-sign", json!({})).await.said(), (403, "forbidden"));
    assert_eq!(town.draw(&cast.head, &id, "assign", json!({})).await.said(), (409, "assignmentMissing"));
    assert_eq!(town.get(&cast.leader, &desk).await.good()["actions"], json!(["directSign"]));
    let signed = town.draw(&cast.leader, &id, "direct-sign", json!({})).await.good();
    assert_eq!((signed["tasks"].as_array().unwrap().len(), &signed["direct"]), (subjects.len(), &json!(null)));
    assert_eq!(town.draw(&cast.leader, &id, "direct-sign", json!({})).await.said(), (409, "stateConflict"));
    town.draw(&cast.head, &id, "assign", json!({})).await.good();

    // Nothing of it is public before the checks are over, but that inspectors were assigned.
    let path = format!("/api/inspection/draws/{id}");
    assert_eq!(town.public(&path).await.good()["directAssign"], true);
    assert!(!town.public(&format!("{path}/bundle")).await.good().to_string().contains("assigned"));
    for subject in &subjects {
        town.check(&cast.lead, &id, subject, "enter", json!({"scanned": subject})).await.good();
        town.check(&cast.lead, &id, subject, "submit", clean()).await.good();
        town.check(&cast.second, &id, subject, "confirm", json!({})).await.good();
    }
    town.draw(&cast.head, &id, "reveal", json!({})).await.good();
    let opened = town.public(&format!("{path}/bundle")).await.good();
    assert_eq!((verdict(&opened), &opened["result"]["pairings"]), ((true, "Rehearsal".to_owned()), &json!([])));
    assert_eq!(opened["assigned"].as_array().unwrap().len(), subjects.len());
}

#[tokio::test]
async fn an_assignment_against_a_rule_is_refused() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (id, subjects) = unpaired(&mut town, &cast, "drand").await;
    let right = || all(&subjects, "YDZF260026", "YDZF260021");
    for (ask, said) in [
        (all(&subjects, "YDZF260021", "YDZF260026"), (422, "cannotLead")),
        (all(&subjects, "YDZF260026", "YDZF260026"), (403, "samePerson")),
        (all(&subjects, "YDZF260026", "YDZF260023"), (422, "inspectorUnavailable")),
        (all(&subjects, "YDZF260026", "YDZF260001"), (422, "inspectorUnavailable")),
        (all(&subjects[1..], "YDZF260026", "YDZF260021"), (409, "assignmentMissing")),
        (all(&[], "YDZF260026", "YDZF260021"), (409, "assignmentMissing")),
        (all(&["YD-DX-0999".to_owned()], "YDZF260026", "YDZF260021"), (409, "stateConflict")),
        (json!({"tasks": [{"subject": "?"}], "text": "人手不足"}), (422, "invalidFields")),
        (json!({"tasks": right()["tasks"]}), (422, "invalidFields")),
    ] {
        let answer = town.draw(&cast.head, &id, "direct-assign", ask.clone()).await;
        assert_eq!(answer.said(), said, "{ask}");
    }
    assert_eq!(town.draw(&cast.lead, &id, "direct-assign", right()).await.said(), (403, "forbidden"));
    assert_eq!(town.draw(&cast.leader, &id, "direct-sign", json!({})).await.said(), (409, "stateConflict"));
    town.draw(&cast.head, &id, "direct-assign", right()).await.good();
    town.draw(&cast.leader, &id, "direct-sign", json!({})).await.good();

    // Somebody falls ill: one task changes, and waits for a second person again.
    let change = all(&subjects[..1], "YDZF260026", "YDZF260020");
    let asked = town.draw(&cast.head, &id, "direct-assign", change).await.good();
    assert_eq!(asked["tasks"][0]["member"], "YDZF260021");
    let signed = town.draw(&cast.leader, &id, "direct-sign", json!({})).await.good();
    let members: Vec<_> = signed["tasks"].as_array().unwrap().iter().map(|task| &task["member"]).collect();
    assert_eq!(members.iter().filter(|member| **member == "YDZF260020").count(), 1);
    assert_eq!(members.len(), subjects.len());
}

#[tokio::test]
async fn where_inspectors_can_be_drawn_they_are() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = approved(&mut town, &cast, json!({"policy": "drand", "directAssign": true})).await;
    town.draw(&cast.head, &id, "commit", json!({})).await.good();
    town.bring(&id).await.good();
    let drawn = town.draw(&cast.head, &id, "draw", json!({})).await.good();
    let subject = drawn["tasks"][0]["subject"].as_str().unwrap().to_owned();
    let ask = all(&[subject], "YDZF260026", "YDZF260020");
    assert_eq!(town.draw(&cast.head, &id, "direct-assign", ask).await.said(), (409, "stateConflict"));
    assert_eq!(town.public(&format!("/api/inspection/draws/{id}")).await.good()["directAssign"], false);
    // Those who were drawn without inspectors count for the yearly cap all the same: restaurants are drawn twice.
    let (second, subjects) = unpaired(&mut town, &cast, "drand").await;
    assert_ne!(second, id);
    assert!(!subjects.is_empty());
}

#[tokio::test]
async fn whoever_assigns_or_signs_does_not_inspect() {
    let mut town = Town::new(Backend::Sqlite).await;
    let lead = town.roles("inspector", &["inspector", "unit_head"], "D06").await;
    let second = town.roles("inspector-2", &["inspector", "town_leader"], "D06").await;
    let head = town.person("unit_head", "D06").await;
    let leader = town.person("town_leader", "P01").await;
    let cast = Cast { head, leader, lead, second };
    let (id, subjects) = unpaired(&mut town, &cast, "drand").await;
    let ask = all(&subjects, "YDZF260026", "YDZF260021");
    assert_eq!(town.draw(&cast.lead, &id, "direct-assign", ask.clone()).await.said(), (403, "samePerson"));
    town.draw(&cast.head, &id, "direct-assign", ask).await.good();
    assert_eq!(town.draw(&cast.second, &id, "direct-sign", json!({})).await.said(), (403, "samePerson"));
    town.draw(&cast.leader, &id, "direct-sign", json!({})).await.good();
}
