//! What lists show of an order: the table, the public timeline, its caller's queue, and the queues of those who work.
//!
//! What must stay true: no row holds a name, a phone number, an address, a sealed text or a caller's index; no queue of
//! a unit that the order complains about, or of a part of it, has a row of it; a confidential order is on no village's
//! list, and none is before its dispatch. Lights are not stored: a row holds the two moments at which they change.

use canon::Hash;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event::Text;
use super::rates::Rates;
use super::work::{Card, CardStatus, Handling};
use super::{Status, WorkOrder};
use crate::board::Projection;
use crate::catalogue::{AppealType, CategoryCode, Point, SubjectCode, UnitCode, VillageCode};
use crate::time::{Date, Moment};

/// An order in its caller's queue: what finding a repeat needs, and nothing about the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallerRow {
    /// What it is about.
    pub category: CategoryCode,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Point>,
    /// Where it stands.
    pub status: Status,
    /// When it came in.
    pub received_at: Moment,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Moment>,
}

/// The queue that holds all orders of the caller with this index.
#[must_use]
pub fn caller_queue(index: &Hash) -> String {
    format!("caller/{index}")
}

/// What waits for the centre: orders to dispatch, returns and requests to decide, rulings.
pub const POOL_QUEUE: &str = "centre/pool";
/// Results to review.
pub const REVIEW_QUEUE: &str = "centre/review";
/// Callers to call back.
pub const VISIT_QUEUE: &str = "centre/visit";
/// Cards to decide on.
pub const CARDS_QUEUE: &str = "centre/cards";

/// Open orders whose deadline rests on a year without an official notice (handbook §8.2); a row has its last day.
pub const PROVISIONAL_QUEUE: &str = "clock/provisional";

/// The queue of the orders at which the clock has to look on `day`; a row says when. A row leaves once what was due is
/// done, so a day is over for the clock when its queue is empty, and a missed week is seven queues.
#[must_use]
pub fn clock_queue(day: Date) -> String {
    format!("clock/{day}")
}

/// The queue of the orders that were closed on `day` and wait for the archive; a row says when they were.
#[must_use]
pub fn closed_queue(day: Date) -> String {
    format!("closed/{day}")
}

/// The queue of the orders that `unit` leads or helps with. A handler's lists are its rows by status.
#[must_use]
pub fn unit_queue(unit: &UnitCode) -> String {
    format!("unit/{unit}")
}

/// The queue of the open orders of a category that the public may know of, for whoever is about to report the same.
#[must_use]
pub fn similar_queue(category: &CategoryCode) -> String {
    format!("similar/{category}")
}

/// The side of the cells in which the public sees where something is: 0.002 degree, some 220 m north to south and 190 m
/// east to west in the middle of China, 4 hectares. A farmstead that stands alone has others' fields in its cell.
const CELL_E7: i32 = 20_000;

/// The middle of the cell in which `place` lies; all that the public is ever told of a place, or computes with.
#[must_use]
pub fn around(place: Point) -> Point {
    let middle = |e7: i32| {
        let corner = e7.div_euclid(CELL_E7).saturating_mul(CELL_E7);
        corner.saturating_add(CELL_E7 / 2)
    };
    Point { lon_e7: middle(place.lon_e7), lat_e7: middle(place.lat_e7) }
}

/// The queue of the open orders of a village, for its grids.
#[must_use]
pub fn local_queue(village: &VillageCode) -> String {
    format!("village/{village}")
}

/// The queue of the complaints of a year of closing that hold against a subject of inspection (handbook §3.3); a row says
/// against which, and when it was closed. One that is opened again or turns out to be untrue leaves it.
#[must_use]
pub fn complaints_queue(year: i32) -> String {
    format!("subjects/complaints/{year}")
}

