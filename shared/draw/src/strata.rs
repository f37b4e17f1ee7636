//! How many of each stratum are drawn. Integers only: ratios are per mille, multipliers too (1 500 for ×1.5).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A stratum's share by ratio: `⌈n · ratio · multiplier⌉`, the ratio never above the whole, at least `floor`, at most
/// `ceiling`, and never more than there are.
#[must_use]
pub fn share(n: u32, ratio_per_mille: u32, multiplier_per_mille: u32, floor: u32, ceiling: u32) -> u32 {
    // n < 2^32 and the ratio ≤ 10^6, so the product is below 2^52.
    let millionths = u64::from(ratio_per_mille).saturating_mul(u64::from(multiplier_per_mille)).min(1_000_000);
    let share = u64::from(n).saturating_mul(millionths).div_ceil(1_000_000);
    u32::try_from(share).unwrap_or(u32::MAX).min(ceiling).max(floor).min(n)
}

/// A stratum that shares in a given total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// How many there are.
    pub n: u32,
    /// How much each of them counts.
    pub weight: u32,
}

/// Shares `total` out by largest remainder over `n · weight`: one for each stratum that has anybody, then the rest in
/// proportion, nobody above its `n`; of equal remainders the larger stratum goes first, then the earlier one.
///
/// None where the total is less than one for each, or more than there are. What a full stratum cannot take goes to the
/// others in proportion.
#[must_use]
pub fn apportion(total: u32, claims: &[Claim]) -> Option<Vec<u32>> {
    let there = claims.iter().map(|claim| u64::from(claim.n)).sum::<u64>();
    let mut shares: Vec<u32> = claims.iter().map(|claim| claim.n.min(1)).collect();
    let floors = shares.iter().map(|floor| u64::from(*floor)).sum::<u64>();
    let mut rest = u64::from(total).checked_sub(floors)?;
    if u64::from(total) > there {
        return None;
    }
    loop {
        // Each round fills a stratum or ends, so there are at most as many rounds as strata.
        let open = |at: &usize| matches!((claims.get(*at), shares.get(*at)), (Some(c), Some(s)) if *s < c.n);
        let open: Vec<usize> = (0..claims.len()).filter(open).collect();
        let quotas = quotas(rest, claims, &open);
        let full = |quota: &&Quota| matches!((claims.get(quota.at), shares.get(quota.at)), (Some(c), Some(s)) if quota.whole > u64::from(c.n.saturating_sub(*s)));
        let overfull: Vec<usize> = quotas.iter().filter(full).map(|quota| quota.at).collect();
        if overfull.is_empty() {
            hand_out(rest, claims, &mut shares, &quotas);
            return Some(shares);
        }
        for at in overfull {
            if let (Some(claim), Some(share)) = (claims.get(at), shares.get_mut(at)) {
                rest = rest.saturating_sub(u64::from(claim.n.saturating_sub(*share)));
                *share = claim.n;
            }
        }
    }
}

struct Quota {
    at: usize,
    whole: u64,
    remainder: u128,
}

/// The open strata's quotas of `rest`. Where every open stratum weighs nothing, they count by their size.
fn quotas(rest: u64, claims: &[Claim], open: &[usize]) -> Vec<Quota> {
    let weightless = open.iter().all(|at| claims.get(*at).is_none_or(|claim| claim.weight == 0));
    let weight = |claim: &Claim| u128::from(claim.n).saturating_mul(if weightless { 1 } else { claim.weight.into() });
    let sum: u128 = open.iter().filter_map(|at| claims.get(*at)).map(weight).fold(0, u128::saturating_add);
    let quota = |at: &usize| {
        // rest < 2^32 and a weight < 2^64: far below 2^128.
        let product = claims.get(*at).map(weight)?.saturating_mul(u128::from(rest));
        let whole = u64::try_from(product.checked_div(sum)?).ok()?;
        Some(Quota { at: *at, whole, remainder: product.checked_rem(sum)? })
    };
    open.iter().filter_map(quota).collect()
}

/// Adds the whole quotas, then one each in order of the remainders until nothing is left.
fn hand_out(mut rest: u64, claims: &[Claim], shares: &mut [u32], quotas: &[Quota]) {
    let n = |at: usize| claims.get(at).map_or(0, |claim| claim.n);
    for quota in quotas {
        if let Some(share) = shares.get_mut(quota.at) {
            *share = share.saturating_add(u32::try_from(quota.whole).unwrap_or(u32::MAX));
            rest = rest.saturating_sub(quota.whole);
        }
    }
    // A heap, because a sort weighs five times as much in a component.
    let order = quotas.iter().map(|quota| (Reverse((quota.remainder, n(quota.at))), quota.at));
    let order = order.collect::<BinaryHeap<_>>().into_sorted_vec();
    // The remainders add up to less than one each, so one round is enough unless some are full by now.
    while rest > 0 {
        let before = rest;
        for (_, at) in &order {
            if let Some(share) = shares.get_mut(*at).filter(|share| rest > 0 && **share < n(*at)) {
                *share = share.saturating_add(1);
                rest = rest.saturating_sub(1);
            }
        }
        if rest == before {
            return;
        }
    }
}
