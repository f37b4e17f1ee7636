//! Every role against every step of an order that is not theirs: the default is no, and looks like nothing.

use domain::order::{Relation, StepName};
use domain::permission::{Action, permitted};
use domain::staff::Role;
use serde_json::{Value, json};

use crate::town::{LEAD, OTHER, Town};

fn kebab(step: StepName) -> String {
    let letters = step.as_str().chars();
    letters.flat_map(|c| if c.is_ascii_uppercase() { vec!['-', c.to_ascii_lowercase()] } else { vec![c] }).collect()
}

/// A unit that helps with the order, one that got a notice on it, and where it happened.
const HELPER: &str = "D05";
const CARDED: &str = "D06";
const VILLAGE: &str = "990181101001";
/// Units and the relation of their people to the order: every one that there is.
const PLACES: [(&str, Relation); 6] = [
    ("C01", Relation::Centre),
    (LEAD, Relation::Leading),
    (HELPER, Relation::Assisting),
    (CARDED, Relation::Carded),
    (VILLAGE, Relation::Local),
    (OTHER, Relation::Outside),
];

/// An order to which somebody stands in every relation, and its version.
async fn entangled(town: &mut Town) -> (String, u64) {
    let dispatcher = town.person("the-dispatcher", "dispatcher", "C01").await;
    let watch = town.person("the-supervisor", "supervisor", "C01").await;
    let carded = town.person("the-carded", "handler", CARDED).await;
    let (id, _) = town.submit().await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": CARDED})).await.good();
    town.step(&carded, &id, "sign", json!({})).await.good();
    let proposed = town.step(&watch, &id, "propose-card", json!({"level": "notice", "text": "x"})).await.good();
    let key = proposed["handling"]["cards"][0]["key"].clone();
    town.step(&watch, &id, "issue-card", json!({"key": key, "text": "x"})).await.good();
    let moved = town.step(&dispatcher, &id, "transfer", json!({"lead": LEAD, "coUnits": [HELPER]})).await.good();
    (id, moved["version"].as_u64().unwrap())
}

#[tokio::test]
async fn every_role_in_every_relation_meets_the_table() {
    let mut town = Town::new().await;
    let (id, version) = entangled(&mut town).await;
    let (mut hidden, mut forbidden) = (0, 0);
    for (unit, relation) in PLACES {
        for role in Role::ALL {
            let account = format!("{}-{}", role.as_str().replace('_', "-"), unit.to_lowercase());
            let person = town.person(&account, role.as_str(), unit).await;
            let sees = permitted(*role, Action::SeeOrder, relation);
            let order = town.get(&person, &format!("/api/dispatch/orders/{id}")).await;
            let nothing = town.get(&person, "/api/dispatch/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa").await;
            assert_eq!(order.status, if sees { 200 } else { 404 }, "{role} of {unit}");
            if !sees {
                let (mut one, mut other) = (order.body, nothing.body);
                one["traceId"] = json!(null);
                other["traceId"] = json!(null);
                assert_eq!(one, other, "{role} of {unit} can tell that the order exists");
            }
            for step in StepName::ALL {
                let path = format!("/api/dispatch/orders/{id}/{}", kebab(*step));
                // A version that never was: nothing can happen, and whoever gets as far as that may see the order.
                let answer = town.post(&person, "POST", &path, &json!({"ifVersion": 999})).await;
                assert_eq!(
                    answer.said(),
                    if sees { (409, "staleVersion") } else { (404, "notFound") },
                    "{role} {unit} {step}"
                );
                hidden += usize::from(!sees);
            }
            if sees {
                let may = |step: &&StepName| !permitted(*role, Action::Step(**step), relation);
                for step in StepName::ALL.iter().filter(may) {
                    let path = format!("/api/dispatch/orders/{id}/{}", kebab(*step));
                    let body = json!({
                        "ifVersion": version, "text": "x", "lead": OTHER, "units": [OTHER], "to": "petition", "reason": "RT01",
                        "limit": {"n": 1, "unit": "naturalDays"}, "class": "resolved", "method": "phone",
                        "level": "notice", "key": "none",
                    });
                    let answer = town.post(&person, "POST", &path, &body).await;
                    assert!(matches!(answer.status, 403 | 422), "{role} of {unit}, {step}: {answer:?}");
                    forbidden += 1;
                }
            }
        }
    }
    assert!(hidden > 1_500 && forbidden > 500, "{hidden} {forbidden}");
    let leader = town.person("the-leader", "town_leader", "C01").await;
    let order = town.get(&leader, &format!("/api/dispatch/orders/{id}")).await.good();
    assert_eq!(order["version"], version, "nobody changed anything");
}

#[tokio::test]
async fn without_a_session_or_its_token_nothing_works() {
    let mut town = Town::new().await;
    let (id, _) = town.submit().await;
    for path in [
        "/api/dispatch/queues",
        "/api/dispatch/queues/pool",
        "/api/dispatch/orders",
        "/api/dispatch/dashboard",
        "/api/dispatch/units",
    ] {
        assert_eq!(town.send("GET", path, &[], None).await.said(), (401, "noSession"), "{path}");
    }
    let path = format!("/api/dispatch/orders/{id}/dispatch");
    assert_eq!(town.send("POST", &path, &[], Some(&json!({}))).await.said(), (401, "noSession"));
}

