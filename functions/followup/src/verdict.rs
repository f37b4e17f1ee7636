//! What the caller says of the result: the three questions, and that it has to be done again.
//!
//! Six store operations: the case by its number in two, and the four of `store::update`; by its id one less.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use domain::aggregate::{Actor, Context};
use domain::catalogue::Catalogue;
use domain::order::{
    Answer, Clocking, Clocks, OrderCommand, OrderRejection, RateCommand, RatingReason, ReopenCommand, Satisfaction,
    Status, WorkOrder,
};
use orders::{Case, Check, seal_text};
use serde::Deserialize;
use service::{Call, FieldError, Problem, body};
use store::{Document, Operation, Platform};

/// 500 characters: what was wrong is a sentence or two.
const TEXT_MAX: usize = 500;

/// `POST …/rating`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RatingForm {
    satisfaction: String,
    contacted: Option<bool>,
    resolved: Option<bool>,
    reasons: Vec<String>,
    text: String,
}

/// A checked rating.
struct Rating {
    answer: Answer,
    reasons: Vec<RatingReason>,
    text: Option<String>,
}

impl RatingForm {
    fn check(self) -> Result<Rating, Problem> {
        let mut check = Check::default();
        let level = self.satisfaction.parse::<Satisfaction>().ok();
        let code = if self.satisfaction.is_empty() { "required" } else { "unknown" };
        let level = level.or_else(|| check.fail("/satisfaction", code));
        let parsed: Option<Vec<RatingReason>> = self.reasons.iter().map(|reason| reason.parse().ok()).collect();
        let mut reasons = parsed.or_else(|| check.fail("/reasons", "unknown")).unwrap_or_default();
        reasons.sort_unstable();
        reasons.dedup();
        let text = check.text("/text", &self.text, TEXT_MAX);
        let Self { contacted, resolved, .. } = self;
        let answer = Answer { contacted, resolved, satisfaction: level.map(Satisfaction::stars) };
        if check.is_clean() && text.is_none() {
            if reasons.contains(&RatingReason::Other) {
                check.note("/text", "required");
            } else if reasons.is_empty() && answer.is_dissatisfied() {
                check.note("/reasons", "required");
            }
        }
        if check.is_clean() { Ok(Rating { answer, reasons, text }) } else { Err(Problem::invalid(check.into_errors())) }
    }
}

/// `POST /api/intake/orders/{reference}/rating`
pub(crate) async fn rate<P: Platform>(
    call: Call<P>,
    Path(reference): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let case = orders::open(&call, &reference).await?;
    let (form, bytes) = body::json::<RatingForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let Rating { answer, reasons, text } = form.check()?;
    let operation = operation(&call, &case, "intake.rate", &bytes)?;
    let catalogue = call.app.catalogue(&call.access).await?;
    let text = text.map(|text| seal_text(&call, &case.keys, &case.document, "work", text)).transpose()?;
    let rules = catalogue.rules();
    perform(&call, &case, &catalogue, &operation, |clocks| {
        let (reasons, text) = (reasons.clone(), text.clone());
        OrderCommand::Rate(RateCommand { answer, reasons, text, rules, clocks })
    })
    .await
}

/// `POST …/redo`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RedoForm {
    text: String,
}

/// `POST /api/intake/orders/{reference}/redo`
pub(crate) async fn redo<P: Platform>(
    call: Call<P>,
    Path(reference): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let case = orders::open(&call, &reference).await?;
    let (form, bytes) = body::json::<RedoForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let text = orders::text_field("/text", &form.text, TEXT_MAX)?;
    let text = text.ok_or_else(|| Problem::invalid(vec![FieldError::new("/text", "required")]))?;
    let operation = operation(&call, &case, "intake.redo", &bytes)?;
    let catalogue = call.app.catalogue(&call.access).await?;
    let text = seal_text(&call, &case.keys, &case.document, "work", text)?;
    let rules = catalogue.rules();
    perform(&call, &case, &catalogue, &operation, |clocks| {
        OrderCommand::Reopen(ReopenCommand { text: text.clone(), rules, clocks })
    })
    .await
}

fn operation<P: Platform>(call: &Call<P>, case: &Case, scope: &str, content: &[u8]) -> Result<Operation, Problem> {
    call.operation(&case.keys, &format!("{scope}/{}", case.document.id), content, Actor::citizen())
}

/// The clocks of a redo are counted from the state that the swap finds, so the command is made inside of the closure.
async fn perform<P: Platform>(
    call: &Call<P>,
    case: &Case,
    catalogue: &Catalogue,
    operation: &Operation,
    command: impl Fn(Box<Clocks>) -> OrderCommand,
) -> Result<Response, Problem> {
    let decide = |document: &Document<WorkOrder>, context: &Context| {
        let order = &document.state;
        // Only a catalogue without this order's type or urgency gives none, and that cannot be loaded.
        let clocks = catalogue.clocks(order, context.now, Clocking::Redo);
        let clocks = clocks.ok_or(OrderRejection::StateConflict { status: Status::Closed })?;
        WorkOrder::decide_caller(Some(order), &command(Box::new(clocks)), context)
    };
    let committed = store::update(&call.access, &case.document.id, operation, decide).await?;
    Ok(body::answer(&crate::standing(&committed.document)))
}
