mod checks;
mod contributors;
mod invariants;

use std::collections::BTreeMap;

use super::*;
use crate::aggregate::{Aggregate, Context, Stamp};
use crate::catalogue::{Catalogue, InspectorCode, ItemCode, RowErrorCode, SubjectCode};
use crate::time::{Date, Moment};

fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/yundu");
    let names = crate::catalogue::FILES.iter().chain(FILES);
    names.map(|name| ((*name).to_owned(), std::fs::read(folder.join(name)).unwrap())).collect()
}

fn catalogue() -> Catalogue {
    Catalogue::parse(&files()).unwrap()
}

fn library() -> Library {
    Library::parse(&catalogue().places(), &files()).unwrap()
}

fn changed(file: &str, from: &str, to: &str) -> Vec<(String, u32, String, RowErrorCode)> {
    let mut files = files();
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "{from}");
    files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
    let errors = Library::parse(&catalogue().places(), &files).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.file, error.row, error.column, error.code)).collect()
}

fn person(name: &str) -> Person {
    let id = format!("{name:a<26}");
    Person { actor: Actor::staff(&id), account: name.to_owned() }
}

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// An approved draw of restaurants by the two officers who have accounts.
fn planned() -> PlannedDraw {
    let approved =
        Approved { by: person("leader"), at: at("2026-11-20T09:00:00+08:00"), reason: "年度计划".into() };
    PlannedDraw {
        id: code("2026-D06-001"),
        name: "餐饮".into(),
        items: vec![code("YD-JC-001")],
        kind: code("food_service"),
        unit: code("D06"),
        policy: Policy::Sealed,
        contributors: None,
        from: day("2026-11-26"),
        until: day("2026-12-20"),
        roster: vec![code("YDZF260021"), code("YDZF260026")],
        cap: 60,
        rehearsal: false,
        direct_assign: false,
        recusals: Vec::new(),
        planned_by: person("planner"),
        reason: "年度计划".into(),
        approved: Some(approved),
    }
}

fn refused(change: impl FnOnce(&mut PlannedDraw)) -> &'static str {
    let mut plan = planned();
    change(&mut plan);
    freeze(&library(), &plan, &[], day("2026-11-25")).unwrap_err().code()
}

#[test]
fn the_demo_has_its_libraries() {
    let library = library();
    assert_eq!((library.items.len(), library.subjects.len(), library.inspectors.len()), (32, 578, 62));
    assert_eq!((library.groups.len(), library.results.len(), library.multipliers.len()), (7, 14, 4));
    assert_eq!(library.items[&code::<ItemCode>("YD-JC-009")].ratio, 30);
    assert_eq!(library.multipliers[&CreditClass::A], 5);
    assert_eq!(library.inspector_of("inspector").unwrap().as_str(), "YDZF260026");
    assert_eq!(library.inspector_of("nobody"), None);
}

#[test]
fn a_town_may_be_without_libraries_but_not_without_a_part_of_them() {
    let mut files = files();
    files.remove("inspectors.csv");
    let errors = Library::parse(&catalogue().places(), &files).unwrap_err();
    assert_eq!((errors.len(), errors[0].code), (1, RowErrorCode::MissingFile));
    files.retain(|name, _| !FILES.contains(&name.as_str()));
    assert_eq!(Library::parse(&catalogue().places(), &files), Ok(Library::default()));
}

#[test]
fn every_mistake_of_a_row_is_told_with_its_place() {
    use RowErrorCode as E;
    let told = |file: &str, row, column: &str, code| vec![(file.to_owned(), row, column.to_owned(), code)];
    let s = "inspection_subjects.csv";
    assert_eq!(changed(s, "92990181MA0000001P", "92990181MA0000001Q"), told(s, 2, "uscc", E::Format));
    assert_eq!(changed(s, "92990181MA0000002T", "92990181MA0000001P"), told(s, 3, "uscc", E::Duplicate));
    assert_eq!(changed(s, "YD-DX-0002", "YD-DX-0001"), told(s, 3, "subject_code", E::Duplicate));
    assert_eq!(changed(s, "990181101027", "990181101927"), told(s, 2, "village_code", E::UnknownReference));
    assert_eq!(changed(s, ",B,active,1", ",E,active,1"), told(s, 2, "credit_risk_class", E::Format));
    let i = "inspectors.csv";
    assert_eq!(changed(i, "V63", "V99"), told(i, 3, "standing_recusal_villages", E::UnknownReference));
    assert_eq!(changed(i, ",inspector-2", ",inspector"), told(i, 27, "account", E::Duplicate));
    assert_eq!(changed(i, "2027-05-20", "2027-02-30"), told(i, 2, "certificate_valid_until", E::Format));
    let p = "inspection_items.csv";
    assert_eq!(changed(p, ",0.2,2,J1", ",1.2,2,J1"), told(p, 2, "base_ratio", E::OutOfRange));
    assert_eq!(changed(p, ",0.2,2,J1", ",0.2,2,J9"), told(p, 2, "joint_group", E::UnknownReference));
}

