//! The steps of a draw that are the staff's: draw, assign, replace and reveal. What proves itself of the randomness comes by
//! the public route, from anybody; lottery numbers do not, so two people of the staff read them.
//!
//! Store operations of a step: the session, the draw, its lists, and the four of `store::update`;
//! to reveal, one more for each 64 checks.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use domain::aggregate::Aggregate as _;
use domain::catalogue::{DrawId, InspectorCode, SubjectCode};
use domain::inspection::{Check, CheckStatus, Draw, DrawStep, Drawing, Reason, Refusal, Substitution, Task, Unpaired};
use domain::permission::Action;
use inspections::{after, person, refused, take_step, taken, whole};
use orders::Check as Form;
use serde::Deserialize;
use service::session::StaffCall;
use service::{Keys, Problem, body};
use store::{Document, Platform};

use crate::numbers::numbers;

/// Characters of a reason: 100 substitutions of 200 × 4 bytes, twice, are 160 KB at the very most.
const TEXT_MAX: usize = 200;
/// Checks read in one batch.
const BATCH: usize = 64;

/// `POST /api/inspection/desk/{draw}/{step}`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StepForm {
    if_version: Option<u64>,
    /// For `substitute`.
    subject: String,
    /// For `substitute`: who is replaced; empty where the subject is.
    inspector: String,
    reason: Option<Reason>,
    text: String,
    /// For `sign`: which, from 0.
    index: usize,
    /// For `lottery`: the numbers, in the policy's order.
    numbers: Vec<String>,
}

/// `POST /api/inspection/desk/{draw}/{step}`
pub(crate) async fn take<P: Platform>(
    staff: StaffCall<P>,
    Path((draw, word)): Path<(String, String)>,
    request: Body,
) -> Result<Response, Problem> {
    match word.as_str() {
        "draw" | "assign" | "substitute" | "reveal" => staff.require(Action::PlanDraw)?,
        "sign" => staff.require(Action::ApproveDraw)?,
        // Two people read the lotteries: whoever plans draws, or approves them.
        "lottery" if staff.session.may(Action::ApproveDraw) => {}
        "lottery" => staff.require(Action::PlanDraw)?,
        _ => return Err(Problem::not_found()),
    }
    let call = &staff.call;
    let (form, bytes) = body::json::<StepForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let id: DrawId = draw.parse().map_err(|_| Problem::not_found())?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, &format!("draw.{word}/{id}"), &bytes, staff.session.actor())?;
    let make = async |document: &Document<Draw>| form.step(&staff, &keys, document, &word).await;
    Ok(taken(&take_step(&staff, &id, &operation, form.if_version, make).await?))
}

impl StepForm {
    async fn step<P: Platform>(
        &self,
        staff: &StaffCall<P>,
        keys: &Keys,
        document: &Document<Draw>,
        word: &str,
    ) -> Result<DrawStep, Problem> {
        let draw = &document.state;
        Ok(match word {
            "draw" => DrawStep::Draw(Box::new(drawing(staff, keys, document).await?)),
            "assign" => DrawStep::Assign,
            "lottery" => DrawStep::ReadLottery { numbers: numbers(&draw.commitment, &self.numbers)? },
            "substitute" => DrawStep::AskSubstitution(Box::new(self.substitution(staff)?)),
            "sign" => {
                let asked = draw.substitutions.get(self.index).ok_or(Refusal::StateConflict)?;
                let task = replaced(staff, keys, document, asked).await?;
                DrawStep::SignSubstitution { index: self.index, task }
            }
            _ => {
                let secret = secret(keys, document)?.ok_or(Refusal::StateConflict)?;
                DrawStep::Reveal { secret, finished: finished(staff, draw).await? }
            }
        })
    }

    fn substitution<P: Platform>(&self, staff: &StaffCall<P>) -> Result<Substitution, Problem> {
        let mut check = Form::default();
        let text = check.required("/text", &self.text, TEXT_MAX);
        let subject = self.subject.trim().parse::<SubjectCode>().ok();
        let subject = subject.or_else(|| check.fail("/subject", "unknown"));
        let reason = self.reason.or_else(|| check.fail("/reason", "required"));
        let inspector = match self.inspector.trim() {
            "" => None,
            code => code.parse::<InspectorCode>().ok().or_else(|| check.fail("/inspector", "unknown")),
        };
        let (Some(subject), Some(reason), true) = (subject, reason, check.is_clean()) else {
            return Err(Problem::invalid(check.into_errors()));
        };
        Ok(Substitution { subject, inspector, reason, text, asked: person(&staff.session), signed: None })
    }
}

