use super::*;

proptest! {
    #[test]
    fn everybody_is_in_the_order_once(sizes in vec((0_u32..30, 0_u32..30), 1..4), seed in any::<[u8; 32]>()) {
        let sizes: Vec<_> = sizes.into_iter().map(|(a, b)| (a.max(b), a.min(b))).collect();
        let inputs = inputs(&sizes, &[(1_000, "LM"), (1_000, "LM")]);
        let outcome = run(&inputs, &seed, &mut nothing).unwrap();
        let mut all = Vec::new();
        for (order, stratum) in outcome.orders.iter().zip(&inputs.plan.strata) {
            prop_assert_eq!(order.drawn.len(), stratum.k as usize);
            all.extend(order.drawn.iter().chain(&order.reserves).cloned());
        }
        all.sort();
        prop_assert!(all.iter().eq(inputs.subjects.iter().map(|s| &s.id)));
        prop_assert_eq!(run(&inputs, &seed, &mut nothing).unwrap(), outcome);
    }

    #[test]
    fn what_happens_in_one_stratum_depends_on_no_other(n in 1_u32..40, seed in any::<[u8; 32]>()) {
        let order = |others: u32| {
            let inputs = inputs(&[(n, 1), (others, 1)], &[(9, "LM"), (9, "LM")]);
            run(&inputs, &seed, &mut nothing).unwrap().orders.remove(0)
        };
        prop_assert_eq!(order(1), order(25));
    }
}
