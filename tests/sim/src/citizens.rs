//! Citizens at the front door: they submit, supplement, urge and withdraw over HTTP, insist with the same
//! Idempotency-Key, press twice, mistype secrets, reuse keys; and remember what they were promised.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::aggregate::Actor;
use http::StatusCode;
use serde_json::json;
use store::memory::{Backend, Gate, MemoryKv};

use crate::checker::{self, Dump, Promises, Violation};
use crate::town::{self, Instance, Response};
use crate::{Random, Scheduler};

mod letters;

use letters::Letter;

/// How often a citizen tries one request.
const TRIES_MAX: u32 = 8;
/// The longest between two ticks, so that days pass with some of them in each.
const TICK_PAUSE_MS_MAX: u64 = 3 * 3_600_000;

/// An order whose number and secret were handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Receipt {
    number: String,
    secret: String,
    id: String,
}

/// What people were told, by the texts that they sent.
#[derive(Debug, Default)]
struct Told {
    /// Document id and text: this text is in that document exactly once.
    kept: Vec<(String, String)>,
    /// Numbers with their document's id.
    numbers: BTreeMap<String, String>,
    /// Texts that were refused for good: they are nowhere.
    refused: Vec<String>,
    orders: Vec<Receipt>,
    /// How often staff took which step.
    steps: BTreeMap<String, usize>,
    /// Documents by key, with the newest version that somebody was told of: whistles, exports, draws and checks.
    versions: BTreeMap<String, u64>,
    /// Document keys and what was written into them, open for everybody who reads them.
    written: Vec<(String, String)>,
    /// Draws, by id, that are committed to.
    draws: BTreeSet<String>,
    /// Who looked at whose caller.
    looks: Vec<(Option<Actor>, String)>,
    /// By order: devices that were told that they joined, and all that tried.
    joined: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
    violation: Option<Violation>,
    busy: usize,
}

/// A town with citizens; clones are the same one.
#[derive(Clone)]
pub struct Citizens {
    /// The store.
    pub kv: MemoryKv,
    scheduler: Scheduler,
    instances: Arc<Vec<Instance>>,
    turn: Arc<AtomicUsize>,
    told: Arc<Mutex<Told>>,
    /// How many times as long people and timers pause.
    pace: u64,
}

impl Citizens {
    /// A town on `backend`, set up, with two instances of its functions.
    ///
    /// # Errors
    /// When the demo town does not load.
    pub fn new(backend: Backend, scheduler: Scheduler) -> Result<Self, Violation> {
        let kv = MemoryKv::new(backend, Arc::new(scheduler.clone()) as Arc<dyn Gate>);
        town::set_up(&kv)?;
        let instances = Arc::new(vec![Instance::new(&kv), Instance::new(&kv)]);
        Ok(Self { kv, scheduler, instances, turn: Arc::default(), told: Arc::default(), pace: 1 })
    }

    /// The same town where days pass, so that what is swept after a day is swept while people are at it.
    #[must_use]
    pub fn over_days(self) -> Self {
        Self { pace: 10_000, ..self }
    }

    /// A pause of less than `ms`, at this town's pace.
    pub(crate) async fn pause(&self, ms: u64, random: &mut Random) {
        self.scheduler.sleep_ms(random.below(ms).saturating_mul(self.pace)).await;
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn report(&self, why: String) {
        self.told().violation.get_or_insert(Violation(why));
    }

    /// Whichever instance is next.
    pub(crate) fn instance(&self) -> Instance {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let instance = self.instances.get(turn % self.instances.len().max(1));
        instance.cloned().unwrap_or_else(|| Instance::new(&self.kv))
    }

    pub(crate) const fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }

    /// Somebody begins (1) or ends (-1) being at work.
    pub(crate) fn occupied(&self, change: isize) {
        let mut told = self.told();
        told.busy = told.busy.saturating_add_signed(change);
    }

    /// The orders that there are, by id.
    pub(crate) fn order_ids(&self) -> Vec<String> {
        self.told().orders.iter().map(|order| order.id.clone()).collect()
    }

    /// The step `name` with `text` was acknowledged for the order `id`.
    pub(crate) fn stepped(&self, name: &str, id: &str, text: &str) {
        let mut told = self.told();
        told.kept.push((id.to_owned(), text.to_owned()));
        *told.steps.entry(name.to_owned()).or_default() += 1;
    }

    /// The documents of `kind` that there are, by id, with the newest version that somebody was told of.
    pub(crate) fn known(&self, kind: &str) -> Vec<(String, u64)> {
        let prefix = format!("doc/{kind}/");
        let told = self.told();
        told.versions
            .iter()
            .filter_map(|(key, version)| Some((key.strip_prefix(&prefix)?.to_owned(), *version)))
            .collect()
    }

