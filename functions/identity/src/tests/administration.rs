//! Administering staff: changing, suspending, resetting, and what it does to those who are signed in.

use serde_json::{Value, json};
use store::memory::Backend;

use super::overtaking::Overtaking;
use super::town::{Answer, PASSWORD, SignedIn, Town, newcomer};

const ME: &str = "/api/identity/me";
const PERSON: &str = "/api/identity/staff/li.wen";

/// A loaded town with a handler who is signed in.
pub async fn staffed(backend: Backend) -> (Town, SignedIn, SignedIn) {
    let (mut town, administrator) = Town::loaded(backend).await;
    let body = newcomer("li.wen", "handler");
    assert_eq!(town.change(&administrator, "POST", "/api/identity/staff", &body).await.status, 201);
    let person = town.sign_in("li.wen", PASSWORD).await;
    (town, administrator, person)
}

async fn act(town: &mut Town, who: &SignedIn, change: &str, body: Value) -> Answer {
    let mut body = body;
    let version = town.read(who, PERSON).await.body["version"].clone();
    if let Some(members) = body.as_object_mut() {
        members.entry("ifVersion").or_insert(version);
        members.entry("reason").or_insert(json!("调岗"));
    }
    town.change(who, "POST", &format!("{PERSON}/{change}"), &body).await
}

fn profile(roles: Value) -> Value {
    json!({"displayName": "李文", "unit": "C01", "roles": roles})
}

#[tokio::test]
async fn every_change_ends_the_sessions_of_whom_it_is_about() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let changes = [
            ("profile", profile(json!(["callback_agent"]))),
            ("suspension", json!({})),
            ("reactivation", json!({})),
            ("reset", json!({})),
        ];
        let (mut town, administrator, mut person) = staffed(backend).await;
        for (change, body) in changes {
            let answer = act(&mut town, &administrator, change, body).await;
            assert_eq!(answer.status, 200, "{change} {answer:?}");
            assert_eq!(town.read(&person, ME).await.said(), (401, "noSession"), "{change}");
            assert_eq!(town.read(&administrator, ME).await.status, 200);
            match change {
                "profile" => {
                    person = town.sign_in("li.wen", PASSWORD).await;
                    assert_eq!(town.read(&person, ME).await.body["staff"]["roles"], json!(["callback_agent"]));
                }
                "suspension" => {
                    assert_eq!(town.try_sign_in("li.wen", PASSWORD).await.said(), (401, "signInRefused"));
                }
                "reactivation" => person = town.sign_in("li.wen", PASSWORD).await,
                _ => {
                    assert_eq!(town.try_sign_in("li.wen", PASSWORD).await.said(), (401, "signInRefused"));
                    let once = answer.body["oneTimePassword"].as_str().unwrap();
                    assert_eq!(town.try_sign_in("li.wen", once).await.said(), (403, "passwordChangeNeeded"));
                }
            }
        }
    }
}

#[tokio::test]
async fn the_file_says_who_did_what_and_why() {
    let (mut town, administrator, _) = staffed(Backend::Sqlite).await;
    act(&mut town, &administrator, "suspension", json!({"reason": "休产假"})).await;
    town.tick().await;
    let answer = town.read(&administrator, PERSON).await;
    let history = answer.body["history"].as_array().unwrap();
    let last = history.last().unwrap();
    assert_eq!((&last["type"], &last["by"], &last["reason"]), (&json!("suspended"), &json!("admin"), &json!("休产假")));
    assert!(town.store.dump().values().all(|value| !String::from_utf8_lossy(value).contains("休产假")), "it is sealed");
}

#[tokio::test]
async fn a_reset_opens_a_locked_account_and_is_answered_again_with_the_same() {
    let (town, administrator, _) = staffed(Backend::Sqlite).await;
    for _ in 0..6 {
        town.try_sign_in("li.wen", "wrong password").await;
    }
    assert_eq!(town.try_sign_in("li.wen", PASSWORD).await.said(), (429, "tooManyTries"));
    let body = json!({"ifVersion": 1, "reason": "忘记密码"});
    let path = format!("{PERSON}/reset");
    let first = town.change_as(&administrator, "reset-key-00000001", "POST", &path, &body).await;
    let again = town.change_as(&administrator, "reset-key-00000001", "POST", &path, &body).await;
    assert_eq!((first.status.as_u16(), &first.body["oneTimePassword"]), (200, &again.body["oneTimePassword"]));
    assert_eq!(again.body["version"], 2);
    let once = first.body["oneTimePassword"].as_str().unwrap();
    assert_eq!(town.try_sign_in("li.wen", once).await.said(), (403, "passwordChangeNeeded"));
    assert!(town.store.dump().values().all(|value| !String::from_utf8_lossy(value).contains(once)));
}

