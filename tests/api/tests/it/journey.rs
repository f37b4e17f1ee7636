//! A case from its submission to its end, as its owner goes through it.

use canon::Hash;
use http::Method;
use serde_json::{Value, json};

use crate::client::{Client, Reply};
use crate::forms::{case, street_light, with};
use crate::photos::{CAMERA, LATITUDE, contains, photo};
use crate::town::Town;

const ORDERS: &str = "/api/intake/orders";

async fn upload(client: &Client, key: &str, bytes: Vec<u8>) -> Value {
    let headers = [("content-type", "image/jpeg"), ("idempotency-key", key)];
    client.send(Method::POST, "/api/intake/attachments", &headers, bytes).await.expect(201)
}

fn pixels(jpeg: &[u8]) -> image::RgbImage {
    image::load_from_memory(jpeg).unwrap().to_rgb8()
}

/// An event's hash and its link to the document, recomputed as an outsider would.
fn assert_receipt_holds(receipt: &Value) {
    let event = &receipt["event"];
    let hash = |member: &str| event[member].as_str().unwrap().parse::<Hash>().unwrap();
    assert_eq!(canon::event_hash(event).unwrap(), hash("hash"));
    assert_eq!(canon::chain_root(receipt["document"].as_str().unwrap()), hash("prev"));
    let forged = with(event.clone(), "/at", json!("2020-01-01T00:00:00+08:00"));
    assert_ne!(canon::event_hash(&forged).unwrap(), hash("hash"), "the hash covers the time");
}

