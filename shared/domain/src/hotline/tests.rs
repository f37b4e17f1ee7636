//! The rules of the webhook, each where it could be wrong.

use canon::{Hash, sha256};
use serde_json::{Value, json};

use super::*;
use crate::aggregate::{Actor, Aggregate as _, Context, Stamp};
use crate::order::Sealed;
use crate::time::{DAY_MS, HOUR_MS, Moment};

fn at(text: &str) -> Moment {
    text.parse().unwrap_or(Moment::MIN)
}

fn now() -> Moment {
    at("2026-11-25T10:00:00+08:00")
}

/// Example of the Standard Webhooks specification.
#[test]
fn a_standard_webhook_signs_as_the_specification_says() {
    let keys = Key::parse_all("city/a=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let [key] = keys.as_slice() else { return assert_eq!(keys.len(), 1) };
    let (id, timestamp, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
    let signature = Scheme::StandardWebhooks.sign(key, id, timestamp, body);
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    let message = Signed { id, timestamp, signature: &signature, body };
    assert!(Scheme::StandardWebhooks.verify(keys.iter(), &message));
}

/// The vector comes from `openssl dgst -sm3 -hmac`.
#[test]
fn an_sm3_signature_is_what_openssl_computes() {
    let keys = Key::parse_all("county/app-1=secret-of-the-county");
    let [key] = keys.as_slice() else { return assert_eq!(keys.len(), 1) };
    let signature = Scheme::HmacSm3.sign(key, "nonce-1", "1795399200", br#"{"number":"QN1"}"#);
    assert_eq!(signature, "7cec403585185716a7cf8a6b934e829f948ac2d971afec860cb65c1cce0a4bf5");
    let upper = signature.to_ascii_uppercase();
    let message = Signed { id: "nonce-1", timestamp: "1795399200", signature: &upper, body: br#"{"number":"QN1"}"# };
    assert!(Scheme::HmacSm3.verify(keys.iter(), &message));
}

#[test]
fn a_signature_holds_for_its_id_time_body_and_key_alone() {
    let keys = Key::parse_all("c/new=whsec_bmV3IGtleQ== c/old=whsec_b2xkIGtleQ==\nother/x=text");
    assert_eq!(keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["new", "old", "x"]);
    for (scheme, by) in [(Scheme::StandardWebhooks, 1), (Scheme::HmacSm3, 0)] {
        let Some(key) = keys.get(by) else { return assert_eq!(keys.len(), 3) };
        let signature = scheme.sign(key, "id", "1", b"body");
        let verify = |id, timestamp, signature: &str, body, keys: &[Key]| {
            scheme.verify(keys.iter(), &Signed { id, timestamp, signature, body })
        };
        assert!(verify("id", "1", &signature, b"body", &keys), "{scheme}: an old key holds during a rotation");
        assert!(!verify("ix", "1", &signature, b"body", &keys), "{scheme}");
        assert!(!verify("id", "2", &signature, b"body", &keys), "{scheme}");
        assert!(!verify("id", "1", &signature, b"bodx", &keys), "{scheme}");
        assert!(!verify("id", "1", &signature, b"body", &[]), "{scheme}");
        for wrong in ["", "v1,", "v1,AAAA", "v2,AAAA", "00"] {
            assert!(!verify("id", "1", wrong, b"body", &keys), "{scheme} {wrong}");
        }
    }
}

#[test]
fn several_signatures_are_tried_and_not_endlessly_many() {
    let keys = Key::parse_all("c/k=whsec_bmV3IGtleQ==");
    let Some(key) = keys.first() else { return assert_eq!(keys.len(), 1) };
    let right = Scheme::StandardWebhooks.sign(key, "id", "1", b"{}");
    let verify = |signature: &str| {
        Scheme::StandardWebhooks.verify(keys.iter(), &Signed { id: "id", timestamp: "1", signature, body: b"{}" })
    };
    assert!(verify(&format!("v1,AAAA {right}")));
    assert!(!verify(&format!("{}{right}", "v1,AAAA ".repeat(8))));
}

#[test]
fn a_time_stamp_is_good_for_300_seconds_both_ways() {
    let s = now().unix_ms() / 1000;
    for (timestamp, fresh) in [
        (s.to_string(), true),
        ((s - 300).to_string(), true),
        ((s + 300).to_string(), true),
        ((s - 301).to_string(), false),
        ((s + 301).to_string(), false),
        (format!("+{s}"), false),
        (format!(" {s}"), false),
        (String::new(), false),
        ("99999999999999999999".to_owned(), false),
    ] {
        assert_eq!(is_fresh(&timestamp, now()), fresh, "{timestamp}");
    }
}

fn platform() -> Upstream {
    let file = json!({"platform": [{
        "code": "city", "name_zh": "市", "name_en": "City", "scheme": "standardWebhooks", "default_category": "T0101",
        "fields": {"type": "/kind", "number": "/order/no", "callerPhone": "/caller/0/tel"},
        "types": {"新建": "create"}, "appeal_types": {"求助": "help"}, "categories": {"9": "T0102"},
        "attachment_hosts": ["files.example.org", "127.0.0.1:8080"],
    }]});
    let upstreams = Upstreams::of(&file.to_string());
    upstreams.platform.into_iter().next().unwrap_or_else(|| unreachable!())
}

#[test]
fn a_message_is_read_by_the_platforms_own_names_and_words() {
    let body = json!({
        "kind": "新建", "order": {"no": 4711}, "caller": [{"tel": " 13900000000 "}], "content": "灯不亮\u{0}\n二行",
        "appealType": "求助", "category": "9", "anonymous": "否", "deadline": "2026-12-01T17:30:00+08:00",
        "attachments": ["https://files.example.org/a.jpg", {"url": "https://b"}, 7], "unknown": {"kept": true},
    });
    let Ok(message) = platform().read(&body, 5) else { return assert!(platform().read(&body, 5).is_ok()) };
    assert_eq!((message.kind, message.number.as_str()), (EventKind::Create, "4711"));
    assert_eq!((message.text.as_str(), message.title.as_str()), ("灯不亮\n二", "灯不亮"));
    assert_eq!(message.caller_phone, "13900000000");
    assert_eq!(message.category, "T0102");
    assert_eq!(message.deadline, Some(at("2026-12-01T17:30:00+08:00")));
    assert_eq!(message.attachments.len(), 2);
    assert!(!message.anonymous);
}

#[test]
fn what_means_nothing_is_named_and_what_is_only_strange_is_taken() {
    let missing = |body: Value| {
        platform()
            .read(&body, 100)
            .err()
            .map(|all| all.into_iter().map(|one| format!("{} {}", one.field, one.code)).collect::<Vec<_>>())
    };
    assert_eq!(
        missing(json!([])),
        Some(vec!["number required".to_owned(), "type unknown".to_owned(), "content required".to_owned()])
    );
    assert_eq!(
        missing(json!({"kind": "urge", "order": {"no": "x".repeat(65)}})),
        Some(vec!["number invalid".to_owned()])
    );
    let extension = json!({"kind": "extension_result", "order": {"no": "1"}, "granted": true});
    assert_eq!(missing(extension), Some(vec!["deadline required".to_owned()]));
    let strange = json!({"kind": "create", "order": {"no": "1"}, "content": "x", "appealType": "?", "category": "?"});
    assert_eq!(missing(strange), None);
}

#[test]
fn attachments_come_from_the_platforms_hosts_alone() {
    let may = |url: &str| platform().may_fetch(url);
    assert!(may("https://files.example.org/a.jpg") && may("http://127.0.0.1:8080/a?b"));
    for url in [
        "https://files.example.org.evil.org/a",
        "https://evil.org/files.example.org",
        "ftp://files.example.org/a",
        "https://files.example.org@evil.org/",
        "https://evil.org\\files.example.org",
        "files.example.org/a",
        "https://127.0.0.1/a",
    ] {
        assert!(!may(url), "{url}");
    }
}

#[test]
fn a_file_of_platforms_says_what_is_wrong_with_it() {
    let known = |code: &crate::catalogue::CategoryCode| code.as_str().starts_with("T01");
    let good = Upstreams { platform: vec![platform()] };
    assert_eq!(good.check(&known), Ok(()));
    let broken = |change: fn(&mut Upstream)| {
        let mut one = platform();
        change(&mut one);
        Upstreams { platform: vec![one] }.check(&known).is_err()
    };
    assert!(broken(|one| one.code = "City".to_owned()));
    assert!(broken(|one| one.push_url = "ftp://x".to_owned()));
    assert!(broken(|one| drop(one.fields.insert("colour".to_owned(), "/x".to_owned()))));
    assert!(broken(|one| drop(one.fields.insert("title".to_owned(), "x".to_owned()))));
    assert!(broken(|one| drop(one.types.insert("x".to_owned(), "nothing".to_owned()))));
    assert!(broken(|one| drop(one.categories.insert("x".to_owned(), "T9999".to_owned()))));
    assert!(Upstreams { platform: vec![platform(), platform()] }.check(&known).is_err());
}

fn received(key: &str, content: &str, kind: EventKind) -> TicketCommand {
    TicketCommand::Receive(Box::new(Received {
        platform: "city".to_owned(),
        number: "1".to_owned(),
        kind,
        key: key.to_owned(),
        content: sha256(&[content.as_bytes()]),
        message: Sealed(String::new()),
        evidence: (sha256(&[content.as_bytes()]), 1),
        day: now().date(),
        files: 0,
    }))
}

/// A ticket to which commands are given.
struct Desk(Option<Ticket>);

impl Desk {
    fn give(&mut self, command: &TicketCommand, at: Moment) -> Result<(), TicketRejection> {
        let context = Context { now: at, by: Actor::system("test") };
        let event = Ticket::decide(self.0.as_ref(), command, &context)?;
        self.0 = Ticket::evolve(self.0.take(), &event, Stamp { at });
        Ok(())
    }

    fn ticket(&self) -> Ticket {
        self.0.clone().unwrap_or_else(|| unreachable!())
    }
}

#[test]
fn the_first_content_holds_and_another_is_kept_once() {
    let mut desk = Desk(None);
    assert_eq!(desk.give(&received("create", "a", EventKind::Create), now()), Ok(()));
    let again = desk.give(&received("create", "a", EventKind::Create), now());
    assert_eq!(again, Err(TicketRejection::Duplicate));
    assert_eq!(desk.give(&received("create", "b", EventKind::Create), now()), Ok(()));
    assert_eq!(desk.give(&received("create", "b", EventKind::Create), now()), Err(TicketRejection::Conflict));
    let ticket = desk.ticket();
    assert_eq!((ticket.received.len(), ticket.conflicts.len()), (1, 1));
    assert_eq!(ticket.creation().map(|first| first.content), Some(sha256(&[b"a"])));
    assert_eq!(desk.give(&TicketCommand::Acknowledge, now()), Ok(()));
    assert_eq!(desk.give(&TicketCommand::Acknowledge, now()), Err(TicketRejection::State));
    for n in 0..30 {
        let _ = desk.give(&received("create", &format!("c{n}"), EventKind::Create), now());
    }
    assert_eq!(desk.ticket().conflicts.len(), CONFLICTS_MAX);
}

#[test]
fn an_event_that_overtook_its_creation_waits_for_it() {
    let mut desk = Desk(None);
    assert_eq!(desk.give(&received("event/2", "s", EventKind::Supplement), now()), Ok(()));
    assert_eq!(desk.ticket().parked_since(), Some(now()));
    assert_eq!(desk.give(&received("create", "a", EventKind::Create), now().plus_ms(HOUR_MS)), Ok(()));
    assert_eq!(desk.ticket().parked_since(), None);
    assert_eq!(desk.ticket().received.iter().map(|one| one.seq).collect::<Vec<_>>(), [1, 2]);
}

fn tell(source: u64) -> TicketCommand {
    TicketCommand::Tell { kind: Telling::Progress, source }
}

fn deliver(seq: u64) -> TicketCommand {
    TicketCommand::Deliver { seq, body: sha256(&[&seq.to_be_bytes()]) }
}

#[test]
fn messages_go_out_in_order_and_are_counted_once() {
    let mut desk = Desk(None);
    assert_eq!(desk.give(&received("create", "a", EventKind::Create), now()), Ok(()));
    for source in [1, 3, 7] {
        assert_eq!(desk.give(&tell(source), now()), Ok(()));
        assert_eq!(desk.give(&tell(source), now()), Err(TicketRejection::Duplicate));
    }
    assert_eq!(desk.give(&deliver(2), now()), Err(TicketRejection::State));
    for seq in [1, 2, 3] {
        assert_eq!(
            desk.ticket().next_out().map(|(next, out)| (next, out.source)),
            Some((seq, [1, 3, 7][usize::try_from(seq).unwrap_or(1) - 1]))
        );
        assert_eq!(desk.give(&deliver(seq), now()), Ok(()));
        assert_eq!(desk.give(&deliver(seq), now()), Err(TicketRejection::State));
    }
    let whole = desk.ticket();
    assert_eq!((whole.next_out(), whole.due_at(), whole.sent), (None, None, 3));
    assert_eq!(desk.give(&TicketCommand::Rewind { to: 1 }, now()), Ok(()));
    assert_eq!(desk.ticket().next_out().map(|(next, _)| next), Some(2));
    assert_ne!(desk.ticket().chain, whole.chain);
    for seq in [2, 3] {
        assert_eq!(desk.give(&deliver(seq), now()), Ok(()));
    }
    assert_eq!(desk.ticket().side(), whole.side(), "the same words again give the same hash");
}

#[test]
fn a_message_is_tried_for_a_day_and_then_waits_for_a_person() {
    let mut desk = Desk(None);
    assert_eq!(desk.give(&received("create", "a", EventKind::Create), now()), Ok(()));
    assert_eq!(desk.give(&tell(1), now()), Ok(()));
    let fail = |is_final| TicketCommand::Fail { seq: 1, reason: "http503".to_owned(), is_final, jitter: 7 };
    let (mut at, mut tries) = (now(), 0);
    while desk.ticket().dead.is_none() {
        assert_eq!(desk.give(&fail(false), at), Ok(()));
        at = desk.ticket().next_at.unwrap_or(at);
        tries += 1;
    }
    assert!((12..=20).contains(&tries), "{tries} tries");
    assert!((DAY_MS..=DAY_MS + 8 * HOUR_MS).contains(&at.ms_since(now())), "{at}");
    assert_eq!((desk.ticket().next_out(), desk.ticket().due_at()), (None, None));
    assert_eq!(desk.give(&deliver(1), at), Err(TicketRejection::State));
    assert_eq!(desk.give(&TicketCommand::Resend, at), Ok(()));
    assert_eq!(desk.give(&TicketCommand::Resend, at), Err(TicketRejection::State));
    assert_eq!(desk.give(&fail(true), at), Ok(()));
    assert_eq!(desk.ticket().dead.as_deref(), Some("http503"), "what is refused is not tried again");
}

#[test]
fn waits_double_with_jitter_and_a_breaker_lets_one_probe_through() {
    for (tries, middle) in [(1, 10_000), (2, 20_000), (5, 160_000), (40, 6 * HOUR_MS)] {
        for jitter in [0, 1, 4_999, u32::MAX] {
            let wait = backoff_ms(tries, jitter);
            assert!((middle * 3 / 4..=middle * 5 / 4).contains(&wait), "{tries} {jitter}: {wait}");
        }
    }
    let mut breaker = Breaker::default();
    for _ in 0..4 {
        breaker = breaker.failed(now());
        assert_eq!(breaker.allows(now(), 9), 9);
    }
    breaker = breaker.failed(now());
    assert_eq!(breaker.allows(now(), 9), 0);
    let until = breaker.open_until.unwrap_or(now());
    assert_eq!(breaker.allows(until, 9), 1);
    assert!(breaker.failed(until).open_until.is_some_and(|later| later.ms_since(until) > until.ms_since(now())));
    assert_eq!(breaker.answered().allows(now(), 9), 9);
}

#[test]
fn two_lists_differ_in_five_ways() {
    let side = |number: &str, events, seq, hash: u8| Side {
        number: number.to_owned(),
        events,
        seq,
        hash: Hash::from_bytes([hash; 32]),
    };
    let ours = vec![side("a", 1, 2, 9), side("b", 1, 2, 9), side("c", 2, 2, 9), side("d", 1, 2, 9), side("e", 1, 2, 9)];
    let theirs =
        vec![side("a", 1, 2, 9), side("c", 1, 2, 9), side("d", 1, 1, 8), side("e", 1, 2, 8), side("f", 1, 0, 0)];
    let found: Vec<(String, DifferenceKind)> = compare(ours, theirs).into_iter().map(|d| (d.number, d.kind)).collect();
    let wanted = [
        ("b", DifferenceKind::MissingThere),
        ("c", DifferenceKind::Inbound),
        ("d", DifferenceKind::Behind),
        ("e", DifferenceKind::Diverged),
        ("f", DifferenceKind::MissingHere),
    ];
    assert_eq!(found, wanted.map(|(number, kind)| (number.to_owned(), kind)));
}
