//! An order without a phone number is in no caller's queue, and everywhere else all the same.

use std::sync::Arc;

use futures::FutureExt as _;
use serde_json::json;
use sim::town::{self, Instance};
use store::memory::{Backend, Gate, MemoryKv, Steady};

#[test]
fn an_order_without_a_phone_number_is_folded_and_listed() {
    for backend in [Backend::Sqlite, Backend::Redis, Backend::Partial] {
        let gate = Steady::new(1);
        let kv = MemoryKv::new(backend, Arc::clone(&gate) as Arc<dyn Gate>);
        town::set_up(&kv).unwrap();
        let instance = Instance::new(&kv);
        let form = json!({
            "appealType": "suggestion", "categoryCode": "T0101", "title": "建议", "content": "多种树", "anonymous": true,
        });
        let sent = instance.clone().post(
            "/api/intake/orders".to_owned(),
            "an-anonymous-suggestion".to_owned(),
            None,
            form.to_string().into_bytes(),
        );
        let answer = sent.now_or_never().unwrap();
        assert_eq!(answer.status, 201);
        let mut ticks = 0;
        while !town::tick(&instance).now_or_never().unwrap().unwrap() {
            ticks += 1;
            assert!(ticks < 10, "the ticks do not come to rest");
        }
        let list = instance.clone().get("/api/intake/public".to_owned(), String::new()).now_or_never().unwrap();
        assert_eq!(list.body["items"][0]["number"], answer.body["number"]);
    }
}