#[tokio::test]
async fn a_citizen_submits_follows_supplements_urges_and_withdraws() {
    let town = Town::start().await;
    let first = upload(&town, "journey-photo-one", photo(1)).await;
    assert_eq!((first["mime"].as_str(), first["size"].as_u64()), (Some("image/jpeg"), Some(photo(1).len() as u64)));
    assert_eq!(first["sha256"], canon::sha256(&[&photo(1)]).to_string());

    let form = with(street_light(), "/attachments", json!([first["id"]]));
    let submitted = town.post(ORDERS, "journey-submission", &[], &form).await;
    let receipt = submitted.expect(201);
    let number = receipt["number"].as_str().unwrap();
    assert_eq!(submitted.header("location"), format!("{ORDERS}/{number}"));
    assert_receipt_holds(&receipt["receipt"]);
    insta::assert_json_snapshot!("submitted", &receipt, {
        ".number" => "[number]", ".secret" => "[secret]", ".id" => "[id]", ".promisedBy" => "[time]",
        ".receipt.document" => "[document]", ".receipt.event.at" => "[time]", ".receipt.event.op" => "[op]",
        ".receipt.event.slot" => "[slot]", ".receipt.event.nonce" => "[nonce]", ".receipt.event.prev" => "[hash]",
        ".receipt.event.hash" => "[hash]", ".receipt.event.request" => "[hash]",
        ".receipt.event.data.number" => "[number]", ".receipt.event.data.secret" => "[hash]",
        ".receipt.event.data.promised" => "[deadline]", ".receipt.event.data.caller.*" => "[sealed]",
        ".receipt.event.data.place.address" => "[sealed]",
        ".receipt.event.data.attachments[].id" => "[id]",
    });

    let owner = case(&receipt["secret"]);
    let owner = [("authorization", owner.as_str())];
    let by_number = town.get(&format!("{ORDERS}/{number}"), &owner).await.expect(200);
    let by_id = town.get(&format!("{ORDERS}/{}", receipt["id"].as_str().unwrap()), &owner).await.expect(200);
    assert_eq!(by_number, by_id);
    insta::assert_json_snapshot!("tracked", &by_number, {
        ".number" => "[number]", ".id" => "[id]", ".receivedAt" => "[time]", ".provisional" => "[whether]", ".promisedBy" => "[time]",
        ".receipt" => "[receipt]", ".attachments[].id" => "[id]", ".timeline[].at" => "[time]",
        ".timeline[].attachments[].id" => "[id]",
    });

    let path = format!("{ORDERS}/{number}");
    let second = upload(&town, "journey-photo-two", photo(2)).await;
    let more = json!({"text": "昨晚有人差点摔倒。", "attachments": [second["id"]]});
    let supplemented = town.post(&format!("{path}/supplements"), "journey-supplement", &owner, &more).await.expect(200);
    assert_eq!((supplemented["version"].as_u64(), kinds(&supplemented)), (Some(2), vec!["registered", "supplemented"]));
    assert_eq!(supplemented["timeline"][1]["text"], "昨晚有人差点摔倒。");

    assert_photo_comes_back_without_its_place(&town, &path, &owner, &second["id"], 2).await;
    assert_photo_comes_back_without_its_place(&town, &path, &owner, &first["id"], 1).await;

    let reason = json!({"reason": "孩子放学要经过这里。"});
    let urged = town.post(&format!("{path}/urges"), "journey-urge-one", &owner, &reason).await.expect(200);
    assert_eq!(urged["timeline"][2]["text"], "孩子放学要经过这里。");
    let again = town.post(&format!("{path}/urges"), "journey-urge-two", &owner, &reason).await;
    let available = again.problem(409, "urgeTooSoon")["availableAt"].clone();
    let action = |view: &Value, name: &str| {
        view["actions"].as_array().unwrap().iter().find(|action| action["name"] == name).unwrap().clone()
    };
    assert_eq!(action(&urged, "urge")["availableAt"], available, "the view said so before");
    let replayed = town.post(&format!("{path}/urges"), "journey-urge-one", &owner, &reason).await.expect(200);
    assert_eq!(replayed["version"], urged["version"], "the same urge again is no other urge");

    let withdrawn =
        town.post(&format!("{path}/withdrawal"), "journey-withdrawal", &owner, &json!({})).await.expect(200);
    assert_eq!((withdrawn["status"].as_str(), withdrawn["version"].as_u64()), (Some("withdrawn"), Some(4)));
    for (step, body) in [("supplements", json!({"text": "x"})), ("urges", json!({})), ("withdrawal", json!({}))] {
        let refused = town.post(&format!("{path}/{step}"), "journey-after-the-end", &owner, &body).await;
        assert_eq!(refused.problem(409, "stateConflict")["orderStatus"], "withdrawn", "{step}");
    }
    let possible = withdrawn["actions"].as_array().unwrap().iter().filter(|action| action["allowed"] == true);
    let possible: Vec<&Value> = possible.map(|action| &action["name"]).collect();
    assert_eq!(possible, [&json!("erase")], "nothing is left but to be forgotten");
}

fn kinds(view: &Value) -> Vec<&str> {
    view["timeline"].as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect()
}

async fn assert_photo_comes_back_without_its_place(
    town: &Town,
    path: &str,
    owner: &[(&str, &str)],
    id: &Value,
    shade: u8,
) {
    let path = format!("{path}/attachments/{}", id.as_str().unwrap());
    let copy = town.get(&path, owner).await;
    assert_eq!((copy.status.as_u16(), copy.header("content-type")), (200, "image/jpeg"));
    assert_eq!(copy.header("cache-control"), "no-store");
    let taken = photo(shade);
    assert!(contains(&taken, CAMERA) && contains(&taken, LATITUDE), "the photo tells on its maker");
    assert!(!contains(&copy.body, CAMERA) && !contains(&copy.body, LATITUDE), "the copy does not");
    assert_eq!(pixels(&copy.body), pixels(&taken), "it is the same picture");
    town.get(&path, &[("authorization", "Case 22222222")]).await.problem(404, "notFound");
    town.get(&path, &[]).await.problem(401, "secretRequired");
}

