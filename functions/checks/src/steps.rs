//! A step of a check. Seven store operations beside the libraries: the session, the draw, the check, and the four of
//! `store::update`; with photos one more for all of them.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use domain::aggregate::{Aggregate as _, Context};
use domain::catalogue::{InspectorCode, ItemCode, UnitCode};
use domain::inspection::{
    Check, CheckCommand, CheckStep, Finding, FollowUp, FollowUpKind, Opened, Outcome, Point, Refusal, Signature,
};
use domain::order::Text;
use domain::permission::Action;
use domain::time::Date;
use http::StatusCode;
use inspections::person;
use orders::{Check as Form, resolve, upload_ids};
use serde::Deserialize;
use serde_json::json;
use service::keys::DataKey;
use service::session::StaffCall;
use service::{Problem, body};
use store::{Birth, CommitError, Document, Operation, Platform};

use crate::desk::{Desk, NAME, NOTE, WORK, seal};
use crate::view::respond;

/// Points of one check: eight items with a handful each.
const POINTS_MAX: usize = 40;
/// Characters of a note: 40 × 300 × 4 bytes, sealed and in base64, are 64 KB in the event and as much in the state.
const NOTE_MAX: usize = 300;
/// Characters of a name.
const NAME_MAX: usize = 60;
/// Results of one check: there are 14 codes.
const RESULTS_MAX: usize = 14;
/// What follows from one check.
const FOLLOW_UPS_MAX: usize = 10;
/// Photos of one check.
const PHOTOS_MAX: usize = 9;

