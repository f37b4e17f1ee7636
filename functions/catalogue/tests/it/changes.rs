//! A preview says what a load does, and changes nothing.

use serde_json::{Value, json};
use store::memory::{Fate, Steady};

use crate::town::{Town, file, said, with_supplements};

/// The categories without `code`, and with one more.
fn taxonomy(without: &str) -> String {
    let text = file("complaint_taxonomy.csv");
    let kept: Vec<&str> = text.lines().filter(|line| !line.contains(without)).collect();
    format!("{}\nT04,x,x,T0499,新事项,New matter,D13,normal,N,N,\n", kept.join("\n"))
}

/// The demo's row of a class, to give a new category its class's names.
fn same_class(text: &str) -> String {
    let row = text.lines().find(|line| line.starts_with("T04,")).unwrap().to_owned();
    let names: Vec<&str> = row.split(',').take(3).collect();
    text.replace("T04,x,x", &names.join(","))
}

#[tokio::test]
async fn a_preview_tells_every_row_and_leaves_no_trace() {
    let mut town = Town::new().await;
    let files = json!({"complaint_taxonomy.csv": same_class(&taxonomy(",T0404,")), "town.toml": with_supplements(21)["town.toml"]});
    let before = town.kv.dump();
    let (status, told) = town.preview(json!({"files": files})).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!((&told["mistakes"], &told["total"], &told["number"]), (&json!([]), &json!(0), &json!(1)));
    assert_eq!([&told["added"], &told["removed"], &told["changed"]], [1, 1, 1]);
    assert_eq!(told["gone"], json!([{"what": "categoryCode", "code": "T0404"}]));
    let [taxonomy, settings] = [&told["files"][0], &told["files"][1]];
    assert_eq!(
        (&taxonomy["name"], &taxonomy["added"], &taxonomy["removed"]),
        (&json!("complaint_taxonomy.csv"), &json!(1), &json!(1))
    );
    assert_eq!(settings["rows"][0]["key"], "limits.supplements_max");
    assert_eq!(settings["rows"][0]["cells"], json!([{"column": "value", "before": "20", "after": "21"}]));
    assert_eq!(town.kv.dump(), before, "a preview stores nothing");
    // What is loaded is what was shown.
    let (_, loaded) = town.load(json!({"files": files, "ifNumber": told["number"], "reason": "年度调整"})).await;
    assert_eq!((&loaded["version"], &loaded["number"]), (&told["version"], &json!(2)));
    let entry = town.now().await["history"][1].clone();
    assert_eq!([&entry["added"], &entry["removed"], &entry["changed"]], [1, 1, 1]);
    assert_eq!((&entry["reason"], &entry["number"]), (&json!("年度调整"), &json!(2)));
    let now = town.now().await;
    assert_eq!(now["names"][entry["by"].as_str().unwrap()], "管理员");
}

#[tokio::test]
async fn mistakes_are_told_by_file_line_and_column_with_what_would_change() {
    let mut town = Town::new().await;
    let broken = file("grids.csv").replacen("990181101001001", "990181101001x01", 1);
    let (status, told) = town.preview(json!({"files": {"grids.csv": broken, "passwd": "a,b\n"}})).await;
    assert_eq!(status, 200, "{told}");
    let mistakes = told["mistakes"].as_array().unwrap();
    let here = |row: &&Value| row["file"] == "grids.csv" && row["row"] == 2 && row["column"] == "grid_code";
    assert_eq!(mistakes.iter().find(here).unwrap()["code"], "format", "{mistakes:?}");
    assert!(mistakes.iter().any(|row| row["code"] == "unknown_file"), "{mistakes:?}");
    assert_eq!(told["version"], "", "there is no such version");
    assert_eq!(told["files"][0]["name"], "grids.csv");
}

