//! Keys of other systems: made once, good for what they name, until they end.

use serde_json::{Value, json};
use store::memory::Backend;

use super::town::{Answer, SignedIn, Town};

const KEYS: &str = "/api/identity/keys";

fn form(scopes: &[&str]) -> Value {
    json!({"name": "县平台", "scopes": scopes, "until": "2026-12-31"})
}

async fn make(town: &mut Town, who: &SignedIn, scopes: &[&str]) -> (String, String) {
    let answer = town.change(who, "POST", KEYS, &form(scopes)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

async fn ask(town: &Town, key: &str, path: &str) -> Answer {
    town.send("GET", path, &[("authorization", &format!("Bearer {key}"))], None).await
}

#[tokio::test]
async fn a_key_opens_what_its_scopes_name_and_nothing_else() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (mut town, administrator) = Town::loaded(backend).await;
        let (_, orders) = make(&mut town, &administrator, &["orders:read"]).await;
        let (_, counts) = make(&mut town, &administrator, &["counts:read"]).await;
        let (list, board) = ("/api/dispatch/orders", "/api/dispatch/dashboard");
        assert_eq!(ask(&town, &orders, list).await.status, 200);
        assert_eq!(ask(&town, &orders, board).await.said(), (403, "scopeMissing"));
        assert_eq!(ask(&town, &counts, list).await.said(), (403, "scopeMissing"));
        assert_eq!(ask(&town, &counts, board).await.status, 200);
        for path in [
            "/api/dispatch/queues",
            "/api/dispatch/queues/pool",
            "/api/dispatch/units",
            "/api/identity/me",
            "/api/identity/account",
            "/api/identity/staff",
            "/api/identity/staff/admin",
            KEYS,
            "/api/admin/catalogue",
        ] {
            assert_eq!(ask(&town, &orders, path).await.said(), (401, "noSession"), "{path}");
        }
        let bearer = format!("Bearer {orders}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", "intruding-key-0001")];
        for path in ["/api/identity/staff", KEYS] {
            let answer = town.send("POST", path, &headers, Some(&json!({}))).await;
            assert_eq!(answer.said(), (401, "noSession"), "{path}");
        }
    }
}

#[tokio::test]
async fn the_same_request_again_is_answered_with_the_same_key_and_only_its_hash_is_kept() {
    let (town, administrator) = Town::loaded(Backend::Sqlite).await;
    let one = town.change_as(&administrator, "make-key-000000001", "POST", KEYS, &form(&["orders:read"])).await;
    let again = town.change_as(&administrator, "make-key-000000001", "POST", KEYS, &form(&["orders:read"])).await;
    assert_eq!((one.status, &one.body), (again.status, &again.body));
    let other = town.change_as(&administrator, "make-key-000000001", "POST", KEYS, &form(&["counts:read"])).await;
    assert_eq!(other.said(), (422, "idempotencyKeyReused"));
    let key = one.body["key"].as_str().unwrap();
    let (_, secret) = key.rsplit_once('_').unwrap();
    assert_eq!((&key[..4], secret.len()), ("otk_", 64));
    assert!(
        town.store
            .dump()
            .iter()
            .all(|(name, value)| { !name.contains(secret) && !String::from_utf8_lossy(value).contains(secret) })
    );
}

#[tokio::test]
async fn a_key_ends_with_its_last_day_or_when_it_is_revoked() {
    let (mut town, administrator) = Town::loaded(Backend::Sqlite).await;
    let (id, key) = make(&mut town, &administrator, &["orders:read"]).await;
    let (_, other) = make(&mut town, &administrator, &["orders:read"]).await;
    let path = format!("{KEYS}/{id}/revocation");
    let revoked = town.change_as(&administrator, "revoke-key-0000001", "POST", &path, &json!({})).await;
    assert_eq!((revoked.status.as_u16(), revoked.body["revokedAt"].is_string()), (200, true));
    let again = town.change_as(&administrator, "revoke-key-0000001", "POST", &path, &json!({})).await;
    assert_eq!(again.body, revoked.body);
    assert_eq!(town.change(&administrator, "POST", &path, &json!({})).await.said(), (409, "keyRevoked"));
    assert_eq!(ask(&town, &key, "/api/dispatch/orders").await.said(), (401, "keyRefused"));

    // From 10:00 on 23 November to the last minute of 31 December, and one minute more.
    town.gate.advance(((38 * 24 + 13) * 60 + 59) * 60_000);
    assert_eq!(ask(&town, &other, "/api/dispatch/orders").await.status, 200);
    town.gate.advance(60_000);
    assert_eq!(ask(&town, &other, "/api/dispatch/orders").await.said(), (401, "keyRefused"));
}

#[tokio::test]
async fn whatever_is_no_key_gets_one_answer() {
    let (mut town, administrator) = Town::loaded(Backend::Sqlite).await;
    let (id, key) = make(&mut town, &administrator, &["orders:read"]).await;
    let (_, other) = make(&mut town, &administrator, &["orders:read"]).await;
    let foreign = format!("otk_{id}_{}", other.rsplit_once('_').unwrap().1);
    let unknown = format!("otk_{}_{}", "a".repeat(26), "0".repeat(64));
    for wrong in ["otk_", "otk__", "otk_x_y", foreign.as_str(), unknown.as_str(), &key[..key.len() - 1]] {
        let answer = ask(&town, wrong, "/api/dispatch/orders").await;
        assert_eq!(answer.said(), (401, "keyRefused"), "{wrong}");
    }
    assert_eq!(ask(&town, "something else", "/api/dispatch/orders").await.said(), (401, "noSession"));
}

#[tokio::test]
async fn every_field_is_checked_and_the_list_shows_all_keys() {
    let (mut town, administrator) = Town::loaded(Backend::Sqlite).await;
    let cases = [
        ("name", json!(" "), "/name", "required"),
        ("scopes", json!([]), "/scopes", "required"),
        ("scopes", json!(["orders:write"]), "/scopes", "unknownScope"),
        ("until", json!("2026-11-22"), "/until", "outOfRange"),
        ("until", json!("2027-11-25"), "/until", "outOfRange"),
        ("until", json!("soon"), "/until", "dateInvalid"),
    ];
    for (field, value, pointer, code) in cases {
        let mut body = form(&["orders:read"]);
        body[field] = value;
        let answer = town.change(&administrator, "POST", KEYS, &body).await;
        assert_eq!(answer.body["errors"], json!([{"pointer": pointer, "code": code}]), "{answer:?}");
    }
    let (id, _) = make(&mut town, &administrator, &["orders:read"]).await;
    town.tick().await;
    let list = town.read(&administrator, KEYS).await;
    assert_eq!(
        list.body["items"],
        json!([{"id": id, "name": "县平台", "scopes": ["orders:read"], "until": "2026-12-31", "revokedAt": null}])
    );
}
