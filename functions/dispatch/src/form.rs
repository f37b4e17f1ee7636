//! The body of a step: one shape for all, of which each step reads its own fields.

use std::str::FromStr;

use canon::DocId;
use domain::catalogue::{Catalogue, GridCode, UnitCode};
use domain::limit::Limit;
use domain::order::{Answer, CardStep, Clocking, Clocks, Step, StepName, WorkOrder};
use domain::time::{Date, Moment};
use orders::Check;
use serde::Deserialize;

/// How far ahead a deadline is set by hand: a year; whatever takes longer is a project.
const DEADLINE_DAYS_MAX: i64 = 366;
/// Units, villages and grids that an order complains about: every row of a queue names them, and 20 of 18 bytes are as
/// much as the rest of it. A matter of more of them is none that a unit of the town can handle.
const RESPONDENTS_MAX: usize = 20;
/// Letters of an entry's code in the knowledge base. It is stored in the open and shown to whoever sees the order, also
/// where its content is closed to them, so it is a code and no place for words.
const KNOWLEDGE_MAX: usize = 40;

/// `POST /api/dispatch/orders/{id}/{step}`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StepForm {
    /// The version that the sender saw.
    pub if_version: Option<u64>,
    pub text: String,
    pub attachments: Vec<String>,
    lead: String,
    co_units: Vec<String>,
    units: Vec<String>,
    knowledge: String,
    to: String,
    /// Number or id of the order that this one goes into.
    pub parent: String,
    reason: String,
    suggested: String,
    limit: Option<Limit>,
    /// For `move-deadline`: the last day, or the moment.
    until: String,
    past_outer: bool,
    missed: Option<String>,
    class: String,
    /// For `submit-result`: the subject of inspection that it is about, by its code or its credit code.
    subject: String,
    no_contact: Option<String>,
    close: bool,
    method: String,
    answer: Option<Answer>,
    redo: bool,
    level: String,
    key: String,
}

/// What a step is built from besides its form.
pub(crate) struct Ground<'a> {
    pub catalogue: &'a Catalogue,
    pub order: &'a WorkOrder,
    pub now: Moment,
    /// The order named as parent, and whether it is open and another one.
    pub parent: Option<(DocId, bool)>,
    /// Names a card that a person proposes.
    pub operation: &'a str,
}

impl StepForm {
    /// The step, or `None` with every mistake in `check`.
    pub(crate) fn step(&self, name: StepName, ground: &Ground<'_>, check: &mut Check) -> Option<Step> {
        let Ground { catalogue, order, now, .. } = ground;
        match name {
            StepName::NameRespondent => Some(Step::NameRespondent { units: self.respondents(catalogue, check)? }),
            StepName::Dispatch | StepName::Transfer => self.assign(name, ground, check),
            StepName::AnswerNow => Some(Step::AnswerNow { knowledge: self.knowledge(check)? }),
            StepName::HandOff => Some(Step::HandOff { to: word(check, "/to", &self.to)? }),
            StepName::Merge => {
                let Some((parent, parent_open)) = ground.parent.clone() else {
                    return check.fail("/parent", "unknown");
                };
                Some(Step::Merge { parent, parent_open })
            }
            StepName::Sign => Some(Step::Sign),
            StepName::ReturnRequest => Some(Step::ReturnRequest {
                reason: word(check, "/reason", &self.reason)?,
                suggested: optional(check, "/suggested", Some(&self.suggested))?,
                ruling: catalogue.ruling_timer(*now),
            }),
            StepName::ReturnApprove => Some(Step::ReturnApprove),
            StepName::ReturnReject => Some(Step::ReturnReject),
            StepName::AddCo => Some(Step::AddCo { units: self.known_units(catalogue, check)? }),
            StepName::CoReply => Some(Step::CoReply),
            StepName::SubmitResult => Some(Step::SubmitResult {
                class: word(check, "/class", &self.class)?,
                no_contact: optional(check, "/noContact", self.no_contact.as_deref())?,
                subject: optional(check, "/subject", Some(&self.subject))?,
            }),
            StepName::ReviewPass => Some(Step::ReviewPass { visit: catalogue.visit_timer(*now), close: self.close }),
            StepName::ReviewFail => Some(Step::ReviewFail),
            StepName::WithdrawFor => Some(Step::WithdrawFor),
            StepName::MarkMalicious => Some(Step::MarkMalicious),
            StepName::ClearMalicious => Some(Step::ClearMalicious),
            StepName::Remind => Some(Step::Remind { key: format!("person/{}", ground.operation) }),
            // The system's own; nobody's request may take them.
            StepName::Archive | StepName::NoteChild | StepName::ReplyChild | StepName::Recount => {
                check.fail("", "notPermitted")
            }
            StepName::ProposeCard
            | StepName::IssueCard
            | StepName::DismissCard
            | StepName::ReplyCard
            | StepName::ObjectCard
            | StepName::UpholdCard
            | StepName::RevokeCard => self.card(name, ground, check),
            _ => self.timed(name, catalogue, order, *now, check),
        }
    }

