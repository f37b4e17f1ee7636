//! A stage for orders: the demo town, its people, and commands that have everything unless a test takes it away.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Aggregate, Context, Stamp};
use domain::catalogue::{AppealType, Catalogue, UnitCode, Urgency};
use domain::limit::{Limit, LimitUnit, Rule};
use domain::order::*;
use domain::staff::Role;
use domain::time::{HOUR_MS, Moment};

use crate::common::{at, yundu};

pub static TOWN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::parse(&yundu()).unwrap());

/// Monday 2026-11-23, 10:00: the office is open.
pub const MONDAY: &str = "2026-11-23T10:00";
/// The unit to which street lights belong.
pub const LEAD: &str = "D13";
/// A village, and a grid of it.
pub const VILLAGE: &str = "990181101001";
pub const GRID: &str = "990181101001003";

pub fn unit(code: &str) -> UnitCode {
    code.parse().unwrap()
}

pub fn doc(name: &str) -> DocId {
    DocId::of(&OpId::new("test", name))
}

pub fn text() -> Option<Text> {
    Some(Text::Open("因为".to_owned()))
}

pub fn evidence() -> Vec<Attachment> {
    vec![Attachment { id: doc("photo"), sha256: sha256(&[b"photo"]), size: 1, mime: "image/jpeg".to_owned() }]
}

/// A member of staff by name, role and unit.
pub fn member(name: &str, role: Role, unit: &str) -> Member {
    let unit: UnitCode = unit.parse().unwrap();
    let centre = unit == TOWN.town.centre_unit;
    Member { id: Actor::staff(name), roles: BTreeSet::from([role]), unit: Some(unit), centre, grid: None }
}

pub fn dispatcher() -> Member {
    member("dispatcher", Role::Dispatcher, "C01")
}

pub fn supervisor() -> Member {
    member("supervisor", Role::Supervisor, "C01")
}

pub fn caller_agent() -> Member {
    member("agent", Role::CallbackAgent, "C01")
}

pub fn leader() -> Member {
    member("leader", Role::TownLeader, "P01")
}

pub fn handler(unit: &str) -> Member {
    member(&format!("handler-{unit}"), Role::Handler, unit)
}

pub fn head(unit: &str) -> Member {
    member(&format!("head-{unit}"), Role::UnitHead, unit)
}

pub fn registered(category: &str, appeal_type: AppealType) -> Registered {
    let received = at(MONDAY);
    let (limit, promised) = TOWN.effective_limit(received, appeal_type, Urgency::Normal, Rule::PROMISE).unwrap();
    let sealed = |name: &str| Some(Sealed(format!("SEALED-{name}")));
    let phone = sha256(&[b"phone"]);
    Registered {
        number: "YD12345-20261123-00042".parse().unwrap(),
        channel: Channel::Web,
        upstream: None,
        appeal_type,
        category: category.parse().unwrap(),
        urgency: Urgency::Normal,
        title: Text::Open("路灯不亮".to_owned()),
        content: Text::Open("三盏路灯".to_owned()),
        place: Place {
            address: sealed("address"),
            village: Some(VILLAGE.parse().unwrap()),
            grid: Some(GRID.parse().unwrap()),
            position: None,
            approx: false,
        },
        respondent: None,
        caller: CallerFields { name: sealed("name"), phone: sealed("phone"), index: Some(phone) },
        on_behalf: None,
        incident_at: None,
        anonymous: false,
        confidential: false,
        reply_wanted: true,
        listed: true,
        attachments: Vec::new(),
        limit,
        promised,
        repeat: None,
        secret: sha256(&[b"secret"]),
    }
}

/// An order on the stage, and the time.
#[derive(Clone)]
pub struct Scene {
    pub order: WorkOrder,
    pub now: Moment,
    /// What every command carries besides the step.
    pub text: Option<Text>,
    pub evidence: Vec<Attachment>,
    /// All events so far.
    pub events: Vec<OrderEvent>,
}

impl Scene {
    pub fn of(registered: Registered) -> Self {
        let now = at(MONDAY);
        let event = OrderEvent::Registered(Box::new(registered));
        let order = WorkOrder::evolve(None, &event, Stamp { at: now }).unwrap();
        Self { order, now, text: text(), evidence: evidence(), events: vec![event] }
    }

    /// A complaint about street lights, Monday 10:00, 15 working days.
    pub fn new() -> Self {
        Self::of(registered("T0403", AppealType::Complaint))
    }

    pub fn at(mut self, when: &str) -> Self {
        self.now = at(when);
        self
    }

    pub fn after_hours(mut self, hours: i64) -> Self {
        self.now = self.now.plus_ms(hours * HOUR_MS);
        self
    }

    pub fn handling(&self) -> &Handling {
        self.order.handling.as_deref().unwrap()
    }

    pub fn clocks(&self, clocking: Clocking) -> Box<Clocks> {
        Box::new(TOWN.clocks(&self.order, self.now, clocking).unwrap())
    }

