//! The year's plan: reading it, proposing a draw, approving one, writing a recusal down.
//!
//! Store operations of a proposal: the session, the plan, the history and six files of the libraries, and the four of
//! `store::update`; the first of a year begins the plan with three more.

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse as _, Response};
use canon::Hash;
use domain::aggregate::{Aggregate as _, Context};
use domain::catalogue::{DrawId, InspectorCode, ItemCode, SubjectCode};
use domain::inspection::{
    Draw, DrawStatus, Library, Plan, PlanCommand, PlanEvent, PlannedDraw, Policy, Recusal, Refusal, usable,
};
use domain::permission::Action;
use domain::time::Date;
use http::StatusCode;
use inspections::person;
use orders::Check;
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{Call, Problem, body};
use store::{Birth, Document, Operation, Platform};

use crate::contributors::ContributorsForm;

/// Characters of a name or a reason: a line or two; [`domain::inspection::PLANS_MAX`] counts on it.
const TEXT_MAX: usize = 120;
/// Items of one joint draw: a group has at most six.
const ITEMS_MAX: usize = 8;
/// Inspectors named for one draw: the 62 of a town.
const ROSTER_MAX: usize = 100;
/// Checks of one inspector in one draw.
const CAP_MAX: u32 = 200;
/// What is meant where nothing is said.
const CAP_DEFAULT: u32 = 20;

/// The query of `GET /api/inspection/plan`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PlanQuery {
    year: Option<i32>,
}

/// `GET /api/inspection/plan`
pub(crate) async fn show<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<PlanQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    staff.require(Action::SeeInspection)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let access = &staff.call.access;
    let year = query.year.unwrap_or_else(|| access.now().date().year());
    let plan = inspections::find::<Plan, P>(access, &Plan::id(year)).await?;
    let draws = match &plan {
        Some(plan) => inspections::draws(access, &plan.state).await?,
        None => Default::default(),
    };
    let me = person(&staff.session);
    let planned = plan.as_ref().map(|plan| plan.state.draws.as_slice()).unwrap_or_default();
    let rows = planned.iter().map(|draw| row(draw, draws.get(&draw.id), me.actor == draw.planned_by.actor));
    Ok(service::json(&json!({
        "year": year, "version": plan.as_ref().map_or(0, |plan| plan.version), "draws": rows.rev().collect::<Vec<_>>(),
        "canPlan": staff.session.may(Action::PlanDraw), "canApprove": staff.session.may(Action::ApproveDraw),
    })))
}

/// A draw of the plan with where it stands.
fn row(plan: &PlannedDraw, draw: Option<&Draw>, own: bool) -> Value {
    let status = match draw.map(|draw| draw.status) {
        Some(status) => json!(status),
        None if plan.approved.is_some() => json!("approved"),
        None => json!("proposed"),
    };
    json!({
        "id": plan.id, "name": plan.name, "items": plan.items, "kind": plan.kind, "unit": plan.unit,
        "policy": plan.policy, "from": plan.from, "until": plan.until, "roster": plan.roster, "cap": plan.cap,
        "rehearsal": plan.rehearsal, "directAssign": plan.direct_assign, "reason": plan.reason, "plannedBy": plan.planned_by.account,
        "approvedBy": plan.approved.as_ref().map(|approved| &approved.by.account),
        "approvedAt": plan.approved.as_ref().map(|approved| approved.at), "recusals": plan.recusals.len(),
        "status": status, "own": own,
        "roundAt": draw.filter(|draw| draw.status == DrawStatus::Committed).map(|draw| draw.commitment.round_at),
    })
}

/// `POST /api/inspection/plan`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ProposeForm {
    name: String,
    items: Vec<String>,
    policy: Option<Policy>,
    /// With [`Policy::Contributors`].
    contributors: Option<ContributorsForm>,
    from: Option<Date>,
    until: Option<Date>,
    roster: Vec<String>,
    cap: Option<u32>,
    rehearsal: bool,
    direct_assign: bool,
    reason: String,
}

