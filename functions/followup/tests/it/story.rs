//! An order on its way to a result, and its caller.

use serde_json::{Value, json};

use crate::town::{Answer, LEAD, Person, Town};

/// The town, and whoever handles orders.
pub struct Story {
    pub town: Town,
    dispatcher: Person,
    handler: Person,
    supervisor: Person,
}

/// A caller's case.
pub struct Case {
    pub id: String,
    pub secret: String,
}

impl Story {
    pub async fn begin() -> Self {
        let mut town = Town::new().await;
        let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
        let handler = town.person("handler", "handler", LEAD).await;
        let supervisor = town.person("supervisor", "supervisor", "C01").await;
        Self { town, dispatcher, handler, supervisor }
    }

    pub async fn submit(&mut self, confidential: bool) -> Case {
        let (id, secret) = if confidential { self.town.submit_confidential().await } else { self.town.submit().await };
        Case { id, secret }
    }

    /// From the pool to a result that was reviewed: the caller is to be asked.
    pub async fn handle(&mut self, case: &Case) {
        let (dispatcher, handler) = (self.dispatcher.clone(), self.handler.clone());
        self.town.step(&dispatcher, &case.id, "dispatch", json!({"lead": LEAD})).await.good();
        self.town.step(&handler, &case.id, "sign", json!({})).await.good();
        self.finish(case).await;
    }

    /// From being handled to a result that was reviewed; the photo that shows it.
    pub async fn finish(&mut self, case: &Case) -> String {
        let photo = self.town.photo().await;
        let result = json!({
            "class": "resolved", "text": "已修好。", "attachments": [photo], "noContact": "unreachable",
        });
        let (handler, supervisor) = (self.handler.clone(), self.supervisor.clone());
        self.town.step(&handler, &case.id, "submit-result", result).await.good();
        self.town.step(&supervisor, &case.id, "review-pass", json!({"text": "同意。"})).await.good();
        photo
    }

    /// A reminder by the supervisor.
    pub async fn remind(&mut self, case: &Case, text: &str) -> Answer {
        let supervisor = self.supervisor.clone();
        self.town.step(&supervisor, &case.id, "remind", json!({"text": text})).await
    }

    /// What the caller sends.
    pub async fn send(&mut self, case: &Case, step: &str, body: Value) -> Answer {
        let owner = format!("Case {}", case.secret);
        let path = format!("/api/intake/orders/{}/{step}", case.id);
        self.town.send("POST", &path, &[("authorization", &owner)], Some(&body)).await
    }

    /// What the caller sees.
    pub async fn view(&mut self, case: &Case) -> Value {
        self.read(case, "").await.good()
    }

    pub async fn read(&mut self, case: &Case, below: &str) -> Answer {
        let owner = format!("Case {}", case.secret);
        self.town
            .send("GET", &format!("/api/intake/orders/{}{below}", case.id), &[("authorization", &owner)], None)
            .await
    }

    /// What the centre sees.
    pub async fn desk(&mut self, case: &Case) -> Value {
        let dispatcher = self.dispatcher.clone();
        self.town.get(&dispatcher, &format!("/api/dispatch/orders/{}", case.id)).await.good()
    }

    /// What the centre sees when it looks at the caller.
    pub async fn look(&mut self, case: &Case) -> Value {
        let dispatcher = self.dispatcher.clone();
        let path = format!("/api/dispatch/orders/{}/caller-looks", case.id);
        self.town.post(&dispatcher, "POST", &path, &json!({"purpose": "contact"})).await.good()
    }

    pub async fn queue(&mut self, name: &str) -> Value {
        let dispatcher = self.dispatcher.clone();
        self.town.tick().await;
        self.town.get(&dispatcher, &format!("/api/dispatch/queues/{name}")).await.good()
    }
}

/// The action `name` of a view.
pub fn action(view: &Value, name: &str) -> Value {
    view["actions"].as_array().unwrap().iter().find(|action| action["name"] == name).unwrap().clone()
}

/// The mistakes that an answer names.
pub fn mistakes(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer.body["errors"].as_array().unwrap().iter();
    errors.map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}
