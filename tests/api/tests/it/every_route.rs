//! What every answer has, whichever route it comes from.

use http::Method;
use serde_json::json;

use crate::client::Reply;
use crate::forms::{case, street_light};
use crate::town::{CLOCK_KEY, Town};

/// What may be kept by a cache: it is about nobody.
const CACHEABLE: [(&str, &str); 7] = [
    ("/api/catalogue", "public, max-age=60"),
    ("/api/catalogue/map", "public, max-age=60"),
    ("/api/catalogue/notices", "public, max-age=60"),
    ("/api/intake/public", "public, max-age=30"),
    (SIMILAR, "public, max-age=30"),
    ("/api/intake/statistics", "public, max-age=300"),
    ("/api/inspection/results", "public, max-age=30"),
];
const SIMILAR: &str = "/api/intake/similar?category=T0403&village=990181101001";

fn assert_headers(method: &Method, path: &str, reply: &Reply) {
    let shown = format!("{method} {path}: {reply:?}");
    if *method != Method::HEAD && reply.status != 304 {
        assert_eq!(reply.header("content-length"), reply.body.len().to_string(), "{shown}");
    }
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{shown}");
    assert_eq!(reply.header("referrer-policy"), "no-referrer", "{shown}");
    assert!(reply.header("content-security-policy").contains("default-src 'none'"), "{shown}");
    let kept = CACHEABLE.iter().find(|(public, _)| *public == path && reply.status == 200);
    assert_eq!(reply.header("cache-control"), kept.map_or("no-store", |(_, kept)| kept), "{shown}");
}

