//! Byte by byte: whatever is altered, the check does not hold.

use super::*;
use bundle::Verdict;
use proptest::prelude::*;

/// Every byte of the file, with every single bit flipped in turn, must end in something else than `Holds`, unless the
/// JSON says the same in other words.
#[test]
fn no_byte_can_be_altered_unnoticed() {
    let real = round_1000();
    for policy in [drand(), sealed(), contributors()] {
        let bundle = drawn(policy);
        let json = bundle.write();
        for at in 0..json.len() {
            let mut changed = json.clone();
            changed[at] ^= 1 << (at % 7);
            // The beacon's own test is in `draw`; here its answer is looked up, or this would take minutes.
            let mut beacon = |round, signature: &[u8]| Some((round, signature) == (1000, &real));
            let report = verify(&changed, &mut beacon, &mut |_, _, _| {});
            let same = Bundle::read(&changed).is_ok_and(|read| read == bundle);
            assert!(same || report.verdict != Verdict::Holds, "byte {at}: {}", String::from_utf8_lossy(&changed));
            assert!(same || !report.ok || report.verdict == Verdict::HoldsSoFar);
        }
    }
}

#[test]
fn a_member_that_nobody_knows_makes_it_something_else() {
    let text = String::from_utf8(drawn(drand()).write()).unwrap();
    let more = text.replacen('{', "{\"note\":\"trust me\",", 1);
    assert_eq!(check_bytes(more.as_bytes()).verdict, Verdict::NotABundle);
    let other = text.replace("draw-bundle/1", "draw-bundle/2");
    let report = check_bytes(other.as_bytes());
    assert_eq!((report.verdict, difference(&report)), (Verdict::NotABundle, Some(("form", "unknownVersion"))));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(check_bytes(&bytes).verdict, Verdict::NotABundle);
    }

    #[test]
    fn any_text_put_somewhere_is_answered(at in any::<prop::sample::Index>(), text in "[\\x20-\\x7e]{1,12}") {
        let json = drawn(contributors()).write();
        let at = at.index(json.len());
        let changed = [&json[..at], text.as_bytes(), &json[at..]].concat();
        let report = check_bytes(&changed);
        prop_assert!(!report.ok || Bundle::read(&changed).unwrap() == Bundle::read(&json).unwrap());
    }
}