    /// The step `name` was acknowledged as making `version` of the document `key`, or an earlier one.
    pub(crate) fn changed(&self, name: &str, key: &str, version: u64) {
        let mut told = self.told();
        let newest = told.versions.entry(key.to_owned()).or_default();
        *newest = version.max(*newest);
        *told.steps.entry(name.to_owned()).or_default() += 1;
    }

    /// The same of the step of an inspection, maybe of a draw.
    pub(crate) fn inspected(&self, step: &str, key: &str, version: u64, draw: Option<String>) {
        self.changed(&format!("inspection {step}"), key, version);
        self.told().draws.extend(draw);
    }

    /// `text` is in the document `key`.
    pub(crate) fn wrote(&self, key: &str, text: &str) {
        self.told().written.push((key.to_owned(), text.to_owned()));
    }

    /// The draws that somebody was told of.
    #[must_use]
    pub fn draws(&self) -> Vec<String> {
        self.told().draws.iter().cloned().collect()
    }

    /// How often staff took which step, and looked at callers.
    #[must_use]
    pub fn steps(&self) -> BTreeMap<String, usize> {
        let told = self.told();
        let looks = (!told.looks.is_empty()).then(|| ("look".to_owned(), told.looks.len()));
        told.steps.clone().into_iter().chain(looks).collect()
    }

    /// `text` was refused for good.
    pub(crate) fn refuses(&self, text: &str) {
        self.told().refused.push(text.to_owned());
    }

    /// `who` was shown the caller of the order `id`.
    pub(crate) fn looked(&self, who: Option<Actor>, id: &str) {
        self.told().looks.push((who, id.to_owned()));
    }

    /// A citizen with `wishes` wishes.
    pub fn citizen(&self, name: usize, wishes: u32) {
        self.told().busy += 1;
        let (citizens, random) = (self.clone(), self.scheduler.fork_random());
        self.scheduler.actor(async move {
            citizens.live(name, wishes, random).await;
            citizens.told().busy -= 1;
        });
    }

    /// A timer that calls the clock until all citizens are content.
    pub fn ticker(&self, pause_ms: u64) {
        let (citizens, mut random) = (self.clone(), self.scheduler.fork_random());
        self.scheduler.actor(async move {
            while citizens.told().busy > 0 {
                let instance = citizens.instance();
                let _ = citizens.scheduler.request(instance.tick()).await;
                let pause_ms = random.below(pause_ms).saturating_mul(citizens.pace).min(TICK_PAUSE_MS_MAX);
                citizens.scheduler.sleep_ms(pause_ms).await;
            }
        });
    }

    /// The first thing that somebody found wrong.
    #[must_use]
    pub fn violation(&self) -> Option<Violation> {
        self.told().violation.clone()
    }

    /// Promises kept so far.
    #[must_use]
    pub fn promised(&self) -> usize {
        self.told().kept.len()
    }

    async fn live(&self, name: usize, wishes: u32, mut random: Random) {
        for number in 0..wishes {
            self.pause(3_000, &mut random).await;
            let photo = if random.chance(300) { self.upload(name, number, &mut random).await } else { None };
            // Some change their minds, and some think it over.
            let photo = photo.filter(|_| random.chance(700));
            if photo.is_some() && random.chance(300) {
                self.pause(9_000, &mut random).await;
            }
            let letter = self.letter(name, number, photo, &mut random);
            if letter.secret.is_some() && random.chance(150) {
                self.mistype(&letter).await;
            }
            let done = self.insist(&letter, &mut random).await;
            if done && !letter.is_me_too() && random.chance(200) {
                self.misuse(&letter).await;
            }
            if done && random.chance(300) {
                self.track(&letter).await;
            }
        }
    }

    async fn post(&self, letter: &Letter) -> Option<Response> {
        let Letter { path, key, secret, body, .. } = letter.clone();
        self.scheduler.request(self.instance().post(path, key, secret, body)).await
    }

    /// Sends until there is an answer, or gives up; whether it succeeded.
    async fn insist(&self, letter: &Letter, random: &mut Random) -> bool {
        let mut doubled = false;
        for _ in 0..TRIES_MAX {
            let answers = if random.chance(200) {
                doubled = true;
                let (first, second) = futures::join!(self.post(letter), self.post(letter));
                vec![first, second]
            } else {
                vec![self.post(letter).await]
            };
            let answers: Vec<Response> = answers.into_iter().flatten().filter(|answer| !answer.is_unknown()).collect();
            let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
            done.iter().for_each(|answer| self.remember(letter, answer));
            if !done.is_empty() {
                return true;
            }
            if let Some(answer) = refused.first() {
                self.refused(letter, answer, doubled);
                return false;
            }
            if random.chance(60) {
                return false;
            }
            let pause_ms = if random.chance(200) { 31_000 } else { random.below(4_000) };
            self.scheduler.sleep_ms(pause_ms).await;
        }
        false
    }

