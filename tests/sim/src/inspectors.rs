//! Inspections, from the plan to the publication: whoever plans, approves, inspects and publishes does whatever is
//! possible for them, at the same time as the others, insists with the same key, and remembers what they were told.

use domain::inspection::{Check, Draw, Plan, Pledges};
use domain::staff::Role;
use domain::time::{MINUTE_MS, Moment};
use draw::policy::{hex, reveal_hash};
use http::StatusCode;
use serde_json::{Value, json};
use store::memory::Gate as _;
use store::{Document, Platform as _};

use crate::checker::Violation;
use crate::citizens::Citizens;
use crate::office::{self, Post};
use crate::quiesce::Runner;
use crate::town::{Instance, Response, Signed};
use crate::{Random, Scheduler};

/// Whoever plans and publishes, whoever approves, and the two officers of the demo's library who have accounts.
pub const CAST: [(&str, Post); 4] = [
    ("unit-head-6", Post { role: Role::UnitHead, unit: "D06" }),
    ("town-leader-6", Post { role: Role::TownLeader, unit: "P01" }),
    ("inspector", Post { role: Role::Inspector, unit: "D06" }),
    ("inspector-2", Post { role: Role::Inspector, unit: "D06" }),
];
/// Their codes there.
pub const ROSTER: [&str; 2] = ["YDZF260026", "YDZF260021"];
/// The year of the simulation.
const YEAR: i32 = 2026;
/// A draw with contributors in a run: minutes until hashes, secrets and lotteries are there.
const CONTRIBUTED_MINUTES: [i64; 3] = [3, 6, 7];
/// Draws of one run: each is some twenty steps.
const DRAWS_MAX: usize = 3;

/// The form of a rehearsal: its round is out already, so nobody waits half an hour.
#[must_use]
pub fn planned(name: &str, policy: &str) -> Value {
    json!({
        "name": name, "items": ["YD-JC-001"], "policy": policy, "from": "2026-11-24", "until": "2026-12-20",
        "roster": ROSTER, "cap": 60, "rehearsal": true, "reason": "the year's plan",
    })
}

/// The same with more checks than the two may take, so that people assign them.
#[must_use]
pub fn too_many(name: &str, policy: &str) -> Value {
    let mut form = planned(name, policy);
    if let Some(members) = form.as_object_mut() {
        members.extend([("cap".to_owned(), 2.into()), ("directAssign".to_owned(), true.into())]);
    }
    form
}

/// Everybody who was drawn without inspectors, for the two.
#[must_use]
pub fn assignment(desk: &Value, text: &str) -> Value {
    let drawn = desk.get("unpaired").and_then(Value::as_array);
    let task = |one: &Value| json!({"subject": one.get("subject"), "lead": ROSTER[0], "member": ROSTER[1]});
    json!({"tasks": drawn.into_iter().flatten().map(task).collect::<Vec<_>>(), "text": text})
}

/// The lotteries' numbers, as everybody reads them.
pub const NUMBERS: [&str; 3] = ["01,05,12,18,22,33+16", "01,05,12,18,35+01,12", "00123"];

/// A draw with contributors: `minutes` from now, `now_ms`, until hashes, secrets and lotteries are there.
#[must_use]
pub fn contributed(name: &str, now_ms: i64, minutes: [i64; 3]) -> Value {
    // Deadlines are whole seconds.
    let at = |minutes: i64| Moment::from_unix_ms(now_ms.div_euclid(1_000) * 1_000 + minutes * MINUTE_MS).to_string();
    let [pledge_by, reveal_by, drawn_at] = minutes.map(at);
    let lottery = |game: &str| json!({"game": game, "issue": 26136, "at": drawn_at});
    let people = ["c1", "c2", "c3"].map(|who| json!({"name": who, "standing": "nobody's"}));
    let contributors = json!({
        "people": people, "pledgeBy": pledge_by, "revealBy": reveal_by,
        "lotteries": [lottery("ssq"), lottery("dlt"), lottery("pl5")],
    });
    let mut form = planned(name, "contributors");
    if let Some(members) = form.as_object_mut() {
        members.extend([("rehearsal".to_owned(), false.into()), ("contributors".to_owned(), contributors)]);
    }
    form
}

/// What `who` commits to in the draw `id`, and what shows it.
#[must_use]
pub fn pledge(id: &str, who: &str) -> Value {
    json!({"who": who, "hash": hex(&reveal_hash(id, who, &secret(who)))})
}

