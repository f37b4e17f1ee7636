//! The files in tests/golden are what this crate writes, byte for byte, for ever.

use super::*;
use crate::assigned::assigned;
use bundle::Verdict;

const P1: &[u8] = include_bytes!("../../../../tests/golden/draw-drand.json");
const P2: &[u8] = include_bytes!("../../../../tests/golden/draw-sealed.json");
const ASSIGNED: &[u8] = include_bytes!("../../../../tests/golden/draw-assigned.json");
const P3: &[u8] = include_bytes!("../../../../tests/golden/draw-contributors.json");

#[test]
fn golden_bundles_are_made_again() {
    let bundles = [(P1, drawn(drand())), (P2, drawn(sealed())), (P3, drawn(contributors())), (ASSIGNED, assigned())];
    for (golden, bundle) in bundles {
        let made = bundle.write();
        assert!(made == golden, "made now:\n{}", String::from_utf8_lossy(&made));
        assert_eq!(check_bytes(golden).verdict, Verdict::Holds);
    }
}