#[tokio::test]
async fn what_was_loaded_meanwhile_is_not_lost() {
    let mut town = Town::new().await;
    let (_, seen) = town.preview(json!({"files": with_supplements(22)})).await;
    town.load(json!({"files": with_supplements(21)})).await;
    let refused = town.load(json!({"files": with_supplements(22), "ifNumber": seen["number"]})).await;
    assert_eq!((said(&refused), &refused.1["number"]), ((409, "catalogueChanged"), &json!(2)));
    assert_eq!(town.now().await["history"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn any_earlier_load_comes_back_as_a_new_one() {
    let mut town = Town::new().await;
    let first = town.now().await["version"].clone();
    town.load(json!({"files": with_supplements(21)})).await;
    town.load(json!({"files": {"projects.csv": file("projects.csv")}})).await;
    let (_, told) = town.preview(json!({"restore": 1})).await;
    assert_eq!((&told["version"], &told["dropped"]), (&first, &json!(["projects.csv"])));
    let (status, back) = town.load(json!({"restore": 1, "reason": "回到原样"})).await;
    assert_eq!((status, &back["version"], &back["number"]), (200, &first, &json!(4)));
    assert_eq!(json!(town.read_by_functions().await), first);
    let now = town.now().await;
    assert!(now["files"].get("projects.csv").is_none(), "a file of later loads goes with them");
    assert_eq!(now["history"][3]["restores"], 1);
    // And forth again: nothing that ever held is lost.
    assert_eq!(town.load(json!({"restore": 3})).await.0, 200);
    assert_eq!(town.now().await["files"]["projects.csv"]["size"], file("projects.csv").len());
    assert_eq!(said(&town.load(json!({"restore": 9})).await), (404, "noSuchVersion"));
}

#[tokio::test]
async fn a_form_says_everything_that_is_wrong_with_it() {
    let mut town = Town::new().await;
    let (past, far) = (town.day(-1), town.day(732));
    for (body, errors) in [
        (json!({}), json!([["/files", "required"]])),
        (json!({"files": {}, "restore": 1}), json!([["/restore", "eitherFilesOrRestore"]])),
        (
            json!({"files": {}, "reason": "因".repeat(201), "validFrom": past}),
            json!([["/reason", "tooLong"], ["/validFrom", "inThePast"]]),
        ),
        (json!({"files": {}, "validFrom": far}), json!([["/validFrom", "tooFarAhead"]])),
        (json!({"files": {}, "validFrom": "2027-02-30"}), json!([["/validFrom", "invalid"]])),
    ] {
        for answer in [town.load(body.clone()).await, town.preview(body.clone()).await] {
            assert_eq!(said(&answer), (422, "invalidFields"), "{body}");
            let told = answer.1["errors"].as_array().unwrap().iter().map(|e| json!([e["pointer"], e["code"]]));
            assert_eq!(json!(told.collect::<Vec<_>>()), errors, "{body}");
        }
    }
}

#[tokio::test]
async fn nobody_but_an_administrator_sees_or_loads() {
    let mut town = Town::new().await;
    town.become_role("town_leader").await;
    for answer in [town.load(json!({"files": {}})).await, town.preview(json!({"files": {}})).await] {
        assert_eq!(said(&answer), (403, "forbidden"));
    }
}

/// Going back, for a day to come, dies or fails at each of its store operations; the same request then completes it.
#[tokio::test]
async fn going_back_survives_a_failure_at_any_operation_and_happens_once() {
    let mut prepared = Town::new().await;
    let first = prepared.now().await["version"].clone();
    prepared.load(json!({"files": with_supplements(21)})).await;
    let second = prepared.now().await["version"].clone();
    let body = json!({"restore": 1, "reason": "回到原样", "validFrom": prepared.day(5)});
    let key = "restore-key-000000001";
    let mut calm = prepared.copied(Steady::new(7)).await;
    assert_eq!(calm.load_as(key, body.clone()).await.0, 200);
    let operations = calm.gate.passed().len();
    assert!(operations > 8, "{operations}");
    for at in 0..operations {
        for fate in [Fate::FailBefore, Fate::FailAfter] {
            let mut town = prepared.copied(Steady::with_fate(7, at, fate)).await;
            town.load_as(key, body.clone()).await;
            let mut town = town.restarted();
            let again = town.load_as(key, body.clone()).await;
            assert_eq!((again.0, &again.1["number"]), (200, &json!(3)), "{fate:?} at {at}: {again:?}");
            let now = town.now().await;
            assert_eq!(now["history"].as_array().unwrap().len(), 3, "{fate:?} at {at}");
            assert_eq!((&now["version"], &now["planned"]["version"]), (&second, &first), "{fate:?} at {at}");
        }
    }
}
