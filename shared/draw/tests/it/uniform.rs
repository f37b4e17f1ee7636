//! Whether the draw is fair, by the numbers. Seeds are fixed, so each number is the same at every run; a sampler that is
//! biased on purpose has to fail the very same tests.
//!
//! `cargo test -p draw uniform -- --nocapture` prints them.

use super::*;

/// The statistics need floating point; what is tested does not have any.
const RUNS: usize = 4_000;

fn seed(n: usize) -> [u8; 32] {
    Sha256::digest(format!("uniformity {n}")).into()
}

/// Who is drawn, as positions in the list, first drawn first.
type Sampler<'a> = dyn Fn(&[u8; 32]) -> Vec<usize> + 'a;

/// How far counts are from equal chances: Σ(x − Np)²/(Np(1 − p))·(n − 1)/n, which is χ² with n − 1 degrees of freedom
/// for samples of k of n without replacement; as a standard normal (Wilson, Hilferty).
fn evenness(counts: &[usize], k: usize) -> f64 {
    let (n, runs) = (counts.len() as f64, RUNS as f64);
    let p = k as f64 / n;
    let sum: f64 = counts.iter().map(|x| (*x as f64 - runs * p).powi(2) / (runs * p * (1.0 - p))).sum();
    normal(sum * (n - 1.0) / n, n - 1.0)
}

/// χ² with `free` degrees of freedom as a standard normal.
fn normal(chi: f64, free: f64) -> f64 {
    let variance = 2.0 / (9.0 * free);
    ((chi / free).cbrt() - (1.0 - variance)) / variance.sqrt()
}

/// Counts against what they should be, as a standard normal.
fn fit(counts: &[usize], chances: &[f64]) -> f64 {
    let runs = counts.iter().sum::<usize>() as f64;
    let chi: f64 = counts.iter().zip(chances).map(|(x, p)| (*x as f64 - runs * p).powi(2) / (runs * p)).sum();
    normal(chi, counts.len() as f64 - 1.0)
}

/// The evenness of single chances and the largest z of any pair.
fn singles_and_pairs(n: usize, k: usize, sample: &Sampler<'_>) -> (f64, f64) {
    let (mut single, mut pair) = (vec![0; n], vec![vec![0_usize; n]; n]);
    for run in 0..RUNS {
        let drawn = sample(&seed(run));
        for a in &drawn {
            single[*a] += 1;
            for b in drawn.iter().filter(|b| *b > a) {
                pair[*a][*b] += 1;
            }
        }
    }
    let p = (k * (k - 1)) as f64 / (n * (n - 1)) as f64;
    let expected = RUNS as f64 * p;
    let z = |x: usize| (x as f64 - expected) / (expected * (1.0 - p)).sqrt();
    let worst = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).map(|(a, b)| z(pair[a][b]).abs());
    (evenness(&single, k), worst.fold(0.0, f64::max))
}

fn ours(n: u32, k: u32) -> impl Fn(&[u8; 32]) -> Vec<usize> {
    let mut inputs = inputs(&[(n, k)], &[]);
    inputs.subjects.iter_mut().for_each(|subject| subject.weight = 1);
    move |seed| {
        let orders = draw::select(&inputs, &Tickets::new(seed), &mut nothing);
        let position = |id: &String| inputs.subjects.binary_search_by(|s| s.id.cmp(id)).unwrap();
        orders[0].drawn.iter().map(position).collect()
    }
}

/// A start and a fixed stride, as it is done in the field: some are never drawn with some others.
fn stride(n: usize, k: usize) -> impl Fn(&[u8; 32]) -> Vec<usize> {
    move |seed| {
        let start = usize::from(seed[0]) * 256 + usize::from(seed[1]);
        (0..k).map(|i| (start + i * (n / k)) % n).collect()
    }
}

/// The remainder of a byte: the first of 30 come 9 times where the others come 8 times.
fn remainder(n: usize, k: usize) -> impl Fn(&[u8; 32]) -> Vec<usize> {
    move |seed| {
        let mut drawn = Vec::new();
        let more = Sha256::digest(seed);
        for byte in seed.iter().chain(more.iter()) {
            let at = usize::from(*byte) % n;
            if drawn.len() < k && !drawn.contains(&at) {
                drawn.push(at);
            }
        }
        drawn
    }
}

/// Beyond 4.5 standard deviations: by chance once in 150 000 for one number, once in 300 for the worst of 435 pairs.
const TOO_FAR: f64 = 4.5;

#[test]
fn every_subject_and_every_pair_has_the_same_chance() {
    let (n, k) = (30, 6);
    let (single, pair) = singles_and_pairs(n, k, &ours(30, 6));
    println!("subjects, 6 of 30, {RUNS} seeds: chi-square as z {single:+.2}, worst of 435 pairs {pair:.2}");
    assert!(single.abs() < TOO_FAR && pair < TOO_FAR);
    let (strided, strided_pair) = singles_and_pairs(n, k, &stride(n, k));
    println!("  biased on purpose, fixed stride: {strided:+.2}, {strided_pair:.2}");
    assert!(strided_pair > TOO_FAR, "the stride passes");
    let (byte, byte_pair) = singles_and_pairs(n, k, &remainder(n, k));
    println!("  biased on purpose, byte % 30:    {byte:+.2}, {byte_pair:.2}");
    assert!(byte > TOO_FAR, "the remainder passes");
}

