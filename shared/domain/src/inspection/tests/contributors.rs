//! P3: who commits when, who reveals when, and who reads the lotteries.

use canon::{Hash, sha256};

use super::*;

const BEFORE: &str = "2026-11-25T10:00:00+08:00";
const PLEDGE_BY: &str = "2026-11-25T12:00:00+08:00";
const BETWEEN: &str = "2026-11-25T13:00:00+08:00";
const REVEAL_BY: &str = "2026-11-25T16:00:00+08:00";
const LOTTERY: &str = "2026-11-25T21:15:00+08:00";

fn contributors() -> Contributors {
    let contributor = |who: &str| Contributor { who: who.into(), name: format!("某{who}"), standing: "审计".into() };
    let lottery = |game| Lottery { game, issue: 26_136, at: at(LOTTERY) };
    Contributors {
        people: ["c1", "c2", "c3", "c4"].map(contributor).into(),
        pledge_by: at(PLEDGE_BY),
        reveal_by: at(REVEAL_BY),
        lotteries: [Game::Ssq, Game::Dlt, Game::Pl5].map(lottery).into(),
    }
}

fn contributed() -> PlannedDraw {
    PlannedDraw { policy: Policy::Contributors, contributors: Some(Box::new(contributors())), ..planned() }
}

fn hash(who: &str) -> Hash {
    sha256(&[who.as_bytes()])
}

fn pledge(who: &str) -> Pledge {
    Pledge { who: who.into(), hash: hash(who), at: at(BEFORE) }
}

fn frozen() -> Option<Draw> {
    let commitment = Commitment {
        plan: contributed(),
        round: None,
        round_at: at(LOTTERY),
        pledges: ["c1", "c2", "c3"].map(pledge).into(),
        secret: None,
        ..commitment()
    };
    let mut draw = None;
    draw_step(&mut draw, "planner", DrawStep::Commit(Box::new(commitment)), BETWEEN).unwrap();
    draw
}

#[test]
fn a_draw_with_contributors_has_them_and_its_times_follow_each_other() {
    type Change = fn(&mut PlannedDraw, &mut Contributors);
    let propose = |change: Change| {
        let (mut draw, mut with) = (contributed(), contributors());
        change(&mut draw, &mut with);
        draw.contributors = draw.contributors.map(|_| Box::new(with));
        let mut plan = None;
        step::<Plan>(&mut plan, &PlanCommand::Open(2026), "planner", BEFORE).unwrap();
        step(&mut plan, &PlanCommand::Propose(Box::new(draw)), "planner", BEFORE).map_err(|why| why.code())
    };
    assert_eq!(propose(|_, _| {}), Ok(()));
    assert_eq!(propose(|draw, _| draw.contributors = None), Err("deadlinesInvalid"));
    assert_eq!(propose(|draw, _| draw.policy = Policy::Drand), Err("deadlinesInvalid"));
    assert_eq!(propose(|draw, _| draw.rehearsal = true), Err("noRehearsal"));
    assert_eq!(propose(|_, with| with.pledge_by = at(BEFORE)), Err("deadlinesInvalid"));
    assert_eq!(propose(|_, with| with.reveal_by = with.pledge_by), Err("deadlinesInvalid"));
    assert_eq!(propose(|_, with| with.lotteries[1].at = with.reveal_by), Err("deadlinesInvalid"));
    assert_eq!(propose(|_, with| with.reveal_by = with.reveal_by.plus_ms(500)), Err("deadlinesInvalid"));
}

#[test]
fn a_plan_has_room_for_fewer_draws_with_contributors() {
    let mut plan = None;
    step::<Plan>(&mut plan, &PlanCommand::Open(2026), "planner", BEFORE).unwrap();
    for _ in 0..PLANS_MAX / 3 {
        step(&mut plan, &PlanCommand::Propose(Box::new(contributed())), "planner", BEFORE).unwrap();
    }
    let one_more = step(&mut plan, &PlanCommand::Propose(Box::new(planned())), "planner", BEFORE);
    assert_eq!(one_more, Err(Refusal::PlanFull));
}

#[test]
fn the_largest_draw_with_contributors_is_three_draws_long() {
    let mut draw = contributed();
    let mut with = contributors();
    let person = Contributor { who: "c7".into(), name: "某".repeat(20), standing: "某".repeat(30) };
    with.people = vec![person; CONTRIBUTORS_MAX];
    with.lotteries = vec![Lottery { issue: 9_999_999, ..with.lotteries[0] }; LOTTERIES_MAX];
    let size = |draw: &PlannedDraw| serde_json::to_vec(draw).unwrap().len();
    draw.contributors = None;
    let without = size(&draw);
    draw.contributors = Some(Box::new(with));
    assert!(size(&draw) - without <= 1_850, "{}", size(&draw) - without);
}

#[test]
fn each_contributor_commits_once_before_the_deadline() {
    let mut pledges = None;
    let command = |change: fn(&mut PlannedDraw), who: &str, secret: &str| {
        let mut draw = contributed();
        change(&mut draw);
        PledgesCommand::Pledge { planned: Box::new(draw), who: who.into(), hash: hash(secret) }
    };
    let asked = |who: &str| command(|_| {}, who, who);
    assert_eq!(step::<Pledges>(&mut pledges, &asked("c1"), "x", BEFORE), Err(Refusal::StateConflict));
    step::<Pledges>(&mut pledges, &PledgesCommand::Open(code("2026-D06-001")), "x", BEFORE).unwrap();
    let unapproved = command(|draw| draw.approved = None, "c1", "c1");
    assert_eq!(step(&mut pledges, &unapproved, "x", BEFORE), Err(Refusal::NotApproved));
    let of_another = command(|draw| draw.contributors = None, "c1", "c1");
    assert_eq!(step(&mut pledges, &of_another, "x", BEFORE), Err(Refusal::StateConflict));
    assert_eq!(step(&mut pledges, &asked("c5"), "x", BEFORE), Err(Refusal::NotPermitted));
    step(&mut pledges, &asked("c1"), "x", BEFORE).unwrap();
    let other_secret = command(|_| {}, "c1", "another");
    assert_eq!(step(&mut pledges, &other_secret, "x", BEFORE), Err(Refusal::AlreadyPledged));
    assert_eq!(step(&mut pledges, &asked("c2"), "x", PLEDGE_BY), Err(Refusal::PledgesOver));
    assert_eq!(pledges.unwrap().pledges, [pledge("c1")]);
}

