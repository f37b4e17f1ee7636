//! P3: from the people who are named to the bundle that anybody checks, and what is refused on the way.

use canon::sha256;
use domain::time::Moment;
use draw::policy::{hex, reveal_hash};
use serde_json::{Value, json};
use store::Platform as _;
use store::memory::Backend;

use crate::story::verdict;
use crate::town::{Answer, Cast, Person, Town};

/// All of it within half an hour, because whoever does nothing for longer is signed out.
const MINUTE_MS: i64 = 60_000;
/// When the secrets end, and when the lotteries are drawn.
const REVEAL_MIN: i64 = 12;
const LOTTERY_MIN: i64 = 14;
/// Results that the three lotteries can have.
const NUMBERS: [&str; 3] = ["01,05,12,18,22,33+16", "01,05,12,18,35+01,12", "00123"];

fn minutes(town: &Town, minutes: i64) -> String {
    // Deadlines are whole seconds; a backend that makes writers wait is between two of them.
    let now = town.kv.now_ms().div_euclid(1_000) * 1_000;
    Moment::from_unix_ms(now + minutes * MINUTE_MS).to_string()
}

/// Three people, four minutes to commit, eight to reveal, and three lotteries two later.
fn contributors(town: &Town) -> Value {
    let lottery = |game: &str| json!({"game": game, "issue": 26136, "at": minutes(town, LOTTERY_MIN)});
    json!({
        "people": [
            {"name": "甲", "standing": "镇审计站"}, {"name": "乙", "standing": "人大代表"}, {"name": "丙", "standing": "商会"},
        ],
        "pledgeBy": minutes(town, 4), "revealBy": minutes(town, REVEAL_MIN),
        "lotteries": [lottery("ssq"), lottery("dlt"), lottery("pl5")],
    })
}

/// The change of a proposal that makes it one with contributors.
fn change(town: &Town) -> Value {
    json!({"policy": "contributors", "rehearsal": false, "contributors": contributors(town)})
}

/// What a contributor's device makes.
fn secret(who: &str) -> [u8; 32] {
    *sha256(&[b"secret of ", who.as_bytes()]).as_bytes()
}

fn hash(id: &str, who: &str) -> String {
    hex(&reveal_hash(id, who, &secret(who)))
}

impl Town {
    /// A draw with contributors that is planned and approved.
    async fn contributed(&mut self, cast: &Cast) -> String {
        let form = change(self);
        let id = self.propose(&cast.head, form).await;
        let path = format!("/api/inspection/plan/{id}/approve");
        self.change(&cast.leader, "POST", &path, &json!({"reason": "同意"})).await.good();
        id
    }

    /// The secret in the link of `c1`, `c2` and so on, as whoever plans hands it out.
    async fn link(&mut self, who: &Person, id: &str, at: usize) -> String {
        let desk = self.get(who, &format!("/api/inspection/desk/{id}")).await.good();
        desk["contributors"]["links"][at].as_str().unwrap().to_owned()
    }

    async fn pledge(&mut self, cast: &Cast, id: &str, who: &str) -> Answer {
        let at = who[1..].parse::<usize>().unwrap() - 1;
        let link = format!("Contributor {}", self.link(&cast.head, id, at).await);
        let body = json!({"who": who, "hash": hash(id, who)});
        let path = format!("/api/inspection/draws/{id}/contributors");
        self.send("POST", &path, &[("authorization", &link)], Some(&body)).await
    }

    async fn reveal(&mut self, id: &str, who: &str, secret: &[u8]) -> Answer {
        let body = json!({"who": who, "secret": hex(secret)});
        self.send("POST", &format!("/api/inspection/draws/{id}/entropy"), &[], Some(&body)).await
    }
}

