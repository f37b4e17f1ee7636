//! Handbook §0.4, 10: a draw can be made again by anybody from what is published: the frozen lists under their hash, the
//! randomness, and the version of the rules.

use super::*;
use bundle::{Status, Verdict};

/// As anybody would begin: the lists, the plan and the values; nothing of what came of them.
fn published(bundle: &Bundle) -> Bundle {
    Bundle { sealed: None, result: None, ..bundle.clone() }
}

fn run(mut bundle: Bundle) -> Bundle {
    bundle.run(&mut |_, _, _| {}).unwrap();
    bundle
}

#[test]
fn invariant_10_a_draw_follows_from_its_lists_its_seed_and_its_version() {
    for policy in [drand, sealed, contributors] {
        let first = drawn(policy());
        assert_eq!(run(published(&first)), first, "the same again, to the byte");
        assert_eq!(first.algorithm, "draw/v1");

        // The hash stands for the lists: whoever freezes the same ones gets it, whoever changes one record does not.
        assert_eq!(Bundle::commit(frozen(policy())).unwrap().commitment, first.commitment);
        let mut lists = frozen(policy());
        lists.subjects[5].weight += 1;
        let changed = Bundle::commit(lists).unwrap();
        assert_ne!(changed.commitment.commit, first.commitment.commit);
        // With the same randomness and other lists another seed follows, so nothing can be kept of the result.
        let changed = run(Bundle { entropy: first.entropy.clone(), ..changed });
        assert_ne!(changed.result.as_ref().unwrap().seed, first.result.as_ref().unwrap().seed);

        // The seed stands for the randomness.
        let mut values = published(&first);
        values.entropy.last_mut().unwrap().value = Some(draw::policy::hex(b"00124"));
        assert_ne!(run(values).result.unwrap().seed, first.result.as_ref().unwrap().seed);

        // The version stands for the rules: under another name nobody says that it holds.
        let renamed = check(&Bundle { algorithm: "draw/v2".into(), ..first.clone() });
        assert_eq!((renamed.ok, renamed.verdict), (false, Verdict::NotABundle));
        assert!(check(&first).steps.iter().all(|step| step.status == Status::Ok));
    }
}
