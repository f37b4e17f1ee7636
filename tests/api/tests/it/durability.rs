//! `kill -9` at any moment under load: every acknowledged submission is there afterwards, exactly once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use host::kv::{KvBackend as _, SqliteBackend};
use http::Method;
use serde_json::{Value, json};

use crate::client::{Client, Reply};
use crate::forms::{case, street_light, with, without};
use crate::servers::up;
use crate::town::{CLOCK_KEY, seeded, tick};

/// Citizens at once.
const CLIENTS: usize = 8;
/// Times the town is killed.
const LIVES: usize = 4;
/// A claim whose owner died is free after 30 s; so long, and some, a retry may be told to come back.
const RETRIES_MAX: usize = 60;

/// The same seed kills at the same numbers of answers; the interleaving is the machine's own.
struct Seeded(u64);

impl Seeded {
    /// A number of `from..to` (Marsaglia's xorshift).
    fn next(&mut self, from: usize, to: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        from + usize::try_from(self.0 % (to - from) as u64).unwrap()
    }
}

/// What was sent, and what came back for it.
#[derive(Default)]
struct Desk {
    next: usize,
    /// Sent, and no answer seen: sent again in the next life.
    open: VecDeque<usize>,
    acknowledged: BTreeMap<usize, Value>,
}

/// Submission `n`: its own key, its own address, so that no rate limit is met.
async fn submit(client: &Client, n: usize) -> Option<Reply> {
    let form = with(without(street_light(), "/caller"), "/title", json!(format!("路灯 {n} 不亮")));
    let (key, from) = (format!("durable-submission-{n:06}"), format!("10.{}.{}.1", n / 256, n % 256));
    let headers =
        [("content-type", "application/json"), ("idempotency-key", key.as_str()), ("x-forwarded-for", from.as_str())];
    client.try_send(Method::POST, "/api/intake/orders", &headers, form.to_string()).await.ok()
}

/// One citizen after another, until the town is gone.
async fn citizens(client: Client, desk: Arc<Mutex<Desk>>, answers: Arc<AtomicUsize>) {
    loop {
        let n = {
            let mut desk = desk.lock().unwrap();
            desk.open.pop_front().unwrap_or_else(|| {
                desk.next += 1;
                desk.next - 1
            })
        };
        let reply = submit(&client, n).await;
        let mut desk = desk.lock().unwrap();
        match reply {
            Some(reply) if reply.status == 201 => {
                desk.acknowledged.insert(n, reply.json());
                answers.fetch_add(1, Ordering::SeqCst);
            }
            // The claim of a creator that was killed is not free yet.
            Some(reply) if reply.status == 503 => desk.open.push_back(n),
            Some(reply) if reply.status == 502 => return desk.open.push_back(n),
            Some(reply) => panic!("submission {n}: {reply:?}"),
            None => return desk.open.push_back(n),
        }
    }
}

/// One life: load, until so many answers are in, then the kill.
async fn live(state: &Path, desk: &Arc<Mutex<Desk>>, answers_wanted: usize) {
    let (mut town, url) = up(state, &["--variable", "trusted_proxy_hops=1"]);
    let answers = Arc::new(AtomicUsize::new(0));
    let clients =
        (0..CLIENTS).map(|_| tokio::spawn(citizens(Client::new(url.clone()), Arc::clone(desk), Arc::clone(&answers))));
    let clients: Vec<_> = clients.collect();
    while answers.load(Ordering::SeqCst) < answers_wanted && !clients.iter().all(|client| client.is_finished()) {
        tokio::task::yield_now().await;
    }
    // SIGKILL: nothing gets a chance to tidy up.
    town.0.kill().unwrap();
    town.0.wait().unwrap();
    for client in clients {
        client.await.unwrap();
    }
}

