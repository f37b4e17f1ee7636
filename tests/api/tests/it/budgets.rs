//! Store operations per request, which are what a request costs, and the size of components.
//!
//! The operations are counted behind the host, at the store itself, because a request that asks the host for a trace
//! gets an instance of its own, which knows neither keys nor catalogue yet. An instance reads those at its first request
//! and the catalogue's version every 5 s, so each request is sent a few times and the least of its counts is what it
//! costs. No assertion is about time.

use std::sync::Arc;

use host::StoreChoice;
use host::kv::{KvBackend, RedisBackend, SqliteBackend};
use serde_json::{Value, json};

use crate::client::Client;
use crate::components::manifest;
use crate::counting::{Counting, Operations};
use crate::forms::{case, street_light};
use crate::servers::Redis;
use crate::town::Town;

/// Times that a request is sent: one finds the instance cold, one may meet the 5 s, one is left over.
const TIMES: usize = 4;
/// 700 KiB.
const COMPONENT_BYTES_MAX: u64 = 716_800;

/// What each kind of request cost at least.
#[derive(Debug)]
struct Costs {
    submit: Operations,
    by_number: Operations,
    by_id: Operations,
    public: Operations,
    similar: Operations,
    statistics: Operations,
    me_too: Operations,
    supplement: Operations,
    urge: Operations,
    withdraw: Operations,
}

fn least(costs: Vec<Operations>) -> Operations {
    costs.into_iter().min_by_key(Operations::total).unwrap()
}

/// Submits often enough and returns the receipts with the least cost.
async fn submissions(client: &Client, store: &Counting) -> (Vec<Value>, Operations) {
    let (mut receipts, mut costs) = (Vec::new(), Vec::new());
    for n in 0..TIMES {
        store.take();
        let reply = client.post("/api/intake/orders", &format!("budget-order-000{n}"), &[], &street_light()).await;
        costs.push(store.take());
        receipts.push(reply.expect(201));
    }
    (receipts, least(costs))
}

/// The least cost of one command over all cases.
async fn command(client: &Client, store: &Counting, receipts: &[Value], name: &str, body: Value) -> Operations {
    let mut costs = Vec::new();
    for receipt in receipts {
        let path = format!("/api/intake/orders/{}/{name}", receipt["number"].as_str().unwrap());
        let owner = case(&receipt["secret"]);
        store.take();
        client.post(&path, "budget-command-00", &[("authorization", &owner)], &body).await.expect(200);
        costs.push(store.take());
    }
    least(costs)
}

/// The least cost of a neighbour's "me too" over all cases.
async fn me_too(client: &Client, store: &Counting, receipts: &[Value]) -> Operations {
    let mut costs = Vec::new();
    for (n, receipt) in receipts.iter().enumerate() {
        let path = format!("/api/intake/public/{}/me-too", receipt["number"].as_str().unwrap());
        let body = json!({"device": "a-neighbours-device", "phone": "13900000001"});
        store.take();
        client.post(&path, &format!("budget-me-too-00{n}"), &[], &body).await.expect(200);
        costs.push(store.take());
    }
    least(costs)
}

async fn reading(client: &Client, store: &Counting, path: &str, owner: &str) -> Operations {
    let mut costs = Vec::new();
    for _ in 0..TIMES {
        store.take();
        client.get(path, &[("authorization", owner)]).await.expect(200);
        costs.push(store.take());
    }
    least(costs)
}

async fn measure(town: &Town, store: &Counting) -> Costs {
    let (receipts, submit) = submissions(town, store).await;
    town.tick().await;
    let owner = case(&receipts[0]["secret"]);
    let case = |member: &str| format!("/api/intake/orders/{}", receipts[0][member].as_str().unwrap());
    Costs {
        submit,
        by_number: reading(town, store, &case("number"), &owner).await,
        by_id: reading(town, store, &case("id"), &owner).await,
        public: reading(town, store, "/api/intake/public", &owner).await,
        similar: reading(town, store, "/api/intake/similar?category=T0403&village=990181101001", &owner).await,
        statistics: reading(town, store, "/api/intake/statistics", &owner).await,
        me_too: me_too(town, store, &receipts).await,
        supplement: command(town, store, &receipts, "supplements", json!({"text": "昨晚有人差点摔倒。"})).await,
        urge: command(town, store, &receipts, "urges", json!({})).await,
        withdraw: command(town, store, &receipts, "withdrawal", json!({})).await,
    }
}