#[tokio::test]
async fn every_answer_has_a_length_and_tells_caches_and_browsers_what_they_may_do() {
    let town = Town::start().await;
    let receipt = town.post("/api/intake/orders", "every-route-order", &[], &street_light()).await;
    assert_headers(&Method::POST, "/api/intake/orders", &receipt);
    let receipt = receipt.expect(201);
    let order = format!("/api/intake/orders/{}", receipt["number"].as_str().unwrap());
    let (owner, clock) = (case(&receipt["secret"]), format!("Bearer {CLOCK_KEY}"));
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    let below = |step: &str| format!("{order}/{step}");
    let routes: Vec<(&Method, String, &str, u16)> = vec![
        (&get, "/healthz".into(), "", 200),
        (&get, "/api/catalogue".into(), "", 200),
        (&Method::HEAD, "/api/catalogue".into(), "", 200),
        (&get, "/api/catalogue/map".into(), "", 200),
        (&get, "/api/catalogue/notices".into(), "", 200),
        (&get, "/api/intake/public".into(), "", 200),
        (&get, SIMILAR.into(), "", 200),
        (&get, "/api/intake/statistics".into(), "", 200),
        (&post, "/api/intake/public/YD12345-20261123-00001/me-too".into(), "", 422),
        (&post, "/api/clock/tick".into(), &clock, 200),
        (&post, "/api/clock/tick".into(), "Bearer wrong", 401),
        (&post, "/api/clock/duties".into(), &clock, 200),
        (&post, "/api/clock/duties".into(), "Bearer wrong", 401),
        (&post, "/api/clock/fold".into(), "", 401),
        (&post, "/api/intake/orders".into(), "", 422),
        (&post, "/api/intake/attachments".into(), "", 415),
        (&get, order.clone(), &owner, 200),
        (&Method::HEAD, order.clone(), &owner, 200),
        (&get, order.clone(), "", 401),
        (&get, below("attachments/aaaaaaaaaaaaaaaaaaaaaaaaaa"), &owner, 404),
        (&post, below("supplements"), &owner, 422),
        (&post, below("urges"), &owner, 200),
        (&post, below("withdrawal"), &owner, 200),
        (&post, below("rating"), &owner, 422),
        (&post, below("redo"), &owner, 422),
        (&post, below("erasure"), &owner, 422),
        (&get, below("export"), &owner, 200),
        (&get, below("export"), "", 401),
        (&post, "/api/identity/setup".into(), "Bearer wrong", 403),
        (&post, "/api/identity/sessions".into(), "", 422),
        (&delete, "/api/identity/sessions/current".into(), "", 401),
        (&get, "/api/identity/me".into(), "", 401),
        (&delete, "/api/identity/sessions/others".into(), "", 401),
        (&get, "/api/identity/account".into(), "", 401),
        (&post, "/api/identity/account/password".into(), "", 401),
        (&get, "/api/identity/staff".into(), "", 401),
        (&post, "/api/identity/staff".into(), "", 401),
        (&get, "/api/identity/staff/administrator".into(), "", 401),
        (&post, "/api/identity/staff/administrator/reset".into(), "", 401),
        (&get, "/api/identity/keys".into(), "", 401),
        (&post, "/api/identity/keys".into(), "", 401),
        (&post, "/api/identity/keys/aaaaaaaaaaaaaaaaaaaaaaaaaa/revocation".into(), "", 401),
        (&get, "/api/dispatch/orders".into(), "Bearer otk_wrong", 401),
        (&get, "/api/admin/catalogue".into(), "", 401),
        (&put, "/api/admin/catalogue".into(), "", 401),
        (&post, "/api/admin/catalogue/preview".into(), "", 401),
        (&get, "/api/whistles".into(), "", 401),
        (&post, "/api/whistles".into(), "", 401),
        (&get, "/api/whistles/aaaaaaaaaaaaaaaaaaaaaaaaaa".into(), "", 401),
        (&post, "/api/whistles/aaaaaaaaaaaaaaaaaaaaaaaaaa/accept".into(), "", 401),
        (&post, "/api/clock/relay".into(), &clock, 200),
        (&post, "/api/clock/relay".into(), "Bearer wrong", 401),
        (&post, "/api/clock/outbox".into(), &clock, 200),
        (&post, "/api/clock/outbox".into(), "Bearer wrong", 401),
        (&post, "/api/clock/courier".into(), &clock, 200),
        (&post, "/api/clock/courier".into(), "Bearer wrong", 401),
        (&post, "/api/clock/fetcher".into(), &clock, 200),
        (&post, "/api/clock/fetcher".into(), "Bearer wrong", 401),
        (&post, "/api/clock/beacon".into(), &clock, 200),
        (&post, "/api/clock/beacon".into(), "Bearer wrong", 401),
        (&post, "/api/hotline/events".into(), "", 401),
        (&get, "/api/hotline/events".into(), "", 405),
        (&get, "/api/hotline/platforms".into(), "", 401),
        (&post, "/api/hotline/preview".into(), "", 401),
        (&get, "/api/hotline/tickets".into(), "", 401),
        (&get, "/api/hotline/tickets/aaaaaaaaaaaaaaaaaaaaaaaaaa".into(), "", 401),
        (&post, "/api/hotline/tickets/aaaaaaaaaaaaaaaaaaaaaaaaaa/resend".into(), "", 401),
        (&get, "/api/hotline/reconciliation".into(), "", 401),
        (&post, "/api/hotline/reconciliation".into(), "", 401),
        (&post, "/api/hotline/reconciliation/repair".into(), "", 401),
        (&get, "/api/exports".into(), "", 401),
        (&post, "/api/exports".into(), "", 401),
        (&post, "/api/exports/aaaaaaaaaaaaaaaaaaaaaaaaaa/take".into(), "", 401),
        (&get, "/api/inspection/library".into(), "", 401),
        (&get, "/api/inspection/plan".into(), "", 401),
        (&post, "/api/inspection/plan".into(), "", 401),
        (&post, "/api/inspection/plan/2026-D06-001/approve".into(), "", 401),
        (&get, "/api/inspection/desk/2026-D06-001".into(), "", 401),
        (&post, "/api/inspection/desk/2026-D06-001/commit".into(), "", 401),
        (&post, "/api/inspection/desk/2026-D06-001/direct-assign".into(), "", 401),
        (&post, "/api/inspection/desk/2026-D06-001/direct-sign".into(), "", 401),
        (&get, "/api/inspection/checks".into(), "", 401),
        (&get, "/api/inspection/checks/2026-D06-001/YD-DX-0001".into(), "", 401),
        (&post, "/api/inspection/checks/2026-D06-001/YD-DX-0001/enter".into(), "", 401),
        (&get, "/api/inspection/draws".into(), "", 200),
        (&get, "/api/inspection/draws/2026-D06-001".into(), "", 404),
        (&get, "/api/inspection/draws/2026-D06-001/bundle".into(), "", 404),
        (&post, "/api/inspection/draws/2026-D06-001/entropy".into(), "", 404),
        (&get, "/api/inspection/draws/2026-D06-001/contributors".into(), "", 404),
        (&post, "/api/inspection/draws/2026-D06-001/contributors".into(), "", 404),
        (&get, "/api/inspection/results".into(), "", 200),
        (&get, "/api/dispatch/in-use".into(), "", 401),
        (&get, "/api/dispatch/looks".into(), "", 401),
        (&get, "/api/dispatch/looks/aaaaaaaaaaaaaaaaaaaaaaaaaa".into(), "", 401),
        (&get, "/api/dispatch/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa".into(), "", 401),
        (&post, "/api/dispatch/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa/caller-looks".into(), "", 401),
        (&post, "/api/dispatch/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa/sign".into(), "", 401),
        (&put, "/healthz".into(), "", 405),
    ];
    for (method, path, authorization, status) in routes {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let headers = [
            ("authorization", authorization),
            ("content-type", "application/json"),
            ("idempotency-key", "every-route-under-test"),
            ("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01")),
        ];
        let body = if *method == post || *method == put { json!({}).to_string() } else { String::new() };
        let reply = town.send(method.clone(), &path, &headers, body).await;
        assert_eq!(reply.status.as_u16(), status, "{method} {path}: {reply:?}");
        assert_headers(method, &path, &reply);
        assert!(reply.header("traceparent").starts_with(&format!("00-{trace}-")), "{method} {path}: {reply:?}");
        assert!(reply.status.is_success() || reply.json()["traceId"] == trace, "{method} {path}: {reply:?}");
    }
}
