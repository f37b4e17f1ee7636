//! One draw as the staff see it: what was planned, frozen and drawn, what was replaced, and what this person can do.

use axum::extract::Path;
use axum::response::Response;
use domain::catalogue::DrawId;
use domain::inspection::{
    Contributor, Draw, DrawEvent, DrawStatus, Library, Plan, PlannedDraw, Pledge, Substitution, Task, assignable,
    is_recused,
};
use domain::permission::Action;
use inspections::sees_all;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{Keys, Problem};
use store::{Document, Platform, Recorded};

/// `GET /api/inspection/desk/{draw}`
pub(crate) async fn show<P: Platform>(staff: StaffCall<P>, Path(id): Path<String>) -> Result<Response, Problem> {
    staff.require(Action::SeeInspection)?;
    let id: DrawId = id.parse().map_err(|_| Problem::not_found())?;
    let year = inspections::year_of(&id).ok_or_else(Problem::not_found)?;
    let access = &staff.call.access;
    let plan = inspections::find::<Plan, P>(access, &Plan::id(year)).await?.ok_or_else(Problem::not_found)?;
    let planned = plan.state.draw(&id).ok_or_else(Problem::not_found)?;
    let draw = inspections::draw(access, &id).await?;
    view(&staff, planned, draw.as_ref()).await
}

async fn view<P: Platform>(
    staff: &StaffCall<P>,
    planned: &PlannedDraw,
    draw: Option<&Document<Draw>>,
) -> Result<Response, Problem> {
    let library = inspections::library(&staff.call).await?;
    let state = draw.map(|draw| &draw.state);
    let lists = match state {
        Some(state) => Some(inspections::thaw(&staff.call.access, &state.commitment.inputs).await?),
        None => None,
    };
    let bundle = lists.map(|lists| bundle::Bundle::read(&lists)).transpose();
    let bundle = bundle.map_err(|_| store::StoreError::Damaged("the lists of a draw do not read".to_owned()))?;
    let all = sees_all(&staff.session);
    let me = staff.session.actor();
    let events = draw.map(|draw| draw.events.as_slice()).unwrap_or_default();
    let timeline: Vec<Value> = events.iter().map(|event| entry(event, me.as_str())).collect();
    let contributors = contributors(staff, planned, state).await?;
    let actions = actions(staff, planned, state);
    let assigns = state.filter(|_| actions.contains(&"directAssign"));
    let candidates = assigns.map(|state| candidates(staff, &library, state)).transpose()?;
    let tasks = state.filter(|_| all).map(|state| state.tasks.iter().map(|task| shown(&library, task)));
    Ok(service::json(&json!({
        "id": planned.id, "version": draw.map_or(0, |draw| draw.version), "plan": plan(planned, &library),
        "status": state.map_or_else(|| if planned.approved.is_some() { json!("approved") } else { json!("proposed") },
            |state| json!(state.status)),
        "commitment": state.map(|state| commitment(state, &library)), "contributors": contributors,
        "strata": bundle.as_ref().map(strata), "exclusions": bundle.as_ref().map(|bundle| &bundle.exclusions),
        "committedAt": state.map(|state| state.committed_at), "drawnAt": state.and_then(|state| state.drawn_at),
        "entropy": state.and_then(|state| state.entropy.as_ref()),
        "tasks": tasks.map(Iterator::collect::<Vec<_>>),
        "substitutions": state.filter(|_| all).map(|state| state.substitutions.iter().map(substitution).collect::<Vec<_>>()),
        "unpaired": state.filter(|_| all).map(|state| unpaired(&library, state)), "candidates": candidates,
        "direct": state.filter(|_| all).and_then(|state| state.direct.as_ref()).map(|direct| json!({
            "tasks": direct.tasks.iter().map(|task| shown(&library, task)).collect::<Vec<_>>(), "text": direct.text,
            "asked": direct.asked.account,
        })),
        "timeline": timeline, "actions": actions,
    })))
}

