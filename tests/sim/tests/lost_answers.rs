//! An answer that was lost can be asked for again, whatever the limits say meanwhile.
#![expect(clippy::unwrap_used, reason = "a test: what is wrong must stop it")]

use std::sync::Arc;

use futures::FutureExt as _;
use sim::town::{self, Instance, Response};
use store::memory::{Backend, Gate, MemoryKv, Steady};

fn submit(instance: &Instance, key: &str) -> Response {
    let body = town::form(1, 1, "路灯不亮", &[]);
    let request = instance.clone().post("/api/intake/orders".to_owned(), key.to_owned(), None, body);
    request.now_or_never().unwrap()
}

#[test]
fn the_phones_daily_limit_does_not_hide_an_accepted_submission() {
    let gate = Steady::new(1);
    let kv = MemoryKv::new(Backend::Sqlite, Arc::clone(&gate) as Arc<dyn Gate>);
    town::set_up(&kv).unwrap();
    let instance = Instance::new(&kv);
    let first = submit(&instance, "the-first-submission");
    assert_eq!(first.status, 201);
    // Twenty submissions of one phone a day are taken; a tick makes them known.
    for n in 1..20 {
        gate.advance(61_000);
        assert_eq!(submit(&instance, &format!("submission-number-{n:04}")).status, 201);
    }
    while !town::tick(&instance).now_or_never().unwrap().unwrap() {}
    let refused = submit(&instance, "one-submission-too-many");
    assert_eq!((refused.status.as_u16(), refused.text("code")), (429, "tooManyRequests"));
    let again = submit(&instance, "the-first-submission");
    assert_eq!(again.status, 201);
    assert_eq!(again.body, first.body);
}