    fn remember(&self, letter: &Letter, answer: &Response) {
        let mut told = self.told();
        if let Some(order) = letter.order.as_ref().filter(|_| letter.is_me_too()) {
            told.joined.entry(order.id.clone()).or_default().0.insert(letter.text.clone());
            return;
        }
        if let Some(order) = &letter.order {
            told.kept.push((order.id.clone(), letter.text.clone()));
            return;
        }
        let field = |name: &str| answer.text(name).to_owned();
        let receipt = Receipt { number: field("number"), secret: field("secret"), id: field("id") };
        told.kept.push((receipt.id.clone(), letter.text.clone()));
        let other = told.numbers.insert(receipt.number.clone(), receipt.id.clone());
        if other.is_some_and(|other| other != receipt.id) {
            told.violation.get_or_insert(Violation(format!("{} was given to two orders", receipt.number)));
        }
        told.orders.push(receipt);
    }

    fn refused(&self, letter: &Letter, answer: &Response, doubled: bool) {
        let by_rule = matches!(answer.text("code"), "stateConflict" | "urgeTooSoon" | "supplementsFull");
        // Where days pass, a photo may have been dropped before it was referred to; then nothing was done.
        let dropped = self.pace > 1 && letter.photo.is_some() && answer.text("code") == "invalidFields";
        if !by_rule && !dropped && answer.status != StatusCode::TOO_MANY_REQUESTS {
            self.report(format!("{letter:?} was answered {answer:?}"));
        }
        if (by_rule || dropped) && !doubled && !letter.is_me_too() {
            self.told().refused.push(letter.text.clone());
        }
    }

    /// A wrong secret opens nothing.
    async fn mistype(&self, letter: &Letter) {
        let text = format!("{} mistyped", letter.text);
        let body = json!({ "text": text, "reason": text }).to_string().into_bytes();
        let key = format!("{}-mistyped", letter.key);
        let wrong = Letter { secret: Some("WRONG234".to_owned()), key, body, ..letter.clone() };
        if let Some(answer) = self.post(&wrong).await {
            let closed = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS);
            if !closed && !answer.is_unknown() {
                self.report(format!("a wrong secret was answered {answer:?}"));
            }
        }
        self.told().refused.push(text);
    }

    /// Something else under a key that was used changes nothing and says so.
    async fn misuse(&self, letter: &Letter) {
        let text = format!("{} misused", letter.text);
        let body = match &letter.order {
            None => town::form(1, 1, &text, &[]),
            Some(_) => json!({ "text": text, "reason": text }).to_string().into_bytes(),
        };
        if let Some(answer) = self.post(&Letter { body, ..letter.clone() }).await {
            let refused = answer.text("code") == "idempotencyKeyReused";
            // A number that somebody else's mistyping has locked is refused for that.
            let locked = answer.status == StatusCode::TOO_MANY_REQUESTS;
            if !refused && !locked && !answer.is_unknown() {
                self.report(format!("another request under a used key was answered {answer:?}"));
            }
        }
        self.told().refused.push(text);
    }

    /// Whoever was told a number can see the order with its secret, at once.
    async fn track(&self, letter: &Letter) {
        let order = letter.order.clone().or_else(|| self.told().orders.last().cloned());
        let Some(order) = order else { return };
        let path = format!("/api/intake/orders/{}", order.number);
        let answer = self.scheduler.request(self.instance().get(path, order.secret)).await;
        let Some(answer) = answer.filter(|answer| !answer.is_unknown()) else { return };
        let seen = answer.status == StatusCode::OK && answer.text("number") == order.number;
        if !seen && answer.status != StatusCode::TOO_MANY_REQUESTS {
            self.report(format!("{} was tracked as {answer:?}", order.number));
        }
    }

    /// Every text that was acknowledged is in its document exactly once, and what was refused is nowhere.
    ///
    /// # Errors
    /// The first one that is not.
    pub fn check(&self, dump: &Dump) -> Result<(), Violation> {
        checker::always(dump, &Promises::default())?;
        let told = self.told();
        checker::texts(dump, &told.kept, &told.refused)?;
        checker::joined(dump, &told.joined)?;
        checker::looks(dump, &told.looks)?;
        checker::written(dump, &told.written)?;
        checker::versions(dump, &told.versions)
    }
}
