//! The dashboard's numbers follow what happens, and say what they are shares of.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::town::{LEAD, OTHER, Person, Town};

struct Staff {
    dispatcher: Person,
    handler: Person,
    supervisor: Person,
    agent: Person,
}

impl Staff {
    async fn of(town: &mut Town) -> Self {
        Self {
            dispatcher: town.person("dispatcher", "dispatcher", "C01").await,
            handler: town.person("handler", "handler", LEAD).await,
            supervisor: town.person("supervisor", "supervisor", "C01").await,
            agent: town.person("agent", "callback_agent", "C01").await,
        }
    }

    /// Takes an order from the pool to the answer of its caller.
    async fn handle(&self, town: &mut Town, contacted: bool, answer: Value) {
        let (id, _) = town.submit().await;
        let photo = town.photo().await;
        town.step(&self.dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
        town.step(&self.handler, &id, "sign", json!({})).await.good();
        let mut result = json!({"class": "resolved", "text": "已修好。", "attachments": [photo]});
        if contacted {
            town.step(&self.handler, &id, "contact", json!({"text": "已联系。"})).await.good();
        } else {
            result["noContact"] = json!("unreachable");
        }
        town.step(&self.handler, &id, "submit-result", result).await.good();
        town.step(&self.supervisor, &id, "review-pass", json!({"text": "同意。"})).await.good();
        let visit = json!({"method": "phone", "answer": answer, "text": "已回访。"});
        town.step(&self.agent, &id, "visit", visit).await.good();
    }
}

async fn figures(town: &mut Town, who: &Person) -> Value {
    town.tick().await;
    town.get(who, "/api/dispatch/dashboard").await.good()
}

#[tokio::test]
async fn three_rates_are_told_with_what_they_are_shares_of() {
    let mut town = Town::new().await;
    let staff = Staff::of(&mut town).await;
    let none = figures(&mut town, &staff.dispatcher).await["rates"]["all"].clone();
    assert_eq!(none["response"], json!({"part": 0, "whole": 0, "perMille": null}), "no rate of nothing");
    staff.handle(&mut town, true, json!({"contacted": true, "resolved": true, "satisfaction": 5})).await;
    staff.handle(&mut town, false, json!({"contacted": true, "resolved": true, "satisfaction": 3})).await;
    staff.handle(&mut town, true, json!({"contacted": true, "satisfaction": 4})).await;
    // Open orders are in no rate.
    town.submit().await;
    let told = figures(&mut town, &staff.dispatcher).await;
    let all = &told["rates"]["all"];
    assert_eq!(all["response"], json!({"part": 2, "whole": 3, "perMille": 666}));
    assert_eq!(all["resolution"], json!({"part": 2, "whole": 2, "perMille": 1000}), "who did not say is not in it");
    assert_eq!(all["satisfaction"], json!({"part": 28, "whole": 30, "perMille": 933}));
    assert_eq!(told["rates"]["byUnit"], json!({LEAD: all}));
    // The unit itself sees its own; another one sees nothing.
    let own = figures(&mut town, &staff.handler).await;
    assert_eq!(own["rates"], told["rates"]);
    let other = town.person("other", "handler", OTHER).await;
    assert_eq!(figures(&mut town, &other).await["rates"]["byUnit"], json!({}));
}

#[tokio::test]
async fn the_trend_counts_day_by_day_and_the_rates_are_of_its_days() {
    let mut town = Town::new().await;
    let mut staff = Staff::of(&mut town).await;
    staff.handle(&mut town, true, json!({"contacted": true, "resolved": true, "satisfaction": 5})).await;
    town.submit().await;
    town.tick().await;
    let Staff { dispatcher, handler, supervisor, agent } = &mut staff;
    town.days_later(2, &mut [dispatcher, handler, supervisor, agent]).await;
    town.submit().await;
    let told = figures(&mut town, &staff.dispatcher).await;
    let trend = told["trend"].as_array().unwrap();
    let day = |ago: usize| (&trend[29 - ago]["received"], &trend[29 - ago]["closed"]);
    assert_eq!(
        (trend.len(), day(0), day(1), day(2)),
        (30, (&json!(1), &json!(0)), (&json!(0), &json!(0)), (&json!(2), &json!(1)))
    );
    assert_eq!((&told["rates"]["from"], &told["rates"]["until"]), (&trend[0]["day"], &trend[29]["day"]));
    assert_eq!(told["rates"]["all"]["response"]["whole"], 1);
    let village = "990181101001";
    assert_eq!((&told["byVillage"], &told["overdueByVillage"]), (&json!({village: 2}), &json!({})));
    // A month later they are in no day of the trend, so in no rate of it either; what is open is late by then.
    let Staff { dispatcher, handler, supervisor, agent } = &mut staff;
    town.days_later(31, &mut [dispatcher, handler, supervisor, agent]).await;
    let told = figures(&mut town, &staff.dispatcher).await;
    assert_eq!(told["rates"]["all"]["response"]["whole"], 0);
    assert_eq!(told["overdueByVillage"], json!({village: 2}));
}

/// Handbook §8.4: an order that stands still, or that waits for the centre, is nobody's delay.
#[tokio::test]
async fn overdue_is_only_what_somebody_has_time_for() {
    let mut town = Town::new().await;
    let mut staff = Staff::of(&mut town).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let (id, _) = town.submit().await;
        town.step(&staff.dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
        town.step(&staff.handler, &id, "sign", json!({})).await.good();
        town.step(&staff.handler, &id, "contact", json!({"text": "已联系。"})).await.good();
        ids.push(id);
    }
    let limit = json!({"n": 30, "unit": "naturalDays"});
    let ask = json!({"reason": "callerMaterial", "limit": limit, "text": "等诉求人补充材料。"});
    town.step(&staff.handler, &ids[1], "suspend-request", ask).await.good();
    town.step(&staff.dispatcher, &ids[1], "suspend-approve", json!({"text": "同意。"})).await.good();
    for id in &ids[2..] {
        let photo = town.photo().await;
        let result = json!({"class": "resolved", "text": "已修好。", "attachments": [photo]});
        town.step(&staff.handler, id, "submit-result", result).await.good();
    }
    town.step(&staff.supervisor, &ids[3], "review-pass", json!({"text": "同意。"})).await.good();
    town.tick().await;
    // Beyond 15 working days, within the suspension.
    let Staff { dispatcher, handler, supervisor, agent } = &mut staff;
    town.days_later(28, &mut [dispatcher, handler, supervisor, agent]).await;
    let told = figures(&mut town, &staff.dispatcher).await;
    let by_status = json!({"inProgress": 1, "suspended": 1, "pendingReview": 1, "pendingVisit": 1});
    assert_eq!((&told["byStatus"], &told["overdue"]), (&by_status, &json!(1)));
    assert_eq!(told["overdueByVillage"], json!({"990181101001": 1}));
}

#[tokio::test]
async fn who_changes_the_catalogue_learns_what_is_in_use_and_nothing_else() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let manager = town.person("manager", "administrator", "C01").await;
    let (id, _) = town.submit().await;
    let (gone, _) = town.submit().await;
    town.step(&dispatcher, &gone, "withdraw-for", json!({"text": "诉求人来电撤回。"})).await.good();
    town.tick().await;
    let told = town.get(&manager, "/api/dispatch/in-use").await.good();
    assert_eq!(told["open"]["categoryCode"], json!({"T0403": 1}));
    assert_eq!(told["open"]["villageCode"], json!({"990181101001": 1}));
    assert_eq!(town.get(&manager, &format!("/api/dispatch/orders/{id}")).await.said(), (404, "notFound"));
    assert_eq!(town.get(&dispatcher, "/api/dispatch/in-use").await.said(), (403, "forbidden"));
}