/// `POST /api/inspection/checks/{draw}/{subject}/{step}`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StepForm {
    if_version: Option<u64>,
    /// For `return`, `follow-up`, `withdraw`.
    text: String,
    /// For `enter`: what was scanned or typed.
    scanned: String,
    /// For `submit`.
    points: Vec<PointForm>,
    results: Vec<String>,
    refused: bool,
    /// Who signed, or who witnessed that they did not.
    name: String,
    photos: Vec<String>,
    follow_ups: Vec<FollowUpForm>,
    /// For `follow-up`: which, from 0.
    index: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PointForm {
    item: String,
    outcome: Option<Outcome>,
    note: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FollowUpForm {
    kind: Option<FollowUpKind>,
    owner: String,
    due: Option<Date>,
}

/// `POST /api/inspection/checks/{draw}/{subject}/{step}`
pub(crate) async fn take<P: Platform>(
    staff: StaffCall<P>,
    Path((draw, subject, word)): Path<(String, String, String)>,
    request: Body,
) -> Result<Response, Problem> {
    match word.as_str() {
        "enter" | "submit" | "confirm" | "return" => staff.require(Action::Inspect)?,
        "follow-up" | "publish" | "withdraw" => staff.require(Action::PublishCheck)?,
        _ => return Err(Problem::not_found()),
    }
    let call = &staff.call;
    let (form, bytes) = body::json::<StepForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let mut desk = Desk::open(&staff, &draw, &subject).await?;
    let scope = format!("check.{word}/{}", desk.id());
    let operation = call.operation(&desk.keys, &scope, &bytes, staff.session.actor())?;
    desk.check = Some(if word == "enter" {
        enter(&staff, &desk, &form, operation).await?
    } else {
        step(&staff, &desk, &form, &word, &operation).await?
    });
    Ok(respond(&staff, &desk))
}

/// Creates the check. Its document is named by the task, so the request is what tells a retry from another entry.
async fn enter<P: Platform>(
    staff: &StaffCall<P>,
    desk: &Desk,
    form: &StepForm,
    operation: Operation,
) -> Result<Document<Check>, Problem> {
    let call = &staff.call;
    let request = desk.keys.mac("request", &[operation.op.as_str().as_bytes(), operation.request.as_bytes()]);
    let op = Check::entering(&desk.draw_id, &desk.subject);
    let operation = Operation { op, request, ..operation };
    // Two certified officers come, or nobody does.
    let today = call.access.now().date();
    for code in [&desk.task.lead, &desk.task.member] {
        desk.library.may_inspect(code, &desk.subject, today)?;
    }
    let subject = desk.library.subjects.get(&desk.subject).ok_or_else(Problem::not_found)?;
    let plan = &desk.draw.commitment.plan;
    let opened = Opened {
        draw: desk.draw_id.clone(),
        task: desk.task.clone(),
        name_zh: subject.name_zh.clone(),
        uscc: subject.uscc.clone(),
        items: plan.items.clone(),
        unit: plan.unit.clone(),
        by: person(&staff.session),
    };
    let step = CheckStep::Enter { opened: Box::new(opened), scanned: form.scanned.trim().to_owned() };
    let event = Check::decide(None, &command(staff, desk, step), &operation.context)?;
    let sealed = desk.keys.new_data_key(Check::KIND, &desk.id(), call.access.random(), call.access.random());
    let (_, wrapped) = sealed.map_err(|_| Problem::unavailable())?;
    let birth = |_| Ok(Birth { event, key: Some(wrapped), lookups: Vec::new() });
    match store::create::<Check, _>(&call.access, operation, birth).await {
        Err(CommitError::OtherRequest) => Err(Refusal::StateConflict.into()),
        created => Ok(created?.document),
    }
}

fn command<P: Platform>(staff: &StaffCall<P>, desk: &Desk, step: CheckStep) -> CheckCommand {
    let inspector: Option<InspectorCode> = desk.inspector.clone();
    CheckCommand { by: person(&staff.session), inspector, task: desk.task.clone(), step }
}

async fn step<P: Platform>(
    staff: &StaffCall<P>,
    desk: &Desk,
    form: &StepForm,
    word: &str,
    operation: &Operation,
) -> Result<Document<Check>, Problem> {
    let check = desk.check.as_ref().ok_or(Refusal::StateConflict)?;
    if let Some(earlier) = check.event_of(&operation.op) {
        if earlier.request != operation.request {
            return Err(CommitError::<Refusal>::OtherRequest.into());
        }
        return Ok(check.clone());
    }
    let seen = check.version;
    if form.if_version != Some(seen) {
        return Err(stale(seen));
    }
    // Whoever puts their name to it may inspect on the day on which they do, not only on the one on which they came in.
    if let (Some(code), "submit" | "confirm" | "return") = (&desk.inspector, word) {
        desk.library.may_inspect(code, &desk.subject, staff.call.access.now().date())?;
    }
    let key = desk.data_key().ok_or_else(Problem::unavailable)?;
    let command = command(staff, desk, form.step(staff, desk, &key, word).await?);
    let mut overtaken = None;
    let decide = |now: &Document<Check>, context: &Context| {
        if now.version != seen {
            overtaken = Some(now.version);
            return Err(Refusal::StateConflict);
        }
        Check::decide(Some(&now.state), &command, context)
    };
    let committed = store::update(&staff.call.access, &desk.id(), operation, decide).await;
    match overtaken {
        Some(version) => Err(stale(version)),
        None => Ok(committed?.document),
    }
}

fn stale(version: u64) -> Problem {
    let detail = "The check has changed since you looked at it. Look at it again, then decide.";
    Problem::new(StatusCode::CONFLICT, "staleVersion", detail).with("version", json!(version))
}

impl StepForm {
    async fn step<P: Platform>(
        &self,
        staff: &StaffCall<P>,
        desk: &Desk,
        key: &DataKey,
        word: &str,
    ) -> Result<CheckStep, Problem> {
        let now = staff.call.access.now();
        Ok(match word {
            "submit" => CheckStep::Submit(Box::new(self.finding(staff, desk, key).await?)),
            "confirm" => CheckStep::Confirm { publish_by: desk.catalogue.timer(now, Check::PUBLISH_WITHIN) },
            "publish" => CheckStep::Publish,
            "return" => CheckStep::Return(self.text(staff, key)?),
            "withdraw" => CheckStep::Withdraw(self.text(staff, key)?),
            _ => CheckStep::FollowUp { index: self.index, text: self.text(staff, key)? },
        })
    }

    fn text<P: Platform>(&self, staff: &StaffCall<P>, key: &DataKey) -> Result<Text, Problem> {
        let mut check = Form::default();
        let text = check.required("/text", &self.text, NOTE_MAX);
        if !check.is_clean() {
            return Err(Problem::invalid(check.into_errors()));
        }
        seal(&staff.call, key, WORK, &text)
    }

    /// What was found: first as it was written, against the rules of results; then sealed.
    async fn finding<P: Platform>(&self, staff: &StaffCall<P>, desk: &Desk, key: &DataKey) -> Result<Finding, Problem> {
        let mut check = Form::default();
        let name = check.text("/name", &self.name, NAME_MAX).unwrap_or_default();
        if name.is_empty() && !self.refused {
            check.note("/name", "required");
        }
        let points = self.points(&mut check);
        let follow_ups = self.follow_ups(desk, &mut check);
        if self.results.len() > RESULTS_MAX {
            check.note("/results", "tooMany");
        }
        if !check.is_clean() {
            return Err(Problem::invalid(check.into_errors()));
        }
        let photos = upload_ids(&self.photos, PHOTOS_MAX)?;
        let photos = resolve(&staff.call, &desk.catalogue, &photos, &Document::<Check>::key_of(&desk.id())).await?;
        let signature = Signature { refused: self.refused, name: Text::Open(name) };
        let (results, publish) = (self.results.clone(), desk.library.publishes(&self.results));
        let serious = desk.library.is_serious(&self.results);
        let by = person(&staff.session);
        let mut finding = Finding { points, results, publish, serious, signature, photos, follow_ups, by };
        desk.library.check_finding(&desk.draw.commitment.plan.items, &finding)?;
        let sealed = |field: &str, text: &Text| match text {
            Text::Open(text) => seal(&staff.call, key, field, text),
            Text::Sealed(sealed) => Ok(Text::Sealed(sealed.clone())),
        };
        finding.signature.name = sealed(NAME, &finding.signature.name)?;
        for point in &mut finding.points {
            point.note = point.note.as_ref().map(|note| sealed(NOTE, note)).transpose()?;
        }
        Ok(finding)
    }

    fn points(&self, check: &mut Form) -> Vec<Point> {
        let mut points = Vec::with_capacity(self.points.len().min(POINTS_MAX));
        for form in self.points.iter().take(POINTS_MAX) {
            let note = check.text("/points", &form.note, NOTE_MAX).map(Text::Open);
            let item = form.item.parse::<ItemCode>().ok().or_else(|| check.fail("/points", "unknown"));
            let outcome = form.outcome.or_else(|| check.fail("/points", "required"));
            if let (Some(item), Some(outcome)) = (item, outcome) {
                points.push(Point { item, outcome, note });
            }
        }
        if self.points.len() > POINTS_MAX {
            check.note("/points", "tooMany");
        }
        points
    }

    fn follow_ups(&self, desk: &Desk, check: &mut Form) -> Vec<FollowUp> {
        let mut follow_ups = Vec::with_capacity(self.follow_ups.len().min(FOLLOW_UPS_MAX));
        for form in self.follow_ups.iter().take(FOLLOW_UPS_MAX) {
            let owner = form.owner.parse::<UnitCode>().ok().filter(|unit| desk.catalogue.is_unit(unit));
            let owner = owner.or_else(|| check.fail("/followUps", "unknownUnit"));
            let kind = form.kind.or_else(|| check.fail("/followUps", "required"));
            let due = form.due.or_else(|| check.fail("/followUps", "required"));
            if let (Some(owner), Some(kind), Some(due)) = (owner, kind, due) {
                follow_ups.push(FollowUp { kind, owner, due, done_at: None });
            }
        }
        if self.follow_ups.len() > FOLLOW_UPS_MAX {
            check.note("/followUps", "tooMany");
        }
        follow_ups
    }
}
