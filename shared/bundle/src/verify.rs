//! The check: everything is recomputed from the file and compared with what the file says.
//!
//! Each step goes on from what the file says, not from what an earlier step recomputed, so that one change is told by
//! one step and by those that follow from it, and the first that differs is where the change is.

use crate::form::{BYTES_MAX, Bundle, Head, Outcome, VERSION, each};
use crate::life::{fits, replay};
use crate::report::{Facts, Report, SourceFact, Status, Step, Verdict};
use canon::Hash;
use draw::policy::{Kind, Policy, PolicyFault, Source, hex, reveal_hash, round_time};
use draw::substitute::Current;
use draw::{Inputs, Progress, Tickets};

/// Whether a signature is drand's for a round; none where this program cannot tell.
pub type Beacon<'a> = dyn FnMut(u64, &[u8]) -> Option<bool> + 'a;

/// Checks a file.
pub fn verify(json: &[u8], beacon: &mut Beacon<'_>, told: &mut Progress<'_>) -> Report {
    let read = if json.len() > BYTES_MAX { None } else { Bundle::read(json).ok() };
    check(read.as_ref(), beacon, told)
}

/// Checks a bundle that was read; none stands for a file that could not be.
pub fn check(bundle: Option<&Bundle>, beacon: &mut Beacon<'_>, told: &mut Progress<'_>) -> Report {
    let known = |bundle: &Bundle| bundle.version == VERSION && bundle.algorithm == draw::VERSION;
    match bundle {
        Some(bundle) if known(bundle) => Check::new(bundle).report(beacon, told),
        Some(bundle) => refused("unknownVersion", format!("{} {}", bundle.version, bundle.algorithm)),
        None => refused("notABundle", String::new()),
    }
}

fn refused(code: &'static str, found: String) -> Report {
    let expected = format!("{VERSION} {}", draw::VERSION);
    let step = Step { name: "form", status: Status::Differs, code, expected, found, about: String::new() };
    Report { ok: false, verdict: Verdict::NotABundle, steps: vec![step], facts: Facts::default() }
}

struct Check<'a> {
    bundle: &'a Bundle,
    inputs: Inputs,
    policy: Result<Policy, PolicyFault>,
    /// Whether the lists can be drawn from.
    fit: bool,
    steps: Vec<Step>,
}

impl<'a> Check<'a> {
    fn new(bundle: &'a Bundle) -> Self {
        let (inputs, policy) = (bundle.inputs(), Policy::parse(&bundle.policy));
        Self { bundle, inputs, policy, fit: true, steps: Vec::new() }
    }

    fn report(mut self, beacon: &mut Beacon<'_>, told: &mut Progress<'_>) -> Report {
        self.same("form", "known", "unknownVersion", VERSION.to_owned(), self.bundle.version.clone());
        self.heads();
        self.commitment();
        self.exclusions();
        self.lists();
        self.lawful();
        self.sources(beacon);
        self.seed();
        self.drawn(told);
        let differs = self.steps.iter().any(|step| step.status == Status::Differs);
        let open = self.steps.iter().any(|step| step.status == Status::Open);
        let rehearsal = self.policy.as_ref().is_ok_and(|policy| policy.rehearsal);
        let verdict = match (differs, open, rehearsal) {
            (true, _, _) => Verdict::Differs,
            (false, true, _) => Verdict::HoldsSoFar,
            (false, false, true) => Verdict::Rehearsal,
            (false, false, false) => Verdict::Holds,
        };
        let facts = self.facts();
        Report { ok: !differs, verdict, steps: self.steps, facts }
    }

    fn step(&mut self, name: &'static str, status: Status, code: &'static str, [expected, found]: [String; 2]) {
        self.steps.push(Step { name, status, code, expected, found, about: String::new() });
    }

    /// A step that is right when both are equal.
    fn same(&mut self, name: &'static str, right: &'static str, wrong: &'static str, expected: String, found: String) {
        let (status, code) = if expected == found { (Status::Ok, right) } else { (Status::Differs, wrong) };
        self.step(name, status, code, [expected, found]);
    }

    /// Names what the last step is about.
    fn about(&mut self, about: &str) {
        if let Some(step) = self.steps.last_mut() {
            about.clone_into(&mut step.about);
        }
    }

    fn open(&mut self, name: &'static str, code: &'static str) {
        self.step(name, Status::Open, code, [String::new(), String::new()]);
    }

