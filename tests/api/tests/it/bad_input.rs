//! What people, programs and attackers send by mistake or on purpose: each gets its status and code, and nothing of it
//! is stored or sent back.

use http::Method;
use serde_json::{Value, json};

use crate::client::{Client, Reply};
use crate::forms::{case, street_light, with, without};
use crate::photos::photo;
use crate::town::Town;

const ORDERS: &str = "/api/intake/orders";
const UPLOADS: &str = "/api/intake/attachments";
/// Put into everything that is sent; must not be in any answer.
const MARK: &str = "echo7f3a";
const KEY: &str = "bad-input-key-echo7f3a";
const JSON: (&str, &str) = ("content-type", "application/json");

/// Sends under the key.
async fn post(client: &Client, path: &str, content_type: &str, body: impl Into<bytes::Bytes>) -> Reply {
    let headers = [("content-type", content_type), ("idempotency-key", KEY)];
    client.send(Method::POST, path, &headers, body).await
}

#[track_caller]
fn assert_no_echo(reply: &Reply) {
    let text = String::from_utf8_lossy(&reply.body);
    assert!(!text.contains(MARK), "{text}");
    assert!(reply.headers.values().all(|value| !value.to_str().unwrap_or_default().contains(MARK)), "{reply:?}");
}

#[tokio::test]
async fn bodies_that_are_no_form() {
    let town = Town::start().await;
    let before = town.dump().await;
    let good = with(street_light(), "/title", json!(MARK)).to_string();
    let broken_utf8 = [b"{\"title\":\"echo7f3a\xFF\xFE\"}".as_slice(), b""].concat();
    let cut = good.as_bytes()[..good.len() / 2].to_vec();
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(20_000), close.repeat(20_000));
    let array = r#"["help","T0403","echo7f3a","echo7f3a",{"villageCode":"990181101001"}]"#;
    let json = "application/json";
    let bodies: Vec<(&str, &str, Vec<u8>, u16, &str)> = vec![
        ("3 MB of JSON", json, format!("{{\"title\":\"{}\"}}", MARK.repeat(400_000)).into(), 413, "tooLarge"),
        ("broken UTF-8", json, broken_utf8, 400, "malformed"),
        ("an empty body", json, Vec::new(), 400, "malformed"),
        ("half a form", json, cut, 400, "malformed"),
        ("text", json, MARK.into(), 400, "malformed"),
        ("an array with the right values", json, array.into(), 422, "wrongShape"),
        ("an empty array", json, "[]".into(), 422, "wrongShape"),
        ("a string", json, format!("{MARK:?}").into(), 422, "wrongShape"),
        ("null", json, "null".into(), 422, "wrongShape"),
        ("nested arrays", json, deep("[", "]").into(), 400, "malformed"),
        ("nested objects", json, deep("{\"place\":", "}").into(), 400, "malformed"),
        ("a nested title", json, format!("{{\"title\":{}}}", deep("[", "]")).into(), 400, "malformed"),
        ("a number for a title", json, r#"{"title":12}"#.into(), 422, "wrongShape"),
        ("the same field twice", json, r#"{"title":"a","title":"b"}"#.into(), 422, "wrongShape"),
        ("a number beyond all numbers", json, r#"{"place":{"lon":1e999}}"#.into(), 400, "malformed"),
        ("a form as text", "text/plain", good.clone().into(), 415, "unsupportedMedia"),
        (
            "a form as a browser's form",
            "application/x-www-form-urlencoded",
            b"title=echo7f3a".to_vec(),
            415,
            "unsupportedMedia",
        ),
        ("a form without a type", "", good.into(), 415, "unsupportedMedia"),
    ];
    for (what, content_type, body, status, code) in bodies {
        let reply = post(&town, ORDERS, content_type, body).await;
        println!("{what}: {} {}", reply.status, String::from_utf8_lossy(&reply.body));
        reply.problem(status, code);
        assert_no_echo(&reply);
    }
    assert_eq!(before, town.dump().await, "nothing is stored");
}

/// A change to a good form, and the field errors it must give.
fn mistakes() -> Vec<(Value, Vec<(&'static str, &'static str)>)> {
    let change = |pointer: &str, value: Value| with(street_light(), pointer, value);
    let place = |place: Value| with(street_light(), "/place", place);
    vec![
        (change("/categoryCode", json!("T9999")), vec![("/categoryCode", "unknown")]),
        (change("/categoryCode", json!(MARK)), vec![("/categoryCode", "unknown")]),
        (without(street_light(), "/categoryCode"), vec![("/categoryCode", "required")]),
        (change("/appealType", json!(MARK)), vec![("/appealType", "unknown")]),
        (change("/title", json!("灯".repeat(61))), vec![("/title", "tooLong")]),
        (change("/title", json!("  \n ")), vec![("/title", "required")]),
        (change("/title", json!("echo7f3a\u{0}")), vec![("/title", "controlCharacter")]),
        (change("/content", json!("\u{1b}[31mecho7f3a")), vec![("/content", "controlCharacter")]),
        (change("/content", json!("字".repeat(2_001))), vec![("/content", "tooLong")]),
        (without(street_light(), "/place"), vec![("/place", "required")]),
        (place(json!({"lon": -119.9, "lat": 32.6, "crs": "WGS84"})), vec![("/place/lon", "outOfRange")]),
        (place(json!({"lon": 119.9, "lat": -32.6, "crs": "WGS84"})), vec![("/place/lon", "outOfRange")]),
        (place(json!({"lon": 1e308, "lat": 32.6, "crs": "WGS84"})), vec![("/place/lon", "outOfRange")]),
        (place(json!({"lon": 119.9, "lat": 32.6})), vec![("/place/crs", "required")]),
        (place(json!({"lon": 119.9, "lat": 32.6, "crs": MARK})), vec![("/place/crs", "unknown")]),
        (place(json!({"lon": 119.9, "crs": "WGS84"})), vec![("/place/lat", "required")]),
        (place(json!({"lat": 32.6, "crs": "WGS84"})), vec![("/place/lon", "required")]),
        (place(json!({"lon": 116.4, "lat": 39.9, "crs": "WGS84"})), vec![("/place/lon", "outsideTown")]),
        (place(json!({"gridCode": "990181101001999"})), vec![("/place/gridCode", "unknown")]),
        (place(json!({"gridCode": MARK})), vec![("/place/gridCode", "unknown")]),
        (place(json!({"villageCode": "990181101999"})), vec![("/place/villageCode", "unknown")]),
        (
            place(json!({"villageCode": "990181101001", "gridCode": "990181101002001"})),
            vec![("/place/gridCode", "otherVillage")],
        ),
        (change("/caller/phone", json!("110")), vec![("/caller/phone", "invalid")]),
        (change("/caller/phone", json!(MARK)), vec![("/caller/phone", "invalid")]),
        (change("/caller/name", json!("张".repeat(51))), vec![("/caller/name", "tooLong")]),
        (change("/incidentAt", json!("yesterday")), vec![("/incidentAt", "invalid")]),
        (change("/incidentAt", json!("1999-01-01T00:00:00+08:00")), vec![("/incidentAt", "outOfRange")]),
        (change("/attachments", json!(["../../etc/passwd"])), vec![("/attachments", "unknown")]),
        (change("/attachments", json!(["aaaaaaaaaaaaaaaaaaaaaaaaaa"])), vec![("/attachments", "unknown")]),
        (change("/attachments", json!(vec!["aaaaaaaaaaaaaaaaaaaaaaaaaa"; 11])), vec![("/attachments", "tooMany")]),
        (
            json!({"categoryCode": "T9999", "title": "", "place": {"lon": 1, "lat": 2}}),
            vec![
                ("/appealType", "required"),
                ("/categoryCode", "unknown"),
                ("/title", "required"),
                ("/content", "required"),
                ("/place/crs", "required"),
            ],
        ),
    ]
}

#[tokio::test]
async fn fields_that_are_wrong_are_all_named() {
    let town = Town::start().await;
    let before = town.dump().await;
    for (form, expected) in mistakes() {
        let reply = post(&town, ORDERS, "application/json", form.to_string()).await;
        let problem = reply.problem(422, "invalidFields");
        let errors = problem["errors"].as_array().unwrap();
        let found = errors.iter().map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()));
        assert_eq!(found.collect::<Vec<_>>(), expected, "{form}");
        assert_no_echo(&reply);
    }
    assert_eq!(before, town.dump().await, "nothing is stored");
}

