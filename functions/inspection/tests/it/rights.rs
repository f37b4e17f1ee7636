//! Every role against every route of the staff: the default is no.

use domain::permission::{Action, permission};
use domain::staff::Role;
use serde_json::json;
use store::memory::Backend;

use crate::town::Town;

#[tokio::test]
async fn every_role_meets_the_table_at_every_route() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (id, subject) = town.assigned(&cast, json!({})).await;
    let desk = format!("/api/inspection/desk/{id}");
    let check = format!("/api/inspection/checks/{id}/{subject}");
    let reads =
        ["/api/inspection/library", "/api/inspection/plan", desk.as_str(), "/api/inspection/checks", check.as_str()];
    let plan = |step: &str| format!("/api/inspection/plan/{id}/{step}");
    let mut writes =
        vec![("/api/inspection/plan".to_owned(), Action::PlanDraw), (plan("approve"), Action::ApproveDraw)];
    writes.extend(
        ["commit", "draw", "assign", "substitute", "direct-assign", "reveal"]
            .map(|s| (format!("{desk}/{s}"), Action::PlanDraw)),
    );
    writes.extend(["sign", "direct-sign"].map(|s| (format!("{desk}/{s}"), Action::ApproveDraw)));
    writes.extend(["enter", "submit", "confirm", "return"].map(|s| (format!("{check}/{s}"), Action::Inspect)));
    writes.extend(["follow-up", "publish", "withdraw"].map(|s| (format!("{check}/{s}"), Action::PublishCheck)));
    for role in Role::ALL {
        let person = town.person(role.as_str(), "D05").await;
        for path in reads {
            let status = town.get(&person, path).await.status;
            // An inspector who was not drawn does not learn of a check.
            let hidden = path == check && *role == Role::Inspector;
            let expected = if !permission(*role, Action::SeeInspection) {
                403
            } else if hidden {
                404
            } else {
                200
            };
            assert_eq!(status, expected, "{role} reads {path}");
        }
        for (path, action) in &writes {
            let answer = town.change(&person, "POST", path, &json!({})).await;
            assert_eq!(
                answer.said() == (403, "forbidden"),
                !permission(*role, *action),
                "{role} at {path}: {answer:?}"
            );
        }
        let answer = town.change(&person, "POST", &format!("{desk}/lottery"), &json!({})).await;
        let reads = permission(*role, Action::PlanDraw) || permission(*role, Action::ApproveDraw);
        assert_eq!(answer.said() == (403, "forbidden"), !reads, "{role} at the lottery: {answer:?}");
    }
    for path in reads {
        assert_eq!(town.public(path).await.said(), (401, "noSession"), "{path}");
    }
    for (path, _) in &writes {
        assert_eq!(town.send("POST", path, &[], Some(&json!({}))).await.said(), (401, "noSession"), "{path}");
    }
}