    fn heads(&mut self) {
        let said = &self.bundle.commitment;
        let heads = [
            ("subjects", draw::head(&self.inputs.subjects), &said.subjects),
            ("inspectors", draw::head(&self.inputs.inspectors), &said.inspectors),
            ("recusals", draw::head(&self.inputs.recusals), &said.recusals),
        ];
        for (name, recomputed, said) in heads {
            self.same(name, "rootMatches", "rootDiffers", shown(&recomputed.into()), shown(said));
        }
    }

    fn commitment(&mut self) {
        let said = &self.bundle.commitment;
        let heads = [&said.subjects, &said.inspectors, &said.recusals].map(draw::Head::from);
        let recomputed = hex(&draw::commit_to(&heads, &self.inputs.plan));
        self.same("commitment", "commitMatches", "commitDiffers", recomputed, said.commit.to_string());
    }

    fn exclusions(&mut self) {
        let list: Vec<draw::Excluded> = each(&self.bundle.exclusions);
        let committed = self.policy.as_ref().ok().and_then(|policy| policy.excluded);
        let recomputed = shown(&draw::head(&list).into());
        let said = committed.map(|head| shown(&head.into())).unwrap_or_default();
        self.same("exclusions", "rootMatches", "rootDiffers", recomputed, said);
    }

    fn lists(&mut self) {
        let list: Vec<draw::Excluded> = each(&self.bundle.exclusions);
        let fault = self.inputs.check().and_then(|()| draw::excluded_head(&list)).err();
        self.fit = fault.is_none();
        match fault {
            None => self.step("lists", Status::Ok, "inOrder", [String::new(), String::new()]),
            Some(fault) => {
                self.step("lists", Status::Differs, fault.code(), [String::new(), String::new()]);
                self.about(fault.about());
            }
        }
    }

    fn lawful(&mut self) {
        let fault = self.policy.as_ref().map_or_else(|fault| Some(*fault), |policy| policy.kind().err());
        let sources = self.policy.as_ref().map_or(0, |policy| policy.sources.len());
        match fault {
            Some(fault) => self.step("policy", Status::Differs, fault.code(), [String::new(), String::new()]),
            None if sources != self.bundle.entropy.len() => {
                let numbers = [sources.to_string(), self.bundle.entropy.len().to_string()];
                self.step("policy", Status::Differs, "sourcesDiffer", numbers);
            }
            None if self.policy.as_ref().is_ok_and(|policy| policy.rehearsal) => {
                self.step("policy", Status::Ok, "rehearsal", [String::new(), String::new()]);
            }
            None => self.step("policy", Status::Ok, "lawful", [String::new(), String::new()]),
        }
    }

    fn sources(&mut self, beacon: &mut Beacon<'_>) {
        let Ok(policy) = self.policy.clone() else { return };
        for (source, entropy) in policy.sources.iter().zip(&self.bundle.entropy) {
            let value = entropy.value.as_deref();
            let bytes = value.and_then(draw::policy::unhex_bytes);
            let (status, code) = match (&bytes, value) {
                _ if entropy.kind != source.kind() => (Status::Differs, "kindDiffers"),
                (None, Some(_)) => (Status::Differs, "notHexadecimal"),
                (None, None) => self.missing(&policy, source),
                (Some(bytes), _) => self.value(source, bytes, beacon),
            };
            let (expected, found) = match (source, &bytes) {
                (Source::Reveal { who, hash }, Some(secret)) => {
                    (hex(&reveal_hash(&self.bundle.draw_id, who, secret)), hex(hash))
                }
                _ => (String::new(), value.unwrap_or_default().to_owned()),
            };
            self.step(source.kind(), status, code, [expected, found]);
            self.about(&source_fact(source, None).name);
        }
    }

    /// A value that is not there. Once P3 has a result, a contributor without one stays left out.
    fn missing(&self, policy: &Policy, source: &Source) -> (Status, &'static str) {
        let left_out = policy.until.is_some() && self.bundle.result.is_some();
        match source {
            Source::Reveal { .. } if left_out => (Status::Ok, "leftOut"),
            _ => (Status::Open, "notYet"),
        }
    }