async fn public_numbers(town: &Town) -> Vec<String> {
    let list = town.get("/api/intake/public?limit=100", &[]).await.expect(200);
    assert!(!list.to_string().contains("商业街") && !list.to_string().contains("13812345678"), "{list}");
    list["items"].as_array().unwrap().iter().map(|item| item["number"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_public_list_shows_open_matters_after_the_tick_and_confidential_ones_never() {
    let town = Town::start().await;
    let forms = [
        street_light(),
        with(street_light(), "/confidential", json!(true)),
        with(street_light(), "/appealType", json!("report")),
        with(street_light(), "/categoryCode", json!("T0901")),
    ];
    let mut numbers = Vec::new();
    for (n, form) in forms.iter().enumerate() {
        let key = format!("public-list-order-{n}");
        numbers.push(town.post(ORDERS, &key, &[], form).await.expect(201)["number"].as_str().unwrap().to_owned());
    }
    assert!(public_numbers(&town).await.is_empty(), "nothing is listed before the clock ticked");
    town.tick().await;
    assert_eq!(public_numbers(&town).await, numbers[..1], "a confidential, a report and a sensitive one stay out");
    let month = format!("{}-{}", &numbers[0][8..12], &numbers[0][12..14]);
    for (query, count) in [
        (format!("month={month}"), 1),
        ("month=2020-01".to_owned(), 0),
        ("category=T0403&village=990181101001".to_owned(), 1),
        ("category=T0901".to_owned(), 0),
        ("village=990181101002".to_owned(), 0),
    ] {
        let list = town.get(&format!("/api/intake/public?{query}"), &[]).await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let town = Town::start().await;
    let receipt = town.post(ORDERS, "etag-submission-1", &[], &street_light()).await.expect(201);
    let path = format!("{ORDERS}/{}", receipt["number"].as_str().unwrap());
    let owner = case(&receipt["secret"]);
    let tracked = town.get(&path, &[("authorization", &owner)]).await;
    let etag = tracked.header("etag").to_owned();
    let known = [("authorization", owner.as_str()), ("if-none-match", etag.as_str())];
    assert_unchanged(&town.get(&path, &known).await);
    town.post(&format!("{path}/urges"), "etag-urge-0000000", &[("authorization", &owner)], &json!({}))
        .await
        .expect(200);
    let changed = town.get(&path, &known).await;
    assert_eq!(changed.expect(200)["version"], 2);
    assert_ne!(changed.header("etag"), etag);
    town.get(&path, &[("if-none-match", &etag)]).await.problem(401, "secretRequired");

    let catalogue = town.get("/api/catalogue", &[]).await;
    assert_eq!(catalogue.header("cache-control"), "public, max-age=60");
    let etag = catalogue.header("etag").to_owned();
    assert_unchanged(&town.get("/api/catalogue", &[("if-none-match", &etag)]).await);
}

fn assert_unchanged(reply: &Reply) {
    assert_eq!((reply.status.as_u16(), reply.body.len()), (304, 0));
}

#[tokio::test]
async fn a_key_names_one_request_for_ever() {
    let town = Town::start().await;
    let first = town.post(ORDERS, "one-request-only", &[], &street_light()).await.expect(201);
    let again = town.post(ORDERS, "one-request-only", &[], &street_light()).await.expect(201);
    assert_eq!(first, again);
    let other = with(street_light(), "/title", json!("另一件事"));
    town.post(ORDERS, "one-request-only", &[], &other).await.problem(422, "idempotencyKeyReused");
    let path = format!("{ORDERS}/{}/supplements", first["id"].as_str().unwrap());
    let owner = case(&first["secret"]);
    let owner = [("authorization", owner.as_str())];
    town.post(&path, "one-supplement-only", &owner, &json!({"text": "a"})).await.expect(200);
    let other = town.post(&path, "one-supplement-only", &owner, &json!({"text": "b"})).await;
    other.problem(422, "idempotencyKeyReused");
}