#[test]
fn whoever_is_left_out_has_a_reason_and_strata_have_their_shares() {
    let (library, plan) = (library(), planned());
    let frozen = freeze(&library, &plan, &[], day("2026-11-25")).unwrap();
    let members: usize = frozen.strata.iter().map(|stratum| stratum.subjects.len()).sum();
    assert_eq!(members + frozen.excluded.len(), 60);
    assert!(frozen.excluded.iter().all(|(_, why)| *why == Exclusion::NotActive));
    for stratum in &frozen.strata {
        let n = u32::try_from(stratum.subjects.len()).unwrap();
        // 20 % by the class's multiplier, rounded up: 100, 200, 300 per mille; the focus set 600.
        let ratio = match stratum.name {
            "A" => 100,
            "B" => 200,
            "C" => 300,
            FOCUS => 600,
            other => panic!("{other}"),
        };
        assert_eq!(stratum.drawn, (n * ratio).div_ceil(1_000), "{}", stratum.name);
        assert!(stratum.subjects.iter().all(|code| is_focus(&library.subjects[code]) == (stratum.name == FOCUS)));
    }
    let leads: Vec<(&str, bool)> = frozen.inspectors.iter().map(|one| (one.code.as_str(), one.leads)).collect();
    assert_eq!(leads, [("YDZF260021", false), ("YDZF260026", true)]);
}

#[test]
fn the_yearly_cap_and_the_cooling_period_leave_out() {
    let library = library();
    let why = |items: &[&str], past: &[Past]| {
        let mut plan = planned();
        plan.items = items.iter().map(|item| code(item)).collect();
        plan.unit = library.items[&plan.items[0]].unit.clone();
        plan.roster.clear();
        let frozen = freeze(&library, &plan, past, day("2026-11-25")).unwrap();
        frozen.excluded.into_iter().find(|(subject, _)| subject.as_str() == "YD-DX-0001").map(|(_, why)| why)
    };
    let drawn = |item: &str, on: &str| {
        let subject: SubjectCode = code("YD-DX-0001");
        Past { subject, items: vec![code(item)], on: day(on), pair: None }
    };
    let (key, general) = ("YD-JC-001", "YD-JC-017");
    assert_eq!(why(&[key], &[]), None);
    assert_eq!(why(&[key], &[drawn(key, "2026-02-01")]), None);
    assert_eq!(why(&[key], &[drawn(key, "2026-02-01"), drawn(key, "2026-06-01")]), Some(Exclusion::CapReached));
    assert_eq!(why(&[key], &[drawn(key, "2025-02-01"), drawn(key, "2026-06-01")]), None);
    assert_eq!(why(&[general], &[drawn(general, "2026-02-01")]), Some(Exclusion::CapReached));
    assert_eq!(why(&[general], &[drawn(key, "2026-05-30")]), Some(Exclusion::Cooling));
    assert_eq!(why(&[general], &[drawn(key, "2026-05-29")]), None);
}