/// Sends what has no answer until it has one.
async fn settle(client: &Client, n: usize) -> Value {
    for _ in 0..RETRIES_MAX {
        let reply = submit(client, n).await.expect("the town is up");
        if reply.status != 503 {
            return reply.expect(201);
        }
        let wait = reply.header("retry-after").parse().expect("503 says when to come back");
        tokio::time::sleep(Duration::from_secs(wait)).await;
    }
    panic!("submission {n} was never taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_under_load_loses_and_doubles_nothing() {
    let seed = 20_261_123;
    println!("seed {seed}");
    let mut random = Seeded(seed);
    let state = seeded().await;
    let desk = Arc::new(Mutex::new(Desk::default()));
    for _ in 0..LIVES {
        live(state.path(), &desk, random.next(20, 150)).await;
    }
    let (mut town, url) = up(state.path(), &["--variable", "trusted_proxy_hops=1", "--variable", &clock_key()]);
    let client = Client::new(url);
    let (sent, open, acknowledged) = {
        let desk = desk.lock().unwrap();
        (desk.next, desk.open.clone(), desk.acknowledged.clone())
    };
    println!("{sent} submissions, {} acknowledged, {} without an answer", acknowledged.len(), open.len());
    assert!(acknowledged.len() >= 20 * LIVES && acknowledged.len() + open.len() == sent);
    for (n, answer) in &acknowledged {
        let again = submit(&client, *n).await.unwrap().expect(201);
        assert_eq!(again, *answer, "submission {n} is answered as it was");
    }
    let mut receipts = acknowledged;
    let settled = futures::future::join_all(open.iter().map(|n| settle(&client, *n))).await;
    receipts.extend(open.iter().copied().zip(settled));
    tick(&client, CLOCK_KEY).await;
    for (n, receipt) in &receipts {
        let path = format!("/api/intake/orders/{}", receipt["number"].as_str().unwrap());
        let view = client.get(&path, &[("authorization", &case(&receipt["secret"]))]).await.expect(200);
        assert_eq!((&view["id"], &view["version"]), (&receipt["id"], &json!(1)));
        assert_eq!(view["title"], format!("路灯 {n} 不亮"));
    }
    town.0.kill().unwrap();
    town.0.wait().unwrap();
    assert_store_holds_each_once(state.path(), &receipts).await;
}

fn clock_key() -> String {
    format!("clock_key={CLOCK_KEY}")
}

/// What the store itself says: as many documents, numbers and log entries as submissions, every chain whole.
async fn assert_store_holds_each_once(state: &Path, receipts: &BTreeMap<usize, Value>) {
    let kv = SqliteBackend::open(&state.join("sqlite_key_value.db")).unwrap();
    let keys = kv.list("default").await.unwrap();
    let below = |prefix: &str| {
        let keys = keys.iter().filter(|key| key.starts_with(prefix) && !key.contains('#'));
        keys.map(|key| key[prefix.len()..].to_owned()).collect::<BTreeSet<_>>()
    };
    let told = |member: &str| {
        receipts.values().map(|receipt| receipt[member].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(told("number").len(), receipts.len(), "every number is given once");
    assert_eq!(below("doc/order/"), told("id"), "every submission is one document");
    let numbers = below("no/");
    assert!(numbers.is_superset(&told("number")), "every number leads somewhere");
    for id in told("id") {
        let key = format!("doc/order/{id}");
        let bytes = kv.get("default", &key).await.unwrap().unwrap();
        serde_json::from_slice::<store::RawDocument>(&bytes).unwrap().verify_chain(&key).unwrap();
    }
    let mut logged: Vec<String> = Vec::new();
    for page in below("log/") {
        let bytes = kv.get("default", &format!("log/{page}")).await.unwrap().unwrap();
        let entries: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
        let orders = entries.iter().filter_map(|entry| entry["doc"].as_str()?.strip_prefix("doc/order/"));
        logged.extend(orders.map(str::to_owned));
    }
    logged.sort();
    assert_eq!(logged, told("id").into_iter().collect::<Vec<_>>(), "the log has each once");
}
