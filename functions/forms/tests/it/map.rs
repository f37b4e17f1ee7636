//! The map and the notices.

use serde_json::{Value, json};

use crate::town::Town;

fn of_kind<'a>(map: &'a Value, kind: &str) -> Vec<&'a Value> {
    map["features"].as_array().unwrap().iter().filter(|feature| feature["properties"]["kind"] == kind).collect()
}

#[tokio::test]
async fn the_map_is_geojson_with_an_outline_every_village_and_every_grid() {
    let mut town = Town::new().await;
    let map = town.send("GET", "/api/catalogue/map", &[], None).await.good();
    assert_eq!((&map["type"], &map["properties"]["computed"]), (&json!("FeatureCollection"), &json!(true)));
    let count = |kind| of_kind(&map, kind).len();
    assert_eq!((count("town"), count("village"), count("grid")), (1, 65, 211));
    let village = of_kind(&map, "village")[0];
    assert_eq!(village["properties"]["nameZh"], "云渡社区");
    assert_eq!(village["geometry"]["type"], "MultiPolygon");
    for grid in of_kind(&map, "grid") {
        let ring = grid["geometry"]["coordinates"][0].as_array().unwrap();
        assert!(ring.len() >= 4 && ring.first() == ring.last(), "a ring is closed: {grid}");
        let inside = |corner: &Value| (119.7..120.1).contains(&corner[0].as_f64().unwrap());
        assert!(ring.iter().all(inside), "longitude first: {grid}");
    }
}

#[tokio::test]
async fn notices_are_shown_from_their_first_to_their_last_day_newest_first() {
    let mut town = Town::new().await;
    let admin = town.admin();
    let files = json!({"files": {"notices.csv": "\
notice_code,title_zh,title_en,text_zh,text_en,valid_from,valid_until
OLD,旧,Old,旧,Old,2020-01-01,2020-02-01
TODAY,今,Today,今日,Today,2026-11-23,2026-11-23
LONG,长,Long,长期,Long,2026-01-01,2026-12-31
LATER,后,Later,以后,Later,2026-11-24,2026-12-31
"}});
    town.post(&admin, "PUT", "/api/admin/catalogue", &files).await.good();
    town.gate.advance(6_000);
    let codes = |answer: Value| -> Vec<String> {
        answer["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    };
    let today = town.send("GET", "/api/catalogue/notices", &[], None).await.good();
    assert_eq!(
        today["items"][0],
        json!({
            "code": "TODAY", "titleZh": "今", "titleEn": "Today", "textZh": "今日", "textEn": "Today",
            "from": "2026-11-23", "until": "2026-11-23",
        })
    );
    assert_eq!(codes(today), ["TODAY", "LONG"]);
    town.gate.advance(24 * 3_600_000);
    let tomorrow = town.send("GET", "/api/catalogue/notices", &[], None).await.good();
    assert_eq!(codes(tomorrow), ["LATER", "LONG"]);
}

#[tokio::test]
async fn a_notice_that_ends_before_it_begins_is_a_mistake() {
    let mut town = Town::new().await;
    let admin = town.admin();
    let files = json!({"files": {"notices.csv": "\
notice_code,title_zh,title_en,text_zh,text_en,valid_from,valid_until
A,甲,A,甲,A,2026-11-23,2026-11-22
A,乙,B,乙,B,2026-11-23,2026-11-23
"}});
    let refused = town.post(&admin, "PUT", "/api/admin/catalogue", &files).await;
    assert_eq!(refused.said(), (422, "catalogueInvalid"));
    let told: Vec<(&Value, &Value)> =
        refused.body["rows"].as_array().unwrap().iter().map(|row| (&row["column"], &row["row"])).collect();
    assert_eq!(told, [(&json!("valid_until"), &json!(2)), (&json!("notice_code"), &json!(3))]);
}