    pub fn assignment(&self, lead: &str, co_units: &[&str]) -> Assignment {
        let co_units: Vec<UnitCode> = co_units.iter().map(|code| unit(code)).collect();
        TOWN.assignment(&self.order, &unit(lead), &co_units, self.now).unwrap()
    }

    /// Gives any command; the order changes if it is allowed.
    pub fn give(&mut self, command: &OrderCommand, by: Actor) -> Result<OrderEvent, OrderRejection> {
        let event = WorkOrder::decide(Some(&self.order), command, &Context { now: self.now, by })?;
        let stored = serde_json::to_string(&event).unwrap();
        let read: OrderEvent = serde_json::from_str(&stored).unwrap();
        assert_eq!(read, event, "an event reads back as it was written");
        self.order = WorkOrder::evolve(Some(self.order.clone()), &event, Stamp { at: self.now }).unwrap();
        self.events.push(event.clone());
        Ok(event)
    }

    /// Takes a step; the reason if it is refused.
    pub fn take(&mut self, member: &Member, step: Step) -> Result<(), Why> {
        match self.refusal(member, step) {
            None => Ok(()),
            Some(refusal) => Err(refusal.why),
        }
    }

    pub fn refusal(&mut self, member: &Member, step: Step) -> Option<Refusal> {
        let (text, attachments) = (self.text.clone(), self.evidence.clone());
        let command = StaffCommand { member: member.clone(), rules: TOWN.rules(), text, attachments, step };
        let before = self.order.clone();
        match self.give(&OrderCommand::Staff(Box::new(command)), member.id.clone()) {
            Ok(_) => None,
            Err(OrderRejection::Refused(refusal)) => {
                assert_eq!(self.order, before);
                Some(*refusal)
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// Takes a step that must be allowed.
    pub fn with(mut self, member: &Member, step: Step) -> Self {
        let name = step.name();
        assert_eq!(self.take(member, step), Ok(()), "{name} in {:?}", self.order.status);
        self
    }

    pub fn dispatched(self) -> Self {
        let assignment = self.assignment(LEAD, &[]);
        self.with(&dispatcher(), Step::Dispatch(assignment))
    }

    pub fn signed(self) -> Self {
        self.dispatched().with(&handler(LEAD), Step::Sign)
    }

    pub fn submitted(self) -> Self {
        self.signed().contacted().with_result(Explanation::Resolved)
    }

    pub fn contacted(self) -> Self {
        self.with(&handler(LEAD), Step::Contact { missed: None })
    }

    pub fn with_result(self, class: Explanation) -> Self {
        self.with_result_about(class, None)
    }

    pub fn with_result_about(self, class: Explanation, subject: Option<&str>) -> Self {
        let subject = subject.map(|code| code.parse().unwrap());
        self.with(&handler(LEAD), Step::SubmitResult { class, no_contact: None, subject })
    }

    pub fn passed(self) -> Self {
        let visit = TOWN.visit_timer(self.now);
        self.with(&supervisor(), Step::ReviewPass { visit, close: false })
    }

    pub fn reviewed(self) -> Self {
        self.submitted().passed()
    }

    pub fn closed(self) -> Self {
        let visit = self.visit(Some(content()));
        self.reviewed().with(&caller_agent(), visit)
    }

    pub fn visit(&self, answer: Option<Answer>) -> Step {
        Step::Visit { method: VisitMethod::Phone, answer, clocks: self.any_clocks() }
    }

    /// Clocks with the deadline set by hand.
    pub fn set_clocks(&self, to: &str) -> Box<Clocks> {
        self.clocks(Clocking::Set(at(to)))
    }

    /// Clocks for steps that carry them in case of a redo.
    pub fn any_clocks(&self) -> Box<Clocks> {
        self.clocks(Clocking::Redo)
    }

    pub fn return_request(&self) -> Step {
        let ruling = TOWN.ruling_timer(self.now);
        Step::ReturnRequest { reason: ReturnReason::NotOurDuty, suggested: Some(unit("D04")), ruling }
    }

    pub fn suspended(self) -> Self {
        self.signed().with(&handler(LEAD), suspend_request(10)).with(&dispatcher(), Step::SuspendApprove)
    }
}

pub fn suspend_request(days: u32) -> Step {
    Step::SuspendRequest { reason: SuspendReason::SeasonOrWeather, limit: Limit::new(days, LimitUnit::NaturalDays) }
}

pub fn extend_request(days: u32) -> Step {
    Step::ExtendRequest { limit: Limit::new(days, LimitUnit::WorkingDays) }
}

pub fn content() -> Answer {
    Answer { contacted: Some(true), resolved: Some(true), satisfaction: Some(5) }
}

pub fn discontent() -> Answer {
    Answer { contacted: Some(true), resolved: Some(false), satisfaction: Some(1) }
}
