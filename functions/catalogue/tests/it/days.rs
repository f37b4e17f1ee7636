//! A version with a day holds from that day on, by the clock alone.

use serde_json::{Value, json};

use crate::town::{Town, with_supplements};

#[tokio::test]
async fn a_version_waits_for_its_day_and_nobody_has_to_put_it_in_force() {
    let mut town = Town::new().await;
    let (old, day) = (town.read_by_functions().await, town.day(2));
    let (status, loaded) = town.load(json!({"files": with_supplements(21), "validFrom": day})).await;
    assert_eq!((status, &loaded["validFrom"]), (200, &json!(day)));
    assert_eq!(town.read_by_functions().await, old);
    let now = town.now().await;
    assert_eq!(
        (&now["version"], &now["planned"]),
        (&json!(old), &json!({"version": loaded["version"], "validFrom": day}))
    );
    town.days_later(1).await;
    assert_eq!(town.read_by_functions().await, old, "not a day early");
    town.days_later(1).await;
    assert_eq!(json!(town.read_by_functions().await), loaded["version"]);
    let now = town.now().await;
    assert_eq!((&now["version"], &now["planned"]), (&loaded["version"], &Value::Null));
    // What comes next is compared with what has come into force.
    let (_, told) = town.preview(json!({"files": with_supplements(22)})).await;
    assert_eq!(told["files"][0]["rows"][0]["cells"], json!([{"column": "value", "before": "21", "after": "22"}]));
}

#[tokio::test]
async fn a_load_replaces_the_one_that_waits_and_the_preview_says_so() {
    let mut town = Town::new().await;
    let old = town.read_by_functions().await;
    let day = town.day(3);
    let (_, waiting) = town.load(json!({"files": with_supplements(21), "validFrom": day})).await;
    let (_, told) = town.preview(json!({"files": with_supplements(22)})).await;
    assert_eq!(told["replaces"], json!({"version": waiting["version"], "validFrom": day}));
    // Bringing back what is in force calls the plan off.
    let (_, told) = town.preview(json!({"restore": 1})).await;
    assert_eq!((&told["same"], &told["version"]), (&json!(false), &json!(old)));
    assert_eq!(town.load(json!({"restore": 1, "reason": "取消计划"})).await.0, 200);
    assert_eq!(town.now().await["planned"], Value::Null);
    town.days_later(4).await;
    assert_eq!(town.read_by_functions().await, old);
    // The plan that was called off can still be brought back.
    let (_, back) = town.load(json!({"restore": 2})).await;
    assert_eq!(back["version"], waiting["version"]);
    assert_eq!(json!(town.read_by_functions().await), waiting["version"]);
}

#[tokio::test]
async fn a_day_that_has_come_is_at_once() {
    let mut town = Town::new().await;
    let today = town.day(0);
    let (_, loaded) = town.load(json!({"files": with_supplements(21), "validFrom": today})).await;
    assert_eq!(loaded["validFrom"], Value::Null);
    assert_eq!(json!(town.read_by_functions().await), loaded["version"]);
}
