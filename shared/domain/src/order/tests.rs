use std::collections::BTreeMap;

use canon::{DocId, Hash, OpId, sha256};
use serde_json::{Value, json};

use super::*;
use crate::aggregate::Actor;
use crate::catalogue::{AppealType, CategoryCode, Point};
use crate::limit::{Deadline, Limit, LimitUnit};
use crate::time::{DAY_MS, Date, HOUR_MS};

fn at(hours: i64) -> Moment {
    Date::from_ymd(2026, 11, 23).unwrap().start_of_day().plus_ms(hours * HOUR_MS)
}

fn context(hours: i64) -> Context {
    Context { now: at(hours), by: Actor::citizen() }
}

fn doc(name: &str) -> DocId {
    DocId::of(&OpId::new("test", name))
}

fn hash(name: &str) -> Hash {
    sha256(&[name.as_bytes()])
}

fn sealed(name: &str) -> Sealed {
    Sealed(format!("SEALED-{name}"))
}

fn registered() -> Registered {
    Registered {
        number: "YD12345-20261123-00042".parse().unwrap(),
        channel: Channel::Web,
        upstream: None,
        appeal_type: AppealType::Complaint,
        category: "T0101".parse().unwrap(),
        urgency: Urgency::Normal,
        title: Text::Open("路灯不亮".to_owned()),
        content: Text::Open("三盏路灯".to_owned()),
        place: Place {
            address: Some(sealed("address")),
            village: Some("371102101001".parse().unwrap()),
            grid: Some("371102101001003".parse().unwrap()),
            position: Some(Point { lon_e7: 1_194_600_000, lat_e7: 354_200_000 }),
            approx: false,
        },
        respondent: Some(sealed("respondent")),
        caller: CallerFields {
            name: Some(sealed("name")),
            phone: Some(sealed("phone")),
            index: Some(hash("phone index")),
        },
        on_behalf: None,
        incident_at: Some(at(1)),
        anonymous: false,
        confidential: false,
        reply_wanted: true,
        listed: true,
        attachments: vec![attachment()],
        limit: Limit::new(5, LimitUnit::WorkingDays),
        promised: Deadline { at: at(8 * 24), provisional: false, calendar_version: "2026.1".to_owned() },
        repeat: Some(Repeat { kind: RepeatKind::SelfClosed, parent: doc("earlier") }),
        secret: hash("secret"),
    }
}

fn attachment() -> Attachment {
    Attachment { id: doc("photo"), sha256: hash("photo"), size: 12_345, mime: "image/jpeg".to_owned() }
}

fn joined() -> Joined {
    Joined { device: hash("device"), index: Some(hash("phone index")), phone: Some(sealed("phone")) }
}

fn order() -> WorkOrder {
    WorkOrder::evolve(None, &OrderEvent::Registered(Box::new(registered())), Stamp { at: at(10) }).unwrap()
}

fn supplement(max: u32) -> OrderCommand {
    OrderCommand::Supplement(SupplementCommand { text: Text::Open("更多".to_owned()), attachments: vec![], max })
}

fn urge(cooldown_hours: i64) -> OrderCommand {
    OrderCommand::Urge(UrgeCommand { reason: None, cooldown_ms: cooldown_hours * HOUR_MS })
}

fn withdraw() -> OrderCommand {
    OrderCommand::Withdraw { reason: None }
}

fn repeat(name: &str) -> OrderCommand {
    OrderCommand::NoteRepeat { order: doc(name), raise_at: 2 }
}

/// `order` after `command` at `hours`, or the code of the rejection.
fn after(order: &WorkOrder, command: &OrderCommand, hours: i64) -> Result<WorkOrder, &'static str> {
    let event = WorkOrder::decide(Some(order), command, &context(hours)).map_err(|rejection| rejection.code())?;
    Ok(WorkOrder::evolve(Some(order.clone()), &event, Stamp { at: at(hours) }).unwrap())
}