#[tokio::test]
async fn an_emergency_is_answered_with_the_number_to_call() {
    let town = Town::start().await;
    let before = town.dump().await;
    for (category, call) in [("T0001", "110"), ("T0002", "119"), ("T0003", "120"), ("T0004", "122")] {
        // Even half a form is enough to say so.
        for form in [with(street_light(), "/categoryCode", json!(category)), json!({"categoryCode": category})] {
            let reply = post(&town, ORDERS, "application/json", form.to_string()).await;
            let problem = reply.problem(422, "emergencyCall");
            assert_eq!(problem["call"], call);
            assert!(problem["detail"].as_str().unwrap().contains(call));
        }
    }
    assert_eq!(before, town.dump().await, "nothing is stored");
}

#[tokio::test]
async fn a_change_needs_a_key_that_cannot_be_guessed() {
    let town = Town::start().await;
    let before = town.dump().await;
    let long = "k".repeat(65);
    for key in [None, Some("short"), Some("fifteen-letters"), Some("with spaces in it, and more"), Some(&long)] {
        for (path, content_type, body) in
            [(ORDERS, "application/json", street_light().to_string().into_bytes()), (UPLOADS, "image/jpeg", photo(1))]
        {
            let mut headers = vec![("content-type", content_type)];
            headers.extend(key.map(|key| ("idempotency-key", key)));
            let problem = town.send(Method::POST, path, &headers, body).await.problem(422, "invalidFields");
            let error = json!([{"pointer": "#idempotency-key", "code": "idempotencyKeyInvalid"}]);
            assert_eq!(problem["errors"], error, "{path} {key:?}");
        }
    }
    assert_eq!(before, town.dump().await, "nothing is stored");
}

