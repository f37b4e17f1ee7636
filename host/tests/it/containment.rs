//! Whatever one request does, the others go on: traps, endless loops, greed, and the way out.

use crate::common::{STORE, Town};
use http::{Request, StatusCode};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_trap_is_a_500_and_the_next_request_works() {
    let town = Town::start("", |builder| builder).await;
    for _ in 0..3 {
        assert_eq!(town.get("/trap").await.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(town.get("/print").await.status, StatusCode::OK);
    }
    let seen = town.running().metrics();
    assert_eq!((seen.requests, seen.failures, seen.timeouts), (6, 3, 0));
    assert_eq!(seen.traps, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_endless_loop_is_a_504_and_does_not_hold_its_thread() {
    let town = Town::start("", |builder| builder.timeout(Duration::from_secs(2))).await;
    // One thread serves everything: the second request gets its turn only if the loop is made to
    // give way, and the loop ends only by its deadline.
    let (busy, other) = tokio::join!(town.get("/spin"), town.get("/print"));
    assert_eq!(busy.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(other.status, StatusCode::OK);
    assert_eq!(town.running().metrics().timeouts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waits_too_long_is_a_504() {
    let town = Town::start(STORE, |builder| builder.timeout(Duration::from_secs(1))).await;
    let waiting = town.get("/wait?key=never").await;
    assert_eq!(waiting.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(town.get("/print").await.status, StatusCode::OK);
}

#[tokio::test]
async fn memory_ends_where_the_host_says() {
    let limit = 32 * 1024 * 1024;
    let town = Town::start("", |builder| builder.memory_max_bytes(limit)).await;
    let grown = String::from_utf8(town.get("/grow").await.body.to_vec()).unwrap();
    let blocks: usize = grown.trim_end_matches(" MiB").parse().unwrap();
    assert!((20..32).contains(&blocks), "{grown}");
    assert_eq!(town.get("/print").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_too_large_is_refused_whether_announced_or_not() {
    let town = Town::start("", |builder| builder.body_max_bytes(1_000)).await;
    let post = || Request::post(town.url("/length"));
    assert_eq!(town.send(post(), vec![0; 1_000]).await.json(), json!({"length": 1_000}));
    assert_eq!(town.send(post(), vec![0; 1_001]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Chunked: the size shows only while the guest reads.
    let body = format!(
        "POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n{}\r\n0\r\n\r\n",
        "x".repeat(2_000)
    );
    let answer = raw(town.running().addr, &body).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"error\""), "{answer}");
}

#[tokio::test]
async fn a_body_of_many_megabytes_arrives_whole() {
    let town = Town::start("", |builder| builder).await;
    let sent = town.send(Request::post(town.url("/length")), vec![7; 12_000_000]).await;
    assert_eq!(sent.json(), json!({"length": 12_000_000}));
}

#[tokio::test]
async fn a_request_without_a_host_is_refused_and_unknown_paths_of_spin_are_404() {
    let town = Town::start("", |builder| builder).await;
    let answer = raw(town.running().addr, "GET /print HTTP/1.0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.0 400"), "{answer}");
    assert_eq!(town.get("/.well-known/spin/health").await.body, "OK");
    assert_eq!(town.get("/.well-known/spin/other").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn answers_carry_their_length_and_connections_are_kept() {
    let town = Town::start("", |builder| builder).await;
    let two = "GET /print HTTP/1.1\r\nhost: x\r\n\r\nGET /print HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = raw(town.running().addr, two).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    assert_eq!(answer.matches("content-length: 7").count(), 2, "{answer}");
    assert!(!answer.contains("transfer-encoding"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_requests_under_way_finish() {
    let town = Town::start(STORE, |builder| builder).await;
    let kv = town.running().kv();
    let url = town.url("/wait?key=go");
    let waiting = tokio::spawn(async move {
        let request = Request::get(url).body(http_body_util::Full::default()).unwrap();
        crate::common::client().request(request).await.unwrap().status()
    });
    while town.running().metrics().instances == 0 {
        tokio::task::yield_now().await;
    }
    let address = town.running().addr;
    let stopping = tokio::spawn(town.stop());
    // The listener closes first; only then may the request end.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    kv.set("default", "go", vec![1]).await.unwrap();
    assert_eq!(waiting.await.unwrap(), StatusCode::OK);
    stopping.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_are_shared_and_go_when_idle() {
    let town = Town::start("", |builder| builder).await;
    for _ in 0..200 {
        assert_eq!(town.get("/print").await.status, StatusCode::OK);
    }
    let made = town.running().metrics().instances_made;
    assert!((2..=8).contains(&made), "{made} instances for 200 requests one after the other, 128 each");
    while town.running().metrics().instances > 0 {
        tokio::task::yield_now().await;
    }
}

async fn raw(address: std::net::SocketAddr, request: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
