//! Trying secrets: what a stranger with a number can do, and what that does to the owner.

use serde_json::{Value, json};

use crate::forms::{case, street_light};
use crate::town::Town;

#[tokio::test]
async fn the_sixth_wrong_secret_locks_the_number_but_not_the_owners_link() {
    let town = Town::start().await;
    let receipt = town.post("/api/intake/orders", "wrong-secret-order", &[], &street_light()).await.expect(201);
    let text = |member: &str| receipt[member].as_str().unwrap();
    let by_number = format!("/api/intake/orders/{}", text("number"));
    let by_id = format!("/api/intake/orders/{}", text("id"));
    let (right, wrong) = (case(&receipt["secret"]), case(&Value::from("22222222")));
    let (right, wrong) = ([("authorization", right.as_str())], [("authorization", wrong.as_str())]);

    let unknown = town.get("/api/intake/orders/YD12345-20200101-00001", &wrong).await.problem(404, "notFound");
    for _ in 0..5 {
        let refused = town.get(&by_number, &wrong).await.problem(404, "notFound");
        assert_eq!(refused["detail"], unknown["detail"], "a wrong secret says no more than an unknown number");
    }
    for _ in 0..2 {
        let locked = town.get(&by_number, &wrong).await;
        locked.problem(429, "tooManyTries");
        assert!((1..=3600).contains(&locked.header("retry-after").parse::<u32>().unwrap()));
    }
    town.get(&by_number, &right).await.problem(429, "tooManyTries");
    town.post(&format!("{by_number}/urges"), "urge-while-locked", &right, &json!({}))
        .await
        .problem(429, "tooManyTries");
    assert_eq!(town.get(&by_id, &right).await.expect(200)["number"], receipt["number"]);
    town.get(&by_id, &wrong).await.problem(429, "tooManyTries");
}

#[tokio::test]
async fn a_secret_is_read_as_people_write_it() {
    let town = Town::start().await;
    let receipt = town.post("/api/intake/orders", "secret-as-written", &[], &street_light()).await.expect(201);
    let (number, secret) = (receipt["number"].as_str().unwrap(), receipt["secret"].as_str().unwrap());
    assert!(secret.len() == 8 && !secret.contains(['0', 'O', '1', 'I', 'L']), "{secret}");
    let written = format!("Case {} - {}", &secret[..4].to_lowercase(), &secret[4..]);
    for number in [number.to_owned(), number.to_lowercase(), format!("%20{number}%20")] {
        town.get(&format!("/api/intake/orders/{number}"), &[("authorization", &written)]).await.expect(200);
    }
}
