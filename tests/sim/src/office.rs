//! Staff at their desks: they look at orders, take whatever step is possible for them, insist with the same key, look at
//! callers, decide at the same time as others; and remember what they were told.

use canon::DocId;
use domain::aggregate::Actor;
use domain::staff::{Role, Staff};
use http::StatusCode;
use serde_json::{Value, json};
use service::session::Session;
use service::{App, session};
use store::memory::{Gate as _, MemoryKv};

use crate::citizens::Citizens;
use crate::town::{self, Instance, Response, Signed};
use crate::{Random, desk};

/// The demo town's command centre.
pub const CENTRE: &str = "C01";
/// The unit that everything is dispatched to, another one, and a village that helps.
pub const LEAD: &str = "D13";
/// Another unit.
pub const OTHER: &str = "D04";
/// A village.
pub const VILLAGE: &str = "990181101001";

/// What somebody is there for, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Post {
    /// The role.
    pub role: Role,
    /// The unit.
    pub unit: &'static str,
}

/// Everybody whom an order meets in its life.
pub const POSTS: [Post; 9] = [
    Post { role: Role::Dispatcher, unit: "C01" },
    Post { role: Role::Dispatcher, unit: "C01" },
    Post { role: Role::Supervisor, unit: "C01" },
    Post { role: Role::CallbackAgent, unit: "C01" },
    Post { role: Role::TownLeader, unit: "C01" },
    Post { role: Role::Handler, unit: LEAD },
    Post { role: Role::UnitHead, unit: LEAD },
    Post { role: Role::Handler, unit: OTHER },
    Post { role: Role::GridWorker, unit: VILLAGE },
];

/// A session of `post` number `number`, as a sign-in would begin it; the password is not what is tried here.
///
/// # Errors
/// When the store fails.
pub async fn sign_in(kv: MemoryKv, number: usize, post: Post) -> Result<Signed, String> {
    sign_in_as(kv, format!("{}-{number}", post.role.as_str().replace('_', "-")), post).await
}

/// The same under the name `account`.
///
/// # Errors
/// When the store fails.
pub async fn sign_in_as(kv: MemoryKv, account: String, post: Post) -> Result<Signed, String> {
    let app = App::new(kv.clone());
    let access = desk::access(&kv);
    let account = account.parse().map_err(|error| format!("{account}: {error:?}"))?;
    let id: DocId = Staff::id(&account);
    let staff = Staff {
        display_name: account.to_string(),
        account,
        roles: [post.role].into_iter().collect(),
        unit: Some(post.unit.parse().map_err(|error| format!("{}: {error:?}", post.unit))?),
        grid: None,
        valid_from: None,
        valid_until: None,
        password: domain::order::Sealed(String::new()),
        one_time: false,
        second_factor: None,
        suspended: false,
        own_changes: 0,
    };
    let keys = app.keys(&access).await.map_err(|problem| problem.code().to_owned())?;
    let (_, token) = Session::open(&access, id, &staff, CENTRE.parse().ok().as_ref())
        .await
        .map_err(|problem| problem.code().to_owned())?;
    Ok(Signed { csrf: session::csrf(&keys, &token), token, actor: Actor::staff(Staff::id(&staff.account).as_str()) })
}