/// The secret that `who` committed to.
#[must_use]
pub fn reveal(who: &str) -> Value {
    json!({"who": who, "secret": hex(&secret(who))})
}

fn secret(who: &str) -> [u8; 32] {
    *canon::sha256(&[b"secret of ", who.as_bytes()]).as_bytes()
}

/// What was found: something serious that has to be followed up, or nothing.
#[must_use]
pub fn finding(bad: bool, name: &str) -> Value {
    let (outcome, result) = if bad { ("notCompliant", "R07") } else { ("compliant", "R01") };
    let follow_ups = json!([{"kind": "correction", "owner": "D06", "due": "2026-12-10"}]);
    json!({
        "points": [{"item": "YD-JC-001", "outcome": outcome, "note": name}], "results": [result], "refused": bad,
        "name": name, "followUps": if bad { follow_ups } else { json!([]) },
    })
}

/// What is published of every draw that somebody was told of holds: anybody can make it again.
///
/// # Errors
/// The first one that does not.
pub fn draws_hold(runner: &impl Runner, instance: &Instance, ids: &[String]) -> Result<(), Violation> {
    for id in ids {
        let get = instance.clone().get(format!("/api/inspection/draws/{id}/bundle"), String::new());
        let answer = runner.complete(get).ok_or_else(|| Violation(format!("{id} has no bundle")))?;
        let report = bundle::verify(answer.body.to_string().as_bytes(), &mut |_, _| None, &mut |_, _, _| {});
        if !report.ok {
            return Err(Violation(format!("{id} does not hold: {:?} of {answer:?}", report.first_difference())));
        }
    }
    Ok(())
}

/// One request, sent as often as it takes.
struct Wish {
    path: String,
    step: String,
    body: Value,
    /// The document that it changes, and the draw that it is about.
    doc: String,
    draw: Option<String>,
    /// What somebody without an account shows; who signed in shows nothing more.
    shown: Option<String>,
}

struct Officer {
    citizens: Citizens,
    name: &'static str,
    post: Post,
    signed: Option<Signed>,
    random: Random,
}

impl Citizens {
    /// Everybody of [`CAST`], each of whom tries up to `steps` steps.
    pub fn inspection(&self, steps: u32) {
        for (name, post) in CAST {
            self.occupied(1);
            let (citizens, random) = (self.clone(), self.scheduler().fork_random());
            self.scheduler().actor(async move {
                let mut officer = Officer { citizens: citizens.clone(), name, post, signed: None, random };
                for step in 0..steps {
                    // Sometimes long enough for a deadline to pass.
                    let at_most_ms = if officer.random.chance(100) { 90_000 } else { 4_000 };
                    let pause_ms = officer.random.below(at_most_ms);
                    officer.scheduler().sleep_ms(pause_ms).await;
                    officer.live(&format!("{name} wish {step:04} end")).await;
                }
                citizens.occupied(-1);
            });
        }
    }
}

impl Officer {
    async fn live(&mut self, text: &str) {
        let wish = if self.random.chance(500) { self.about_draws(text).await } else { self.about_checks(text).await };
        let Some(wish) = wish else { return };
        let key = text.replace(' ', "-");
        let Some(answer) = self.insist(&wish, &key).await else { return };
        if answer.status.is_success() {
            let version = answer.body.get("version").and_then(Value::as_u64).unwrap_or_default();
            self.citizens.inspected(&wish.step, &wish.doc, version, wish.draw.clone());
            if wish.body.to_string().contains(text) && wish.doc.starts_with("doc/inspectionplan/") {
                self.citizens.wrote(&wish.doc, text);
            }
        } else if matches!(answer.text("code"), "" | "wrongShape" | "invalidFields") {
            self.citizens.report(format!("{} was answered {answer:?}", wish.path));
        } else {
            self.citizens.refuses(text);
        }
    }

    fn is(&self, role: Role) -> bool {
        self.post.role == role
    }

