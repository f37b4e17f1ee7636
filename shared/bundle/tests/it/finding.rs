//! What an enterprise is told of itself.

use super::*;
use bundle::find;

#[test]
fn everybody_finds_the_place_that_the_draw_gave_them() {
    let bundle = drawn(drand());
    for order in &bundle.result.as_ref().unwrap().strata {
        for (place, id) in order.drawn.iter().chain(&order.reserves).enumerate() {
            let found = find(&bundle, id).unwrap();
            assert_eq!(found.place, Some(place + 1));
            assert_eq!((found.stratum.as_str(), found.of), (order.name.as_str(), 8));
            assert_eq!(found.k as usize, order.drawn.len());
            assert_eq!(found.ticket.unwrap().len(), 64);
            assert_eq!(bundle.subjects[found.listed.unwrap() - 1].id, *id);
        }
    }
}

#[test]
fn who_was_left_out_is_told_why_and_a_stranger_nothing() {
    let bundle = drawn(drand());
    let found = find(&bundle, "YD-DX-0030").unwrap();
    assert_eq!((found.excluded.as_deref(), found.listed, found.ticket), (Some("coolingPeriod"), None, None));
    assert_eq!(find(&bundle, "YD-DX-9999"), None);
}

#[test]
fn while_a_draw_is_sealed_nobody_learns_their_ticket() {
    let found = find(&drawn(sealed()).sealed_view(), "YD-DX-0001").unwrap();
    assert_eq!((found.listed, found.ticket, found.place), (Some(1), None, None));
}
