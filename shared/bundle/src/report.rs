//! What came of a check.

use serde::Serialize;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// As recomputed.
    Ok,
    /// Not as recomputed.
    Differs,
    /// Cannot be told yet, or not by this program.
    Open,
}

/// One comparison. The steps in their order: `form`, `subjects`, `inspectors`, `recusals`, `commitment`, `exclusions`,
/// `lists`, `policy`, then `drand`, `reveal` and `lottery` as the policy has them, `seed`, `selection`, `pairing`,
/// `assigned` where there were too few inspectors, `sealed`, `substitutions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What was compared.
    pub name: &'static str,
    /// How it ended.
    pub status: Status,
    /// Stable: what exactly is right, wrong or open.
    pub code: &'static str,
    /// What was recomputed; empty where nothing can be.
    pub expected: String,
    /// What the file says; empty where it says nothing.
    pub found: String,
    /// An id that it is about: a subject, a round, a contributor; empty where it is about all.
    pub about: String,
}

/// The end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Every step is right.
    Holds,
    /// What can be told by now is right.
    HoldsSoFar,
    /// Every step is right, but the randomness was known before: a demonstration.
    Rehearsal,
    /// A step differs; the first that does says where.
    Differs,
    /// The file is no bundle.
    NotABundle,
}

/// What the file says of itself, for a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The draw's id.
    pub draw_id: String,
    /// `P1`, `P2`, `P3`; empty where the policy is not lawful.
    pub policy: &'static str,
    /// When the lists were frozen, in seconds since 1970.
    pub committed: Option<u64>,
    /// What is inspected.
    pub items: Vec<String>,
    /// The SHA-256 of the program that drew.
    pub program: Option<String>,
    /// How many subjects there are.
    pub subjects: usize,
    /// How many inspectors.
    pub inspectors: usize,
    /// How many are left out.
    pub excluded: usize,
    /// How many are to be drawn.
    pub drawn: u64,
    /// Where the randomness comes from.
    pub sources: Vec<SourceFact>,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceFact {
    /// `drand`, `reveal`, `lottery`.
    pub kind: &'static str,
    /// The round, whose secret, or the game and issue.
    pub name: String,
    /// When it is there, in seconds since 1970, where that is known.
    pub at: Option<u64>,
    /// Its value as the file has it.
    pub value: Option<String>,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether nothing differs.
    pub ok: bool,
    /// The end of it.
    pub verdict: Verdict,
    /// The comparisons in the order in which they were made.
    pub steps: Vec<Step>,
    /// What the file says of itself.
    pub facts: Facts,
}

impl Report {
    /// The first step that differs.
    #[must_use]
    pub fn first_difference(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.status == Status::Differs)
    }
}
