//! Every role against every step of an order that is not theirs: the default is no, and looks like nothing.

use domain::order::{Relation, StepName};
use domain::permission::{Action, permitted};
use domain::staff::Role;
use serde_json::json;

use crate::town::{LEAD, OTHER, Town};

fn kebab(step: StepName) -> String {
    let letters = step.as_str().chars();
    letters.flat_map(|c| if c.is_ascii_uppercase() { vec!['-', c.to_ascii_lowercase()] } else { vec![c] }).collect()
}

/// Units and the relation of their people to an order that `LEAD` leads.
const PLACES: [(&str, Relation); 3] =
    [("C01", Relation::Centre), (LEAD, Relation::Leading), (OTHER, Relation::Outside)];

#[tokio::test]
async fn every_role_in_every_relation_meets_the_table() {
    let mut town = Town::new().await;
    let dispatcher = town.person("the-dispatcher", "dispatcher", "C01").await;
    let (id, _) = town.submit().await;
    town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
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
                        "ifVersion": 2, "text": "x", "lead": OTHER, "units": [OTHER], "to": "petition", "reason": "RT01",
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
    assert!(hidden > 500 && forbidden > 200, "{hidden} {forbidden}");
    let order = town.get(&dispatcher, &format!("/api/dispatch/orders/{id}")).await.good();
    assert_eq!(order["version"], 2, "nobody changed anything");
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