#[tokio::test]
async fn nobody_administers_themselves() {
    let (mut town, administrator, _) = staffed(Backend::Sqlite).await;
    for change in ["suspension", "reset", "profile"] {
        let mut body = profile(json!(["administrator", "dispatcher"]));
        (body["ifVersion"], body["reason"]) = (json!(1), json!("自己"));
        let answer = town.change(&administrator, "POST", &format!("/api/identity/staff/admin/{change}"), &body).await;
        assert_eq!(answer.said(), (403, "ownAccount"), "{change}");
    }
    assert_eq!(town.read(&administrator, ME).await.status, 200);
}

#[tokio::test]
async fn what_is_not_right_is_named() {
    let (mut town, administrator, person) = staffed(Backend::Sqlite).await;
    let cases = [
        ("profile", json!({"reason": " "}), "/reason", "required"),
        ("profile", json!({"roles": []}), "/roles", "required"),
        ("profile", json!({"roles": ["auditor", "handler"]}), "/roles", "rolesClash"),
        ("profile", json!({"roles": ["grid_worker", "inspector"]}), "/roles", "rolesClash"),
        ("profile", json!({"roles": [{"role": "handler", "until": "2026-02-30"}]}), "/roles", "unknownRole"),
        (
            "profile",
            json!({"roles": [{"role": "handler", "from": "2026-12-02", "until": "2026-12-01"}]}),
            "/roles",
            "beforeStart",
        ),
        ("profile", json!({"unit": "D99"}), "/unit", "unknownUnit"),
        ("reset", json!({"reason": "a".repeat(201)}), "/reason", "tooLong"),
        ("suspension", json!({"ifVersion": null}), "/ifVersion", "required"),
    ];
    for (change, wrong, pointer, code) in cases {
        let mut body = profile(json!(["handler"]));
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let answer = act(&mut town, &administrator, change, body).await;
        assert_eq!(answer.body["errors"], json!([{"pointer": pointer, "code": code}]), "{answer:?}");
    }
    let stale = act(&mut town, &administrator, "suspension", json!({"ifVersion": 7})).await;
    assert_eq!((stale.said(), &stale.body["version"]), ((409, "staleVersion"), &json!(1)));
    let nobody = town.change(&administrator, "POST", "/api/identity/staff/nobody/reset", &json!({})).await;
    assert_eq!(nobody.said(), (404, "notFound"));
    let nothing = act(&mut town, &administrator, "promotion", json!({})).await;
    assert_eq!(nothing.said(), (404, "notFound"));
    assert_eq!(town.read(&person, ME).await.status, 200, "a refused change ends nothing");
}

#[tokio::test]
async fn an_auditor_looks_and_changes_nothing_and_the_others_do_not_even_look() {
    let (mut town, administrator, person) = staffed(Backend::Sqlite).await;
    let auditor = town.colleague(&administrator, "auditor").await;
    town.tick().await;
    for path in ["/api/identity/staff", PERSON, "/api/identity/keys"] {
        assert_eq!(town.read(&auditor, path).await.status, 200, "{path}");
        assert_eq!(town.read(&person, path).await.said(), (403, "forbidden"), "{path}");
    }
    for change in ["profile", "suspension", "reactivation", "reset"] {
        for who in [&auditor, &person] {
            let answer = town.change(who, "POST", &format!("{PERSON}/{change}"), &json!({})).await;
            assert_eq!(answer.said(), (403, "forbidden"), "{change}");
        }
    }
    assert_eq!(
        town.read(&auditor, ME).await.body["actions"],
        json!(["seeStaff", "seeLooks", "seeHotline", "seeExports", "seeInspection"])
    );
    let all = json!(["manageStaff", "seeStaff", "seeHotline", "manageCatalogue"]);
    assert_eq!(town.read(&administrator, ME).await.body["actions"], all);
}

