use canon::OpId;

use super::*;
use crate::aggregate::Actor;

const ORDER: &str = "doc/order/aaaaaaaaaaaaaaaaaaaaaaaaaa";

fn context(ms: i64) -> Context {
    Context { now: start().plus_ms(ms), by: Actor::citizen() }
}

fn start() -> Moment {
    "2026-11-24T10:00:00+08:00".parse().unwrap()
}

fn content() -> Content {
    Content { sha256: sha256(&[b"photo"]), size: 5, mime: "image/png".to_owned() }
}

fn keep(by: &str) -> UploadCommand {
    UploadCommand::Keep(by.to_owned())
}

/// Each command at its moment after the start, and how it stands then.
fn after(commands: &[(UploadCommand, i64)]) -> Upload {
    let step = |state: Option<Upload>, (command, ms): &(UploadCommand, i64)| {
        let context = context(*ms);
        let event = Upload::decide(state.as_ref(), command, &context).unwrap();
        Upload::evolve(state, &event, Stamp { at: context.now })
    };
    commands.iter().fold(None, step).unwrap()
}

fn stored() -> Upload {
    after(&[(UploadCommand::Begin(content()), 0), (UploadCommand::Store, 1_000)])
}

fn refused(upload: &Upload, command: &UploadCommand, ms: i64) -> UploadRejection {
    Upload::decide(Some(upload), command, &context(ms)).unwrap_err()
}

fn then(upload: &Upload, command: &UploadCommand, ms: i64) -> Upload {
    let context = context(ms);
    let event = Upload::decide(Some(upload), command, &context).unwrap();
    Upload::evolve(Some(upload.clone()), &event, Stamp { at: context.now }).unwrap()
}

#[test]
fn an_upload_that_nobody_wants_is_dropped_after_its_limit_and_cleared_an_hour_later() {
    for (upload, since) in [(after(&[(UploadCommand::Begin(content()), 0)]), 0), (stored(), 1_000)] {
        let due = since + Upload::LIMIT_MS;
        assert_eq!(refused(&upload, &UploadCommand::Drop, due - 1), UploadRejection::NotDue);
        let dropped = then(&upload, &UploadCommand::Drop, due);
        assert_eq!(refused(&dropped, &keep(ORDER), due), UploadRejection::Dropped);
        assert_eq!(refused(&dropped, &UploadCommand::Store, due), UploadRejection::Dropped);
        assert_eq!(refused(&dropped, &UploadCommand::Clear, due + HOUR_MS - 1), UploadRejection::NotDue);
        let cleared = then(&dropped, &UploadCommand::Clear, due + HOUR_MS);
        assert_eq!((cleared.stage, cleared.due), (Stage::Cleared, None));
        assert_eq!(refused(&cleared, &keep(ORDER), due + HOUR_MS), UploadRejection::Dropped);
        assert_eq!(refused(&cleared, &UploadCommand::Clear, i64::MAX / 2), UploadRejection::NotDue);
    }
}

#[test]
fn a_hold_puts_the_sweep_off_for_the_whole_limit_and_is_good_for_half_of_it() {
    let kept = then(&stored(), &keep(ORDER), 2_000);
    assert_eq!(refused(&kept, &UploadCommand::Drop, 2_000 + Upload::LIMIT_MS - 1), UploadRejection::NotDue);
    let half = 2_000 + Upload::LIMIT_MS / 2;
    assert!(kept.is_kept(ORDER, context(half - 1).now) && !kept.is_kept(ORDER, context(half).now));
    assert_eq!(refused(&kept, &keep(ORDER), half - 1), UploadRejection::Already);
    // Kept anew, it is due a whole limit later again, and is still kept once.
    let anew = then(&kept, &keep(ORDER), half);
    assert_eq!(refused(&anew, &UploadCommand::Drop, half + Upload::LIMIT_MS - 1), UploadRejection::NotDue);
    assert_eq!(anew.holds.len(), 1);
}