    /// Steps that stop, start or move a clock.
    fn timed(
        &self,
        name: StepName,
        catalogue: &Catalogue,
        order: &WorkOrder,
        now: Moment,
        check: &mut Check,
    ) -> Option<Step> {
        let clocks = |clocking| -> Option<Box<Clocks>> { catalogue.clocks(order, now, clocking).map(Box::new) };
        match name {
            StepName::ExtendRequest => Some(Step::ExtendRequest { limit: self.limit(check)? }),
            StepName::ExtendApprove => {
                let asked = order.handling.as_deref().and_then(|handling| handling.request.as_ref()?.limit);
                // Without a request the order refuses; any limit will do to ask it.
                let limit = asked.unwrap_or(order.registered.limit);
                Some(Step::ExtendApprove { clocks: clocks(Clocking::Extend(limit))?, past_outer: self.past_outer })
            }
            StepName::ExtendReject => Some(Step::ExtendReject),
            StepName::SuspendRequest => {
                Some(Step::SuspendRequest { reason: word(check, "/reason", &self.reason)?, limit: self.limit(check)? })
            }
            StepName::SuspendApprove => Some(Step::SuspendApprove),
            StepName::SuspendReject => Some(Step::SuspendReject),
            StepName::Resume => Some(Step::Resume { clocks: clocks(Clocking::Resume)? }),
            StepName::MoveDeadline => {
                let to = self.until(check, now)?;
                Some(Step::MoveDeadline { clocks: clocks(Clocking::Set(to))? })
            }
            StepName::Contact => Some(Step::Contact { missed: optional(check, "/missed", self.missed.as_deref())? }),
            StepName::Visit => Some(Step::Visit {
                method: word(check, "/method", &self.method)?,
                answer: self.answer,
                clocks: clocks(Clocking::Redo)?,
            }),
            StepName::Rule => Some(Step::Rule { redo: self.redo, clocks: clocks(Clocking::Redo)? }),
            StepName::ReopenFalse => Some(Step::ReopenFalse { clocks: clocks(Clocking::Redo)? }),
            _ => None,
        }
    }

    fn assign(&self, name: StepName, ground: &Ground<'_>, check: &mut Check) -> Option<Step> {
        let lead = word::<UnitCode>(check, "/lead", &self.lead)?;
        let co_units = units(check, "/coUnits", &self.co_units)?;
        let assignment = ground.catalogue.assignment(ground.order, &lead, &co_units, ground.now);
        let assignment = assignment.or_else(|| check.fail("/lead", "unknown"))?;
        Some(if name == StepName::Dispatch { Step::Dispatch(assignment) } else { Step::Transfer(assignment) })
    }

    fn known_units(&self, catalogue: &Catalogue, check: &mut Check) -> Option<Vec<UnitCode>> {
        let units = units(check, "/units", &self.units)?;
        if units.iter().all(|unit| catalogue.is_unit(unit)) { Some(units) } else { check.fail("/units", "unknown") }
    }