    fn pick<'a>(&mut self, list: Option<&'a Value>) -> Option<&'a Value> {
        let list = list?.as_array()?;
        list.get(self.random.index(list.len()))
    }

    /// Plans one, or takes a step of one that is planned.
    async fn about_draws(&mut self, text: &str) -> Option<Wish> {
        let plan = self.see("/api/inspection/plan").await?;
        let known = plan.get("draws").and_then(Value::as_array).map_or(0, Vec::len);
        let doc = Document::<Plan>::key_of(&Plan::id(YEAR));
        if self.is(Role::UnitHead) && known < DRAWS_MAX && (known == 0 || self.random.chance(200)) {
            let body = match self.random.below(6) {
                0 => planned(text, "sealed"),
                1 => planned(text, "drand"),
                2 => too_many(text, "sealed"),
                3 => too_many(text, "drand"),
                _ => contributed(text, self.citizens.kv.now_ms(), CONTRIBUTED_MINUTES),
            };
            let path = "/api/inspection/plan".to_owned();
            return Some(Wish { path, step: "propose".to_owned(), body, doc, draw: None, shown: None });
        }
        let id = self.pick(plan.get("draws"))?.get("id")?.as_str()?.to_owned();
        let desk = self.see(&format!("/api/inspection/desk/{id}")).await?;
        let is_open = matches!(desk.get("status").and_then(Value::as_str), Some("proposed" | "approved"));
        // Of a subject that is out of business: with two officers, any other recusal leaves nobody.
        if self.is(Role::Inspector) && is_open && self.random.chance(400) {
            let (path, body) =
                (format!("/api/inspection/plan/{id}/recuse"), json!({"subject": "YD-DX-0011", "reason": text}));
            return Some(Wish { path, step: "recuse".to_owned(), body, doc, draw: None, shown: None });
        }
        if let Some(wish) = self.contributes(&id, &desk) {
            return Some(wish);
        }
        let action = self.pick(desk.get("actions"))?.as_str()?;
        let body = self.draw_form(action, &desk, text)?;
        let step = match action {
            "directAssign" => "direct-assign".to_owned(),
            "directSign" => "direct-sign".to_owned(),
            other => other.to_owned(),
        };
        let (path, doc) = match step.as_str() {
            "approve" => (format!("/api/inspection/plan/{id}/approve"), doc),
            _ => {
                let doc = Document::<Draw>::key_of(&Draw::id(&id.parse().ok()?));
                let public = step == "entropy";
                (format!("/api/inspection/{}/{id}/{step}", if public { "draws" } else { "desk" }), doc)
            }
        };
        let draw = (!matches!(step.as_str(), "approve")).then_some(id);
        Some(Wish { path, step, body, doc, draw, shown: None })
    }

    /// What a contributor does of whose draw this officer looks: commits before it is frozen, reveals after, or does not.
    fn contributes(&mut self, id: &str, desk: &Value) -> Option<Wish> {
        let of = desk.get("contributors").filter(|of| of.is_object())?;
        let (draw, public) = (id.parse().ok()?, format!("/api/inspection/draws/{id}"));
        let missing = |at: usize, name: &str| of.pointer(&format!("/people/{at}/{name}")).is_some_and(Value::is_null);
        if desk.get("status") == Some(&json!("committed")) {
            let at =
                Some(self.random.index(3)).filter(|at| missing(*at, "secret")).filter(|_| self.random.chance(600))?;
            return Some(Wish {
                path: format!("{public}/entropy"),
                step: "reveal secret".to_owned(),
                body: reveal(&format!("c{}", at + 1)),
                doc: Document::<Draw>::key_of(&Draw::id(&draw)),
                draw: Some(id.to_owned()),
                shown: Some(String::new()),
            });
        }
        // Only whoever plans sees the links, and hands them out.
        let at = (0..3).find(|at| missing(*at, "hash")).filter(|_| desk.get("status") == Some(&json!("approved")))?;
        let link = of.pointer(&format!("/links/{at}"))?.as_str()?;
        Some(Wish {
            path: format!("{public}/contributors"),
            step: "pledge".to_owned(),
            body: pledge(id, &format!("c{}", at + 1)),
            doc: Document::<Pledges>::key_of(&Pledges::id(&draw)),
            draw: None,
            shown: Some(format!("Contributor {link}")),
        })
    }

    /// None where this is not the moment: replacements are rare, and nothing is revealed while checks are open.
    fn draw_form(&mut self, step: &str, desk: &Value, text: &str) -> Option<Value> {
        let mut body = match step {
            "approve" => json!({ "reason": text }),
            "commit" => json!({}),
            "entropy" => {
                let commitment = desk.get("commitment")?;
                json!({ "round": commitment.get("round")?, "signature": commitment.get("shipped")? })
            }
            "substitute" if self.random.chance(150) => {
                let task = self.pick(desk.get("tasks"))?;
                json!({ "subject": task.get("subject")?, "reason": "ceased", "text": text })
            }
            "substitute" => return None,
            "sign" => {
                let signed = |one: &Value| one.get("signed") != Some(&Value::Null);
                json!({ "index": desk.get("substitutions")?.as_array()?.iter().filter(|one| signed(one)).count() })
            }
            "directAssign" if desk.get("tasks") != Some(&json!([])) && self.random.chance(850) => return None,
            "directAssign" => assignment(desk, text),
            "reveal" if self.random.chance(850) => return None,
            "lottery" => json!({ "numbers": NUMBERS }),
            _ => json!({}),
        };
        if !matches!(step, "approve" | "commit" | "entropy") {
            body.as_object_mut()?.insert("ifVersion".to_owned(), desk.get("version")?.clone());
        }
        Some(body)
    }

    /// Takes a step of a check.
    async fn about_checks(&mut self, text: &str) -> Option<Wish> {
        let tasks = self.see("/api/inspection/checks").await?;
        // A check that has begun is mostly gone on with, so that runs see whole ones.
        let all = tasks.get("items")?.as_array()?;
        let begun: Vec<&Value> = all.iter().filter(|task| task.get("status") != Some(&json!("open"))).collect();
        let task = if begun.is_empty() || self.random.chance(200) {
            self.pick(tasks.get("items"))?
        } else {
            *begun.get(self.random.index(begun.len()))?
        };
        let (draw, subject) = (task.get("draw")?.as_str()?.to_owned(), task.get("subject")?.as_str()?.to_owned());
        let path = format!("/api/inspection/checks/{draw}/{subject}");
        let view = self.see(&path).await?;
        let step = self.pick(view.get("actions"))?.as_str()?.to_owned();
        if matches!(step.as_str(), "return" | "withdraw") && self.random.chance(700) {
            return None;
        }
        let mut body = match step.as_str() {
            "enter" => json!({ "scanned": subject }),
            "submit" => finding(self.random.chance(500), text),
            "follow-up" => json!({ "index": 0, "text": text }),
            _ => json!({ "text": text }),
        };
        body.as_object_mut()?.insert("ifVersion".to_owned(), view.get("version")?.clone());
        let doc = Document::<Check>::key_of(&Check::id(&draw.parse().ok()?, &subject.parse().ok()?));
        Some(Wish { path: format!("{path}/{step}"), step, body, doc, draw: Some(draw), shown: None })
    }

    fn scheduler(&self) -> &Scheduler {
        self.citizens.scheduler()
    }

    async fn signed(&mut self) -> Option<Signed> {
        if self.signed.is_none() {
            let signing = office::sign_in_as(self.citizens.kv.clone(), self.name.to_owned(), self.post);
            self.signed = self.scheduler().request(signing).await.and_then(Result::ok);
        }
        self.signed.clone()
    }

    async fn see(&mut self, path: &str) -> Option<Value> {
        let signed = self.signed().await?;
        let get = self.citizens.instance().staff_get(path.to_owned(), signed);
        let answer = self.scheduler().request(get).await?;
        if answer.status == StatusCode::OK {
            return Some(answer.body);
        }
        // A task may have gone to somebody else since the list was shown.
        if !answer.is_unknown() && answer.status != StatusCode::NOT_FOUND {
            self.citizens.report(format!("{path} was answered {answer:?}"));
        }
        None
    }

    async fn post(&mut self, wish: &Wish, key: &str) -> Option<Response> {
        let (path, key, body) = (wish.path.clone(), key.to_owned(), wish.body.to_string().into_bytes());
        let instance = self.citizens.instance();
        let public = wish.shown.clone().or_else(|| (wish.step == "entropy").then(String::new));
        let answer = if let Some(shown) = public {
            let shown = Some(shown).filter(|shown| !shown.is_empty());
            self.scheduler().request(instance.post_as(path, key, shown, body)).await?
        } else {
            let signed = self.signed().await?;
            self.scheduler().request(instance.staff_post(path, key, signed, body)).await?
        };
        Some(answer).filter(|answer| !answer.is_unknown())
    }

    /// Sends until there is an answer, or gives up.
    async fn insist(&mut self, wish: &Wish, key: &str) -> Option<Response> {
        for _ in 0..8 {
            let answer = self.post(wish, key).await;
            if answer.is_some() || self.random.chance(60) {
                return answer;
            }
            let pause_ms = if self.random.chance(200) { 31_000 } else { self.random.below(4_000) };
            self.scheduler().sleep_ms(pause_ms).await;
        }
        None
    }
}