#[tokio::test]
async fn on_sqlite_every_request_keeps_its_budget() {
    let mut store = None;
    let town = Town::with(|builder, state| {
        let sqlite = SqliteBackend::open(&state.join("sqlite_key_value.db")).unwrap();
        let counting = Counting::new(Arc::new(sqlite));
        store = Some(Arc::clone(&counting));
        builder.store(StoreChoice::Custom(counting))
    })
    .await;
    let costs = measure(&town, &store.unwrap()).await;
    println!("SQLite: {costs:#?}");
    assert_eq!((costs.submit.total(), costs.submit.writes()), (6, 4), "{:?}", costs.submit);
    assert_eq!((costs.by_number.total(), costs.by_number.writes()), (2, 0), "{:?}", costs.by_number);
    assert_eq!((costs.by_id.total(), costs.by_id.writes()), (1, 0), "{:?}", costs.by_id);
    assert_eq!((costs.public.total(), costs.public.writes()), (2, 0), "{:?}", costs.public);
    for open in [costs.similar, costs.statistics] {
        assert_eq!((open.total(), open.writes()), (1, 0), "{open:?}");
    }
    // The address's record, number, document; the swap's own look at it, a slot, its notice, the swap.
    assert_eq!((costs.me_too.total(), costs.me_too.writes()), (8, 4), "{:?}", costs.me_too);
    for command in [costs.supplement, costs.urge, costs.withdraw] {
        // Number, document; the swap's own look at it, a slot, its notice, the swap.
        assert_eq!((command.total(), command.writes()), (6, 3), "{command:?}");
    }
}

/// A swap is never confirmed there, so each costs one look more.
#[tokio::test]
async fn on_redis_an_unconfirmed_swap_costs_one_look_more() {
    let redis = Redis::start().await;
    let backend: Arc<dyn KvBackend> = Arc::new(RedisBackend::connect(&redis.url).await.unwrap());
    let store = Counting::new(backend);
    let custom = Arc::clone(&store);
    let town = Town::loaded(|builder, _| builder.store(StoreChoice::Custom(custom))).await;
    let costs = measure(&town, &store).await;
    println!("Redis: {costs:#?}");
    // A swap that Redis does not confirm makes the backend itself read the key once more for the handle it returns.
    assert_eq!((costs.submit.total(), costs.submit.writes()), (8, 4), "{:?}", costs.submit);
    assert_eq!((costs.by_number.total(), costs.by_number.writes()), (2, 0), "{:?}", costs.by_number);
    assert_eq!((costs.by_id.total(), costs.by_id.writes()), (1, 0), "{:?}", costs.by_id);
    assert_eq!((costs.public.total(), costs.public.writes()), (2, 0), "{:?}", costs.public);
    // Without batches of reads the twelve months are twelve reads at once.
    assert_eq!((costs.similar.total(), costs.statistics.total()), (1, 12), "{costs:?}");
    for command in [costs.supplement, costs.urge, costs.withdraw] {
        assert_eq!((command.total(), command.writes()), (8, 3), "{command:?}");
    }
}

#[tokio::test]
async fn a_cold_instance_reads_its_keys_and_its_catalogue_besides() {
    let town = Town::with(|builder, _| builder.trace(true)).await;
    let receipt = town.post("/api/intake/orders", "budget-cold-order", &[], &street_light()).await.expect(201);
    let owner = case(&receipt["secret"]);
    let path = format!("/api/intake/orders/{}", receipt["number"].as_str().unwrap());
    let tracked = town.get(&path, &[("authorization", &owner), ("x-onetown-trace", "kv")]).await;
    tracked.expect(200);
    // Master key, number, document, the catalogue's version, the catalogue.
    assert_eq!(tracked.header("x-kv-ops"), "total=5;get=5", "{}", tracked.header("x-kv-keys"));
}

#[test]
fn components_are_small() {
    let manifest = manifest();
    for (name, component) in &manifest.component {
        let bytes = std::fs::metadata(manifest.directory.join(&component.source)).unwrap().len();
        assert!(bytes <= COMPONENT_BYTES_MAX, "{name} has {bytes} bytes, {COMPONENT_BYTES_MAX} are allowed");
    }
}