/// What is tried, on which order, when, and where the order then stands or why not.
type Transition<'a> = (&'a str, &'a WorkOrder, OrderCommand, i64, Result<Status, &'a str>);

#[test]
fn every_command_in_every_state() {
    let open = order();
    let closed = after(&open, &withdraw(), 11).unwrap();
    let urged = after(&open, &urge(24), 11).unwrap();
    let full = after(&after(&open, &supplement(2), 11).unwrap(), &supplement(2), 12).unwrap();
    let linked = after(&open, &repeat("r1"), 11).unwrap();
    let register = OrderCommand::Register(Box::new(registered()));
    let table: &[Transition<'_>] = &[
        ("registering twice", &open, register.clone(), 12, Err("stateConflict")),
        ("registering a closed one", &closed, register, 12, Err("stateConflict")),
        ("supplement", &open, supplement(2), 12, Ok(Status::Registered)),
        ("the last supplement but one too many", &full, supplement(2), 12, Err("supplementsFull")),
        ("supplement to a closed one", &closed, supplement(2), 12, Err("stateConflict")),
        ("the first urge", &open, urge(24), 10, Ok(Status::Registered)),
        ("urge a millisecond-exact cool-down later", &urged, urge(24), 35, Ok(Status::Registered)),
        ("urge within the cool-down", &urged, urge(24), 34, Err("urgeTooSoon")),
        ("urge a closed one", &closed, urge(24), 99, Err("stateConflict")),
        ("withdraw", &open, withdraw(), 12, Ok(Status::Withdrawn)),
        ("withdraw an urged one", &urged, withdraw(), 12, Ok(Status::Withdrawn)),
        ("withdraw twice", &closed, withdraw(), 12, Err("stateConflict")),
        ("link a repeat", &open, repeat("r1"), 12, Ok(Status::Registered)),
        ("link it twice", &linked, repeat("r1"), 12, Err("alreadyLinked")),
        ("link another", &linked, repeat("r2"), 12, Ok(Status::Registered)),
        ("link to a closed one", &closed, repeat("r1"), 12, Ok(Status::Withdrawn)),
    ];
    for (what, order, command, hours, expected) in table {
        assert_eq!(after(order, command, *hours).map(|order| order.status), *expected, "{what}");
    }
}

#[test]
fn nothing_but_a_registration_can_be_first() {
    for command in [supplement(1), urge(1), withdraw(), repeat("r")] {
        assert_eq!(WorkOrder::decide(None, &command, &context(0)).unwrap_err().code(), "stateConflict");
    }
    for (name, event) in events() {
        let first = WorkOrder::evolve(None, &event, Stamp { at: at(0) });
        assert_eq!(first.is_some(), name == "registered", "{name}");
    }
    let register = OrderCommand::Register(Box::new(registered()));
    assert!(matches!(WorkOrder::decide(None, &register, &context(0)), Ok(OrderEvent::Registered(_))));
}

#[test]
fn what_each_event_changes_and_nothing_else() {
    let order = order();
    assert_eq!((order.status, order.received_at, order.urgency), (Status::Registered, at(10), Urgency::Normal));
    let supplemented = after(&order, &supplement(9), 11).unwrap();
    assert_eq!(supplemented, WorkOrder { supplements: 1, ..order.clone() });
    let urged = after(&order, &urge(9), 11).unwrap();
    assert_eq!(urged, WorkOrder { urged_at: Some(at(11)), ..order.clone() });
    let withdrawn = after(&order, &withdraw(), 11).unwrap();
    assert_eq!(withdrawn, WorkOrder { status: Status::Withdrawn, closed_at: Some(at(11)), ..order.clone() });
    let linked = after(&order, &repeat("r1"), 11).unwrap();
    assert_eq!(linked, WorkOrder { repeats: vec![doc("r1")], ..order });
}