#[test]
fn the_first_pick_is_by_weight() {
    let weights = [1, 1, 2, 3, 5];
    let mut inputs = inputs(&[(5, 1)], &[]);
    inputs.subjects.iter_mut().zip(weights).for_each(|(subject, weight)| subject.weight = weight);
    let mut first = [0; 5];
    for run in 0..RUNS {
        let orders = draw::select(&inputs, &Tickets::new(&seed(run)), &mut nothing);
        first[inputs.subjects.iter().position(|s| s.id == orders[0].drawn[0]).unwrap()] += 1;
    }
    let z = fit(&first, &weights.map(|w| f64::from(w) / 12.0));
    println!("first pick by weights {weights:?}: {first:?}, chi-square as z {z:+.2}");
    assert!(z.abs() < TOO_FAR);
    let even = fit(&first, &[0.2; 5]);
    println!("  against equal chances: {even:+.2}");
    assert!(even > TOO_FAR, "weights that do nothing pass");
}

#[test]
fn inspectors_who_are_alike_are_treated_alike() {
    // 8 of the same kind, 6 tasks: 12 places.
    let inputs = inputs(&[(6, 6)], &[(3, "LM"); 8]);
    let (mut lead, mut any) = (vec![0; 8], vec![vec![0; 8]; 6]);
    for run in 0..RUNS {
        let found = draw::run(&inputs, &seed(run), &mut nothing).unwrap();
        for pairing in found.pairings {
            let at = |code: &str| code[1..].parse::<usize>().unwrap();
            lead[at(&pairing.lead)] += 1;
            let subject: usize = pairing.subject[2..].parse().unwrap();
            any[subject][at(&pairing.lead)] += 1;
            any[subject][at(&pairing.member)] += 1;
        }
    }
    let z = fit(&lead, &[1.0 / 8.0; 8]);
    let worst = any.iter().map(|counts| evenness(counts, 2)).fold(0.0, f64::max);
    println!("8 inspectors alike: leading, chi-square as z {z:+.2}; of one subject, worst of 6 {worst:+.2}");
    assert!(z < TOO_FAR && worst < TOO_FAR);
}

/// All lawful assignments of a small instance, and how often each comes out.
#[test]
fn all_lawful_assignments_come_out_equally_often() {
    // A specialist who alone has both qualifications, and a recusal: what a matching by itself gets wrong.
    let mut inputs = inputs(&[(3, 3)], &[(2, "L"), (2, "LM"), (2, "M"), (2, "M")]);
    inputs.recusals = vec![recusal("i0002", "0-00001")];
    let lawful = enumerate(&inputs);
    let mut counts: BTreeMap<Vec<(String, String)>, usize> = lawful.iter().map(|one| (one.clone(), 0)).collect();
    for run in 0..RUNS {
        let mut pairings = draw::run(&inputs, &seed(run), &mut nothing).unwrap().pairings;
        pairings.sort_by(|a, b| a.subject.cmp(&b.subject));
        let one: Vec<_> = pairings.into_iter().map(|p| (p.lead, p.member)).collect();
        *counts.get_mut(&one).unwrap() += 1;
    }
    let counts: Vec<usize> = counts.into_values().collect();
    let z = fit(&counts, &vec![1.0 / counts.len() as f64; counts.len()]);
    let error = |code: &str| {
        let exact = lawful.iter().filter(|one| one[0].0 == code).count() as f64 / lawful.len() as f64;
        let mut seen = 0;
        for run in 0..RUNS {
            let found = draw::run(&inputs, &seed(run), &mut nothing).unwrap().pairings;
            seen += usize::from(found.iter().any(|p| p.subject == "0-00000" && p.lead == code));
        }
        (seen as f64 / RUNS as f64 / exact - 1.0).abs()
    };
    let specialist = error("i0001");
    println!(
        "{} lawful assignments, exact: chi-square as z {z:+.2}; the specialist's chance is off by {:.1} %",
        lawful.len(),
        specialist * 100.0
    );
    assert!(z < TOO_FAR && specialist < 0.05);
}

/// Every assignment that keeps the rules at the least level, leads and members by subject.
fn enumerate(inputs: &Inputs) -> Vec<Vec<(String, String)>> {
    let level = (1..).find(|level| !at_level(inputs, *level).is_empty()).unwrap();
    at_level(inputs, level)
}

fn at_level(inputs: &Inputs, level: u32) -> Vec<Vec<(String, String)>> {
    let mut found: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for subject in &inputs.subjects {
        let fits = |i: &Inspector, role: &str| {
            i.qualifications.iter().any(|q| q == role) && !inputs.recusals.contains(&recusal(&i.code, &subject.id))
        };
        let mut longer = Vec::new();
        for one in &found {
            for lead in inputs.inspectors.iter().filter(|i| fits(i, "L")) {
                for member in inputs.inspectors.iter().filter(|i| fits(i, "M") && i.code != lead.code) {
                    let next = [one.as_slice(), &[(lead.code.clone(), member.code.clone())]].concat();
                    let load = |i: &Inspector| next.iter().filter(|(l, m)| *l == i.code || *m == i.code).count() as u32;
                    if inputs.inspectors.iter().all(|i| load(i) <= i.cap.min(level)) {
                        longer.push(next);
                    }
                }
            }
        }
        found = longer;
    }
    found
}
