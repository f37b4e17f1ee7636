//! Handbook §0.4, 7 and 9, at the door: what was true when somebody was drawn has to be true when they come and sign.

use serde_json::json;
use store::memory::Backend;

use crate::refusals::edit;
use crate::story::clean;
use crate::town::Town;

const LIBRARY: &str = "inspectors.csv";

#[tokio::test]
async fn invariant_07_whoever_is_no_officer_any_more_signs_no_result() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (id, subject) = town.assigned(&cast, json!({})).await;
    town.check(&cast.lead, &id, &subject, "enter", json!({"scanned": subject})).await.good();
    for employment in ["auxiliary", "grid_worker", "temporary"] {
        edit(&mut town, LIBRARY, ",officer,inspector\n", &format!(",{employment},inspector\n")).await;
        let answer = town.check(&cast.lead, &id, &subject, "submit", clean()).await;
        assert_eq!((answer.said(), &answer.body["about"]), ((422, "notAnOfficer"), &json!("YDZF260026")));
    }
    edit(&mut town, LIBRARY, ",officer,inspector-2\n", ",grid_worker,inspector-2\n").await;
    town.check(&cast.lead, &id, &subject, "submit", clean()).await.good();
    for (step, body) in [("confirm", json!({})), ("return", json!({"text": "漏项"}))] {
        let answer = town.check(&cast.second, &id, &subject, step, body).await;
        assert_eq!((answer.said(), &answer.body["about"]), ((422, "notAnOfficer"), &json!("YDZF260021")), "{step}");
    }
}

#[tokio::test]
async fn invariant_09_a_check_begins_and_ends_with_two_certified_officers() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (id, subject) = town.assigned(&cast, json!({})).await;
    let (scanned, second) = (json!({"scanned": subject}), "YDZF260021,2027-03-14");
    // Whoever comes in is certified; the one at their side is not.
    edit(&mut town, LIBRARY, second, "YDZF260021,2026-11-22").await;
    let answer = town.check(&cast.lead, &id, &subject, "enter", scanned.clone()).await;
    assert_eq!((answer.said(), &answer.body["about"]), ((422, "certificateExpired"), &json!("YDZF260021")));
    // On the last day of the certificate they are two.
    edit(&mut town, LIBRARY, second, "YDZF260021,2026-11-23").await;
    town.check(&cast.lead, &id, &subject, "enter", scanned).await.good();
    town.check(&cast.lead, &id, &subject, "submit", clean()).await.good();
    edit(&mut town, LIBRARY, second, "YDZF260021,2026-11-22").await;
    let answer = town.check(&cast.second, &id, &subject, "confirm", json!({})).await;
    assert_eq!(answer.said(), (422, "certificateExpired"));
    edit(&mut town, LIBRARY, second, second).await;
    town.check(&cast.second, &id, &subject, "confirm", json!({})).await.good();
}
