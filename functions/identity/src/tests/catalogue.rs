//! Loading a town.

use std::collections::BTreeMap;

use domain::catalogue::CatalogueHistory;
use serde_json::{Value, json};
use store::Document;
use store::memory::{Backend, Fate, Steady};

use super::overtaking::Overtaking;
use super::town::{Town, some_of_yundu, yundu};

const PATH: &str = "/api/admin/catalogue";

fn changed(answer: &super::town::Answer) -> usize {
    answer.body["changed"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_whole_town_is_loaded_and_in_force() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (mut town, administrator) = Town::with_administrator(backend).await;
        let loaded = town.load(&administrator, &yundu()).await;
        assert_eq!(loaded.status, 200, "{loaded:?}");
        assert_eq!(changed(&loaded), yundu().len());
        let files: BTreeMap<String, Value> = serde_json::from_value(loaded.body["files"].clone()).unwrap();
        assert_eq!(files["grids.csv"]["size"], yundu()["grids.csv"].len());
        let app = service::App::new(town.store.clone());
        let catalogue = app.catalogue(&app.access()).await.unwrap();
        assert_eq!(json!(catalogue.version), loaded.body["version"]);
        assert_eq!(catalogue.grids.len(), 211);
    }
}

#[tokio::test]
async fn the_same_files_again_change_nothing() {
    let (mut town, administrator) = Town::loaded(Backend::Sqlite).await;
    let before = town.read(&administrator, PATH).await.body;
    let again = town.load(&administrator, &yundu()).await;
    assert_eq!((again.status.as_u16(), changed(&again)), (200, 0));
    assert_eq!(again.body["version"], before["version"]);
    assert_eq!(town.read(&administrator, PATH).await.body, before);
    assert_eq!(before["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn one_file_is_checked_with_those_already_there() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (mut town, administrator) = Town::loaded(backend).await;
        let before = town.read(&administrator, PATH).await.body;
        let mut files = some_of_yundu(&["town.toml"]);
        files
            .insert("town.toml".to_owned(), files["town.toml"].replace("supplements_max = 20", "supplements_max = 21"));
        let answer = town.load(&administrator, &files).await;
        assert_eq!(answer.body["changed"], json!(["town.toml"]));
        assert_ne!(answer.body["version"], before["version"]);
        assert_eq!(answer.body["files"].as_object().unwrap().len(), yundu().len());
        let history = town.read(&administrator, PATH).await.body["history"].clone();
        assert_eq!(history[1]["files"].as_object().unwrap().len(), 1);
        assert!(history[1]["by"].as_str().unwrap().starts_with("staff:"));

        let other = some_of_yundu(&["projects.csv"]);
        let other = other.into_iter().map(|(name, text)| (name, text.replace("name_zh", "title_zh"))).collect();
        let kept = town.load(&administrator, &other).await;
        assert_eq!((kept.status.as_u16(), &kept.body["version"]), (200, &answer.body["version"]), "{kept:?}");
    }
}

#[tokio::test]
async fn a_broken_row_is_found_and_nothing_is_loaded() {
    let (mut town, administrator) = Town::loaded(Backend::Sqlite).await;
    let before = town.store.dump();
    let before =
        (before.iter().filter(|(key, _)| key.starts_with("blob/")).count(), town.read(&administrator, PATH).await.body);
    let mut files = some_of_yundu(&["grids.csv"]);
    let broken = files["grids.csv"].replacen("990181101001001", "990181101001x01", 1);
    files.insert("grids.csv".to_owned(), broken);
    let answer = town.load(&administrator, &files).await;
    assert_eq!(answer.said(), (422, "catalogueInvalid"));
    let rows = answer.body["rows"].as_array().unwrap();
    let here = |row: &&Value| row["file"] == "grids.csv" && row["row"] == 2 && row["column"] == "grid_code";
    assert_eq!(rows.iter().find(here).unwrap()["code"], "format", "{rows:?}");
    let after = town.store.dump();
    let after =
        (after.iter().filter(|(key, _)| key.starts_with("blob/")).count(), town.read(&administrator, PATH).await.body);
    assert_eq!(after, before);
}

#[tokio::test]
async fn many_mistakes_are_counted_and_the_first_two_hundred_shown() {
    let (mut town, administrator) = Town::with_administrator(Backend::Sqlite).await;
    let mut files = yundu();
    files.insert("grids.csv".to_owned(), files["grids.csv"].replace("9901811010", "x"));
    let answer = town.load(&administrator, &files).await;
    assert_eq!(answer.said(), (422, "catalogueInvalid"));
    assert_eq!(answer.body["rows"].as_array().unwrap().len(), 200);
    assert!(answer.body["total"].as_u64().unwrap() > 200);
}

#[tokio::test]
async fn missing_and_unknown_files_are_named() {
    let (mut town, administrator) = Town::with_administrator(Backend::Sqlite).await;
    let answer = town.load(&administrator, &some_of_yundu(&["town.toml"])).await;
    assert_eq!(answer.said(), (422, "catalogueInvalid"));
    let rows = answer.body["rows"].as_array().unwrap().iter().filter(|row| row["code"] == "missing_file");
    // All but the one that is there, and the two without which a town can be: notices and platforms above it.
    assert_eq!(rows.count(), domain::catalogue::FILES.len() - 3);
    let unknown = BTreeMap::from([("passwd".to_owned(), "a,b\n".to_owned())]);
    let answer = town.load(&administrator, &unknown).await;
    assert_eq!((answer.said(), &answer.body["rows"][0]["code"]), ((422, "catalogueInvalid"), &json!("unknown_file")));
}

#[tokio::test]
async fn bodies_of_another_kind_are_refused() {
    let (mut town, administrator) = Town::with_administrator(Backend::Sqlite).await;
    assert_eq!(town.change(&administrator, "PUT", PATH, &json!({})).await.said(), (422, "invalidFields"));
    for body in [json!({"files": []}), json!({"files": {"town.toml": 1}}), json!({"files": {}, "x": 1})] {
        assert_eq!(town.change(&administrator, "PUT", PATH, &body).await.said(), (422, "wrongShape"), "{body}");
    }
    let huge = json!({"files": {"town.csv": "x".repeat(2 * 1024 * 1024)}});
    assert_eq!(town.change(&administrator, "PUT", PATH, &huge).await.said(), (413, "tooLarge"));
}

#[tokio::test]
async fn the_same_request_is_answered_the_same_even_after_a_later_load() {
    let (town, administrator) = Town::with_administrator(Backend::Redis).await;
    let body = json!({"files": yundu()});
    let first = town.change_as(&administrator, "load-key-000000001", "PUT", PATH, &body).await;
    let again = town.change_as(&administrator, "load-key-000000001", "PUT", PATH, &body).await;
    assert_eq!(again.body, first.body);
    let other = town.change_as(&administrator, "load-key-000000001", "PUT", PATH, &json!({"files": {}})).await;
    assert_eq!(other.said(), (422, "idempotencyKeyReused"));
}

#[tokio::test]
async fn a_load_that_was_overtaken_is_told_so() {
    let with = |n: u32| {
        let text = yundu()["town.toml"].replace("supplements_max = 20", &format!("supplements_max = {n}"));
        json!({"files": {"town.toml": text}})
    };
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (town, administrator) = Town::loaded(backend).await;
        let (theirs, who) = (town.restarted(), administrator.clone());
        let errand = async move {
            let answer = theirs.change_as(&who, "load-key-theirs-001", "PUT", PATH, &with(21)).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        };
        let key = Document::<CatalogueHistory>::key_of(&CatalogueHistory::id());
        let mine = town.behind(Overtaking::new(town.gate.clone(), &key, errand));
        let refused = mine.change_as(&administrator, "load-key-mine-00001", "PUT", PATH, &with(22)).await;
        assert_eq!(refused.said(), (409, "catalogueChanged"));
        let now = town.read(&administrator, PATH).await.body;
        assert_eq!((&now["version"], now["history"].as_array().unwrap().len()), (&refused.body["version"], 2));
    }
}

#[tokio::test]
async fn a_failure_at_any_operation_leaves_a_load_that_the_same_request_completes() {
    let files = json!({"files": yundu()});
    for backend in [Backend::Sqlite, Backend::Redis, Backend::Partial] {
        let (prepared, administrator) = Town::with_administrator(backend).await;
        let load = async |town: &Town| town.change_as(&administrator, "load-key-000000001", "PUT", PATH, &files).await;
        let calm = prepared.copied(backend, Steady::new(7)).await;
        assert_eq!(load(&calm).await.status, 200);
        for at in 0..calm.gate.passed().len() {
            for fate in [Fate::FailBefore, Fate::FailAfter] {
                let town = prepared.copied(backend, Steady::with_fate(7, at, fate)).await;
                load(&town).await;
                let town = town.restarted();
                let mut answer = load(&town).await;
                if answer.status == 503 {
                    town.gate.advance(31_000);
                    answer = load(&town).await;
                }
                assert_eq!(answer.status, 200, "{backend:?} {fate:?} at {at}: {answer:?}");
                let history = town.read(&administrator, PATH).await.body["history"].clone();
                assert_eq!(history.as_array().unwrap().len(), 1, "{backend:?} {fate:?} at {at}");
            }
        }
    }
}
