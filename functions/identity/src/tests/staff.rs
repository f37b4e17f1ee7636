//! Enrolment, and who may do it.

use domain::permission::{Action, permission};
use domain::staff::Role;
use serde_json::{Value, json};
use store::memory::Backend;

use super::town::{PASSWORD, Town, newcomer};

const STAFF: &str = "/api/identity/staff";
const CATALOGUE: &str = "/api/admin/catalogue";

#[tokio::test]
async fn an_account_is_enrolled_once() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (mut town, administrator) = Town::loaded(backend).await;
        let body = newcomer("li.wen", "handler");
        let first = town.change_as(&administrator, "enrol-key-00000001", "POST", STAFF, &body).await;
        assert_eq!(first.status, 201);
        assert_eq!((&first.body["account"], &first.body["unit"]), (&json!("li.wen"), &json!("C01")));
        let again = town.change_as(&administrator, "enrol-key-00000001", "POST", STAFF, &body).await;
        assert_eq!((again.status, again.body), (first.status, first.body));
        let other = town.change(&administrator, "POST", STAFF, &newcomer("Li.Wen", "dispatcher")).await;
        assert_eq!(other.said(), (409, "accountTaken"));
        let who = town.sign_in("li.wen", PASSWORD).await;
        assert_eq!(town.read(&who, "/api/identity/me").await.body["staff"]["roles"], json!(["handler"]));
    }
}

#[tokio::test]
async fn every_field_is_checked() {
    let (mut town, administrator) = Town::loaded(Backend::Sqlite).await;
    let cases: [(&str, Value, &str, &str); 9] = [
        ("account", json!("李文"), "/account", "accountInvalid"),
        ("displayName", json!("a".repeat(41)), "/displayName", "tooLong"),
        ("displayName", json!("a\u{7}b"), "/displayName", "controlCharacter"),
        ("password", json!("ninechars"), "/password", "passwordTooShort"),
        ("roles", json!([]), "/roles", "required"),
        ("roles", json!(["handler", "root"]), "/roles", "unknownRole"),
        ("unit", json!("D99"), "/unit", "unknownUnit"),
        ("unit", json!("../"), "/unit", "unknownUnit"),
        ("validFrom", json!("2026-02-30"), "/validFrom", "dateInvalid"),
    ];
    for (field, value, pointer, code) in cases {
        let mut body = newcomer("li.wen", "handler");
        body[field] = value;
        let answer = town.change(&administrator, "POST", STAFF, &body).await;
        assert_eq!(answer.said(), (422, "invalidFields"));
        assert_eq!(answer.body["errors"], json!([{"pointer": pointer, "code": code}]));
    }
    let mut body = newcomer("li.wen", "handler");
    (body["validFrom"], body["validUntil"]) = (json!("2026-11-24"), json!("2026-11-23"));
    let answer = town.change(&administrator, "POST", STAFF, &body).await;
    assert_eq!(answer.body["errors"][0]["code"], "beforeStart");
}

#[tokio::test]
async fn nobody_is_enrolled_into_a_town_without_units() {
    let (mut town, administrator) = Town::with_administrator(Backend::Sqlite).await;
    let answer = town.change(&administrator, "POST", STAFF, &newcomer("li.wen", "handler")).await;
    assert_eq!(answer.said(), (503, "notConfigured"));
}

/// The routes that have nothing to do with one order, and what the table says of them.
const DOORS: [(&str, &str, Action); 12] = [
    ("GET", STAFF, Action::SeeStaff),
    ("GET", "/api/identity/staff/admin", Action::SeeStaff),
    ("GET", "/api/identity/keys", Action::SeeStaff),
    ("POST", STAFF, Action::ManageStaff),
    ("POST", "/api/identity/staff/admin/profile", Action::ManageStaff),
    ("POST", "/api/identity/staff/admin/suspension", Action::ManageStaff),
    ("POST", "/api/identity/staff/admin/reactivation", Action::ManageStaff),
    ("POST", "/api/identity/staff/admin/reset", Action::ManageStaff),
    ("POST", "/api/identity/keys", Action::ManageStaff),
    ("POST", "/api/identity/keys/aaaaaaaaaaaaaaaaaaaaaaaaaa/revocation", Action::ManageStaff),
    ("GET", CATALOGUE, Action::ManageCatalogue),
    ("PUT", CATALOGUE, Action::ManageCatalogue),
];

#[tokio::test]
async fn every_role_gets_past_the_doors_that_the_table_opens_and_no_other() {
    let (mut town, administrator) = Town::loaded(Backend::Sqlite).await;
    for role in Role::ALL {
        // One address signs in 60 times a minute at most; a minute on, it is a new one.
        town.gate.advance(60_000);
        let who = town.colleague(&administrator, role.as_str()).await;
        for (method, path, action) in DOORS {
            let answer = match method {
                "GET" => town.read(&who, path).await,
                _ => town.change(&who, method, path, &json!({})).await,
            };
            let shut = answer.said() == (403, "forbidden");
            assert_eq!(!shut, permission(*role, action), "{role} {method} {path}: {answer:?}");
            assert_ne!(answer.status, 401, "{role} {method} {path}");
        }
        assert_eq!(town.read(&who, "/api/identity/me").await.status, 200);
    }
    for (method, path, _) in DOORS {
        let body = (method != "GET").then(|| json!({}));
        assert_eq!(town.send(method, path, &[], body.as_ref()).await.said(), (401, "noSession"), "{path}");
    }
}

#[tokio::test]
async fn nobody_signs_in_before_the_first_or_after_the_last_day() {
    let (mut town, administrator) = Town::loaded(Backend::Sqlite).await;
    let mut body = newcomer("li.wen", "handler");
    (body["validFrom"], body["validUntil"]) = (json!("2026-11-24"), json!("2026-11-24"));
    assert_eq!(town.change(&administrator, "POST", STAFF, &body).await.status, 201);
    assert_eq!(town.try_sign_in("li.wen", PASSWORD).await.said(), (401, "signInRefused"));
    // It is 10:00 on the 23rd; 13:50 later it is 23:50 on the 24th less a day and ten minutes.
    town.gate.advance(37 * 3_600_000 + 50 * 60_000);
    let who = town.sign_in("li.wen", PASSWORD).await;
    town.gate.advance(11 * 60_000);
    assert_eq!(town.read(&who, "/api/identity/me").await.said(), (401, "noSession"));
    assert_eq!(town.try_sign_in("li.wen", PASSWORD).await.said(), (401, "signInRefused"));
}
