//! What is frozen before a draw, and what a list may not be.

use std::fmt;

/// 128 bytes: the longest identifier in use has 18 (USCC) and a draw's id some 30; names never are ids.
pub const ID_MAX: usize = 128;
/// 1 000 tickets for one subject: multipliers go to 3; this bounds what a list can make us compute.
pub const WEIGHT_MAX: u32 = 1_000;

/// 20 million preferences (each drawn subject's two places × inspectors): 10 000 tasks of 1 000 inspectors, which take
/// some seconds and 80 MB.
pub const PREFERENCES_MAX: u64 = 20_000_000;

/// Who may be inspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What it is published under.
    pub id: String,
    /// The group it is drawn from.
    pub stratum: String,
    /// How many tickets it has, from 1; its best one counts.
    pub weight: u32,
}

/// Who may inspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspector {
    /// What they are published under: never a name.
    pub code: String,
    /// The most tasks they can take in this draw.
    pub cap: u32,
    /// What they are qualified for, sorted.
    pub qualifications: Vec<String>,
}

/// Who must not inspect whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recusal {
    /// The inspector's code.
    pub inspector: String,
    /// The subject's id.
    pub subject: String,
}

/// One group that is drawn by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// As the subjects name it.
    pub name: String,
    /// How many are drawn.
    pub k: u32,
    /// What the first inspector has to be qualified for.
    pub lead: String,
    /// What the second inspector has to be qualified for.
    pub member: String,
}

/// What was decided before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One commitment for each id, ever.
    pub draw_id: String,
    /// The groups, by name.
    pub strata: Vec<Stratum>,
    /// Where the randomness will come from: the text of a [`crate::policy::Policy`].
    pub policy: String,
}

/// Somebody who is left out, and why. The policy's text carries the root over all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// The subject's id.
    pub subject: String,
    /// The reason's code.
    pub reason: String,
}

/// All that a draw depends on, except the randomness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// What was decided before.
    pub plan: Plan,
    /// Who may be inspected, by id.
    pub subjects: Vec<Subject>,
    /// Who may inspect, by code.
    pub inspectors: Vec<Inspector>,
    /// Who must not inspect whom, by inspector and subject. One that names nobody of this draw does nothing.
    pub recusals: Vec<Recusal>,
}

/// What is wrong with a list; the text is the offending id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Empty, longer than [`ID_MAX`], or not visible ASCII.
    BadId(String),
    /// A list is not strictly increasing here.
    Unsorted(String),
    /// A weight of 0 or above [`WEIGHT_MAX`].
    BadWeight(String),
    /// A subject of a stratum that the plan does not have.
    UnknownStratum(String),
    /// A stratum that should give more than it has.
    TooFew(String),
    /// More than [`PREFERENCES_MAX`] are to be compared; the id is the draw's.
    TooLarge(String),
}

impl Fault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadId(_) => "badId",
            Self::Unsorted(_) => "unsorted",
            Self::BadWeight(_) => "badWeight",
            Self::UnknownStratum(_) => "unknownStratum",
            Self::TooFew(_) => "tooFew",
            Self::TooLarge(_) => "tooLarge",
        }
    }

    /// The id it is about.
    #[must_use]
    pub fn about(&self) -> &str {
        match self {
            Self::BadId(id) | Self::Unsorted(id) | Self::BadWeight(id) => id,
            Self::UnknownStratum(id) | Self::TooFew(id) | Self::TooLarge(id) => id,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.about())
    }
}

impl std::error::Error for Fault {}

impl Inputs {
    /// Whether the lists are what a commitment can be made over.
    ///
    /// # Errors
    /// The first [`Fault`] found.
    pub fn check(&self) -> Result<(), Fault> {
        let plan = &self.plan;
        good_id(&plan.draw_id)?;
        increasing(plan.strata.iter().map(|s| s.name.as_str()))?;
        for stratum in &plan.strata {
            good_id(&stratum.lead)?;
            good_id(&stratum.member)?;
        }
        self.check_subjects()?;
        increasing(self.inspectors.iter().map(|i| i.code.as_str()))?;
        for inspector in &self.inspectors {
            increasing(inspector.qualifications.iter().map(String::as_str))?;
        }
        let mut before: Option<&Recusal> = None;
        for recusal in &self.recusals {
            good_id(&recusal.inspector)?;
            good_id(&recusal.subject)?;
            if before.is_some_and(|before| before >= recusal) {
                return Err(Fault::Unsorted(recusal.subject.clone()));
            }
            before = Some(recusal);
        }
        self.check_size()
    }

    fn check_size(&self) -> Result<(), Fault> {
        let tasks = self.plan.strata.iter().map(|s| u64::from(s.k)).fold(0, u64::saturating_add);
        let inspectors = u64::try_from(self.inspectors.len()).unwrap_or(u64::MAX);
        let preferences = tasks.saturating_mul(2).saturating_mul(inspectors);
        if preferences > PREFERENCES_MAX { Err(Fault::TooLarge(self.plan.draw_id.clone())) } else { Ok(()) }
    }

    fn check_subjects(&self) -> Result<(), Fault> {
        increasing(self.subjects.iter().map(|s| s.id.as_str()))?;
        let mut sizes = vec![0_u32; self.plan.strata.len()];
        for subject in &self.subjects {
            if subject.weight == 0 || subject.weight > WEIGHT_MAX {
                return Err(Fault::BadWeight(subject.id.clone()));
            }
            let size = self.plan.position(&subject.stratum).and_then(|at| sizes.get_mut(at));
            let size = size.ok_or_else(|| Fault::UnknownStratum(subject.id.clone()))?;
            *size = size.saturating_add(1);
        }
        let short = self.plan.strata.iter().zip(&sizes).find(|(stratum, size)| stratum.k > **size);
        short.map_or(Ok(()), |(stratum, _)| Err(Fault::TooFew(stratum.name.clone())))
    }
}

impl Plan {
    /// Where a stratum is in the plan.
    #[must_use]
    pub fn position(&self, stratum: &str) -> Option<usize> {
        self.strata.binary_search_by(|s| s.name.as_str().cmp(stratum)).ok()
    }
}

fn good_id(id: &str) -> Result<(), Fault> {
    let good = (1..=ID_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    if good { Ok(()) } else { Err(Fault::BadId(id.to_owned())) }
}

/// Good ids, each greater than the one before.
pub(crate) fn increasing<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), Fault> {
    let mut before: Option<&str> = None;
    for id in ids {
        good_id(id)?;
        if before.is_some_and(|before| before >= id) {
            return Err(Fault::Unsorted(id.to_owned()));
        }
        before = Some(id);
    }
    Ok(())
}
