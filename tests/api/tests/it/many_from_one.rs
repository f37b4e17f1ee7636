//! A thousand submissions a minute from one address.

use canon::sha256;
use serde_json::Value;

use crate::forms::{street_light, without};
use crate::town::Town;

/// The demo's limits: free submissions of an address in a minute, and those for which it has to work.
const FREE: usize = 10;
const WITH_WORK: usize = 60;

/// What one flood met.
struct Flood {
    statuses: Vec<(u16, String)>,
    worked: u16,
}

fn minute() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 60
}

/// A nonce for which SHA-256 over `challenge:key:nonce` begins with so many zero bits.
fn solve(asked: &Value, key: &str) -> String {
    let (challenge, bits) = (asked["challenge"].as_str().unwrap(), asked["bits"].as_u64().unwrap());
    let solves = |nonce: &u64| {
        let digest = sha256(&[challenge.as_bytes(), b":", key.as_bytes(), b":", nonce.to_string().as_bytes()]);
        let head = u64::from_be_bytes(digest.as_bytes()[..8].try_into().unwrap());
        u64::from(head.leading_zeros()) >= bits
    };
    format!("{challenge}:{}", (0_u64..).find(solves).unwrap())
}

async fn flood(town: &Town, address: &str) -> Flood {
    // Without a phone: the limit of a phone a day is another one.
    let form = without(street_light(), "/caller");
    let from = [("x-forwarded-for", address)];
    let mut statuses = Vec::new();
    let mut worked = 0;
    let name = address.replace('.', "-");
    for n in 0..1_000 {
        let key = format!("flood-{name}-{n:06}");
        let reply = town.post("/api/intake/orders", &key, &from, &form).await;
        if reply.status == 201 {
            statuses.push((201, String::new()));
            continue;
        }
        let problem = reply.expect(429);
        let code = problem["code"].as_str().unwrap().to_owned();
        reply.problem(429, &code);
        assert!((1..=60).contains(&reply.header("retry-after").parse::<u32>().unwrap()));
        if code == "proofOfWorkNeeded" && worked == 0 {
            let forged = [from[0], ("proof-of-work", "v1.16.1.00:1")];
            town.post("/api/intake/orders", &key, &forged, &form).await.problem(429, "proofOfWorkNeeded");
            let proof = solve(&problem["proofOfWork"], &key);
            let with_work = [from[0], ("proof-of-work", proof.as_str())];
            worked = town.post("/api/intake/orders", &key, &with_work, &form).await.status.as_u16();
            let other = format!("flood-{name}-stolen");
            let stolen = town.post("/api/intake/orders", &other, &with_work, &form).await;
            stolen.problem(429, "proofOfWorkNeeded");
        }
        statuses.push((429, code));
    }
    Flood { statuses, worked }
}

#[tokio::test]
async fn a_thousand_in_a_minute_are_ten_then_work_then_a_wait() {
    let town = Town::start().await;
    // The windows are minutes of the wall clock; a flood that crossed from one to the next proves nothing, so another
    // address tries. The second begins just after a boundary, so it has a whole minute.
    let mut tried = 0;
    let flood = loop {
        let (began, flood) = (minute(), flood(&town, &format!("203.0.113.{tried}")).await);
        if began == minute() {
            break flood;
        }
        tried += 1;
        assert!(tried < 3, "a thousand requests take longer than a minute on this machine");
    };
    let count = |code: &str| flood.statuses.iter().filter(|(_, found)| found == code).count();
    assert_eq!(count(""), FREE, "so many are free");
    // The key that was tried with a stolen proof counts too.
    assert_eq!(count("proofOfWorkNeeded"), WITH_WORK - FREE - 1);
    assert_eq!(count("tooManyRequests"), 1_000 - WITH_WORK + 1);
    let places = |code: &str| flood.statuses.iter().position(|(_, found)| found == code).unwrap();
    assert_eq!((places(""), places("proofOfWorkNeeded"), places("tooManyRequests")), (0, FREE, WITH_WORK - 1));
    assert_eq!(flood.worked, 201, "whoever does the work gets through");

    let documents = town.dump().await.into_keys().filter(|key| key.starts_with("doc/order/") && !key.contains('#'));
    let stored = documents.count();
    assert!((FREE + 1..=(FREE + 1) * (tried + 1) + WITH_WORK).contains(&stored), "{stored} orders are stored");
    let neighbour = [("x-forwarded-for", "198.51.100.77")];
    let form = without(street_light(), "/caller");
    town.post("/api/intake/orders", "a-neighbours-order", &neighbour, &form).await.expect(201);
}

#[tokio::test]
async fn a_phone_has_its_own_limit_a_day() {
    let town = Town::start().await;
    for n in 0..20 {
        let from = format!("198.51.100.{n}");
        let key = format!("phone-limit-order-{n:03}");
        town.post("/api/intake/orders", &key, &[("x-forwarded-for", &from)], &street_light()).await.expect(201);
    }
    town.tick().await;
    let from = [("x-forwarded-for", "198.51.100.99")];
    let refused = town.post("/api/intake/orders", "phone-limit-order-020", &from, &street_light()).await;
    refused.problem(429, "tooManyRequests");
    assert_eq!(refused.header("retry-after"), "3600");
    town.post("/api/intake/orders", "phone-limit-order-000", &from, &street_light()).await.expect(201);
}