#[tokio::test]
async fn three_contribute_one_does_not_reveal_and_anybody_can_check_it() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = town.contributed(&cast).await;
    let path = format!("/api/inspection/draws/{id}/contributors");
    let before = town.public(&path).await.good();
    assert_eq!(
        before["contributors"]["people"][1],
        json!({
            "who": "c2", "name": "乙", "standing": "人大代表", "hash": null, "pledgedAt": null, "secret": null, "revealedAt": null,
        })
    );
    for who in ["c1", "c2", "c3"] {
        let first = town.pledge(&cast, &id, who).await.good();
        // The same again, under another key, is what is recorded.
        town.wait(1_000);
        assert_eq!(town.pledge(&cast, &id, who).await.good(), first);
    }
    assert_eq!(town.reveal(&id, "c1", &secret("c1")).await.said(), (409, "notCommitted"));
    town.draw(&cast.head, &id, "commit", json!({})).await.good();
    let bundle = format!("/api/inspection/draws/{id}/bundle");
    assert_eq!(verdict(&town.public(&bundle).await.good()), (true, "HoldsSoFar".to_owned()));

    town.wait(MINUTE_MS);
    for who in ["c3", "c1"] {
        let first = town.reveal(&id, who, &secret(who)).await.good();
        town.wait(1_000);
        assert_eq!(town.reveal(&id, who, &secret(who)).await.good(), first);
    }
    let so_far = town.public(&bundle).await.good();
    assert_eq!((verdict(&so_far).0, &so_far["entropy"][0]["value"]), (true, &json!(hex(&secret("c1")))));
    town.wait(LOTTERY_MIN * MINUTE_MS);
    assert_eq!(town.draw(&cast.head, &id, "draw", json!({})).await.said(), (409, "lotteryMissing"));
    let read = json!({"numbers": NUMBERS});
    town.draw(&cast.leader, &id, "lottery", read.clone()).await.good();
    assert_eq!(town.draw(&cast.head, &id, "draw", json!({})).await.said(), (409, "lotteryMissing"));
    town.draw(&cast.head, &id, "lottery", read).await.good();
    let drawn = town.draw(&cast.head, &id, "draw", json!({})).await.good();
    assert_eq!(drawn["contributors"]["links"], json!(null), "of no use any more");

    let opened = town.public(&bundle).await.good();
    assert_eq!(verdict(&opened), (true, "Holds".to_owned()));
    assert_eq!(opened["entropy"][1], json!({"kind": "reveal", "value": null}), "left out");
    let shown = town.public(&format!("/api/inspection/draws/{id}")).await.good();
    let people = &shown["contributors"]["people"];
    assert_eq!((&people[0]["secret"], &people[1]["secret"]), (&json!(hex(&secret("c1"))), &json!(null)));
    assert_eq!(shown["contributors"]["lotteries"][2]["numbers"], "00123");
    assert_eq!(town.public(&path).await.good()["contributors"], shown["contributors"]);
    let mut changed = opened;
    changed["entropy"][1]["value"] = json!(hex(&secret("c2")));
    assert!(!verdict(&changed).0, "a secret that comes later does not count");
}

#[tokio::test]
async fn who_commits_late_is_not_in_the_policy_and_too_few_stop_the_draw() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = town.contributed(&cast).await;
    town.pledge(&cast, &id, "c1").await.good();
    town.pledge(&cast, &id, "c3").await.good();
    let pending = town.draw(&cast.head, &id, "commit", json!({})).await;
    assert_eq!((pending.said(), &pending.body["about"]), ((409, "pledgesPending"), &json!("c2")));
    town.wait(4 * MINUTE_MS);
    assert_eq!(town.pledge(&cast, &id, "c2").await.said(), (409, "pledgesOver"));
    town.wait(30_000);
    assert_eq!(town.draw(&cast.head, &id, "commit", json!({})).await.said(), (422, "tooFewContributors"));
    town.wait(4 * MINUTE_MS);
    assert_eq!(town.draw(&cast.head, &id, "commit", json!({})).await.said(), (409, "revealWindowShort"));
}

#[tokio::test]
async fn a_proposal_that_the_algorithm_would_not_take_is_refused_at_once() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let (good, now) = (contributors(&town), minutes(&town, 0));
    let late = minutes(&town, REVEAL_MIN);
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    let people = |n: usize| json!(good["people"].as_array().unwrap().iter().cycle().take(n).collect::<Vec<_>>());
    let lotteries = good["lotteries"].as_array().unwrap();
    for (contributors, said) in [
        (json!(null), (422, "deadlinesInvalid")),
        (json!({}), (422, "invalidFields")),
        (with("people", people(2)), (422, "tooFewContributors")),
        (with("people", people(4)), (422, "invalidFields")),
        (with("people", json!([{"name": "甲", "standing": ""}])), (422, "invalidFields")),
        (with("lotteries", json!(lotteries[..2])), (422, "tooLittleEntropy")),
        (with("lotteries", json!([lotteries[0], lotteries[0], lotteries[0]])), (422, "tooLittleEntropy")),
        (with("pledgeBy", json!(now)), (422, "deadlinesInvalid")),
        (with("pledgeBy", json!(late)), (422, "tooEarly")),
        (with("revealBy", json!(minutes(&town, LOTTERY_MIN))), (422, "tooEarly")),
    ] {
        let form = json!({"policy": "contributors", "rehearsal": false, "contributors": contributors});
        let answer = town.change(&cast.head, "POST", "/api/inspection/plan", &crate::town::form(form)).await;
        assert_eq!(answer.said(), said, "{contributors}");
    }
    let rehearsal = json!({"policy": "contributors", "rehearsal": true, "contributors": good});
    let answer = town.change(&cast.head, "POST", "/api/inspection/plan", &crate::town::form(rehearsal)).await;
    assert_eq!(answer.said(), (409, "noRehearsal"));
}