/// Everything that a step could ask for; each reads its own fields.
#[must_use]
pub fn form(step: &str, view: &Value, text: &str, photo: &str, parent: &str, pick: u64) -> Value {
    let reason = if step == "returnRequest" { "RT01" } else { "callerMaterial" };
    let unit = if step == "extendRequest" { "workingDays" } else { "naturalDays" };
    let wanted = match step {
        "issueCard" | "dismissCard" => ["proposed"].as_slice(),
        "objectCard" => &["issued"],
        "upholdCard" => &["objected"],
        _ => &["issued", "objected", "upheld"],
    };
    let cards = view.pointer("/handling/cards").and_then(Value::as_array).cloned().unwrap_or_default();
    let card = cards.iter().find(|card| wanted.iter().any(|status| card["status"] == *status));
    json!({
        "ifVersion": view["version"], "text": text, "attachments": if photo.is_empty() { vec![] } else { vec![photo] }, "lead": LEAD, "coUnits": [VILLAGE],
        "units": if step == "addCo" { [OTHER] } else { ["D05"] }, "knowledge": "K-1", "to": "petition",
        "reason": reason, "limit": { "n": 1, "unit": unit }, "pastOuter": true, "class": "resolved", "subject": "YD-DX-0001",
        "method": "phone", "answer": { "contacted": true, "resolved": !pick.is_multiple_of(3), "satisfaction": 1 + pick % 5 },
        "until": format!("2027-0{}-15", 1 + pick % 9), "parent": parent, "redo": pick.is_multiple_of(2), "level": "notice", "key": card.and_then(|card| card["key"].as_str()).unwrap_or_default(),
    })
}

/// `returnRequest` is `return-request` in an address.
#[must_use]
pub fn kebab(step: &str) -> String {
    let spelled = |letter: char| {
        let dash = letter.is_ascii_uppercase().then_some('-');
        dash.into_iter().chain([letter.to_ascii_lowercase()])
    };
    step.chars().flat_map(spelled).collect()
}

/// Somebody at work in a run.
struct Worker {
    citizens: Citizens,
    number: usize,
    post: Post,
    photo: String,
    signed: Option<Signed>,
    random: Random,
}

impl Citizens {
    /// One of [`POSTS`], who takes up to `steps` steps.
    pub fn worker(&self, number: usize, steps: u32) {
        self.occupied(1);
        let (citizens, random) = (self.clone(), self.scheduler().fork_random());
        self.scheduler().actor(async move {
            let post = POSTS.get(number % POSTS.len()).copied().unwrap_or(POSTS[0]);
            let mut worker =
                Worker { citizens: citizens.clone(), number, post, photo: String::new(), signed: None, random };
            worker.live(steps).await;
            citizens.occupied(-1);
        });
    }
}

impl Worker {
    async fn live(&mut self, steps: u32) {
        for step in 0..steps {
            self.citizens.pause(4_000, &mut self.random).await;
            if self.photo.is_empty() {
                self.upload().await;
            }
            if self.random.chance(150) {
                self.whistle(&format!("worker {} whistle {step} end", self.number)).await;
            }
            if self.random.chance(120) {
                self.export(&format!("worker {} export {step} end", self.number)).await;
            }
            let Some(view) = self.some_order().await else { continue };
            let Some(name) = self.choose(&possible(&view)) else { continue };
            let text = format!("worker {} step {step} end", self.number);
            let orders = self.citizens.order_ids();
            let parent = orders.get(self.random.index(orders.len())).map(String::as_str).unwrap_or_default();
            let body = form(&name, &view, &text, &self.photo, parent, self.random.bits());
            self.take(&view, &name, &text, &body).await;
            if self.random.chance(200) {
                self.look(&view).await;
            }
        }
    }

    /// One of `names`. What ends an order or leaves it where it is comes seldom, so that runs see more of its life.
    fn choose(&mut self, names: &[String]) -> Option<String> {
        let seldom = |name: &str| match name {
            "withdrawFor" | "handOff" | "merge" => 30,
            "remind" | "nameRespondent" | "proposeCard" | "transfer" | "returnRequest" => 100,
            _ => 1000,
        };
        for _ in 0..6 {
            let name = names.get(self.random.index(names.len()))?;
            if self.random.chance(seldom(name)) {
                return Some(name.clone());
            }
        }
        None
    }

    async fn upload(&mut self) {
        let key = format!("worker-{:04}-evidence-{:016x}", self.number, self.random.bits());
        let post = self.instance().post("/api/intake/attachments".to_owned(), key, None, town::photo());
        let answer = self.citizens.scheduler().request(post).await;
        if let Some(answer) = answer.filter(|answer| answer.status.is_success()) {
            self.photo = answer.text("id").to_owned();
        }
    }