#[tokio::test]
async fn the_list_is_searched_and_paged_by_account() {
    let (mut town, administrator, _) = staffed(Backend::Sqlite).await;
    for account in ["zhao.min", "chen.yi"] {
        let body = newcomer(account, "dispatcher");
        assert_eq!(town.change(&administrator, "POST", "/api/identity/staff", &body).await.status, 201);
    }
    town.tick().await;
    let accounts = |answer: &Answer| -> Vec<String> {
        answer.body["items"].as_array().unwrap().iter().map(|one| one["account"].as_str().unwrap().to_owned()).collect()
    };
    let first = town.read(&administrator, "/api/identity/staff?limit=3").await;
    assert_eq!(
        (accounts(&first), &first.body["total"]),
        (vec!["admin".into(), "chen.yi".into(), "li.wen".into()], &json!(4))
    );
    assert_eq!(first.body["nextCursor"], "li.wen");
    let rest = town.read(&administrator, "/api/identity/staff?limit=3&cursor=li.wen").await;
    assert_eq!((accounts(&rest), &rest.body["nextCursor"]), (vec!["zhao.min".into()], &Value::Null));
    let found = town.read(&administrator, "/api/identity/staff?q=ZHAO").await;
    assert_eq!(accounts(&found), ["zhao.min"]);
    assert_eq!(found.body["items"][0]["roles"], json!([{"role": "dispatcher", "from": null, "until": null}]));
}

#[tokio::test]
async fn an_expired_role_is_refused_with_a_clear_code() {
    let (mut town, administrator, _) = staffed(Backend::Sqlite).await;
    // It is 10:00 on the 23rd.
    let roles = json!(["handler", {"role": "administrator", "until": "2026-11-23"}]);
    assert_eq!(act(&mut town, &administrator, "profile", profile(roles)).await.status, 200);
    town.gate.advance(10 * 3_600_000);
    let deputy = town.sign_in("li.wen", PASSWORD).await;
    for _ in 0..9 {
        town.gate.advance(25 * 60_000);
        assert_eq!(town.read(&deputy, "/api/identity/staff").await.status, 200);
    }
    // 23:45; a quarter of an hour later the role is over, in the middle of the session's 12 hours.
    town.gate.advance(15 * 60_000);
    assert_eq!(town.read(&deputy, "/api/identity/staff").await.said(), (401, "roleExpired"));
    let deputy = town.sign_in("li.wen", PASSWORD).await;
    assert_eq!(town.read(&deputy, ME).await.body["staff"]["roles"], json!(["handler"]));
    assert_eq!(town.read(&deputy, "/api/identity/staff").await.said(), (403, "forbidden"));
}

#[tokio::test]
async fn whose_last_role_is_over_or_has_not_begun_does_not_come_in() {
    let (mut town, administrator, _) = staffed(Backend::Sqlite).await;
    for term in [json!({"role": "handler", "until": "2026-11-22"}), json!({"role": "handler", "from": "2026-11-24"})] {
        assert_eq!(act(&mut town, &administrator, "profile", profile(json!([term]))).await.status, 200);
        assert_eq!(town.try_sign_in("li.wen", PASSWORD).await.said(), (403, "roleExpired"));
        assert_eq!(town.try_sign_in("li.wen", "wrong password").await.said(), (401, "signInRefused"));
    }
    town.gate.advance(15 * 3_600_000);
    town.sign_in("li.wen", PASSWORD).await;
}

/// The account is suspended after the sign-in has found it valid and before it answers.
#[tokio::test]
async fn a_sign_in_that_a_suspension_overtakes_is_no_sign_in() {
    let (town, administrator, _) = staffed(Backend::Sqlite).await;
    let id = domain::staff::Staff::id(&"li.wen".parse().unwrap());
    let rival = town.behind(town.gate.clone());
    let errand = async move {
        let body = json!({"ifVersion": 1, "reason": "离职"});
        let answer = rival
            .change_as(&administrator, "overtaking-key-0001", "POST", &format!("{PERSON}/suspension"), &body)
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    // The list of sessions is opened between the password and the session.
    let gate = Overtaking::new(town.gate.clone(), &format!("sessions/{id}"), errand);
    let slow = town.behind(gate);
    let answer = slow.try_sign_in("li.wen", PASSWORD).await;
    assert_eq!((answer.said(), answer.cookie.is_some()), ((503, "unavailable"), false));
    assert_eq!(town.try_sign_in("li.wen", PASSWORD).await.said(), (401, "signInRefused"));
}
