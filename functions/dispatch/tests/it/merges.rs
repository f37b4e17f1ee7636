//! Orders that went into others: each of their callers is answered, or the order comes back.

use std::sync::Arc;

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Context};
use domain::order::{OrderEvent, Work, WorkOrder};
use domain::time::Moment;
use serde_json::{Value, json};
use store::{Access, Document, Operation};

use crate::town::{Person, Town};

const ANSWER: &str = "路灯由市里统一管护，已转告。";

/// Asks a question, which the centre can answer at once; id and secret.
async fn ask(town: &mut Town, confidential: bool) -> (String, String) {
    let form = json!({
        "appealType": "consult", "categoryCode": "T0403", "title": "路灯", "content": "商业街的路灯归谁管？",
        "place": {"villageCode": "990181101001"}, "confidential": confidential,
    });
    let answer = town.send("POST", "/api/intake/orders", &[], Some(&form)).await.good();
    (answer["id"].as_str().unwrap().to_owned(), answer["secret"].as_str().unwrap().to_owned())
}

async fn order(town: &mut Town, who: &Person, id: &str) -> Value {
    town.get(who, &format!("/api/dispatch/orders/{id}")).await.good()
}

/// What the order's caller was told of its parent's answer: nothing, or once, with or without words.
async fn replies(town: &mut Town, who: &Person, id: &str) -> Vec<Value> {
    let order = order(town, who, id).await;
    let events = order["timeline"].as_array().unwrap().iter();
    events.filter(|event| event["type"] == "childReplied").map(|event| event["text"].clone()).collect()
}

async fn merge(town: &mut Town, who: &Person, child: &str, parent: &str) {
    town.step(who, child, "merge", json!({"parent": parent})).await.good();
}

async fn answer_now(town: &mut Town, who: &Person, id: &str) {
    town.step(who, id, "answer-now", json!({"knowledge": "K-1", "text": ANSWER})).await.good();
    town.tick().await;
}

#[tokio::test]
async fn what_is_answered_at_once_answers_what_went_into_it() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let ((parent, _), (child, _)) = (ask(&mut town, false).await, ask(&mut town, false).await);
    merge(&mut town, &dispatcher, &child, &parent).await;
    town.tick().await;
    answer_now(&mut town, &dispatcher, &parent).await;
    assert_eq!(replies(&mut town, &dispatcher, &child).await, [json!(ANSWER)]);
}

/// Nobody has noted the first when the second goes on.
#[tokio::test]
async fn an_answer_goes_on_to_what_went_into_what_went_into_it() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(ask(&mut town, false).await.0);
    }
    assert_eq!(town.step(&dispatcher, &ids[0], "merge", json!({"parent": ids[0]})).await.said(), (409, "parentClosed"));
    merge(&mut town, &dispatcher, &ids[0], &ids[1]).await;
    merge(&mut town, &dispatcher, &ids[1], &ids[2]).await;
    town.tick().await;
    answer_now(&mut town, &dispatcher, &ids[2]).await;
    for id in &ids[..2] {
        assert_eq!(replies(&mut town, &dispatcher, id).await, [json!(ANSWER)]);
    }
}

#[tokio::test]
async fn what_went_into_an_order_that_is_handed_off_comes_back() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let ((parent, _), (child, _)) = (ask(&mut town, false).await, ask(&mut town, false).await);
    merge(&mut town, &dispatcher, &child, &parent).await;
    town.tick().await;
    town.step(&dispatcher, &parent, "hand-off", json!({"to": "petition", "text": "x"})).await.good();
    town.tick().await;
    assert_eq!(town.queue(&dispatcher, "pool").await, [child.as_str()]);
}

#[tokio::test]
async fn what_went_into_an_order_that_is_taken_back_meanwhile_comes_back() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let ((parent, _), (child, _)) = (ask(&mut town, false).await, ask(&mut town, false).await);
    merge(&mut town, &dispatcher, &child, &parent).await;
    town.step(&dispatcher, &parent, "withdraw-for", json!({"text": "诉求人来电撤回。"})).await.good();
    town.tick().await;
    let back = order(&mut town, &dispatcher, &child).await;
    assert_eq!((&back["status"], &back["handling"]["parent"]), (&json!("registered"), &Value::Null));
    assert_eq!(town.queue(&dispatcher, "pool").await, [child.as_str()]);
    answer_now(&mut town, &dispatcher, &child).await;
    assert_eq!(order(&mut town, &dispatcher, &child).await["status"], "closed");
}

/// Two dispatchers at once, each of whom saw the other order open.
#[tokio::test]
async fn of_two_orders_that_went_into_each_other_one_comes_back_and_answers_the_other() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let ((one, _), (other, _)) = (ask(&mut town, false).await, ask(&mut town, false).await);
    let access = Access::new(town.kv.clone(), Arc::default());
    for (child, parent) in [(&one, &other), (&other, &one)] {
        let context = Context { now: Moment::from_unix_ms(town.now_ms()), by: Actor::staff("somebody") };
        let operation = Operation { op: OpId::new("test.merge", child), request: sha256(&[b"merge"]), context };
        let parent = DocId::parse(parent).unwrap();
        let merged = |_: &Document<WorkOrder>, context: &Context| {
            let work = Work { order: Some(parent.clone()), ..Work::by(context.by.clone()) };
            Ok(OrderEvent::Merged(Box::new(work)))
        };
        store::update(&access, &DocId::parse(child).unwrap(), &operation, merged).await.unwrap();
    }
    town.tick().await;
    let stand = [order(&mut town, &dispatcher, &one).await, order(&mut town, &dispatcher, &other).await];
    assert_eq!(stand.map(|order| order["status"].clone()), [json!("registered"), json!("merged")]);
    answer_now(&mut town, &dispatcher, &one).await;
    assert_eq!(replies(&mut town, &dispatcher, &other).await, [json!(ANSWER)]);
}

#[tokio::test]
async fn a_confidential_orders_words_stay_in_confidential_ones() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let ((parent, _), (open, secret)) = (ask(&mut town, true).await, ask(&mut town, false).await);
    let (sealed, _) = ask(&mut town, true).await;
    for child in [&open, &sealed] {
        merge(&mut town, &dispatcher, child, &parent).await;
    }
    town.tick().await;
    answer_now(&mut town, &dispatcher, &parent).await;
    assert_eq!(replies(&mut town, &dispatcher, &open).await, [Value::Null]);
    assert_eq!(replies(&mut town, &dispatcher, &sealed).await, [json!(ANSWER)]);
    let owner = format!("Case {secret}");
    let path = format!("/api/intake/orders/{open}");
    let tracked = town.send("GET", &path, &[("authorization", &owner)], None).await.good();
    let told = tracked["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!((&told["type"], &told["text"]), (&json!("answered"), &Value::Null), "that there is an answer");
}