    fn instance(&self) -> Instance {
        self.citizens.instance()
    }

    async fn signed(&mut self) -> Option<Signed> {
        if self.signed.is_none() {
            let signing = sign_in(self.citizens.kv.clone(), self.number, self.post);
            self.signed = self.citizens.scheduler().request(signing).await.and_then(Result::ok);
        }
        self.signed.clone()
    }

    /// An order that this person may see, with what they could do with it.
    async fn some_order(&mut self) -> Option<Value> {
        let orders = self.citizens.order_ids();
        let id = orders.get(self.random.index(orders.len()))?.clone();
        self.see(&format!("/api/dispatch/orders/{id}")).await
    }

    /// What is behind an address, if this person may see it.
    async fn see(&mut self, path: &str) -> Option<Value> {
        let signed = self.signed().await?;
        let get = self.instance().staff_get(path.to_owned(), signed);
        let answer = self.citizens.scheduler().request(get).await?;
        match answer.status {
            StatusCode::OK => return Some(answer.body),
            StatusCode::UNAUTHORIZED => self.signed = None,
            StatusCode::NOT_FOUND => {}
            _ if answer.is_unknown() => {}
            _ => self.citizens.report(format!("{path} was answered {answer:?}")),
        }
        None
    }

    async fn post(&mut self, path: &str, key: &str, body: &Value) -> Option<Response> {
        let signed = self.signed().await?;
        let post = self.instance().staff_post(path.to_owned(), key.to_owned(), signed, body.to_string().into_bytes());
        let answer = self.citizens.scheduler().request(post).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            self.signed = None;
            return None;
        }
        Some(answer).filter(|answer| !answer.is_unknown())
    }

    /// Takes the step, and remembers what was said.
    async fn take(&mut self, view: &Value, name: &str, text: &str, body: &Value) {
        let id = view["id"].as_str().unwrap_or_default().to_owned();
        let path = format!("/api/dispatch/orders/{id}/{}", kebab(name));
        let Some(answer) = self.insist(&path, &format!("key-of-{}", text.replace(' ', "-")), body).await else {
            return;
        };
        if answer.status.is_success() {
            self.citizens.stepped(name, &id, text);
        } else if self.is_a_rule(name, &answer) {
            // Somebody was faster, or a rule that the view cannot know.
            self.citizens.refuses(text);
            if answer.text("code") == "invalidFields" {
                // The photo may have been dropped.
                self.photo.clear();
            }
        }
    }

    /// Sends until there is an answer, or gives up.
    async fn insist(&mut self, path: &str, key: &str, body: &Value) -> Option<Response> {
        for _ in 0..8 {
            let answer = self.post(path, key, body).await;
            if answer.is_some() || self.random.chance(60) {
                return answer;
            }
            let pause_ms = if self.random.chance(200) { 31_000 } else { self.random.below(4_000) };
            self.citizens.scheduler().sleep_ms(pause_ms).await;
        }
        None
    }

    /// Whether a refusal is one that a well-formed request can meet.
    fn is_a_rule(&self, name: &str, answer: &Response) -> bool {
        let rule = !matches!(answer.text("code"), "" | "wrongShape");
        if !rule {
            self.citizens.report(format!("{name} was answered {answer:?}"));
        }
        rule
    }

    /// Blows a whistle, or answers one as far as that is this person's.
    async fn whistle(&mut self, text: &str) {
        let whistles = self.citizens.known("whistle");
        let known = whistles.get(self.random.index(whistles.len())).filter(|_| self.random.chance(850)).cloned();
        let key = format!("whistle-of-{}", text.replace(' ', "-"));
        let limit = json!({ "n": 2, "unit": "workingDays" });
        let (path, name, body) = match known {
            None => {
                let body = json!({ "kind": "enforcement", "text": text, "units": [LEAD], "asked": [OTHER] });
                ("/api/whistles".to_owned(), "blow".to_owned(), body)
            }
            Some((id, _)) => {
                let Some(view) = self.see(&format!("/api/whistles/{id}")).await else { return };
                let names = possible(&view);
                let Some(name) = names.get(self.random.index(names.len())).cloned() else { return };
                let tasks = [LEAD, OTHER].map(|unit| json!({ "unit": unit, "action": text, "limit": limit }));
                let open = view.get("tasks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let is = |task: &Value, member: &str, value: &Value| task.get(member) == Some(value);
                let unit = json!(self.post.unit);
                let mine = open.iter().find(|task| is(task, "unit", &unit) && is(task, "doneAt", &Value::Null));
                let task = mine.and_then(|task| task.get("task").cloned());
                let body = json!({ "ifVersion": view.get("version"), "text": text, "tasks": tasks, "task": task });
                (format!("/api/whistles/{id}/{name}"), name, body)
            }
        };
        let Some(answer) = self.insist(&path, &key, &body).await else { return };
        if answer.status.is_success() {
            self.acknowledged("whistle", &name, &answer);
        } else {
            self.is_a_rule(&name, &answer);
        }
    }

    /// Remembers what `answer` says of a document of `kind`.
    fn acknowledged(&self, kind: &str, name: &str, answer: &Response) {
        let version = answer.body.get("version").and_then(Value::as_u64).unwrap_or_default();
        self.citizens.changed(&format!("{kind} {name}"), &format!("doc/{kind}/{}", answer.text("id")), version);
    }

    /// Asks for an export, or decides on one or takes one, whosever it is: the rules say no where it is not theirs.
    async fn export(&mut self, text: &str) {
        let exports = self.citizens.known("export");
        let known = exports.get(self.random.index(exports.len())).filter(|_| self.random.chance(750)).cloned();
        let key = format!("export-of-{}", text.replace(' ', "-"));
        let (path, name, body) = match known {
            None => {
                let callers = self.random.chance(700);
                let body = json!({ "filter": { "month": "2026-11" }, "purpose": text, "callers": callers });
                ("/api/exports".to_owned(), "ask", body)
            }
            Some((id, version)) => {
                let names = ["approve", "approve", "refuse", "take", "take"];
                let name = names.get(self.random.index(names.len())).copied().unwrap_or("take");
                (format!("/api/exports/{id}/{name}"), name, json!({ "ifVersion": version, "text": text }))
            }
        };
        let Some(answer) = self.insist(&path, &key, &body).await else { return };
        if answer.status.is_success() {
            self.acknowledged("export", name, &answer);
            // A taking has nothing to say.
            if name != "take" {
                self.citizens.wrote(&format!("doc/export/{}", answer.text("id")), text);
            }
        } else if self.is_a_rule(name, &answer) {
            self.citizens.refuses(text);
        }
    }

    /// A look at the caller: shown only once it is written down.
    async fn look(&mut self, view: &Value) {
        let id = view["id"].as_str().unwrap_or_default().to_owned();
        let key = format!("look-of-{:04}-{:016x}", self.number, self.random.bits());
        let path = format!("/api/dispatch/orders/{id}/caller-looks");
        let Some(answer) = self.post(&path, &key, &json!({ "purpose": "contact" })).await else { return };
        if answer.status == StatusCode::OK {
            let actor = self.signed.as_ref().map(|signed| signed.actor.clone());
            self.citizens.looked(actor, &id);
        }
    }
}

/// The steps that the view offers.
#[must_use]
pub fn possible(view: &Value) -> Vec<String> {
    let actions = view["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let open = actions.iter().filter(|action| action["why"].is_null());
    open.filter_map(|action| action["name"].as_str().map(str::to_owned)).collect()
}