/// The projection of an order's stored state.
#[must_use]
pub fn project(state: &Value) -> Option<Projection> {
    // By way of bytes: reading from a `Value` would bring a second reader for every type into each component.
    let order: WorkOrder = canon::read_value(state.clone()).ok()?;
    let registered = &order.registered;
    let public = json!({
        "number": registered.number,
        "categoryCode": registered.category,
        "villageCode": registered.place.village,
        "status": order.status,
        "receivedAt": order.received_at,
        "promisedBy": registered.promised.at,
    });
    let seen = order.seen_by_all(public.clone());
    let mut queues: Vec<(String, Value)> = Vec::new();
    if let Some(index) = &registered.caller.index {
        queues.push((caller_queue(index), json!(order.caller_row())));
    }
    queues.extend(order.staff_queues());
    if let Some((subject, at)) = order.complaint() {
        queues.push((complaints_queue(at.date().year()), json!({ "subject": subject, "at": at })));
    }
    if order.is_public() && order.status.is_open() {
        queues.push((similar_queue(&registered.category), seen.clone()));
    }
    let timelines = if registered.listed { vec![("public", seen)] } else { Vec::new() };
    let sum = Some(order.summand());
    Some(Projection { table: "orders", columns: order.table_row(public), queues, timelines, sum })
}

/// Adds `value` under `name`.
fn put(row: &mut Value, name: &str, value: Value) {
    if let Some(row) = row.as_object_mut() {
        row.insert(name.to_owned(), value);
    }
}

impl WorkOrder {
    /// The subject of inspection against which it holds as a complaint, and since when: somebody complained or reported,
    /// and it was closed as true. One that went into another is told by that one.
    fn complaint(&self) -> Option<(&SubjectCode, Moment)> {
        let holds = matches!(self.registered.appeal_type, AppealType::Complaint | AppealType::Report)
            && matches!(self.status, Status::Closed | Status::Archived);
        let handling = self
            .handling
            .as_deref()
            .filter(|handling| holds && handling.class.is_some_and(|class| class.is_substantiated()))?;
        Some((handling.subject.as_ref()?, self.closed_at?))
    }

    fn caller_row(&self) -> CallerRow {
        CallerRow {
            category: self.registered.category.clone(),
            position: self.registered.place.position,
            status: self.status,
            received_at: self.received_at,
            closed_at: self.closed_at,
        }
    }

    /// `public` with what the public also sees: roughly where, and how many joined.
    fn seen_by_all(&self, public: Value) -> Value {
        let mut row = public;
        if let Some(position) = self.registered.place.position {
            put(&mut row, "around", json!(around(position)));
        }
        if !self.joined.is_empty() {
            put(&mut row, "meToo", json!(self.joined.len()));
        }
        row
    }

    /// The row of the table of all orders, which search and dashboard read.
    fn table_row(&self, public: Value) -> Value {
        let registered = &self.registered;
        let mut row = public;
        if let (Text::Open(title), None) = (&registered.title, self.erased_at) {
            put(&mut row, "title", json!(title));
        }
        put(&mut row, "appealType", json!(registered.appeal_type));
        put(&mut row, "urgency", json!(self.urgency));
        put(&mut row, "gridCode", json!(registered.place.grid));
        put(&mut row, "confidential", json!(registered.confidential));
        put(&mut row, "repeats", json!(self.repeats.len()));
        if let Some(handling) = self.handling.as_deref() {
            put(&mut row, "leadUnit", json!(handling.lead));
            put(&mut row, "respondents", json!(handling.respondents));
            put(&mut row, "closedAt", json!(self.closed_at));
            handling.put_deadlines(&mut row);
        }
        // What the order counts for in the three rates, so that statistics are sums of rows and read no document.
        let rates = Rates::default().with(self);
        if rates != Rates::default() {
            put(&mut row, "rates", json!(rates));
        }
        row
    }

    /// The row of a queue of staff.
    fn queue_row(&self) -> Value {
        let registered = &self.registered;
        let mut row = json!({
            "number": registered.number,
            "categoryCode": registered.category,
            "villageCode": registered.place.village,
            "gridCode": registered.place.grid,
            "appealType": registered.appeal_type,
            "status": self.status,
            "urgency": self.urgency,
            "receivedAt": self.received_at,
            "outerBy": registered.promised.at,
            "confidential": registered.confidential,
            // What the public list must not show: confidential matters, reports, sensitive categories.
            "sensitive": !registered.listed,
            "repeats": self.repeats.len(),
        });
        if let Some(handling) = self.handling.as_deref() {
            // Whoever reads it can be one of them: a grid of the village, a co-unit, the centre.
            put(&mut row, "respondents", json!(handling.respondents));
            handling.put_deadlines(&mut row);
        }
        row
    }