#[test]
fn what_may_not_be_drawn_is_refused_with_its_code() {
    assert_eq!(refused(|plan| plan.items = vec![code("YD-JC-099")]), "itemUnknown");
    assert_eq!(refused(|plan| plan.items.clear()), "itemMissing");
    assert_eq!(refused(|plan| plan.items.push(code("YD-JC-002"))), "itemsMixed");
    assert_eq!(refused(|plan| plan.roster = vec![code("YDZF260023")]), "certificateExpired");
    assert_eq!(refused(|plan| plan.until = day("2027-03-20")), "certificateExpired");
    assert_eq!(refused(|plan| plan.roster = vec![code("YDZF260030")]), "notAnOfficer");
    assert_eq!(refused(|plan| plan.roster = vec![code("YDZF260024")]), "notAnOfficer");
    assert_eq!(refused(|plan| plan.roster = vec![code("YDZF260001")]), "inspectorUnavailable");
    assert_eq!(refused(|plan| plan.roster = vec![code("YDZF269999")]), "inspectorUnknown");
    assert_eq!(refused(|plan| plan.planned_by.account = "inspector".into()), "samePerson");
    assert_eq!(refused(|plan| plan.approved.as_mut().unwrap().by.account = "inspector-2".into()), "samePerson");
    let mut library = library();
    library.items.get_mut(&code::<ItemCode>("YD-JC-001")).unwrap().published = false;
    let why = freeze(&library, &planned(), &[], day("2026-11-25")).unwrap_err();
    assert_eq!((why.code(), why.about()), ("itemUnpublished", Some("YD-JC-001")));
}

#[test]
fn nobody_unfit_is_in_a_roster_that_names_nobody() {
    let mut plan = planned();
    plan.roster.clear();
    plan.planned_by.account = "inspector".into();
    let frozen = freeze(&library(), &plan, &[], day("2026-11-25")).unwrap();
    let codes: Vec<&str> = frozen.inspectors.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["YDZF260019", "YDZF260020", "YDZF260021", "YDZF260022", "YDZF260027", "YDZF260029"]);
}

#[test]
fn recusals_stand_by_village_and_by_declaration() {
    let library = library();
    let mut plan = planned();
    plan.roster.clear();
    let subject = freeze(&library, &plan, &[], day("2026-11-25")).unwrap().strata[0].subjects[0].clone();
    plan.recusals.push(Recusal {
        inspector: code("YDZF260026"),
        subject: subject.clone(),
        applied: false,
        reason: "亲属".into(),
        by: person("inspector"),
    });
    let frozen = freeze(&library, &plan, &[], day("2026-11-25")).unwrap();
    assert!(frozen.recusals.contains(&(code("YDZF260026"), subject.clone())));
    for (inspector, recused) in &frozen.recusals {
        let standing = library.inspectors[inspector].recusal_villages.contains(&library.subjects[recused].village);
        assert!(standing || *recused == subject, "{inspector} {recused}");
    }
}

fn step<A: Aggregate>(state: &mut Option<A>, command: &A::Command, by: &str, now: &str) -> Result<(), A::Rejection> {
    let context = Context { now: at(now), by: person(by).actor };
    let event = A::decide(state.as_ref(), command, &context)?;
    *state = A::evolve(state.take(), &event, Stamp { at: context.now });
    Ok(())
}

const NOW: &str = "2026-11-25T10:00:00+08:00";
const OUT: &str = "2026-11-25T10:30:02+08:00";

#[test]
fn a_plan_is_approved_by_somebody_else() {
    let mut plan = None;
    step::<Plan>(&mut plan, &PlanCommand::Open(2026), "planner", NOW).unwrap();
    let propose = |change: fn(&mut PlannedDraw)| {
        let mut draw = planned();
        change(&mut draw);
        PlanCommand::Propose(Box::new(draw))
    };
    assert_eq!(step(&mut plan, &propose(|d| d.name.clear()), "planner", NOW), Err(Refusal::TextMissing));
    assert_eq!(step(&mut plan, &propose(|d| d.items.clear()), "planner", NOW), Err(Refusal::ItemMissing));
    assert_eq!(
        step(&mut plan, &propose(|d| d.until = d.from.plus_days(-1)), "planner", NOW),
        Err(Refusal::WindowInvalid)
    );
    assert_eq!(step(&mut plan, &propose(|d| d.until = day("2027-01-02")), "planner", NOW), Err(Refusal::WindowInvalid));
    step(&mut plan, &propose(|_| {}), "planner", NOW).unwrap();
    let draw = plan.as_ref().unwrap().draws[0].clone();
    assert_eq!((draw.id.as_str(), draw.approved), ("2026-D06-001", None));
    let approve =
        |by: &str, reason: &str| PlanCommand::Approve { draw: draw.id.clone(), by: person(by), reason: reason.into() };
    assert_eq!(step(&mut plan, &approve("planner", "好"), "planner", NOW), Err(Refusal::SamePerson));
    assert_eq!(step(&mut plan, &approve("leader", ""), "leader", NOW), Err(Refusal::TextMissing));
    step(&mut plan, &approve("leader", "好"), "leader", NOW).unwrap();
    assert_eq!(step(&mut plan, &approve("leader", "好"), "leader", NOW), Err(Refusal::StateConflict));
}

