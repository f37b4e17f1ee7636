//! Every change of people and keys dies before and after each of its store operations, is sent again, and is done.

use serde_json::{Value, json};
use store::memory::{Backend, Fate};

use super::administration::staffed;
use super::town::{Answer, PASSWORD, SignedIn, Town};

const KEY: &str = "crashing-key-00001";
const ME: &str = "/api/identity/me";
const NEXT: &str = "another long sentence";

/// What is sent, and what must be true once it was answered.
struct Case {
    path: &'static str,
    body: Value,
    by_person: bool,
    /// Whether the person's other sessions end.
    ends: bool,
}

fn cases() -> Vec<Case> {
    let change = |path, body| Case { path, body, by_person: false, ends: true };
    let profile =
        json!({"ifVersion": 1, "reason": "调岗", "displayName": "李文", "unit": "C01", "roles": ["dispatcher"]});
    vec![
        change("/api/identity/staff/li.wen/suspension", json!({"ifVersion": 1, "reason": "离职"})),
        change("/api/identity/staff/li.wen/reset", json!({"ifVersion": 1, "reason": "忘记密码"})),
        change("/api/identity/staff/li.wen/profile", profile),
        Case {
            path: "/api/identity/account/password",
            body: json!({"password": PASSWORD, "newPassword": NEXT}),
            by_person: true,
            ends: true,
        },
        Case {
            path: "/api/identity/keys",
            body: json!({"name": "县平台", "scopes": ["orders:read"], "until": "2026-12-31"}),
            by_person: false,
            ends: false,
        },
    ]
}

async fn send(town: &Town, who: &SignedIn, case: &Case) -> Answer {
    town.change_as(who, KEY, "POST", case.path, &case.body).await
}

/// What a retry must answer as the first time would have.
fn lasting(answer: &Answer) -> (u16, Value) {
    let of = |name: &str| answer.body.get(name).cloned().unwrap_or_default();
    (answer.status.as_u16(), json!([of("version"), of("oneTimePassword"), of("key"), of("suspended")]))
}

async fn dies_everywhere(backend: Backend, case: &Case) {
    let (calm, administrator, person) = staffed(backend).await;
    let other = calm.sign_in("li.wen", PASSWORD).await;
    let who = if case.by_person { &person } else { &administrator };
    let counted = calm.copied(backend, calm.gate.restarted(None)).await;
    let expected = lasting(&send(&counted, who, case).await);
    assert!((200..300).contains(&expected.0), "{} {expected:?}", case.path);
    let operations = counted.gate.passed().len();
    assert!(operations >= 5, "{operations}");
    for at in 0..operations {
        for fate in [Fate::FailBefore, Fate::FailAfter] {
            let shown = format!("{} {backend:?} {fate:?} at {at}", case.path);
            let town = calm.copied(backend, calm.gate.restarted(Some((at, fate)))).await;
            send(&town, who, case).await;
            let town = town.restarted();
            let mut answer = send(&town, who, case).await;
            if answer.status == 503 {
                // A claim without a document: it is free again when the lease has run out.
                town.gate.advance(31_000);
                answer = send(&town, who, case).await;
            }
            assert_eq!(lasting(&answer), expected, "{shown}: {answer:?}");
            let alive = town.read(&other, ME).await.status == 200;
            assert_eq!(alive, !case.ends, "{shown}");
            assert_eq!(town.read(who, ME).await.status, 200, "{shown}");
        }
    }
}

#[tokio::test]
async fn whatever_dies_where_the_same_request_completes_it_on_sqlite() {
    for case in cases() {
        dies_everywhere(Backend::Sqlite, &case).await;
    }
}

#[tokio::test]
async fn whatever_dies_where_the_same_request_completes_it_on_redis() {
    for case in cases() {
        dies_everywhere(Backend::Redis, &case).await;
    }
}

/// A sign-in that dies is simply made again, with what the person knows: the one-time password or the one they chose.
#[tokio::test]
async fn a_first_sign_in_that_dies_anywhere_is_made_again() {
    for backend in [Backend::Sqlite, Backend::Redis] {
        let (calm, administrator, _) = staffed(backend).await;
        let body = json!({"ifVersion": 1, "reason": "忘记密码"});
        let reset = calm.change_as(&administrator, KEY, "POST", "/api/identity/staff/li.wen/reset", &body).await;
        let login = json!({"account": "li.wen", "password": reset.body["oneTimePassword"], "newPassword": NEXT});
        let counted = calm.copied(backend, calm.gate.restarted(None)).await;
        assert_eq!(counted.enter(&login).await.status, 201);
        let operations = counted.gate.passed().len();
        assert!(operations > 10, "{operations}");
        for at in 0..operations {
            for fate in [Fate::FailBefore, Fate::FailAfter] {
                let town = calm.copied(backend, calm.gate.restarted(Some((at, fate)))).await;
                town.enter(&login).await;
                let town = town.restarted();
                let mut answer = town.enter(&login).await;
                if answer.status == 503 {
                    // The record of sessions was claimed and not made.
                    town.gate.advance(31_000);
                    answer = town.enter(&login).await;
                }
                assert_eq!(answer.status, 201, "{backend:?} {fate:?} at {at}: {answer:?}");
                town.sign_in("li.wen", NEXT).await;
            }
        }
    }
}
