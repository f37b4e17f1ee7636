//! Every message that is not as agreed gets the documented answer, and leaves nothing behind.

use domain::hotline::{Key, Scheme};
use http::StatusCode;
use serde_json::{Value, json};
use sim::runs::BACKENDS;

use crate::town::{Instance, SECRET, Town, raw, signed};

fn creation(number: &str) -> Vec<u8> {
    let order = json!({ "no": number, "content": "路灯不亮", "title": "路灯", "category": "路灯", "type": "求助" });
    json!({ "eventType": "新建", "order": order, "caller": { "phone": "13900000001" } }).to_string().into_bytes()
}

struct Desk {
    town: Town,
    instance: Instance,
    key: Key,
}

impl Desk {
    fn new() -> Self {
        let town = Town::new(BACKENDS[0], 5);
        let (instance, key) = (town.instance(), town.platform.key.clone());
        Self { town, instance, key }
    }

    fn headers(&self, body: &[u8]) -> Vec<(&'static str, String)> {
        signed(&self.key, self.town.now(), "msg-1", body)
    }

    fn send(&self, headers: &[(&'static str, String)], body: &[u8]) -> (StatusCode, String) {
        let (status, answer) = raw(&self.instance, headers, body.to_vec()).unwrap();
        let code = answer["code"].as_str().map_or_else(|| answer["code"].to_string(), str::to_owned);
        (status, code)
    }

    /// With one header changed; a value of none takes it away.
    fn with(&self, name: &str, value: Option<&str>) -> (StatusCode, String) {
        let body = creation("QN1");
        let mut headers = self.headers(&body);
        headers.retain(|(known, _)| *known != name);
        let name = ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature", "content-encoding"]
            .into_iter()
            .find(|known| *known == name)
            .unwrap();
        headers.extend(value.map(|value| (name, value.to_owned())));
        self.send(&headers, &body)
    }

    fn documents(&self) -> usize {
        let kept =
            |key: &String| key.starts_with("doc/ticket") || key.starts_with("doc/order") || key.starts_with("blob");
        self.town.kv.dump().keys().filter(|key| kept(key)).count()
    }
}

#[test]
fn what_is_not_signed_as_agreed_is_refused_and_leaves_nothing() {
    let desk = Desk::new();
    let before = desk.documents();
    let unauthorized = StatusCode::UNAUTHORIZED;
    for (name, value, status, code) in [
        ("webhook-signature", None, unauthorized, "signatureMissing"),
        ("webhook-id", None, unauthorized, "signatureMissing"),
        ("webhook-timestamp", None, unauthorized, "signatureMissing"),
        ("webhook-signature", Some("v1,AAAA"), unauthorized, "signatureInvalid"),
        ("webhook-signature", Some("nonsense"), unauthorized, "signatureInvalid"),
        ("webhook-id", Some("another"), unauthorized, "signatureInvalid"),
        ("webhook-timestamp", Some("1"), unauthorized, "staleTimestamp"),
        ("webhook-timestamp", Some("tomorrow"), unauthorized, "staleTimestamp"),
        ("content-type", None, StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupportedMedia"),
        ("content-type", Some("text/plain"), StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupportedMedia"),
        (
            "content-type",
            Some("application/json; charset=gbk"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupportedCharset",
        ),
        ("content-encoding", Some("gzip"), StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupportedMedia"),
    ] {
        assert_eq!(desk.with(name, value), (status, code.to_owned()), "{name}: {value:?}");
    }
    let body = creation("QN1");
    let mut twice = desk.headers(&body);
    twice.push(("webhook-id", "msg-1".to_owned()));
    assert_eq!(desk.send(&twice, &body), (StatusCode::BAD_REQUEST, "duplicateHeader".to_owned()));
    assert_eq!(desk.send(&desk.headers(&body), &body[..body.len() - 3]), (unauthorized, "signatureInvalid".to_owned()));
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(256 * 1024)).into_bytes();
    assert_eq!(desk.send(&desk.headers(&large), &large), (StatusCode::PAYLOAD_TOO_LARGE, "tooLarge".to_owned()));
    let (county, now) = (Key::new("county", "app-9", "text").unwrap(), desk.town.now().unix_ms() / 1000);
    let sm3 = vec![
        ("content-type", "application/json".to_owned()),
        ("x-app-id", "app-9".to_owned()),
        ("x-nonce", "n".to_owned()),
        ("x-timestamp", now.to_string()),
        ("x-signature", Scheme::HmacSm3.sign(&county, "n", &now.to_string(), &body)),
    ];
    assert_eq!(desk.send(&sm3, &body), (unauthorized, "unknownKey".to_owned()));
    for spoilt in [&b"\xff\xfe{}"[..], b"not json", b"[1,2]", b"{}", b""] {
        let (status, code) = desk.send(&desk.headers(spoilt), spoilt);
        assert_eq!(status, StatusCode::BAD_REQUEST, "{spoilt:?} {code}");
    }
    assert_eq!(desk.documents(), before);
}

#[test]
fn both_schemes_create_and_a_rotated_key_holds_beside_the_new_one() {
    let desk = Desk::new();
    let two = format!("qingning/k2=whsec_bmV3IGtleQ== qingning/k1={SECRET} county/app-1=county-secret");
    desk.town.kv.set_variable("hotline_keys", &two);
    for (id, key) in [("a", &desk.key), ("b", &Key::new("qingning", "k2", "whsec_bmV3IGtleQ==").unwrap())] {
        let body = creation(&format!("QN-{id}"));
        let headers = signed(key, desk.town.now(), id, &body);
        assert_eq!(desk.send(&headers, &body), (StatusCode::OK, "0".to_owned()));
    }
    let county = Key::new("county", "app-1", "county-secret").unwrap();
    let body = json!({ "type": "create", "number": "X1", "content": "有人倾倒渣土", "appealType": "report" });
    let (body, now) = (body.to_string().into_bytes(), (desk.town.now().unix_ms() / 1000).to_string());
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("x-app-id", "app-1".to_owned()),
        ("x-nonce", "nonce".to_owned()),
        ("x-timestamp", now.clone()),
        ("x-signature", Scheme::HmacSm3.sign(&county, "nonce", &now, &body)),
    ];
    let (status, answer) = raw(&desk.instance, &headers, body).unwrap();
    assert_eq!((status, answer["duplicate"].clone()), (StatusCode::OK, Value::Bool(false)), "{answer}");
    // A report is confidential whatever the platform says: nothing of it stands open in the store.
    let text = "有人倾倒渣土".as_bytes();
    let open = |bytes: &Vec<u8>| bytes.windows(text.len()).any(|part| part == text);
    assert!(!desk.town.kv.dump().values().any(open));
}

#[test]
fn the_same_again_is_the_first_answer_and_another_content_a_conflict() {
    let desk = Desk::new();
    let body = creation("QN1");
    let first = raw(&desk.instance, &desk.headers(&body), body.clone()).unwrap();
    desk.town.gate.advance(60_000);
    let again = raw(&desk.instance, &desk.headers(&body), body.clone()).unwrap();
    assert_eq!((first.0, again.0), (StatusCode::OK, StatusCode::OK));
    assert_eq!(first.1["order_no"], again.1["order_no"]);
    assert_eq!((&first.1["duplicate"], &again.1["duplicate"]), (&json!(false), &json!(true)));
    // Other spaces and another order of members are no other content.
    let spaced = serde_json::to_vec_pretty(&serde_json::from_slice::<Value>(&body).unwrap()).unwrap();
    let same = raw(&desk.instance, &signed(&desk.key, desk.town.now(), "msg-2", &spaced), spaced.clone()).unwrap();
    assert_eq!((same.0, &same.1["order_no"]), (StatusCode::OK, &first.1["order_no"]));
    let other = String::from_utf8(body.clone()).unwrap().replace("不亮", "亮了").into_bytes();
    for _ in 0..2 {
        let conflict = (StatusCode::CONFLICT, "contentConflict".to_owned());
        assert_eq!(desk.send(&desk.headers(&other), &other), conflict);
    }
    let kept = raw(&desk.instance, &desk.headers(&body), body).unwrap();
    assert_eq!(kept.1["order_no"], first.1["order_no"]);
}