    fn value(&self, source: &Source, value: &[u8], beacon: &mut Beacon<'_>) -> (Status, &'static str) {
        match source {
            _ if !fits(source, &self.bundle.draw_id, value) => (Status::Differs, "wrongValue"),
            Source::Drand { round } => match beacon(*round, value) {
                Some(true) => (Status::Ok, "signed"),
                Some(false) => (Status::Differs, "wrongValue"),
                None => (Status::Open, "notChecked"),
            },
            Source::Reveal { .. } => (Status::Ok, "asCommitted"),
            // That these numbers were drawn is for the reader to compare with the lottery's own announcement.
            Source::Lottery { .. } => (Status::Ok, "aResult"),
        }
    }

    fn seed(&mut self) {
        let values = self.bundle.values();
        let entropy = self.policy.as_ref().ok().and_then(|policy| policy.entropy(&values));
        let commit = self.bundle.commitment.commit.as_bytes();
        let recomputed = entropy.map(|entropy| hex(&draw::seed(commit, &entropy)));
        match (recomputed, &self.bundle.result) {
            (Some(recomputed), Some(result)) => {
                self.same("seed", "seedMatches", "seedDiffers", recomputed, result.seed.to_string());
            }
            (Some(recomputed), None) => self.step("seed", Status::Open, "noResultYet", [recomputed, String::new()]),
            (None, None) => self.open("seed", "notYet"),
            (None, Some(result)) => {
                self.step("seed", Status::Differs, "noEntropy", [String::new(), result.seed.to_string()]);
            }
        }
    }

    /// Everything that follows from the seed.
    fn drawn(&mut self, told: &mut Progress<'_>) {
        let sealed = self.policy.as_ref().is_ok_and(|policy| policy.kind() == Ok(Kind::Sealed));
        match &self.bundle.result {
            Some(result) if self.fit => {
                let orders: Vec<draw::Order> = each(&result.strata);
                self.selection(&orders, result, told);
                self.pairing(&orders, result, told);
                self.assigned(result);
                self.sealed(&orders, result, sealed);
                self.substitutions(orders, result);
            }
            Some(_) => self.open("selection", "cannotTell"),
            None => {
                self.open("selection", "notYet");
                self.open("pairing", "notYet");
                match (&self.bundle.sealed, sealed) {
                    (Some(root), true) => {
                        self.step("sealed", Status::Open, "stillSealed", [String::new(), root.to_string()]);
                    }
                    (None, true) => self.open("sealed", "notYet"),
                    (Some(root), false) => {
                        self.step("sealed", Status::Differs, "notSealed", [String::new(), root.to_string()]);
                    }
                    (None, false) => {}
                }
                if !self.bundle.assigned.is_empty() {
                    self.step("assigned", Status::Differs, "noResultYet", [String::new(), String::new()]);
                }
                if !self.bundle.substitutions.is_empty() {
                    self.step("substitutions", Status::Differs, "noResultYet", [String::new(), String::new()]);
                }
            }
        }
    }

    fn selection(&mut self, said: &[draw::Order], result: &Outcome, told: &mut Progress<'_>) {
        let recomputed = draw::select(&self.inputs, &Tickets::new(result.seed.as_bytes()), told);
        let [expected, found] = [&recomputed, said].map(|orders| shown(&draw::head(orders).into()));
        self.same("selection", "selectionMatches", "selectionDiffers", expected, found);
    }

    fn pairing(&mut self, orders: &[draw::Order], result: &Outcome, told: &mut Progress<'_>) {
        let said: Vec<draw::Pairing> = each(&result.pairings);
        let found = shown(&draw::head(&said).into());
        match draw::pair(&self.inputs, orders, &Tickets::new(result.seed.as_bytes()), told) {
            Ok(recomputed) => {
                let expected = shown(&draw::head(&recomputed).into());
                self.same("pairing", "pairingMatches", "pairingDiffers", expected, found);
            }
            Err(_) if said.is_empty() => {
                self.step("pairing", Status::Ok, "tooFewInspectors", [String::new(), String::new()]);
            }
            Err(_) => self.step("pairing", Status::Differs, "blocked", [String::new(), found]),
        }
    }

