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
use domain::inspection::{
    Commitment, Draw, DrawCommand, DrawStep, LEAD, Library, MEMBER, Plan, PlannedDraw, Policy, Population, Refusal,
    freeze,
};
use domain::order::Sealed;
use domain::permission::Action;
use domain::time::Moment;
use draw::policy::{Source, hex, reveal_hash, round_for, round_time};
use draw::{Blocked, Role};
use inspections::{infeasible, past, person, refused, taken};
use serde::Deserialize;
use service::keys::DataKey;
use service::session::StaffCall;
use service::{Keys, Problem, body};
use store::{Birth, CommitError, Document, Operation, Platform};

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
    let plan = inspections::find::<Plan, P>(&call.access, &Plan::id(year)).await?.ok_or_else(Problem::not_found)?.state;
    let planned = plan.draw(id).ok_or_else(Problem::not_found)?;
    planned.approved.as_ref().ok_or(Refusal::NotApproved)?;
    pending(staff, &plan, planned).await?;
    let library = inspections::library(call).await?;
    let past = past(&call.access, year).await?;
    let population = freeze(&library, planned, &past, operation.context.now.date())?;
    let sealed = keys.new_data_key(Draw::KIND, &Draw::id(id), call.access.random(), call.access.random());
    let (data_key, wrapped) = sealed.map_err(|_| Problem::unavailable())?;
    let secret = (planned.policy == Policy::Sealed).then(|| call.access.random::<32>());
    let round = round(&library, &plan, planned, operation.context.now)?;
    let bundle = lists(&library, planned, &population, round, operation.context.now, secret.as_ref())?;
    rehearse(&bundle, secret.as_ref())?;
    let inputs = inspections::freeze(&call.access, &bundle.write()).await?;
    let secret = secret.map(|secret| seal(staff, &data_key, &secret)).transpose()?;
    let commitment = Commitment {
        plan: planned.clone(),
        inputs,
        hash: bundle.commitment.commit,
        policy: bundle.policy.clone(),
        round,
        round_at: moment(round_time(round)),
        secret,
        counts: counts(&population),
        by: person(&staff.session),
    };
    let command = DrawCommand { by: person(&staff.session), step: DrawStep::Commit(Box::new(commitment)) };
    let event = Draw::decide(None, &command, &operation.context)?;
    let birth = |_| Ok(Birth { event, key: Some(wrapped), lookups: Vec::new() });
    Ok(store::create::<Draw, _>(&call.access, operation, birth).await.map_err(drawn_already)?.document)
}

/// A draw for the same item that waits for its result could take a subject over its yearly cap.
async fn pending<P: Platform>(staff: &StaffCall<P>, plan: &Plan, planned: &PlannedDraw) -> Result<(), Problem> {
    let draws = inspections::draws(&staff.call.access, plan).await?;
    let shares = |other: &PlannedDraw| other.items.iter().any(|item| planned.items.contains(item));
    let waits = |draw: &Document<Draw>| draw.state.result.is_none() && shares(&draw.state.commitment.plan);
    if draws.values().any(waits) { Err(Refusal::DrawPending.into()) } else { Ok(()) }
}

/// The round follows from the time. A rehearsal takes the town's shipped rounds in turn.
fn round(library: &Library, plan: &Plan, planned: &PlannedDraw, now: Moment) -> Result<u64, Refusal> {
    if !planned.rehearsal {
        return Ok(round_for(seconds(now)));
    }
    let place = plan.draws.iter().position(|draw| draw.id == planned.id).unwrap_or(0);
    let at = place.checked_rem(library.rounds.len()).ok_or(Refusal::NoRehearsal)?;
    library.rounds.keys().nth(at).copied().ok_or(Refusal::NoRehearsal)
}

fn lists(
    library: &Library,
    planned: &PlannedDraw,
    population: &Population,
    round: u64,
    now: Moment,
    secret: Option<&[u8; 32]>,
) -> Result<Bundle, Problem> {
    let (draw_id, who) = (planned.id.as_str(), planned.unit.as_str());
    let reveal = secret.map(|secret| Source::Reveal { who: who.to_owned(), hash: reveal_hash(draw_id, who, secret) });
    let policy = draw::policy::Policy {
        sources: [Source::Drand { round }].into_iter().chain(reveal).collect(),
        rehearsal: planned.rehearsal,
        committed: Some(seconds(now)),
        items: planned.items.iter().map(ToString::to_string).collect(),
        ..Default::default()
    };
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
        draw_id: draw_id.to_owned(),
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
fn rehearse(bundle: &Bundle, secret: Option<&[u8; 32]>) -> Result<(), Problem> {
    let places: Vec<(String, Role)> = bundle.subjects.iter().filter_map(|subject| lacks(bundle, &subject.id)).collect();
    if !places.is_empty() {
        return Err(infeasible(&Blocked { places, inspectors: Vec::new() }));
    }
    let mut trial = bundle.clone();
    trial.put(0, &[0; 48]).map_err(refused)?;
    if let Some(secret) = secret {
        trial.put(1, secret).map_err(refused)?;
    }
    trial.run(&mut |_, _, _| {}).map_err(refused)
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

fn seconds(moment: Moment) -> u64 {
    u64::try_from(moment.unix_ms().div_euclid(1_000)).unwrap_or(0)
}

fn moment(seconds: u64) -> Moment {
    Moment::from_unix_ms(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000))
}

/// The refusal that an id was used before, as people know it: there is a draw already.
fn drawn_already(error: CommitError<Refusal>) -> Problem {
    match error {
        CommitError::OtherRequest => Refusal::AlreadyDrawn.into(),
        other => other.into(),
    }
}