/// The agency's secret; none where the policy has none.
fn secret(keys: &Keys, document: &Document<Draw>) -> Result<Option<String>, Problem> {
    let (Some(sealed), Some(wrapped)) = (&document.state.commitment.secret, &document.key) else { return Ok(None) };
    let key = keys.data_key(Draw::KIND, &document.id, wrapped).map_err(|_| Problem::unavailable())?;
    key.open(Draw::SECRET_FIELD, sealed).map(Some).map_err(|_| Problem::unavailable())
}

async fn drawing<P: Platform>(
    staff: &StaffCall<P>,
    keys: &Keys,
    document: &Document<Draw>,
) -> Result<Drawing, Problem> {
    let draw = &document.state;
    if draw.result.is_some() {
        return Err(Refusal::AlreadyDrawn.into());
    }
    if draw.entropy.is_none() && draw.commitment.plan.contributors.is_some() {
        return Err(Refusal::LotteryMissing.into());
    }
    let lists = inspections::thaw(&staff.call.access, &draw.commitment.inputs).await?;
    let mut bundle = whole(&lists, draw, secret(keys, document)?.as_deref())?;
    let blocked = bundle.run(&mut |_, _, _| {}).map_err(refused)?;
    let pairings = bundle.current().map_err(refused)?;
    let tasks: Option<Vec<Task>> = pairings.iter().map(|pairing| task(&bundle, pairing)).collect();
    let unpaired = if blocked.is_some() { unpaired(&bundle) } else { Some(Vec::new()) };
    let (Some(tasks), Some(unpaired)) = (tasks, unpaired) else { return Err(Refusal::StateConflict.into()) };
    Ok(Drawing { tasks, unpaired, salted: bundle.sealed, by: person(&staff.session) })
}

/// Who was drawn without inspectors, in the order of the draw.
fn unpaired(bundle: &bundle::Bundle) -> Option<Vec<Unpaired>> {
    let drawn = bundle
        .result
        .iter()
        .flat_map(|result| &result.strata)
        .flat_map(|order| order.drawn.iter().map(|subject| (subject, &order.name)));
    drawn
        .map(|(subject, stratum)| Some(Unpaired { subject: subject.parse().ok()?, stratum: stratum.clone() }))
        .collect()
}

fn task(bundle: &bundle::Bundle, pairing: &draw::Pairing) -> Option<Task> {
    let stratum = bundle.subjects.iter().find(|subject| subject.id == pairing.subject)?.stratum.clone();
    Some(Task {
        subject: pairing.subject.parse().ok()?,
        stratum,
        lead: pairing.lead.parse().ok()?,
        member: pairing.member.parse().ok()?,
    })
}

async fn replaced<P: Platform>(
    staff: &StaffCall<P>,
    keys: &Keys,
    document: &Document<Draw>,
    asked: &Substitution,
) -> Result<Option<Task>, Problem> {
    let lists = inspections::thaw(&staff.call.access, &document.state.commitment.inputs).await?;
    let mut bundle = whole(&lists, &document.state, secret(keys, document)?.as_deref())?;
    let pairing = after(&mut bundle, asked)?;
    Ok(pairing.and_then(|pairing| task(&bundle, &pairing)))
}

/// Whether all checks are over: two stand by each result.
async fn finished<P: Platform>(staff: &StaffCall<P>, draw: &Draw) -> Result<bool, Problem> {
    let id = &draw.commitment.plan.id;
    for batch in draw.tasks.chunks(BATCH) {
        let keys: Vec<String> =
            batch.iter().map(|task| Document::<Check>::key_of(&Check::id(id, &task.subject))).collect();
        let found = staff.call.access.get_many(&keys).await?;
        for key in &keys {
            let check = found.get(key).map(|bytes| Document::<Check>::parse(bytes)).transpose()?;
            let over =
                |check: &Document<Check>| !matches!(check.state.status, CheckStatus::Entered | CheckStatus::Submitted);
            if !check.as_ref().is_some_and(over) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