    /// Whom people assigned: allowed where nobody was paired, each drawn subject once, in the order of the draw, by
    /// two who are not recused.
    fn assigned(&mut self, result: &Outcome) {
        let said = &self.bundle.assigned;
        let drawn = || result.strata.iter().flat_map(|order| &order.drawn);
        let named = said.iter().map(|one| &one.subject);
        let recused = |code: &str, subject: &str| {
            self.bundle.recusals.iter().any(|recusal| recusal.inspector == code && recusal.subject == subject)
        };
        let wrong = said.iter().find(|one| {
            one.lead == one.member || recused(&one.lead, &one.subject) || recused(&one.member, &one.subject)
        });
        let numbers = [drawn().count().to_string(), said.len().to_string()];
        match (result.pairings.is_empty() && drawn().next().is_some(), said.is_empty()) {
            (false, true) => {}
            (false, false) => self.step("assigned", Status::Differs, "assignedNeedlessly", numbers),
            (true, true) => self.open("assigned", "notYet"),
            (true, false) if !named.eq(drawn()) => {
                self.step("assigned", Status::Differs, "assignedOthers", numbers);
            }
            (true, false) => match wrong {
                None => self.step("assigned", Status::Ok, "assignedByPeople", numbers),
                Some(one) => {
                    self.step("assigned", Status::Differs, "assignedUnlawfully", [String::new(), String::new()]);
                    self.about(&one.subject);
                }
            },
        }
    }

    fn sealed(&mut self, orders: &[draw::Order], result: &Outcome, sealed: bool) {
        let said = self.bundle.sealed.map(|root| root.to_string());
        let secret = self.bundle.values().pop().flatten();
        match (sealed, said, secret) {
            (false, None, _) => {}
            (false, Some(said), _) => self.step("sealed", Status::Differs, "notSealed", [String::new(), said]),
            (true, said, Some(secret)) => {
                let root = draw::sealed_root(&self.bundle.draw_id, &secret, orders, &each(&result.pairings));
                self.same("sealed", "sealMatches", "sealDiffers", hex(&root), said.unwrap_or_default());
            }
            (true, said, None) => {
                self.step("sealed", Status::Differs, "noEntropy", [String::new(), said.unwrap_or_default()]);
            }
        }
    }

    fn substitutions(&mut self, orders: Vec<draw::Order>, result: &Outcome) {
        let outcome = draw::Outcome { orders, pairings: each(&result.pairings) };
        let mut current = Current::new(&self.inputs, &outcome, Tickets::new(result.seed.as_bytes()));
        let mut wrong = None;
        for logged in &self.bundle.substitutions {
            let (code, expected) = match replay(&mut current, logged) {
                Ok(by) if by == logged.by => continue,
                Ok(by) => ("substituteDiffers", by),
                Err(refused) => (refused.code(), String::new()),
            };
            wrong = Some((code, expected, logged));
            break;
        }
        match wrong {
            None => {
                let code = if self.bundle.substitutions.is_empty() { "none" } else { "substitutesMatch" };
                self.step("substitutions", Status::Ok, code, [String::new(), String::new()]);
            }
            Some((code, expected, logged)) => {
                self.step("substitutions", Status::Differs, code, [expected, logged.by.clone()]);
                self.about(&logged.subject);
            }
        }
    }

    fn facts(&self) -> Facts {
        let bundle = self.bundle;
        let mut facts = Facts {
            draw_id: bundle.draw_id.clone(),
            subjects: bundle.subjects.len(),
            inspectors: bundle.inspectors.len(),
            excluded: bundle.exclusions.len(),
            drawn: bundle.strata.iter().map(|stratum| u64::from(stratum.k)).fold(0, u64::saturating_add),
            ..Facts::default()
        };
        if let Ok(policy) = &self.policy {
            facts.policy = match policy.kind() {
                Ok(Kind::Drand) => "P1",
                Ok(Kind::Sealed) => "P2",
                Ok(Kind::Contributors) => "P3",
                Err(_) => "",
            };
            facts.committed = policy.committed;
            facts.items.clone_from(&policy.items);
            facts.program = policy.program.map(|program| hex(&program));
            let values = bundle.entropy.iter().map(|entropy| entropy.value.as_deref());
            facts.sources = policy.sources.iter().zip(values).map(|(s, value)| source_fact(s, value)).collect();
        }
        facts
    }
}

fn source_fact(source: &Source, value: Option<&str>) -> SourceFact {
    let (name, at) = match source {
        Source::Drand { round } => (round.to_string(), Some(round_time(*round))),
        Source::Reveal { who, .. } => (who.clone(), None),
        Source::Lottery { game, issue, at } => (format!("{} {issue}", game.name()), Some(*at)),
    };
    SourceFact { kind: source.kind(), name, at, value: value.map(str::to_owned) }
}

/// A head as a person compares it.
fn shown(head: &Head) -> String {
    let Head { count, root } = head;
    let root: &Hash = root;
    format!("{count} {root}")
}