    fn knowledge(&self, check: &mut Check) -> Option<String> {
        let code = self.knowledge.trim();
        if code.len() > KNOWLEDGE_MAX {
            return check.fail("/knowledge", "tooLong");
        }
        let is_code = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_code { Some(code.to_owned()) } else { check.fail("/knowledge", "invalid") }
    }

    /// Whatever the town knows, each once: a code that nobody works under shuts nobody out.
    fn respondents(&self, catalogue: &Catalogue, check: &mut Check) -> Option<Vec<UnitCode>> {
        let named = units(check, "/units", &self.units)?;
        let is_grid =
            |code: &UnitCode| code.as_str().parse::<GridCode>().is_ok_and(|grid| catalogue.grids.contains_key(&grid));
        let is_repeated = |(n, code): (usize, &UnitCode)| named.iter().take(n).any(|earlier| earlier == code);
        if named.len() > RESPONDENTS_MAX {
            check.fail("/units", "tooMany")
        } else if !named.iter().all(|code| catalogue.is_unit(code) || is_grid(code)) {
            check.fail("/units", "unknown")
        } else if named.iter().enumerate().any(is_repeated) {
            check.fail("/units", "unitTwice")
        } else {
            Some(named)
        }
    }

    fn limit(&self, check: &mut Check) -> Option<Limit> {
        self.limit.or_else(|| check.fail("/limit", "required"))
    }

    /// The end of the day that is named, or the moment itself; a year ahead at most.
    fn until(&self, check: &mut Check, now: Moment) -> Option<Moment> {
        let text = self.until.trim();
        if text.is_empty() {
            return check.fail("/until", "required");
        }
        let day = || text.parse::<Date>().ok().map(Date::end_of_day);
        let to = text.parse::<Moment>().ok().or_else(day).or_else(|| check.fail("/until", "dateInvalid"))?;
        if to > now.date().plus_days(DEADLINE_DAYS_MAX).end_of_day() {
            check.fail("/until", "tooFar")
        } else {
            Some(to)
        }
    }

    fn card(&self, name: StepName, ground: &Ground<'_>, check: &mut Check) -> Option<Step> {
        let key = self.key.trim().to_owned();
        let decide = |name| Some(Step::Card { name, key: key.clone() });
        match name {
            StepName::ProposeCard => {
                let key = format!("person/{}", ground.operation);
                Some(Step::ProposeCard { key, level: word(check, "/level", &self.level)?, unit: None })
            }
            StepName::IssueCard => {
                let cards = ground.order.handling.as_deref().map(|handling| handling.cards.as_slice());
                let card = cards.unwrap_or_default().iter().find(|card| card.key == key);
                let level = card.map(|card| card.level).or_else(|| check.fail("/key", "unknown"))?;
                let timers = Box::new(ground.catalogue.card_timers(level, ground.order.urgency, ground.now));
                Some(Step::IssueCard { key, timers })
            }
            StepName::DismissCard => decide(CardStep::Dismiss),
            StepName::ReplyCard => decide(CardStep::Reply),
            StepName::ObjectCard => decide(CardStep::Object),
            StepName::UpholdCard => decide(CardStep::Uphold),
            _ => decide(CardStep::Revoke),
        }
    }
}

/// A word that must be there.
fn word<T: FromStr>(check: &mut Check, pointer: &'static str, text: &str) -> Option<T> {
    let text = text.trim();
    let code = if text.is_empty() { "required" } else { "unknown" };
    text.parse().ok().or_else(|| check.fail(pointer, code))
}

/// A word that may be missing: `Some(None)` then, `None` where it is wrong.
fn optional<T: FromStr>(check: &mut Check, pointer: &'static str, text: Option<&str>) -> Option<Option<T>> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Some(None),
        Some(text) => word(check, pointer, text).map(Some),
    }
}

fn units(check: &mut Check, pointer: &'static str, codes: &[String]) -> Option<Vec<UnitCode>> {
    let units: Option<Vec<UnitCode>> = codes.iter().map(|code| code.trim().parse().ok()).collect();
    units.or_else(|| check.fail(pointer, "unknown"))
}
