//! A draw's round, fetched by the real component from the one place to which it may speak.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::Moment;
use http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::components::root;
use crate::town::{ADMINISTRATOR, CLOCK_KEY, Person, Town, variables};

/// A relay that knows the rounds which the town ships; where it is.
async fn relay() -> String {
    let rounds = std::fs::read_to_string(root().join("demo/yundu/drand_rounds.csv")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            let request = String::from_utf8(request).unwrap();
            let wanted = request.split(' ').nth(1).unwrap().rsplit('/').next().unwrap();
            let line = rounds.lines().find_map(|line| line.split_once(',').filter(|(round, _)| *round == wanted));
            let (round, signature) = line.unwrap();
            let body = json!({"round": round.parse::<u64>().unwrap(), "signature": signature}).to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_draw_gets_its_round_from_the_relay_that_the_administrator_named() {
    let mut known = variables();
    known.insert("drand_host".to_owned(), relay().await);
    let town = Town::with(|builder, _| builder.variables(known)).await;
    let administrator = Person::sign_in(&town, ADMINISTRATOR).await;
    let head = administrator.enrol(&town, "head", "unit_head", "D06").await;
    let leader = administrator.enrol(&town, "leader", "town_leader", "P01").await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let today = Moment::from_unix_ms(i64::try_from(now).unwrap()).date();
    let plan = json!({
        "name": "餐饮服务双随机抽查", "items": ["YD-JC-001"], "policy": "drand", "from": today,
        "until": today, "roster": [], "cap": 60, "rehearsal": true, "reason": "年度抽查计划",
    });
    let proposed = head.send(&town, Method::POST, "/api/inspection/plan", &plan).await.expect(201);
    let id = proposed["id"].as_str().unwrap();
    let approve = format!("/api/inspection/plan/{id}/approve");
    leader.send(&town, Method::POST, &approve, &json!({"reason": "同意"})).await.expect(200);
    head.send(&town, Method::POST, &format!("/api/inspection/desk/{id}/commit"), &json!({})).await.expect(200);
    town.tick().await;
    let bearer = format!("Bearer {CLOCK_KEY}");
    let fetched = town.send(Method::POST, "/api/clock/beacon", &[("authorization", &bearer)], "").await.expect(200);
    assert_eq!(fetched, json!({"tried": 1, "taken": 1}));
    let draw = town.get(&format!("/api/inspection/draws/{id}"), &[]).await.expect(200);
    assert!(draw["entropyAt"].is_string() && draw["signature"].is_string(), "{draw}");
}