#[test]
fn the_lists_wait_for_all_or_for_the_deadline_and_leave_time_to_reveal() {
    let with = contributors();
    let came = |who: &[&str]| who.iter().map(|who| pledge(who)).collect::<Vec<_>>();
    let all = came(&["c4", "c2", "c1", "c3"]);
    assert_eq!(with.closed(&all, at(BEFORE)).unwrap(), came(&["c1", "c2", "c3", "c4"]), "in the policy's order");
    let some = came(&["c3", "c1", "c2"]);
    for early in [BEFORE, PLEDGE_BY, "2026-11-25T12:00:29.999+08:00"] {
        let why = with.closed(&some, at(early)).unwrap_err();
        assert_eq!((why.code(), why.about()), ("pledgesPending", Some("c4")), "{early}");
    }
    assert_eq!(with.closed(&some, at("2026-11-25T12:00:30+08:00")).unwrap(), came(&["c1", "c2", "c3"]));
    assert_eq!(with.closed(&all, at("2026-11-25T14:00:00+08:00")).unwrap().len(), 4);
    assert_eq!(with.closed(&all, at("2026-11-25T14:00:00.001+08:00")), Err(Refusal::RevealWindowShort));
    assert_eq!(with.complete_at(), at(LOTTERY));
}

#[test]
fn secrets_come_after_the_lists_and_before_the_deadline() {
    let share = |who: &str| DrawStep::TakeShare { who: who.into(), secret: "aa".into() };
    assert_eq!(draw_step(&mut None, "x", share("c1"), BETWEEN), Err(Refusal::NotCommitted));
    let mut draw = frozen();
    draw_step(&mut draw, "x", share("c1"), BETWEEN).unwrap();
    assert_eq!(draw_step(&mut draw, "x", share("c1"), BETWEEN), Err(Refusal::AlreadyRevealed));
    assert_eq!(draw_step(&mut draw, "x", share("c4"), BETWEEN), Err(Refusal::NotPermitted), "committed to nothing");
    assert_eq!(draw_step(&mut draw, "x", share("c2"), REVEAL_BY), Err(Refusal::RevealsOver));
    assert_eq!(draw.as_ref().unwrap().shares.len(), 1);
    let round = DrawStep::TakeEntropy { round: 7, signature: "b4".into() };
    assert_eq!(draw_step(&mut draw, "x", round, LOTTERY), Err(Refusal::StateConflict), "no round was named");
}

#[test]
fn two_people_read_the_lotteries_alike_and_then_it_is_drawn() {
    let read = |last: &str| DrawStep::ReadLottery { numbers: vec!["1".into(), "2".into(), last.into()] };
    let result = || DrawStep::Draw(Box::new(drawing()));
    let mut draw = frozen();
    let share = DrawStep::TakeShare { who: "c1".into(), secret: "aa".into() };
    draw_step(&mut draw, "x", share.clone(), BETWEEN).unwrap();
    assert_eq!(draw_step(&mut draw, "planner", read("3"), REVEAL_BY), Err(Refusal::TooEarly));
    let few = DrawStep::ReadLottery { numbers: vec!["1".into()] };
    assert_eq!(draw_step(&mut draw, "planner", few, LOTTERY), Err(Refusal::StateConflict));
    draw_step(&mut draw, "planner", read("3"), LOTTERY).unwrap();
    assert_eq!(draw_step(&mut draw, "planner", read("3"), LOTTERY), Err(Refusal::SamePerson));
    assert_eq!(draw_step(&mut draw, "planner", result(), LOTTERY), Err(Refusal::StateConflict));
    draw_step(&mut draw, "leader", read("4"), LOTTERY).unwrap();
    assert_eq!(draw.as_ref().unwrap().status, DrawStatus::Committed, "they differ");
    draw_step(&mut draw, "planner", read("4"), LOTTERY).unwrap();
    assert_eq!(draw.as_ref().unwrap().entropy.as_ref().unwrap().numbers, ["1", "2", "4"]);
    assert_eq!(draw_step(&mut draw, "leader", read("4"), LOTTERY), Err(Refusal::AlreadyDrawn));
    assert_eq!(draw_step(&mut draw, "x", share, LOTTERY), Err(Refusal::RevealsOver));
    draw_step(&mut draw, "planner", result(), LOTTERY).unwrap();
    assert_eq!(draw.unwrap().status, DrawStatus::Drawn);
}

#[test]
fn a_draw_of_a_round_takes_no_secrets_and_no_lotteries() {
    let mut draw = None;
    draw_step(&mut draw, "planner", DrawStep::Commit(Box::new(commitment())), NOW).unwrap();
    let share = DrawStep::TakeShare { who: "c1".into(), secret: "aa".into() };
    assert_eq!(draw_step(&mut draw, "x", share, OUT), Err(Refusal::StateConflict));
    let read = DrawStep::ReadLottery { numbers: vec!["1".into()] };
    assert_eq!(draw_step(&mut draw, "planner", read, OUT), Err(Refusal::StateConflict));
}
