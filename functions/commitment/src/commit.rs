//! The commitment: lists, plan and policy are frozen and named by one hash, before the randomness exists.
//!
//! The document is named by the draw's id, so a draw is committed to once. The lists lie under their content before the
//! event names them; whoever dies between leaves bytes that nobody refers to.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use bundle::{Bundle, Frozen};
use canon::sha256;
use domain::aggregate::Aggregate as _;
use domain::catalogue::DrawId;
use domain::inspection::{Commitment, Draw, LEAD, Library, MEMBER, Plan, PlannedDraw, Population, Refusal, freeze};
use domain::order::Sealed;
use domain::permission::Action;
use draw::policy::hex;
use draw::{Blocked, Role};
use inspections::{infeasible, past, person, refused, taken};
use serde::Deserialize;
use service::keys::DataKey;
use service::session::StaffCall;
use service::{Keys, Problem, body};
use store::{Birth, CommitError, Document, Operation, Platform};

use crate::sources::Sources;

/// A commitment has nothing to fill in: what was planned and approved decides.
#[derive(Debug, Deserialize)]
struct CommitForm {}

/// `POST /api/inspection/desk/{draw}/commit`
pub(crate) async fn take<P: Platform>(
    staff: StaffCall<P>,
    Path(draw): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    staff.require(Action::PlanDraw)?;
    let call = &staff.call;
    let (CommitForm {}, bytes) = body::json(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let id: DrawId = draw.parse().map_err(|_| Problem::not_found())?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, &format!("draw.commit/{id}"), &bytes, staff.session.actor())?;
    Ok(taken(&commit(&staff, &keys, &id, operation).await?))
}

async fn commit<P: Platform>(
    staff: &StaffCall<P>,
    keys: &Keys,
    id: &DrawId,
    operation: Operation,
) -> Result<Document<Draw>, Problem> {
    let call = &staff.call;
    // The idempotency key is in the request's hash: the same request again gets the same answer, another one does not.
    let request = sha256(&[operation.op.as_str().as_bytes(), operation.request.as_bytes()]);
    let operation = Operation { op: Draw::committing(id), request, ..operation };
    if let Some(draw) = inspections::draw(&call.access, id).await? {
        let same = draw.event_of(&operation.op).is_some_and(|recorded| recorded.request == operation.request);
        return if same { Ok(draw) } else { Err(Refusal::AlreadyDrawn.into()) };
    }
    let year = inspections::year_of(id).ok_or_else(Problem::not_found)?;
    let plan = inspections::state::<Plan, P>(&call.access, &Plan::id(year)).await?.ok_or_else(Problem::not_found)?;
    let planned = plan.draw(id).ok_or_else(Problem::not_found)?;
    planned.approved.as_ref().ok_or(Refusal::NotApproved)?;
    pending(staff, &plan, planned).await?;
    let mut library = inspections::library(call).await?;
    let today = operation.context.now.date();
    inspections::add_records(&call.access, &mut library, today).await?;
    let past = past(&call.access, year).await?;
    let population = freeze(&library, planned, &past, today)?;
    let sealed = keys.new_data_key(Draw::KIND, &Draw::id(id), call.access.random(), call.access.random());
    let (data_key, wrapped) = sealed.map_err(|_| Problem::unavailable())?;
    let sources = Sources::choose(&call.access, &library, &plan, planned, operation.context.now).await?;
    let bundle = lists(&library, planned, &population, sources.policy)?;
    let (frozen, hash, policy) = (bundle.write(), bundle.commitment.commit, bundle.policy.clone());
    let blocked = rehearse(bundle)?.filter(|_| !planned.direct_assign);
    blocked.map_or(Ok(()), |blocked| Err(infeasible(&blocked)))?;
    let inputs = inspections::freeze(&call.access, &frozen).await?;
    let secret = sources.secret.map(|secret| seal(staff, &data_key, &secret)).transpose()?;
    let commitment = Commitment {
        plan: planned.clone(),
        inputs,
        hash,
        policy,
        round: sources.round,
        round_at: sources.complete_at,
        pledges: sources.pledges,
        secret,
        counts: counts(&population),
        by: person(&staff.session),
    };
    let event = Draw::begin(commitment)?;
    let birth = |_| Ok(Birth { event, key: Some(wrapped), lookups: Vec::new() });
    Ok(store::create::<Draw, _>(&call.access, operation, birth).await.map_err(drawn_already)?.document)
}

/// A draw for the same item that waits for its result could take a subject over its yearly cap.
async fn pending<P: Platform>(staff: &StaffCall<P>, plan: &Plan, planned: &PlannedDraw) -> Result<(), Problem> {
    let draws = inspections::draws(&staff.call.access, plan).await?;
    let shares = |other: &PlannedDraw| other.items.iter().any(|item| planned.items.contains(item));
    let waits = |draw: &Draw| draw.result.is_none() && shares(&draw.commitment.plan);
    if draws.values().any(waits) { Err(Refusal::DrawPending.into()) } else { Ok(()) }
}