#[tokio::test]
async fn a_link_is_one_persons_and_only_whoever_plans_sees_it() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let form = change(&town);
    let id = town.propose(&cast.head, form).await;
    let (desk, path) = (format!("/api/inspection/desk/{id}"), format!("/api/inspection/draws/{id}/contributors"));
    assert_eq!(town.get(&cast.head, &desk).await.good()["contributors"]["links"], json!(null), "not approved");
    assert_eq!(town.public(&path).await.said(), (404, "notFound"), "nobody is named before the approval");
    let approve = format!("/api/inspection/plan/{id}/approve");
    town.change(&cast.leader, "POST", &approve, &json!({"reason": "同意"})).await.good();
    assert_eq!(town.get(&cast.leader, &desk).await.good()["contributors"]["links"], json!(null));
    let (first, second) = (town.link(&cast.head, &id, 0).await, town.link(&cast.head, &id, 1).await);
    assert_ne!(first, second);
    let body = json!({"who": "c1", "hash": hash(&id, "c1")});
    for wrong in [format!("Contributor {second}"), format!("Case {first}"), "Contributor ".to_owned()] {
        let answer = town.send("POST", &path, &[("authorization", &wrong)], Some(&body)).await;
        assert_eq!(answer.said(), (403, "linkInvalid"), "{wrong}");
    }
    let link = format!("Contributor {first}");
    let short = json!({"who": "c1", "hash": "00"});
    let answer = town.send("POST", &path, &[("authorization", &link)], Some(&short)).await;
    assert_eq!(answer.said(), (422, "invalidFields"));
    town.send("POST", &path, &[("authorization", &link)], Some(&body)).await.good();
    let other = json!({"who": "c1", "hash": hash(&id, "c2")});
    let answer = town.send("POST", &path, &[("authorization", &link)], Some(&other)).await;
    assert_eq!(answer.said(), (409, "alreadyPledged"));
    for (_, bytes) in town.kv.dump() {
        assert!(!String::from_utf8_lossy(&bytes).contains(&first), "a link's secret is stored nowhere");
    }
}

#[tokio::test]
async fn secrets_and_numbers_that_are_none_are_refused() {
    let mut town = Town::new(Backend::Sqlite).await;
    let cast = town.cast().await;
    let id = town.contributed(&cast).await;
    for who in ["c1", "c2", "c3"] {
        town.pledge(&cast, &id, who).await.good();
    }
    town.draw(&cast.head, &id, "commit", json!({})).await.good();
    assert_eq!(town.reveal(&id, "c1", &secret("c2")).await.said(), (422, "secretMismatch"));
    assert_eq!(town.reveal(&id, "c1", b"short").await.said(), (422, "invalidFields"));
    assert_eq!(town.reveal(&id, "c9", &secret("c9")).await.said(), (403, "notPermitted"));
    let round = json!({"round": 1000, "signature": "00"});
    let path = format!("/api/inspection/draws/{id}/entropy");
    assert_eq!(town.send("POST", &path, &[], Some(&round)).await.said(), (409, "stateConflict"));
    let read = |numbers: &[&str]| json!({"numbers": numbers});
    assert_eq!(town.draw(&cast.head, &id, "lottery", read(&NUMBERS)).await.said(), (409, "entropyTooEarly"));
    town.wait(REVEAL_MIN * MINUTE_MS);
    assert_eq!(town.reveal(&id, "c1", &secret("c1")).await.said(), (409, "revealsOver"));
    town.wait((LOTTERY_MIN - REVEAL_MIN) * MINUTE_MS);
    for wrong in [&NUMBERS[..2], &[NUMBERS[1], NUMBERS[0], NUMBERS[2]], &["", "", ""]] {
        assert_eq!(
            town.draw(&cast.head, &id, "lottery", read(wrong)).await.said(),
            (422, "invalidFields"),
            "{wrong:?}"
        );
    }
    town.draw(&cast.head, &id, "lottery", read(&[" 01, 05,12,18,22,33 + 16", NUMBERS[1], NUMBERS[2]])).await.good();
    assert_eq!(town.draw(&cast.head, &id, "lottery", read(&NUMBERS)).await.said(), (403, "samePerson"));
    assert_eq!(town.draw(&cast.lead, &id, "lottery", read(&NUMBERS)).await.said(), (403, "forbidden"));
    town.draw(&cast.leader, &id, "lottery", read(&NUMBERS)).await.good();
    town.draw(&cast.head, &id, "draw", json!({})).await.good();
    let bundle = town.public(&format!("/api/inspection/draws/{id}/bundle")).await.good();
    assert_eq!(verdict(&bundle), (true, "Holds".to_owned()), "the lotteries alone are enough");
}