/// Issue 3: a removed category in use. The order goes on as it was registered; nobody can choose the category anew.
#[tokio::test]
async fn an_order_outlives_its_category() {
    let mut town = Town::new().await;
    let staff = Staff::of(&mut town).await;
    let manager = town.person("manager", "administrator", "C01").await;
    let (id, secret) = town.submit().await;
    // Nor may the platform above go on sending it.
    let without = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu").join(name);
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().filter(|line| !line.contains("T0403")).collect::<Vec<_>>().join("\n")
    };
    let names = ["complaint_taxonomy.csv", "hotline.toml"];
    let files = json!({"files": names.map(|name| (name, without(name))).into_iter().collect::<BTreeMap<_, _>>()});
    town.post(&manager, "PUT", "/api/admin/catalogue", &files).await.good();
    town.gate.advance(5_000);
    let form = json!({
        "appealType": "complaint", "categoryCode": "T0403", "title": "路灯不亮", "content": "商业街的路灯坏了一周。",
        "place": {"villageCode": "990181101001"}, "anonymous": true,
    });
    let refused = town.send("POST", "/api/intake/orders", &[], Some(&form)).await;
    assert_eq!(
        (refused.said(), &refused.body["errors"]),
        ((422, "invalidFields"), &json!([{"pointer": "/categoryCode", "code": "unknown"}]))
    );
    let order = town.get(&staff.dispatcher, &format!("/api/dispatch/orders/{id}")).await.good();
    assert_eq!((&order["categoryCode"], &order["status"]), (&json!("T0403"), &json!("registered")));
    town.step(&staff.dispatcher, &id, "dispatch", json!({"lead": LEAD})).await.good();
    town.step(&staff.handler, &id, "sign", json!({})).await.good();
    town.step(&staff.handler, &id, "contact", json!({"text": "已联系。"})).await.good();
    let photo = town.photo().await;
    let result = json!({"class": "resolved", "text": "已修好。", "attachments": [photo]});
    town.step(&staff.handler, &id, "submit-result", result).await.good();
    town.step(&staff.supervisor, &id, "review-pass", json!({"text": "同意。"})).await.good();
    let visit =
        json!({"method": "phone", "answer": {"contacted": true, "resolved": true, "satisfaction": 5}, "text": "x"});
    town.step(&staff.agent, &id, "visit", visit).await.good();
    let owner = format!("Case {secret}");
    let tracked =
        town.send("GET", &format!("/api/intake/orders/{id}"), &[("authorization", &owner)], None).await.good();
    assert_eq!(tracked["status"], "closed", "{tracked}");
}