fn commitment() -> Commitment {
    let hash = canon::sha256(&[b"x"]);
    Commitment {
        plan: planned(),
        inputs: Frozen { sha256: hash, size: 1 },
        hash,
        policy: "drand".into(),
        round: Some(7),
        round_at: at("2026-11-25T10:30:01+08:00"),
        pledges: Vec::new(),
        secret: Some(crate::order::Sealed(String::new())),
        counts: [60, 3, 2],
        by: person("planner"),
    }
}

fn task(subject: &str) -> Task {
    Task { subject: code(subject), stratum: "A".into(), lead: code("YDZF260026"), member: code("YDZF260021") }
}

fn drawing() -> Drawing {
    Drawing {
        tasks: vec![task("YD-DX-0001"), task("YD-DX-0002")],
        unpaired: Vec::new(),
        salted: None,
        by: person("planner"),
    }
}

fn draw_step(draw: &mut Option<Draw>, by: &str, step_: DrawStep, now: &str) -> Result<(), Refusal> {
    step(draw, &DrawCommand { by: person(by), step: step_ }, by, now)
}

#[test]
fn a_draw_goes_its_way_and_no_other() {
    let mut draw = None;
    let entropy = |round| DrawStep::TakeEntropy { round, signature: "b4".into() };
    let result = || DrawStep::Draw(Box::new(drawing()));
    let reveal = |finished| DrawStep::Reveal { secret: "aa".into(), finished };
    for early in [entropy(7), result(), DrawStep::Assign, reveal(true)] {
        assert_eq!(draw_step(&mut draw, "planner", early, OUT), Err(Refusal::NotCommitted));
    }
    let mut unapproved = commitment();
    unapproved.plan.approved = None;
    assert_eq!(draw_step(&mut draw, "planner", DrawStep::Commit(Box::new(unapproved)), NOW), Err(Refusal::NotApproved));
    let commit = || DrawStep::Commit(Box::new(commitment()));
    assert_eq!(draw_step(&mut draw, "leader", commit(), NOW), Err(Refusal::SamePerson));
    let empty = Commitment { counts: [3, 60, 0], ..commitment() };
    assert_eq!(draw_step(&mut draw, "planner", DrawStep::Commit(Box::new(empty)), NOW), Err(Refusal::NobodyToDraw));
    draw_step(&mut draw, "planner", commit(), NOW).unwrap();
    assert_eq!(draw_step(&mut draw, "planner", commit(), NOW), Err(Refusal::AlreadyDrawn));
    assert_eq!(draw_step(&mut draw, "planner", result(), OUT), Err(Refusal::StateConflict));
    assert_eq!(draw_step(&mut draw, "anyone", entropy(7), NOW), Err(Refusal::TooEarly));
    assert_eq!(draw_step(&mut draw, "anyone", entropy(8), OUT), Err(Refusal::TooEarly));
    draw_step(&mut draw, "anyone", entropy(7), OUT).unwrap();
    assert_eq!(draw_step(&mut draw, "leader", result(), OUT), Err(Refusal::SamePerson));
    draw_step(&mut draw, "planner", result(), OUT).unwrap();
    assert_eq!(draw_step(&mut draw, "planner", result(), OUT), Err(Refusal::AlreadyDrawn));
    assert_eq!(draw_step(&mut draw, "anyone", entropy(7), OUT), Err(Refusal::AlreadyDrawn));
    draw_step(&mut draw, "planner", DrawStep::Assign, OUT).unwrap();
    assert_eq!(draw_step(&mut draw, "planner", reveal(false), OUT), Err(Refusal::NotFinished));
    draw_step(&mut draw, "planner", reveal(false), "2026-12-21T00:00:00+08:00").unwrap();
    assert_eq!(draw.unwrap().status, DrawStatus::Revealed);
}