/// The links are for whoever plans, once somebody else approved, as long as they are of use.
async fn contributors<P: Platform>(
    staff: &StaffCall<P>,
    planned: &PlannedDraw,
    draw: Option<&Draw>,
) -> Result<Option<Value>, Problem> {
    if planned.contributors.is_none() {
        return Ok(None);
    }
    let pledges = match draw {
        Some(_) => Vec::new(),
        None => inspections::pledges(&staff.call.access, &planned.id).await?,
    };
    let hands_out = staff.session.may(Action::PlanDraw) && planned.approved.is_some();
    let of_use = draw.is_none_or(|draw| draw.status == DrawStatus::Committed);
    let keys = if hands_out && of_use { Some(staff.call.keys().await?) } else { None };
    Ok(public_and_links(planned, &pledges, draw, keys.as_ref()))
}

/// What everybody sees, who read the numbers first, and for whoever hands out the links the secrets in them.
fn public_and_links(
    planned: &PlannedDraw,
    pledges: &[Pledge],
    draw: Option<&Draw>,
    links: Option<&Keys>,
) -> Option<Value> {
    let of = planned.contributors.as_ref()?;
    let mut shown = inspections::contributors(of, pledges, draw);
    let reading = draw.and_then(|draw| draw.reading.as_ref());
    let secret = |one: &Contributor, keys: &Keys| keys.contributor_secret(planned.id.as_str(), &one.who);
    let links = links.map(|keys| of.people.iter().map(|one| secret(one, keys)).collect::<Vec<_>>());
    let members = shown.as_object_mut()?;
    members.insert("links".to_owned(), json!(links));
    // Not the numbers: the second person reads them from the announcement.
    members.insert("reading".to_owned(), json!(reading.map(|one| json!({"by": one.by.account}))));
    Some(shown)
}

fn plan(planned: &PlannedDraw, library: &Library) -> Value {
    let name = |code| json!({"code": code, "nameZh": library.items.get(code).map(|item| &item.name_zh)});
    json!({
        "name": planned.name, "items": planned.items.iter().map(name).collect::<Vec<_>>(), "kind": planned.kind,
        "unit": planned.unit, "policy": planned.policy, "from": planned.from, "until": planned.until,
        "roster": planned.roster, "cap": planned.cap, "rehearsal": planned.rehearsal,
        "directAssign": planned.direct_assign, "reason": planned.reason,
        "recusals": planned.recusals, "plannedBy": planned.planned_by.account,
        "approvedBy": planned.approved.as_ref().map(|approved| &approved.by.account),
        "approvedAt": planned.approved.as_ref().map(|approved| approved.at),
    })
}

fn commitment(draw: &Draw, library: &Library) -> Value {
    let commitment = &draw.commitment;
    let shipped = commitment.round.filter(|_| commitment.plan.rehearsal).and_then(|round| library.rounds.get(&round));
    json!({
        "hash": commitment.hash, "policy": commitment.policy, "round": commitment.round,
        "roundAt": commitment.round_at, "sealed": commitment.secret.is_some(), "counts": commitment.counts,
        "salted": draw.result.as_ref().and_then(|result| result.salted), "shipped": shipped,
    })
}

fn strata(bundle: &bundle::Bundle) -> Vec<Value> {
    let members = |name: &str| bundle.subjects.iter().filter(|subject| subject.stratum == name).count();
    let strata = bundle.strata.iter();
    strata.map(|stratum| json!({"name": stratum.name, "n": members(&stratum.name), "k": stratum.k})).collect()
}

fn shown(library: &Library, task: &Task) -> Value {
    let inspector = |code| library.inspectors.get(code).map(|inspector| &inspector.name_zh);
    json!({
        "subject": task.subject, "stratum": task.stratum, "lead": task.lead, "member": task.member,
        "subjectZh": library.subjects.get(&task.subject).map(|subject| &subject.name_zh),
        "leadZh": inspector(&task.lead), "memberZh": inspector(&task.member),
    })
}

/// Who was drawn without inspectors.
fn unpaired(library: &Library, draw: &Draw) -> Vec<Value> {
    let named = |code| library.subjects.get(code).map(|subject| &subject.name_zh);
    let drawn = draw.unpaired().iter();
    drawn.map(|one| json!({"subject": one.subject, "stratum": one.stratum, "subjectZh": named(&one.subject)})).collect()
}

