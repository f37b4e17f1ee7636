use super::*;

#[test]
fn a_share_is_rounded_up_and_kept_between_its_bounds() {
    assert_eq!(share(400, 50, 1_000, 0, u32::MAX), 20);
    assert_eq!(share(401, 50, 1_000, 0, u32::MAX), 21);
    assert_eq!(share(401, 50, 500, 0, u32::MAX), 11, "the multiplier is applied before rounding");
    assert_eq!(share(10, 500, 3_000, 0, u32::MAX), 10, "never more than the whole");
    assert_eq!(share(10, 0, 1_000, 2, u32::MAX), 2);
    assert_eq!(share(1, 0, 1_000, 2, u32::MAX), 1, "the floor cannot make more of them");
    assert_eq!(share(1_000, 900, 1_000, 0, 30), 30);
    assert_eq!(share(u32::MAX, u32::MAX, u32::MAX, 0, u32::MAX), u32::MAX);
}

fn claims(claims: &[(u32, u32)]) -> Vec<Claim> {
    claims.iter().map(|(n, weight)| Claim { n: *n, weight: *weight }).collect()
}

#[test]
fn a_total_is_shared_out_as_in_the_published_example() {
    assert_eq!(apportion(50, &claims(&[(10, 5), (400, 1), (90, 3)])), Some(vec![4, 27, 19]));
}

#[test]
fn ties_go_to_the_larger_stratum_then_to_the_earlier() {
    assert_eq!(apportion(3, &claims(&[(5, 2), (10, 1)])), Some(vec![1, 2]));
    assert_eq!(apportion(3, &claims(&[(5, 1), (5, 1)])), Some(vec![2, 1]));
}

#[test]
fn what_a_full_stratum_cannot_take_goes_to_the_others() {
    assert_eq!(apportion(30, &claims(&[(2, 100), (20, 1), (20, 1)])), Some(vec![2, 14, 14]));
    assert_eq!(apportion(42, &claims(&[(2, 100), (20, 1), (20, 0)])), Some(vec![2, 20, 20]));
    assert_eq!(apportion(3, &claims(&[(2, 1), (0, 9), (5, 1)])), Some(vec![1, 0, 2]));
    assert_eq!(apportion(1, &claims(&[(2, 1), (5, 1)])), None, "less than one each");
    assert_eq!(apportion(8, &claims(&[(2, 1), (5, 1)])), None, "more than there are");
    assert_eq!(apportion(0, &[]), Some(vec![]));
}

proptest! {
    #[test]
    fn every_total_that_fits_is_shared_out_whole(strata in vec((0_u32..50, 0_u32..9), 1..8), part in 0_u64..1000) {
        let claims = claims(&strata);
        let floor: u32 = claims.iter().map(|c| c.n.min(1)).sum();
        let there: u32 = claims.iter().map(|c| c.n).sum();
        let total = floor + u32::try_from(u64::from(there - floor) * part / 999).unwrap();
        let shares = apportion(total, &claims).unwrap();
        prop_assert_eq!(shares.iter().sum::<u32>(), total);
        for (share, claim) in shares.iter().zip(&claims) {
            prop_assert!(*share <= claim.n && *share >= claim.n.min(1));
        }
    }
}