#[test]
fn the_nth_repeat_raises_the_urgency_once_and_never_that_of_a_closed_order() {
    let first = after(&order(), &repeat("r1"), 11).unwrap();
    let second = after(&first, &repeat("r2"), 12).unwrap();
    let third = after(&second, &repeat("r3"), 13).unwrap();
    let urgencies = [first.urgency, second.urgency, third.urgency];
    assert_eq!(urgencies, [Urgency::Normal, Urgency::Priority, Urgency::Priority]);
    let closed = after(&first, &withdraw(), 12).unwrap();
    assert_eq!(after(&closed, &repeat("r2"), 13).unwrap().urgency, Urgency::Normal);
}

#[test]
fn nothing_is_raised_to_an_emergency() {
    for (from, to) in [
        (Urgency::Normal, Urgency::Priority),
        (Urgency::Priority, Urgency::Urgent),
        (Urgency::Urgent, Urgency::Urgent),
        (Urgency::Emergency, Urgency::Emergency),
    ] {
        let order = WorkOrder { urgency: from, repeats: vec![doc("r1")], ..order() };
        assert_eq!(after(&order, &repeat("r2"), 12).unwrap().urgency, to);
    }
}

/// Exactly what `decide` would answer is what the citizen is told beforehand.
#[test]
fn the_actions_say_what_the_commands_would_answer() {
    let open = order();
    let full = WorkOrder { supplements: 2, ..open.clone() };
    let urged = after(&open, &urge(24), 11).unwrap();
    let closed = after(&open, &withdraw(), 11).unwrap();
    for order in [&open, &full, &urged, &closed] {
        for hours in [12, 34, 35, 36] {
            let actions = order.actions(at(hours), 2, 24 * HOUR_MS);
            let commands = [supplement(2), urge(24), withdraw()];
            let names = [ActionName::Supplement, ActionName::Urge, ActionName::Withdraw];
            assert_eq!(actions.len(), commands.len());
            for ((action, command), name) in actions.iter().zip(&commands).zip(names) {
                let answer = after(order, command, hours).err();
                assert_eq!((action.name, action.allowed, action.reason), (name, answer.is_none(), answer));
                let waits = answer == Some("urgeTooSoon");
                assert_eq!(action.available_at, waits.then(|| at(35)));
            }
        }
    }
    let told = serde_json::to_value(urged.actions(at(12), 2, 24 * HOUR_MS)).unwrap();
    let soon = json!({"name": "urge", "allowed": false, "reason": "urgeTooSoon", "availableAt": at(35)});
    assert_eq!(told, json!([{"name": "supplement", "allowed": true}, soon, {"name": "withdraw", "allowed": true}]));
}

#[test]
fn order_numbers_are_read_as_people_type_them() {
    let day = Date::from_ymd(2026, 11, 23).unwrap();
    for (serial, text) in [(42, "YD12345-20261123-00042"), (123_456, "YD12345-20261123-123456")] {
        assert_eq!(OrderNo::new("YD12345", day, serial).as_str(), text);
        assert_eq!(text.parse::<OrderNo>().unwrap(), OrderNo::new("YD12345", day, serial));
    }
    assert_eq!("  yd12345-20261123-00042\n".parse::<OrderNo>().unwrap(), OrderNo::new("YD12345", day, 42));
    for wrong in [
        "",
        "00042",
        "YD12345",
        "YD12345-20261123",
        "YD12345-20261123-42",
        "YD12345-20261123-0000000000042",
        "YD12345-2026112-00042",
        "YD12345-2026112a-00042",
        "YD12345-20261123-0004２",
        "YD12345-20261123-00042-",
        "云12345-20261123-00042",
        "Y-20261123-00042",
        "YD-12345-20261123-00042",
        "YD12345 20261123 00042",
        "YD12345-20261123-00042/../x",
    ] {
        assert_eq!(wrong.parse::<OrderNo>(), Err(OrderNoError), "{wrong:?}");
    }
}