/// Who may be assigned, and to whom not.
fn candidates<P: Platform>(staff: &StaffCall<P>, library: &Library, draw: &Draw) -> Result<Vec<Value>, Problem> {
    let plan = &draw.commitment.plan;
    let able = assignable(library, plan, staff.call.access.now().date())?;
    let subjects: Vec<_> = draw.unpaired().iter().map(|one| &one.subject).collect();
    let shown = able.iter().map(|one| {
        let recused = subjects.iter().filter(|subject| is_recused(library, plan, &one.code, subject));
        let name = library.inspectors.get(&one.code).map(|inspector| &inspector.name_zh);
        json!({"code": one.code, "nameZh": name, "leads": one.leads, "recused": recused.collect::<Vec<_>>()})
    });
    Ok(shown.collect())
}

fn substitution(one: &Substitution) -> Value {
    json!({
        "subject": one.subject, "inspector": one.inspector, "reason": one.reason, "text": one.text,
        "asked": one.asked.account, "signed": one.signed.as_ref().map(|(by, task)| json!({"by": by.account, "task": task})),
    })
}

fn entry(recorded: &Recorded<DrawEvent>, me: &str) -> Value {
    let (kind, by) = match &recorded.event {
        DrawEvent::Committed(commitment) => ("committed", Some(&commitment.by)),
        DrawEvent::ShareTaken { .. } => ("shareTaken", None),
        DrawEvent::LotteryRead(reading) => ("lotteryRead", Some(&reading.by)),
        DrawEvent::EntropyTaken(_) => ("entropyTaken", None),
        DrawEvent::Drawn(result) => ("drawn", Some(&result.by)),
        DrawEvent::Assigned { by } => ("assigned", Some(by)),
        DrawEvent::SubstitutionAsked(asked) => ("substitutionAsked", Some(&asked.asked)),
        DrawEvent::SubstitutionSigned { by, .. } => ("substitutionSigned", Some(by)),
        DrawEvent::DirectAsked(asked) => ("directAsked", Some(&asked.asked)),
        DrawEvent::DirectSigned { by } => ("directSigned", Some(by)),
        DrawEvent::Revealed { by, .. } => ("revealed", Some(by)),
    };
    json!({
        "seq": recorded.seq, "at": recorded.at, "type": kind, "by": by.map(|by| &by.account),
        "you": recorded.by.as_str() == me,
    })
}

/// What this person can do now; the rules themselves say no where it is somebody else's.
fn actions<P: Platform>(staff: &StaffCall<P>, planned: &PlannedDraw, draw: Option<&Draw>) -> Vec<&'static str> {
    let (plans, approves) = (staff.session.may(Action::PlanDraw), staff.session.may(Action::ApproveDraw));
    let me = staff.session.actor();
    let approved_it = planned.approved.as_ref().is_some_and(|approved| approved.by.actor == me);
    let Some(draw) = draw else {
        return match &planned.approved {
            None if approves && planned.planned_by.actor != me => vec!["approve"],
            Some(_) if plans && !approved_it => vec!["commit"],
            _ => Vec::new(),
        };
    };
    let open = draw.substitutions.iter().find(|one| one.signed.is_none());
    let mut actions = match draw.status {
        DrawStatus::Committed if draw.commitment.round.is_some() => vec!["entropy"],
        DrawStatus::Committed if (plans || approves) && staff.call.access.now() >= draw.commitment.round_at => {
            vec!["lottery"]
        }
        DrawStatus::EntropyTaken if plans && !approved_it => vec!["draw"],
        DrawStatus::Drawn if plans && !draw.tasks.is_empty() => vec!["assign"],
        DrawStatus::Assigned if plans && draw.commitment.secret.is_some() => vec!["reveal"],
        _ => Vec::new(),
    };
    let drawn = matches!(draw.status, DrawStatus::Drawn | DrawStatus::Assigned);
    if drawn && !draw.unpaired().is_empty() {
        if plans {
            actions.push("directAssign");
        }
        if approves && draw.direct.as_ref().is_some_and(|direct| direct.asked.actor != me) {
            actions.push("directSign");
        }
    } else if drawn {
        match open {
            None if plans => actions.push("substitute"),
            Some(open) if approves && open.asked.actor != me => actions.push("sign"),
            _ => {}
        }
    }
    actions
}