/// `POST /api/inspection/plan`
pub(crate) async fn propose<P: Platform>(staff: StaffCall<P>, request: Body) -> Result<Response, Problem> {
    staff.require(Action::PlanDraw)?;
    let call = &staff.call;
    let (form, bytes) = body::json::<ProposeForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let keys = call.keys().await?;
    let library = inspections::library(call).await?;
    let draw = form.read(&library, &staff)?;
    let year = draw.from.year();
    let operation = call.operation(&keys, "inspection.propose", &bytes, staff.session.actor())?;
    open(call, &keys.mac("request", &[b"inspection.plan"]), year, &operation).await?;
    let command = PlanCommand::Propose(Box::new(draw));
    let committed = update(call, year, &operation, &command).await?;
    let recorded = committed.event_of(&operation.op).map(|recorded| &recorded.event);
    let Some(PlanEvent::Proposed(draw)) = recorded else { return Err(Problem::not_found()) };
    Ok((StatusCode::CREATED, service::json(&row(draw, None, true))).into_response())
}

async fn open<P: Platform>(call: &Call<P>, request: &Hash, year: i32, by: &Operation) -> Result<(), Problem> {
    if inspections::find::<Plan, P>(&call.access, &Plan::id(year)).await?.is_some() {
        return Ok(());
    }
    let operation = Operation { op: Plan::opening(year), request: *request, context: by.context.clone() };
    let event = Plan::decide(None, &PlanCommand::Open(year), &operation.context)?;
    let birth = |_| Ok(Birth { event, key: None, lookups: Vec::new() });
    store::create::<Plan, _>(&call.access, operation, birth).await?;
    Ok(())
}

async fn update<P: Platform>(
    call: &Call<P>,
    year: i32,
    operation: &Operation,
    command: &PlanCommand,
) -> Result<Document<Plan>, Problem> {
    let decide = |plan: &Document<Plan>, context: &Context| Plan::decide(Some(&plan.state), command, context);
    Ok(store::update(&call.access, &Plan::id(year), operation, decide).await?.document)
}

impl ProposeForm {
    fn read<P: Platform>(&self, library: &Library, staff: &StaffCall<P>) -> Result<PlannedDraw, Problem> {
        let mut check = Check::default();
        let name = check.required("/name", &self.name, TEXT_MAX);
        let reason = check.required("/reason", &self.reason, TEXT_MAX);
        let items = codes::<ItemCode>(&mut check, "/items", &self.items, ITEMS_MAX);
        let roster = codes::<InspectorCode>(&mut check, "/roster", &self.roster, ROSTER_MAX);
        let cap = self.cap.unwrap_or(CAP_DEFAULT);
        if !(1..=CAP_MAX).contains(&cap) {
            check.note("/cap", "invalid");
        }
        let (from, until) = (self.from, self.until);
        let from = from.or_else(|| check.fail("/from", "required"));
        let until = until.or_else(|| check.fail("/until", "required"));
        let policy = self.policy.or_else(|| check.fail("/policy", "required"));
        let contributed = self.contributors.as_ref().filter(|_| policy == Some(Policy::Contributors));
        let contributors = contributed.and_then(|form| form.read(&mut check)).map(Box::new);
        let (Some(from), Some(until), Some(policy), true) = (from, until, policy, check.is_clean()) else {
            return Err(Problem::invalid(check.into_errors()));
        };
        if policy == Policy::Contributors {
            inspections::lawful(contributors.as_deref().ok_or(Refusal::DeadlinesInvalid)?)?;
        }
        let usable = usable(library, &items)?;
        let Some((_, first)) = usable.first() else { return Err(Refusal::ItemMissing.into()) };
        let group = first.joint_group.as_ref().and_then(|group| library.groups.get(group));
        let unit = group.filter(|_| items.len() > 1).map_or(&first.unit, |group| &group.lead).clone();
        if let Some(unknown) = roster.iter().find(|code| !library.inspectors.contains_key(code)) {
            return Err(Refusal::InspectorUnknown(unknown.clone()).into());
        }
        let kind = first.kind.clone();
        let id = format!("{}-{unit}-000", from.year()).parse().map_err(|_| Problem::not_found())?;
        let (planned_by, rehearsal, direct_assign) = (person(&staff.session), self.rehearsal, self.direct_assign);
        let (recusals, approved) = (Vec::new(), None);
        Ok(PlannedDraw {
            id,
            name,
            items,
            kind,
            unit,
            policy,
            contributors,
            from,
            until,
            roster,
            cap,
            rehearsal,
            direct_assign,
            recusals,
            planned_by,
            reason,
            approved,
        })
    }
}