/// An earlier order: name, metres from here, and for how many hours it has been closed.
type Earlier = (&'static str, Option<i32>, Option<i64>);

type Found = Option<(RepeatKind, DocId)>;

fn found(earlier: &[Earlier], here: bool) -> Found {
    let now = at(1_000);
    let position = |metres| Point { lon_e7: metres, lat_e7: 0 };
    let earlier: Vec<EarlierOrder> = earlier
        .iter()
        .map(|(name, metres, closed_hours)| EarlierOrder {
            id: doc(name),
            row: CallerRow {
                category: if name.starts_with("other") { "T0999" } else { "T0101" }.parse().unwrap(),
                position: metres.map(position),
                status: if closed_hours.is_some() { Status::Withdrawn } else { Status::Registered },
                received_at: at(0),
                closed_at: closed_hours.map(|hours| now.plus_ms(-hours * HOUR_MS)),
            },
        })
        .collect();
    let category: CategoryCode = "T0101".parse().unwrap();
    let rule = RepeatRule { radius_m: 200, closed_window_ms: 7 * DAY_MS };
    let distance = |a: Point, b: Point| a.lon_e7.abs_diff(b.lon_e7);
    let found = repeat_of(&earlier, &category, here.then(|| position(0)), now, rule, distance);
    found.map(|repeat| (repeat.kind, repeat.parent))
}

#[test]
fn which_earlier_order_a_new_one_repeats() {
    let open = |name| Some((RepeatKind::SelfOpen, doc(name)));
    let closed = |name| Some((RepeatKind::SelfClosed, doc(name)));
    let week = 7 * DAY_MS / HOUR_MS;
    let table: &[(&str, &[Earlier], bool, Found)] = &[
        ("nothing earlier", &[], true, None),
        ("near and open", &[("a", Some(200), None)], true, open("a")),
        ("too far", &[("a", Some(201), None)], true, None),
        ("another category", &[("other", Some(0), None)], true, None),
        ("no position there: the category decides", &[("a", None, None)], true, open("a")),
        ("no position here: the category decides", &[("a", Some(9_999), None)], false, open("a")),
        ("closed within the window", &[("a", Some(0), Some(week))], true, closed("a")),
        ("closed before the window", &[("a", Some(0), Some(week + 1))], true, None),
        ("the oldest of two open ones", &[("a", Some(0), None), ("b", Some(0), None)], true, open("a")),
        ("the newest of two closed ones", &[("a", Some(0), Some(9)), ("b", Some(0), Some(1))], true, closed("b")),
        ("open wins over a newer closed one", &[("a", Some(0), None), ("b", Some(0), Some(1))], true, open("a")),
        (
            "the oldest open one, whatever was closed before it",
            &[("a", Some(0), Some(9)), ("b", Some(0), None), ("c", Some(0), None)],
            true,
            open("b"),
        ),
        ("a far open one does not win", &[("a", Some(500), None), ("b", Some(0), Some(1))], true, closed("b")),
    ];
    for (what, earlier, here, expected) in table {
        assert_eq!(found(earlier, *here), *expected, "{what}");
    }
}

#[test]
fn no_list_shows_anything_sealed_or_about_the_caller() {
    let mut secret = registered();
    secret.title = Text::Sealed(sealed("title"));
    secret.content = Text::Sealed(sealed("content"));
    secret.confidential = true;
    secret.listed = false;
    for registered in [registered(), secret] {
        let listed = registered.listed;
        let event = OrderEvent::Registered(Box::new(registered));
        let state = WorkOrder::evolve(None, &event, Stamp { at: at(10) }).unwrap();
        let projection = project(&serde_json::to_value(&state).unwrap()).unwrap();
        let queues: Vec<Value> = projection.queues.iter().map(|(_, columns)| columns.clone()).collect();
        let similar = projection.queues.iter().any(|(name, _)| name.starts_with("similar/"));
        assert_eq!(similar, listed, "what is confidential is similar to nothing");
        let timelines: Vec<Value> = projection.timelines.iter().map(|(_, columns)| columns.clone()).collect();
        let shown = json!([projection.columns, queues, timelines]).to_string();
        for word in ["SEALED", "三盏路灯", &hash("phone index").to_string(), &hash("secret").to_string()] {
            assert!(!shown.contains(word), "{word} in {shown}");
        }
        assert_eq!(projection.timelines.len(), usize::from(listed));
        assert_eq!(projection.columns.get("title").is_some(), listed, "a sealed title is not shown");
        let public = json!(timelines).to_string();
        assert!(!public.contains("路灯"), "the public list has no free text: {public}");
        assert_eq!(projection.queues[0].0, caller_queue(&hash("phone index")));
    }
}

#[test]
fn an_order_without_a_phone_number_is_in_no_callers_queue() {
    let registered = Registered { caller: CallerFields::default(), ..registered() };
    let event = OrderEvent::Registered(Box::new(registered));
    let state = WorkOrder::evolve(None, &event, Stamp { at: at(10) }).unwrap();
    let queues = project(&serde_json::to_value(&state).unwrap()).unwrap().queues;
    assert_eq!(
        queues.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        [POOL_QUEUE, "clock/2026-11-25", "similar/T0101"]
    );
    assert_eq!(project(&json!({"not": "an order"})), None);
}

/// Every type of event, fully filled.
fn events() -> BTreeMap<&'static str, OrderEvent> {
    let reason = Some(Text::Sealed(sealed("reason")));
    let text = Text::Open("更多".to_owned());
    BTreeMap::from([
        ("registered", OrderEvent::Registered(Box::new(registered()))),
        ("supplemented", OrderEvent::Supplemented(Supplemented { text, attachments: vec![attachment()] })),
        ("urged", OrderEvent::Urged(Urged { reason: reason.clone() })),
        ("withdrawn", OrderEvent::Withdrawn(Withdrawn { reason })),
        ("repeatNoted", OrderEvent::RepeatNoted { order: doc("later"), urgency: Urgency::Priority }),
        ("joined", OrderEvent::Joined(joined())),
    ])
}