#[tokio::test]
async fn the_accused_unit_sees_nothing() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let accused = town.person("accused", "unit_head", LEAD).await;
    let leader = town.person("leader", "town_leader", LEAD).await;
    let (id, _) = town.submit().await;
    town.step(&dispatcher, &id, "name-respondent", json!({"units": [LEAD]})).await.good();
    let refused = town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await;
    assert_eq!(refused.said(), (409, "accusedUnit"));
    town.tick().await;
    for person in [&accused, &leader] {
        let order = town.get(person, &format!("/api/dispatch/orders/{id}")).await;
        assert_eq!(order.said(), (404, "notFound"));
        let found = town.get(person, "/api/dispatch/orders").await.good();
        assert_eq!(found["items"], json!([]));
    }
}

/// Handbook §1.9 (b): a unit has to know what to do, and nothing of who asked for it.
#[tokio::test]
async fn of_a_confidential_order_its_units_read_what_the_centre_wrote_for_them_and_nothing_else() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (lead, helper) = (town.person("lead", "handler", LEAD).await, town.person("helper", "handler", HELPER).await);
    let auditor = town.person("auditor", "auditor", "P02").await;
    let (id, secret) = town.submit_confidential().await;
    let owner = format!("Case {secret}");
    let more = json!({"text": "我住在路灯对面。"});
    let path = format!("/api/intake/orders/{id}/supplements");
    town.send("POST", &path, &[("authorization", &owner)], Some(&more)).await.good();
    let given = json!({"lead": LEAD, "coUnits": [HELPER], "text": "请检修商业街的路灯。"});
    town.step(&dispatcher, &id, "dispatch", given).await.good();
    for (person, reads) in [(&lead, true), (&helper, true), (&auditor, false)] {
        let view = town.get(person, &format!("/api/dispatch/orders/{id}")).await.good();
        let texts: Vec<&Value> = view["timeline"].as_array().unwrap().iter().map(|event| &event["text"]).collect();
        let given = if reads { json!("请检修商业街的路灯。") } else { Value::Null };
        assert_eq!(texts, [&Value::Null, &Value::Null, &given], "{person:?}");
        assert_eq!((&view["title"], &view["content"]), (&Value::Null, &Value::Null));
    }
}

/// Handbook §0.4, invariant 5, for whoever works in one grid: not in the order and not in its village's list.
#[tokio::test]
async fn the_accused_grid_sees_nothing() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let village = town.person("village", "grid_head", VILLAGE).await;
    let accused = town.person_in("accused", "grid_worker", VILLAGE, "990181101001001").await;
    let (id, _) = town.submit_in("990181101001001").await;
    town.step(&dispatcher, &id, "name-respondent", json!({"units": ["990181101001001"]})).await.good();
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
    town.tick().await;
    assert_eq!(town.get(&accused, &format!("/api/dispatch/orders/{id}")).await.status, 404);
    assert_eq!(town.queue(&accused, "village").await, Vec::<String>::new());
    let queues = town.get(&accused, "/api/dispatch/queues").await.good();
    assert!(queues["queues"].as_array().unwrap().iter().all(|queue| queue["total"] == 0), "{queues}");
    assert_eq!(town.queue(&village, "village").await, [id]);
    let rows = town.get(&village, "/api/dispatch/queues/village").await.good();
    assert_eq!(rows["items"][0].get("respondents"), None, "who it is is told in the order itself");
}

#[tokio::test]
async fn respondents_are_known_to_the_town_and_few() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    let many: Vec<String> = (1..=21).map(|n| format!("D{n:02}")).collect();
    for (units, code) in [
        (json!(["NOBODY"]), "unknown"),
        (json!(["990181109999"]), "unknown"),
        (json!([LEAD, OTHER, LEAD]), "unitTwice"),
        (json!(many), "tooMany"),
    ] {
        let refused = town.step(&dispatcher, &id, "name-respondent", json!({"units": units})).await;
        assert_eq!(refused.body["errors"], json!([{"pointer": "/units", "code": code}]));
    }
    let known = json!({"units": [LEAD, VILLAGE, "990181101001001"]});
    let named = town.step(&dispatcher, &id, "name-respondent", known).await.good();
    assert_eq!(named["handling"]["respondents"], json!([LEAD, VILLAGE, "990181101001001"]));
    town.step(&dispatcher, &id, "name-respondent", json!({"units": []})).await.good();
}

#[tokio::test]
async fn whoever_works_in_one_grid_sees_that_grid_and_no_other() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let village = town.person("village", "grid_head", VILLAGE).await;
    let here = town.person_in("here", "grid_worker", VILLAGE, "990181101001001").await;
    let there = town.person_in("there", "grid_worker", VILLAGE, "990181101001002").await;
    let (id, _) = town.submit_in("990181101001001").await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
    town.tick().await;
    for (person, sees) in [(&village, true), (&here, true), (&there, false)] {
        let status = town.get(person, &format!("/api/dispatch/orders/{id}")).await.status;
        assert_eq!(status, if sees { 200 } else { 404 }, "{person:?}");
        assert_eq!(town.queue(person, "village").await.len(), usize::from(sees), "{person:?}");
    }
    let admin = town.admin();
    let wrong = json!({"account": "somebody", "displayName": "某人", "password": "correct horse battery",
        "roles": ["grid_worker"], "unit": VILLAGE, "grid": "990181101002001"});
    let answer = town.post(&admin, "POST", "/api/identity/staff", &wrong).await;
    assert_eq!((answer.said(), &answer.body["errors"][0]["code"]), ((422, "invalidFields"), &json!("gridElsewhere")));
}
