//! What everybody may see of many cases: similar ones nearby, and the monthly figures.

use serde_json::{Value, json};

use crate::town::{LEAD, Town};

const HERE: (f64, f64) = (119.901, 32.601);

/// A street light at a place, by somebody without a phone.
async fn submit_at(town: &mut Town, (lon, lat): (f64, f64), category: &str, confidential: bool) -> Value {
    let form = json!({
        "appealType": "help", "categoryCode": category, "title": "路灯不亮", "content": "商业街的路灯坏了一周。",
        "place": {"lon": lon, "lat": lat, "crs": "WGS84"}, "confidential": confidential,
    });
    town.send("POST", "/api/intake/orders", &[], Some(&form)).await.good()
}

async fn similar(town: &mut Town, query: &str) -> Vec<Value> {
    let answer = town.send("GET", &format!("/api/intake/similar?{query}"), &[], None).await.good();
    answer["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn similar_cases_are_open_public_of_the_same_category_and_near() {
    let mut town = Town::new().await;
    let here = submit_at(&mut town, HERE, "T0403", false).await;
    submit_at(&mut town, HERE, "T0403", true).await;
    submit_at(&mut town, HERE, "T0101", false).await;
    let far = submit_at(&mut town, (HERE.0 + 0.02, HERE.1), "T0403", false).await;
    let query = format!("category=T0403&lon={}&lat={}&crs=WGS84", HERE.0, HERE.1);
    assert!(similar(&mut town, &query).await.is_empty(), "as old as the tick");
    town.tick().await;
    let found = similar(&mut town, &query).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let row = &found[0];
    assert_eq!((&row["number"], &row["meToo"], &row["distanceM"]), (&here["number"], &json!(0), &json!(0)));
    assert_eq!(row["around"], json!({"lonE7": 1_199_010_000, "latE7": 326_010_000}));
    let whole = json!(found).to_string();
    for word in ["路灯", "商业街", here["id"].as_str().unwrap()] {
        assert!(!whole.contains(word), "{word} in {whole}");
    }
    // By village, where no position is given: the far one lies in another.
    let village = row["villageCode"].as_str().unwrap().to_owned();
    let by_village = similar(&mut town, &format!("category=T0403&village={village}")).await;
    assert_eq!((by_village.len(), &by_village[0]["distanceM"]), (1, &Value::Null));
    let owner = format!("Case {}", far["secret"].as_str().unwrap());
    let headers = [("authorization", owner.as_str())];
    let path = format!("/api/intake/orders/{}/withdrawal", far["id"].as_str().unwrap());
    town.send("POST", &path, &headers, Some(&json!({}))).await.good();
    town.tick().await;
    let query = format!("category=T0403&lon={}&lat={}&crs=WGS84", HERE.0 + 0.02, HERE.1);
    assert!(similar(&mut town, &query).await.is_empty(), "closed cases are not joined");
}

/// Wherever one asks from, the answer tells the cell and nothing finer.
#[tokio::test]
async fn two_places_in_one_cell_answer_alike() {
    let mut town = Town::new().await;
    submit_at(&mut town, (119.9003, 32.6004), "T0403", false).await;
    submit_at(&mut town, (119.9017, 32.6016), "T0403", false).await;
    town.tick().await;
    for (lon, lat) in [(119.9005, 32.6005), (119.9022, 32.6001), (119.9, 32.6025)] {
        let found = similar(&mut town, &format!("category=T0403&lon={lon}&lat={lat}&crs=WGS84")).await;
        let told = |row: &Value| (row["around"].clone(), row["distanceM"].clone());
        assert_eq!((found.len(), told(&found[0])), (2, told(&found[1])), "{lon} {lat}");
    }
}

#[tokio::test]
async fn what_a_search_for_similar_cases_needs() {
    let mut town = Town::new().await;
    for (query, pointer, code) in [
        ("", "?category", "required"),
        ("category=T9999&village=990181101001", "?category", "unknown"),
        ("category=T0403", "?village", "required"),
        ("category=T0403&village=1", "?village", "unknown"),
        ("category=T0403&lon=119.9", "?lat", "required"),
        ("category=T0403&lat=32.6", "?lon", "required"),
        ("category=T0403&lon=119.9&lat=32.6", "?crs", "required"),
        ("category=T0403&lon=0&lat=0&crs=WGS84", "?lon", "outOfRange"),
    ] {
        let answer = town.send("GET", &format!("/api/intake/similar?{query}"), &[], None).await;
        let errors = json!([{"pointer": pointer, "code": code}]);
        assert_eq!((answer.status, &answer.body["errors"]), (422, &errors), "{query}");
    }
    let odd = town.send("GET", "/api/intake/similar?category=T0403&lon=east", &[], None).await;
    assert_eq!(odd.status, 400);
}

async fn statistics(town: &mut Town, query: &str) -> Value {
    town.send("GET", &format!("/api/intake/statistics{query}"), &[], None).await.good()
}

#[tokio::test]
async fn figures_count_by_month_of_receipt_and_hide_what_could_point_at_somebody() {
    let mut town = Town::new().await;
    let empty = statistics(&mut town, "").await;
    let months: Vec<&str> =
        empty["months"].as_array().unwrap().iter().map(|row| row["month"].as_str().unwrap()).collect();
    assert_eq!((months.len(), months[0], months[11]), (12, "2025-12", "2026-11"));
    assert_eq!((&empty["total"]["received"], &empty["categories"]), (&json!(0), &json!([])));
    // Six of one category, three and four of two others; one is taken back.
    for (category, count) in [("T0403", 6), ("T0101", 3), ("T0102", 4)] {
        for _ in 0..count {
            submit_at(&mut town, HERE, category, false).await;
        }
    }
    let gone = submit_at(&mut town, HERE, "T0403", false).await;
    let owner = format!("Case {}", gone["secret"].as_str().unwrap());
    let path = format!("/api/intake/orders/{}/withdrawal", gone["id"].as_str().unwrap());
    town.send("POST", &path, &[("authorization", &owner)], Some(&json!({}))).await.good();
    town.tick().await;
    let told = statistics(&mut town, "").await;
    let numbers = |row: &Value| ["received", "closed", "withdrawn", "open"].map(|name| row[name].as_u64().unwrap());
    assert_eq!((numbers(&told["total"]), numbers(&told["months"][11])), ([14, 0, 1, 13], [14, 0, 1, 13]));
    let rows: Vec<(&Value, u64)> = told["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["code"], row["received"].as_u64().unwrap()))
        .collect();
    assert_eq!(rows, [(&json!("T0403"), 7), (&Value::Null, 7)], "two small ones are one row without a name");
    assert_eq!(told["total"]["rates"]["resolution"], Value::Null, "nobody has answered");
    assert_eq!(statistics(&mut town, "?month=2026-11").await["total"], told["total"]);
    assert_eq!(statistics(&mut town, "?month=2026-10").await["total"]["received"], 0);
    let odd = town.send("GET", "/api/intake/statistics?month=2026-13", &[], None).await;
    assert_eq!(odd.status, 422);
}

/// One small group alone would be the difference of the others to the total.
#[tokio::test]
async fn a_single_small_group_takes_the_next_one_in() {
    let mut town = Town::new().await;
    for (category, count) in [("T0403", 9), ("T0101", 6), ("T0102", 1)] {
        for _ in 0..count {
            submit_at(&mut town, HERE, category, false).await;
        }
    }
    town.tick().await;
    let told = statistics(&mut town, "").await;
    let rows: Vec<(&Value, u64)> = told["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["code"], row["received"].as_u64().unwrap()))
        .collect();
    assert_eq!(rows, [(&json!("T0403"), 9), (&Value::Null, 7)]);
}

/// The figures are of the same rows as the dashboard's: closed, in time, and the three rates with their denominators.
#[tokio::test]
async fn rates_are_told_from_five_answers_on() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let handler = town.person("handler", "handler", LEAD).await;
    let supervisor = town.person("supervisor", "supervisor", "C01").await;
    let agent = town.person("agent", "callback_agent", "C01").await;
    for count in 1..=5 {
        let (id, _) = town.submit().await;
        let photo = town.photo().await;
        town.step(&dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
        town.step(&handler, &id, "sign", json!({})).await.good();
        town.step(&handler, &id, "contact", json!({"text": "已联系。"})).await.good();
        let result = json!({"class": "resolved", "text": "已修好。", "attachments": [photo]});
        town.step(&handler, &id, "submit-result", result).await.good();
        town.step(&supervisor, &id, "review-pass", json!({"text": "同意。"})).await.good();
        let answer = json!({"contacted": true, "resolved": true, "satisfaction": 3});
        let visit = json!({"method": "phone", "answer": answer, "text": "已回访。"});
        town.step(&agent, &id, "visit", visit).await.good();
        town.tick().await;
        let told = statistics(&mut town, "?month=2026-11").await["total"].clone();
        assert_eq!((&told["closed"], &told["onTime"]), (&json!(count), &json!(count)));
        if count < 5 {
            assert_eq!(told["rates"]["satisfaction"], Value::Null, "{count} answers could be somebody's");
        } else {
            assert_eq!(told["rates"]["resolution"], json!({"part": 5, "whole": 5, "perMille": 1000}));
            assert_eq!(told["rates"]["satisfaction"], json!({"part": 40, "whole": 50, "perMille": 800}));
        }
    }
}