    fn staff_queues(&self) -> Vec<(String, Value)> {
        let mut queues = Vec::new();
        let none = Handling::default();
        let handling = self.handling.as_deref().unwrap_or(&none);
        let row = self.queue_row();
        self.centre_queues(handling, &row, &mut queues);
        if self.status.is_open() {
            self.unit_queues(handling, &row, &mut queues);
        }
        if let Some(at) = self.wakes_at() {
            let name = if self.status.is_open() { clock_queue(at.date()) } else { closed_queue(at.date()) };
            queues.push((name, json!({ "at": at })));
        }
        let clocks = handling.clocks.as_ref().filter(|clocks| self.status.is_open() && clocks.are_provisional());
        if let Some(clocks) = clocks {
            queues.push((PROVISIONAL_QUEUE.to_owned(), json!({ "at": clocks.outer.due.at })));
        }
        queues
    }

    /// The centre's own queues.
    fn centre_queues(&self, handling: &Handling, row: &Value, queues: &mut Vec<(String, Value)>) {
        let mut row = row.clone();
        put(&mut row, "leadUnit", json!(handling.lead));
        put(&mut row, "request", json!(handling.request.as_ref().map(|request| request.kind)));
        put(&mut row, "ruling", json!(handling.ruling));
        put(&mut row, "callers", json!(self.callers()));
        put(&mut row, "group", json!(handling.group));
        put(&mut row, "malicious", json!(handling.malicious));
        let undecided = handling.request.is_some() || handling.ruling;
        let pool = matches!(self.status, Status::Registered | Status::ReturnPending);
        if pool || (self.status.is_open() && undecided) {
            queues.push((POOL_QUEUE.to_owned(), row.clone()));
        }
        match self.status {
            Status::PendingReview => queues.push((REVIEW_QUEUE.to_owned(), row.clone())),
            Status::PendingVisit if !handling.ruling => queues.push((VISIT_QUEUE.to_owned(), row.clone())),
            _ => {}
        }
        let cards: Vec<Value> = handling.cards.iter().filter(|card| card.waits()).map(Card::row).collect();
        if !cards.is_empty() {
            put(&mut row, "cards", json!(cards));
            queues.push((CARDS_QUEUE.to_owned(), row));
        }
    }

    /// The queues of the units that handle it or owe an answer to a notice or card, of which none is a respondent, and of the village where it happened.
    fn unit_queues(&self, handling: &Handling, row: &Value, queues: &mut Vec<(String, Value)>) {
        let lead = handling.lead.iter().map(|unit| (unit, "lead"));
        let helpers =
            handling.co_units.iter().map(|co| (&co.unit, if co.replied_at.is_some() { "replied" } else { "co" }));
        let owes = handling.cards.iter().filter(|card| card.is_unanswered() && !self.is_accused(&card.unit));
        let mut parts: Vec<(&UnitCode, &str)> = lead.chain(helpers).collect();
        for card in owes {
            if parts.iter().all(|(unit, _)| **unit != card.unit) {
                parts.push((&card.unit, "carded"));
            }
        }
        for (unit, part) in parts {
            let mut row = row.clone();
            put(&mut row, "part", json!(part));
            queues.push((unit_queue(unit), row));
        }
        let village = self.registered.place.village.as_ref().filter(|_| self.is_local_matter());
        let accused = |village: &VillageCode| village.as_str().parse().is_ok_and(|unit| self.is_accused(&unit));
        if let Some(village) = village.filter(|village| !accused(village)) {
            queues.push((local_queue(village), row.clone()));
        }
    }
}

impl Card {
    /// Whether somebody has to do something about it: decide on it, or answer it.
    fn waits(&self) -> bool {
        matches!(self.status, CardStatus::Proposed | CardStatus::Objected) || self.is_unanswered()
    }

    fn is_unanswered(&self) -> bool {
        self.holds() && self.reply_by.is_some()
    }

    /// What the board of supervision shows of it.
    fn row(&self) -> Value {
        let Self { key, level, unit, status, at, object_by, reply_by, .. } = self;
        json!({
            "key": key, "level": level, "unit": unit, "status": status, "at": at, "objectBy": object_by, "replyBy": reply_by,
        })
    }
}

impl Handling {
    fn put_deadlines(&self, row: &mut Value) {
        if let Some(clocks) = &self.clocks {
            put(row, "innerBy", json!(clocks.inner.due.at));
            put(row, "outerBy", json!(clocks.outer.due.at));
            put(row, "warnAt", json!(clocks.warn_at));
        }
    }
}