#[test]
fn a_replacement_has_a_reason_a_second_signature_and_leaves_the_original_visible() {
    let mut draw = None;
    draw_step(&mut draw, "planner", DrawStep::Commit(Box::new(commitment())), NOW).unwrap();
    draw_step(&mut draw, "planner", DrawStep::TakeEntropy { round: 7, signature: "b4".into() }, OUT).unwrap();
    draw_step(&mut draw, "planner", DrawStep::Draw(Box::new(drawing())), OUT).unwrap();
    let ask = |inspector: Option<&str>, reason, text: &str| {
        DrawStep::AskSubstitution(Box::new(Substitution {
            subject: code("YD-DX-0001"),
            inspector: inspector.map(|code| code.parse().unwrap()),
            reason,
            text: text.into(),
            asked: person("x"),
            signed: None,
        }))
    };
    let conflict = Err(Refusal::StateConflict);
    let absent = Some("YDZF260026");
    assert_eq!(draw_step(&mut draw, "planner", ask(None, Reason::Ill, "病"), OUT), conflict);
    assert_eq!(draw_step(&mut draw, "planner", ask(absent, Reason::Ceased, "病"), OUT), conflict);
    assert_eq!(draw_step(&mut draw, "planner", ask(Some("YDZF260027"), Reason::Ill, "病"), OUT), conflict);
    assert_eq!(draw_step(&mut draw, "planner", ask(absent, Reason::Ill, ""), OUT), Err(Refusal::TextMissing));
    draw_step(&mut draw, "planner", ask(absent, Reason::Ill, "病"), OUT).unwrap();
    assert_eq!(draw_step(&mut draw, "planner", ask(absent, Reason::Ill, "病"), OUT), conflict);
    let new = Task { lead: code("YDZF260027"), ..task("YD-DX-0001") };
    let sign = |task| DrawStep::SignSubstitution { index: 0, task };
    assert_eq!(draw_step(&mut draw, "planner", sign(Some(new.clone())), OUT), Err(Refusal::SamePerson));
    assert_eq!(draw_step(&mut draw, "leader", sign(None), OUT), Err(Refusal::NobodyLeft));
    draw_step(&mut draw, "leader", sign(Some(new.clone())), OUT).unwrap();
    assert_eq!(draw_step(&mut draw, "leader", sign(Some(new.clone())), OUT), conflict);
    let draw = draw.unwrap();
    assert_eq!(draw.task(&code("YD-DX-0001")), Some(&new));
    assert_eq!(draw.result.unwrap().tasks[0], task("YD-DX-0001"));
}

#[test]
fn the_pair_of_the_last_check_does_not_come_again_where_others_can() {
    let (first, second) = (code::<InspectorCode>("YDZF260026"), code::<InspectorCode>("YDZF260021"));
    let subject = code::<SubjectCode>("YD-DX-0001");
    let checked = |on: &str, pair: [&InspectorCode; 2]| Past {
        subject: subject.clone(),
        items: vec![code("YD-JC-009")],
        on: day(on),
        pair: Some(pair.map(Clone::clone)),
    };
    let kept_away = |roster: &[&str], past: &[Past]| {
        let plan = PlannedDraw { roster: roster.iter().map(|one| code(one)).collect(), ..planned() };
        let frozen = freeze(&library(), &plan, past, day("2026-11-25")).unwrap();
        assert!(frozen.recusals.is_sorted());
        let of = frozen.recusals.into_iter().filter(|(_, whom)| *whom == subject);
        of.map(|(who, _)| who).collect::<Vec<_>>()
    };
    let three = ["YDZF260020", "YDZF260021", "YDZF260026"];
    assert_eq!(kept_away(&three, &[]), Vec::new());
    assert_eq!(kept_away(&three, &[checked("2026-03-01", [&first, &second])]), vec![second.clone()]);
    // Only the last check counts, and nobody stays away whom nobody can replace.
    let later = [checked("2026-04-01", [&first, &code("YDZF260020")]), checked("2026-03-01", [&first, &second])];
    assert_eq!(kept_away(&three, &later), vec![code("YDZF260020")]);
    assert_eq!(kept_away(&["YDZF260021", "YDZF260026"], &[checked("2026-03-01", [&first, &second])]), Vec::new());
    assert_eq!(kept_away(&three, &[checked("2026-03-01", [&second, &first])]), Vec::new(), "the only one who can lead");
}