/// Codes that differ from each other.
fn codes<T: std::str::FromStr + Ord>(check: &mut Check, pointer: &'static str, texts: &[String], max: usize) -> Vec<T> {
    let mut found: Vec<T> = Vec::with_capacity(texts.len().min(max));
    for text in texts.iter().take(max.saturating_add(1)) {
        match text.trim().parse::<T>() {
            Ok(code) if !found.contains(&code) => found.push(code),
            _ => check.note(pointer, "unknown"),
        }
    }
    if texts.len() > max {
        check.note(pointer, "tooMany");
    }
    found
}

/// `POST /api/inspection/plan/{draw}/{approve,recuse}`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StepForm {
    reason: String,
    /// For `recuse`.
    subject: String,
    /// For `recuse`: who; an inspector declares for themselves.
    inspector: String,
}

/// `POST /api/inspection/plan/{draw}/{approve,recuse}`
pub(crate) async fn take<P: Platform>(
    staff: StaffCall<P>,
    Path((draw, step)): Path<(String, String)>,
    request: Body,
) -> Result<Response, Problem> {
    let call = &staff.call;
    match step.as_str() {
        "approve" => staff.require(Action::ApproveDraw)?,
        "recuse" if staff.session.may(Action::Inspect) => {}
        "recuse" => staff.require(Action::PlanDraw)?,
        _ => return Err(Problem::not_found()),
    }
    let (form, bytes) = body::json::<StepForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let id: DrawId = draw.parse().map_err(|_| Problem::not_found())?;
    let year = inspections::year_of(&id).ok_or_else(Problem::not_found)?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, &format!("inspection.{step}/{id}"), &bytes, staff.session.actor())?;
    let plan = inspections::find::<Plan, P>(&call.access, &Plan::id(year)).await?.ok_or_else(Problem::not_found)?;
    plan.state.draw(&id).ok_or_else(Problem::not_found)?;
    let mut check = Check::default();
    let reason = check.required("/reason", &form.reason, TEXT_MAX);
    let by = person(&staff.session);
    let command = if step == "approve" {
        PlanCommand::Approve { draw: id.clone(), by, reason }
    } else {
        form.recusal(&staff, &id, &mut check, reason, plan.event_of(&operation.op).is_some()).await?
    };
    if !check.is_clean() {
        return Err(Problem::invalid(check.into_errors()));
    }
    let plan = update(call, year, &operation, &command).await?;
    let draw = plan.state.draw(&id).ok_or_else(Problem::not_found)?;
    Ok(service::json(&row(draw, None, false)))
}

impl StepForm {
    /// A recusal stands until the lists are frozen; afterwards it is a reason for a replacement.
    async fn recusal<P: Platform>(
        &self,
        staff: &StaffCall<P>,
        id: &DrawId,
        check: &mut Check,
        reason: String,
        replayed: bool,
    ) -> Result<PlanCommand, Problem> {
        if !replayed && inspections::draw(&staff.call.access, id).await?.is_some() {
            return Err(Refusal::AlreadyDrawn.into());
        }
        let library = inspections::library(&staff.call).await?;
        let own = library.inspector_of(staff.session.account.as_str()).cloned();
        let applied = staff.session.may(Action::PlanDraw);
        let inspector = if applied { self.inspector.trim().parse::<InspectorCode>().ok() } else { own };
        let subject = self.subject.trim().parse::<SubjectCode>().ok();
        let inspector = inspector.filter(|code| library.inspectors.contains_key(code));
        let subject = subject.filter(|code| library.subjects.contains_key(code));
        let (Some(inspector), Some(subject)) = (inspector, subject) else {
            check.note(if self.subject.is_empty() { "/subject" } else { "/inspector" }, "unknown");
            return Err(Problem::invalid(std::mem::take(check).into_errors()));
        };
        let recusal = Recusal { inspector, subject, applied, reason, by: person(&staff.session) };
        Ok(PlanCommand::Recuse { draw: id.clone(), recusal })
    }
}