/// What is stored today must be readable, and written the same, for ever: a change here is a migration.
#[test]
fn stored_events_never_change_their_shape() {
    let golden = include_str!("../../../../tests/golden/order-events.json");
    let golden: BTreeMap<String, Value> = serde_json::from_str(golden).unwrap();
    let written: BTreeMap<String, Value> =
        events().into_iter().map(|(name, event)| (name.to_owned(), serde_json::to_value(event).unwrap())).collect();
    assert_eq!(written, golden, "written now: {}", serde_json::to_string_pretty(&written).unwrap());
    for (name, event) in events() {
        assert_eq!(serde_json::from_value::<OrderEvent>(golden[name].clone()).unwrap(), event);
        assert!(golden[name].get(name).is_some(), "{name} is written under another type");
    }
}

#[test]
fn a_stored_state_reads_back_as_it_was() {
    let state = after(&after(&order(), &urge(1), 11).unwrap(), &repeat("r1"), 12).unwrap();
    let stored = serde_json::to_value(&state).unwrap();
    assert_eq!(serde_json::from_value::<WorkOrder>(stored).unwrap(), state);
}

/// A birth is written by another type than everything later reads, so both must agree to the byte.
#[test]
fn a_newborn_order_is_written_as_an_order_is() {
    let registered = registered();
    let at = Stamp { at: Moment::from_unix_ms(1_795_399_200_000) };
    let born = Newborn::evolve(None, &BirthEvent::Registered(Box::new(registered.clone())), at);
    let order = WorkOrder::evolve(None, &OrderEvent::Registered(Box::new(registered.clone())), at);
    let (born, order) = (serde_json::to_string(&born).unwrap(), serde_json::to_string(&order).unwrap());
    assert_eq!(born, order);
    let first = serde_json::to_string(&OrderEvent::Registered(Box::new(registered.clone()))).unwrap();
    let event = serde_json::to_string(&BirthEvent::Registered(Box::new(registered.clone()))).unwrap();
    assert_eq!(event, first);
    let read: Newborn = canon::read(order.as_bytes()).unwrap();
    assert_eq!(read.number(), &registered.number);
}