fn lists(
    library: &Library,
    planned: &PlannedDraw,
    population: &Population,
    policy: draw::policy::Policy,
) -> Result<Bundle, Problem> {
    let stratum = |stratum: &domain::inspection::Stratum| draw::Stratum {
        name: stratum.name.to_owned(),
        k: stratum.drawn,
        lead: LEAD.to_owned(),
        member: MEMBER.to_owned(),
    };
    // Each stratum's are by code, and so must all of them together be.
    let subjects = library.subjects.keys().filter_map(|code| {
        let of = population.strata.iter().find(|stratum| stratum.subjects.binary_search(code).is_ok())?;
        Some(draw::Subject { id: code.to_string(), stratum: of.name.to_owned(), weight: 1 })
    });
    let inspector = |one: &domain::inspection::Candidate| {
        let qualifications = [LEAD, MEMBER].iter().skip(usize::from(!one.leads)).map(|what| (*what).to_owned());
        draw::Inspector { code: one.code.to_string(), cap: planned.cap, qualifications: qualifications.collect() }
    };
    let recusal = |(inspector, subject): &(_, _)| {
        let (inspector, subject): (&domain::catalogue::InspectorCode, &domain::catalogue::SubjectCode) =
            (inspector, subject);
        draw::Recusal { inspector: inspector.to_string(), subject: subject.to_string() }
    };
    let excluded = |(subject, why): &(domain::catalogue::SubjectCode, domain::inspection::Exclusion)| draw::Excluded {
        subject: subject.to_string(),
        reason: why.as_str().to_owned(),
    };
    let frozen = Frozen {
        draw_id: planned.id.to_string(),
        strata: population.strata.iter().map(stratum).collect(),
        policy,
        subjects: subjects.collect(),
        inspectors: population.inspectors.iter().map(inspector).collect(),
        recusals: population.recusals.iter().map(recusal).collect(),
        exclusions: population.excluded.iter().map(excluded).collect(),
    };
    Bundle::commit(frozen).map_err(refused)
}

/// Draws once with nothing at stake, so that too few inspectors show before anything is promised.
/// Whom nobody can inspect shows whoever is drawn in the trial.
fn rehearse(mut bundle: Bundle) -> Result<Option<Blocked>, Problem> {
    let places: Vec<(String, Role)> =
        bundle.subjects.iter().filter_map(|subject| lacks(&bundle, &subject.id)).collect();
    if !places.is_empty() {
        return Ok(Some(Blocked { places, inspectors: Vec::new() }));
    }
    bundle.entropy.iter_mut().for_each(|entropy| entropy.value = Some("00".to_owned()));
    bundle.run(&mut |_, _, _| {}).map_err(refused)
}

/// The place for which a subject has nobody: two different people, the first of whom can lead.
fn lacks(bundle: &Bundle, subject: &str) -> Option<(String, Role)> {
    let recused =
        |code: &str| bundle.recusals.iter().any(|recusal| recusal.subject == subject && recusal.inspector == code);
    let able = bundle.inspectors.iter().filter(|inspector| !recused(&inspector.code));
    let (leads, all) = able.fold((0_usize, 0_usize), |(leads, all), inspector| {
        let can = inspector.qualifications.iter().any(|what| what == LEAD);
        (leads.saturating_add(usize::from(can)), all.saturating_add(1))
    });
    match (leads, all) {
        (0, _) => Some((subject.to_owned(), Role::Lead)),
        (_, 0 | 1) => Some((subject.to_owned(), Role::Member)),
        _ => None,
    }
}

fn seal<P: Platform>(staff: &StaffCall<P>, key: &DataKey, secret: &[u8; 32]) -> Result<Sealed, Problem> {
    let nonce = staff.call.access.random();
    key.seal(Draw::SECRET_FIELD, nonce, &hex(secret)).map_err(|_| Problem::unavailable())
}

fn counts(population: &Population) -> [u32; 3] {
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let members = population.strata.iter().map(|stratum| stratum.subjects.len()).fold(0, usize::saturating_add);
    let drawn = population.strata.iter().map(|stratum| stratum.drawn).fold(0, u32::saturating_add);
    [count(members), count(population.excluded.len()), drawn]
}

/// The refusal that an id was used before, as people know it: there is a draw already.
fn drawn_already(error: CommitError<Refusal>) -> Problem {
    match error {
        CommitError::OtherRequest => Refusal::AlreadyDrawn.into(),
        other => other.into(),
    }
}
