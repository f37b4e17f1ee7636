//! The files in tests/golden are what this crate writes, byte for byte, for ever.

use super::*;
use bundle::Verdict;

const P1: &[u8] = include_bytes!("../../../../tests/golden/draw-drand.json");
const P2: &[u8] = include_bytes!("../../../../tests/golden/draw-sealed.json");
const P3: &[u8] = include_bytes!("../../../../tests/golden/draw-contributors.json");

#[test]
fn golden_bundles_are_made_again() {
    for (golden, policy) in [(P1, drand()), (P2, sealed()), (P3, contributors())] {
        let made = drawn(policy).write();
        assert!(made == golden, "made now:\n{}", String::from_utf8_lossy(&made));
        assert_eq!(check_bytes(golden).verdict, Verdict::Holds);
    }
}
