//! Handbook §0.4, 3.

use http::StatusCode;
use serde_json::{Value, json};
use sim::runs::BACKENDS;

use crate::town::{Town, beat, raw, signed};

fn creation(number: &Value, event: &str, text: &str) -> Value {
    let order = json!({ "no": number, "content": text, "category": "路灯", "type": "求助" });
    json!({ "eventType": "新建", "eventId": event, "order": order, "caller": { "phone": "13900000001" } })
}

#[test]
fn invariant_03_one_upstream_number_is_one_order_however_it_comes() {
    for backend in BACKENDS {
        let mut town = Town::new(backend, 3);
        let mut instance = town.instance();
        let number = json!("4711");
        let first = creation(&number, "e1", "路灯不亮");
        let (same, other) = (first.to_string().into_bytes(), StatusCode::CONFLICT);
        let mut numbers = Vec::new();
        for (id, body, status) in [
            ("msg-1", same.clone(), StatusCode::OK),
            // Sent again; by another message; spelled in another way.
            ("msg-1", same.clone(), StatusCode::OK),
            ("msg-2", same.clone(), StatusCode::OK),
            ("msg-3", serde_json::to_vec_pretty(&first).unwrap(), StatusCode::OK),
            // The number as a number, another event's name, another content: the first one holds.
            ("msg-4", creation(&json!(4711), "e1", "路灯不亮").to_string().into_bytes(), other),
            ("msg-5", creation(&number, "e2", "路灯不亮").to_string().into_bytes(), other),
            ("msg-6", creation(&number, "e1", "路灯亮了").to_string().into_bytes(), other),
            // Days later, to a fresh instance, after the relay saw the ticket too.
            ("msg-7", same, StatusCode::OK),
        ] {
            if id == "msg-7" {
                for route in ["tick", "relay", "tick", "relay"] {
                    beat(&instance, &format!("/api/clock/{route}")).unwrap();
                }
                town.gate.advance(3 * 86_400_000);
                instance = town.restarted(None);
            }
            let (said, answer) = raw(&instance, &signed(&town.platform.key, town.now(), id, &body), body).unwrap();
            assert_eq!(said, status, "{backend:?} {id}: {answer}");
            numbers.extend(answer.get("order_no").cloned());
        }
        assert_eq!(numbers, vec![numbers[0].clone(); 5], "{backend:?}");
        assert!(numbers[0].is_string(), "{backend:?}");
        let count = |kind: &str| {
            let keys = town.kv.dump().into_keys();
            keys.filter(|key| key.starts_with(&format!("doc/{kind}/")) && !key.contains('#')).count()
        };
        assert_eq!((count("ticket"), count("order")), (1, 1), "{backend:?}");
        let another = creation(&json!("4712"), "e1", "路灯不亮").to_string().into_bytes();
        let (said, answer) =
            raw(&instance, &signed(&town.platform.key, town.now(), "msg-8", &another), another).unwrap();
        assert_eq!((said, count("order")), (StatusCode::OK, 2), "{backend:?}");
        assert_ne!(answer["order_no"], numbers[0], "{backend:?}: another number is another order");
    }
}