#[test]
fn nobody_who_may_still_refer_to_an_upload_is_forgotten_for_another() {
    let mut upload = stored();
    for number in 0..Upload::HOLDS_MAX {
        assert!(!upload.is_kept(&format!("doc/order/{number}"), start()));
        upload = then(&upload, &keep(&format!("doc/order/{number}")), 2_000);
    }
    assert_eq!(upload.holds.len(), Upload::HOLDS_MAX);
    assert_eq!(refused(&upload, &keep(ORDER), 2_000), UploadRejection::Dropped);
    // Whoever is among them may renew.
    then(&upload, &keep("doc/order/0"), Upload::LIMIT_MS);
}

#[test]
fn what_is_settled_stays_and_needs_no_hold() {
    let kept = then(&stored(), &keep(ORDER), 2_000);
    let settled = then(&kept, &UploadCommand::Settle, 2_000 + Upload::LIMIT_MS);
    assert!(settled.is_kept("doc/order/another", context(i64::MAX / 2).now));
    for command in [UploadCommand::Drop, UploadCommand::Clear, UploadCommand::Settle] {
        assert_eq!(refused(&settled, &command, i64::MAX / 2), UploadRejection::NotDue);
    }
    assert_eq!(refused(&settled, &keep(ORDER), 0), UploadRejection::Already);
}

#[test]
fn only_what_is_all_there_can_be_kept() {
    let begun = after(&[(UploadCommand::Begin(content()), 0)]);
    assert!(!begun.is_kept(ORDER, start()));
    assert_eq!(refused(&begun, &keep(ORDER), 0), UploadRejection::Unfinished);
    assert_eq!(Upload::decide(None, &keep(ORDER), &context(0)), Err(UploadRejection::Unfinished));
}

#[test]
fn an_upload_of_an_earlier_release_reads_as_before_and_is_never_dropped() {
    let event =
        r#"{"uploaded":{"sha256":"HASH","size":5,"mime":"image/png"}}"#.replace("HASH", &content().sha256.to_string());
    let event: UploadEvent = serde_json::from_str(&event).unwrap();
    let folded = Upload::evolve(None, &event, Stamp { at: start() }).unwrap();
    let state = json!({ "sha256": content().sha256, "size": 5, "mime": "image/png" });
    let read: Upload = canon::read_value(state.clone()).unwrap();
    assert_eq!(read, folded);
    assert!(read.is_kept(ORDER, start()));
    for command in [UploadCommand::Drop, UploadCommand::Clear, UploadCommand::Settle] {
        assert_eq!(refused(&read, &command, i64::MAX / 2), UploadRejection::NotDue);
    }
    assert_eq!(project(&state), None);
}

#[test]
fn it_is_in_the_queue_of_the_day_on_which_the_sweep_looks() {
    let queues = |upload: &Upload| project(&serde_json::to_value(upload).unwrap()).unwrap().queues;
    let kept = then(&stored(), &keep(ORDER), 2_000);
    let due = context(2_000 + Upload::LIMIT_MS).now;
    assert_eq!(queues(&kept), vec![("uploads/2026-11-25".to_owned(), json!({ "at": due }))]);
    assert_eq!(queues(&then(&kept, &UploadCommand::Settle, 2_000 + Upload::LIMIT_MS)), Vec::new());
}

#[test]
fn two_uploads_of_the_same_bytes_lie_apart_and_so_do_two_contents_of_one() {
    let [a, b] = ["a", "b"].map(|name| DocId::of(&OpId::new("test", name)));
    let [one, two] = [b"one", b"two"].map(|bytes| sha256(&[bytes]));
    assert_ne!(Upload::address(&a, &one), Upload::address(&b, &one));
    assert_ne!(Upload::address(&a, &one), Upload::address(&a, &two));
    assert_ne!(Upload::address(&a, &one), one);
}