#[tokio::test]
async fn files_that_are_not_what_they_say() {
    let town = Town::start().await;
    let before = town.dump().await;
    let program = [b"MZ\x90\0\x03\0\0\0".as_slice(), MARK.as_bytes(), &[0x90; 4_000]].concat();
    let disguised = [b"\x89PNG\r\n\x1a\n".as_slice(), &program].concat();
    let page = b"<html><script>alert('echo7f3a')</script></html>".to_vec();
    // 61 s of AMR: frames of 20 ms.
    let voice = [b"#!AMR\n".to_vec(), [[0x3C].as_slice(), &[0x55; 31]].concat().repeat(61 * 50)].concat();
    let large = [photo(1), vec![0; 11 * 1024 * 1024]].concat();
    let cut = photo(1)[..200].to_vec();
    let files: Vec<(&str, &str, Vec<u8>, u16, &str)> = vec![
        ("a program called a PNG", "image/png", program, 415, "unsupportedMedia"),
        ("a program behind a PNG's first bytes", "image/png", disguised, 415, "unsupportedMedia"),
        ("a page called a JPEG", "image/jpeg", page, 415, "unsupportedMedia"),
        ("half a JPEG", "image/jpeg", cut, 415, "unsupportedMedia"),
        ("nothing", "image/jpeg", Vec::new(), 415, "unsupportedMedia"),
        ("a voice note of 61 s", "audio/amr", voice, 422, "audioTooLong"),
        ("11 MiB", "image/jpeg", large, 413, "tooLarge"),
    ];
    for (what, content_type, body, status, code) in files {
        let reply = post(&town, UPLOADS, content_type, body).await;
        println!("{what}: {} {}", reply.status, String::from_utf8_lossy(&reply.body));
        reply.problem(status, code);
        assert_no_echo(&reply);
    }
    assert_eq!(before, town.dump().await, "nothing is stored");
}

#[tokio::test]
async fn paths_that_lead_nowhere() {
    let town = Town::start().await;
    let before = town.dump().await;
    let owner = case(&Value::from("22222222"));
    let owner = [("authorization", owner.as_str())];
    let long = format!("{ORDERS}/{}", MARK.repeat(900));
    let paths = [
        "/api/intake/orders/YD12345-20261123-99999",
        "/api/intake/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/api/intake/orders/echo7f3a",
        "/api/intake/orders/",
        "/api/intake/orders/..%2f..%2fsecret%2fmaster",
        "/api/intake/orders/%2e%2e%2fhead",
        "/api/intake/orders/%00",
        "/api/intake/orders/%E5%BC%A0%E4%B8%89",
        "/api/intake/orders/%FF%FEecho7f3a",
        "/api/intake/orders/YD12345-20261123-99999/attachments/..%2f..%2fsecret%2fmaster",
        "/api/intake/orders/YD12345-20261123-99999/attachments/%FFecho7f3a",
        "/api/intake/echo7f3a",
        "/api/clock/echo7f3a",
        "/api/identity/echo7f3a",
        "/api/echo7f3a",
        &long,
    ];
    for path in paths {
        let reply = town.get(path, &owner).await;
        assert_eq!(reply.status, 404, "{path}: {reply:?}");
        // What no function answers is the portal's own page.
        if path != "/api/echo7f3a" {
            reply.problem(404, "notFound");
        }
        assert_no_echo(&reply);
    }
    assert_eq!(before, town.dump().await, "nothing is stored");
}

#[tokio::test]
async fn queries_and_methods_that_are_not_taken() {
    let town = Town::start().await;
    let before = town.dump().await;
    for query in ["limit=0", "limit=101", "month=2026-13", "month=echo7f3a", "cursor=echo7f3a", "cursor=-1"] {
        let reply = town.get(&format!("/api/intake/public?{query}"), &[]).await;
        reply.problem(422, "invalidFields");
        assert_no_echo(&reply);
    }
    for query in ["limit=echo7f3a", "limit=99999999999999999999999"] {
        let reply = town.get(&format!("/api/intake/public?{query}"), &[]).await;
        reply.problem(400, "malformed");
        assert_no_echo(&reply);
    }
    let case = "/api/intake/orders/YD12345-20261123-99999";
    for (method, path, allow) in [
        (Method::GET, ORDERS, "POST"),
        (Method::DELETE, ORDERS, "POST"),
        (Method::PUT, case, "GET,HEAD"),
        (Method::GET, "/api/intake/orders/YD12345-20261123-99999/urges", "POST"),
        (Method::PATCH, "/api/catalogue", "GET,HEAD"),
        (Method::GET, "/api/clock/tick", "POST"),
        (Method::POST, "/healthz", "GET,HEAD"),
    ] {
        let reply = town.send(method.clone(), path, &[JSON], "{}").await;
        reply.problem(405, "methodNotAllowed");
        assert_eq!(reply.header("allow"), allow, "{method} {path}");
    }
    assert_eq!(before, town.dump().await, "nothing is stored");
}
