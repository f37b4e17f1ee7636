//! Who can be drawn and who can inspect, on one day, for the items of one draw (handbook §3.2 to §3.4).
//!
//! What must stay true: whoever is left out has a reason that is published; nobody is left out or in by anything but the
//! libraries and the draws before; only officers with a valid certificate inspect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Inspector, Item, Library, PlannedDraw, Recusal, Refusal, Subject};
use crate::catalogue::{Employment, InspectorCode, ItemClass, ItemCode, SubjectCode, SubjectStatus, UnitCode};
use crate::time::Date;

/// Days after a check in which a subject is left in peace (`[LOCAL]`).
const COOLING_DAYS: i64 = 180;
/// Complaints of twelve months that put a subject into the focus set.
const FOCUS_COMPLAINTS: u32 = 3;
/// The least share of the focus set, per mille.
const FOCUS_RATIO: u32 = 500;
/// What the ratio is multiplied with there.
const FOCUS_FACTOR: u32 = 3;
/// The stratum of the focus set.
pub const FOCUS: &str = "focus";
/// What an inspector must have to lead a check, and to take part in one.
pub const LEAD: &str = "lead";
/// See [`LEAD`].
pub const MEMBER: &str = "member";

/// Why a subject is not in the population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Exclusion {
    /// 注销、吊销、撤销、迁出
    NotActive,
    /// It was drawn for one of these items this year, and the item allows no more.
    CapReached,
    /// It was inspected within [`COOLING_DAYS`].
    Cooling,
}

impl Exclusion {
    /// The word under which it is published.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotActive => "notActive",
            Self::CapReached => "capReached",
            Self::Cooling => "cooling",
        }
    }
}

/// A subject that was drawn before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Which.
    pub subject: SubjectCode,
    /// For which items.
    pub items: Vec<ItemCode>,
    /// When it was drawn.
    pub on: Date,
    /// Its two inspectors; none where nobody was assigned.
    pub pair: Option<[InspectorCode; 2]>,
}

/// A stratum with its members and how many of them are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// `A` to `D`, or [`FOCUS`].
    pub name: &'static str,
    /// Its subjects, by code.
    pub subjects: Vec<SubjectCode>,
    /// How many are drawn.
    pub drawn: u32,
}

/// Somebody who can be drawn as an inspector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub code: InspectorCode,
    /// Whether they can lead.
    pub leads: bool,
}

/// Everything that a draw is frozen from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// The strata that have members, in the order of their names.
    pub strata: Vec<Stratum>,
    /// Who is left out, and why.
    pub excluded: Vec<(SubjectCode, Exclusion)>,
    /// Who inspects.
    pub inspectors: Vec<Candidate>,
    /// Who does not inspect whom.
    pub recusals: Vec<(InspectorCode, SubjectCode)>,
}

/// Freezes the population of `plan` on `today`.
///
/// # Errors
/// An item that may not be used, or a named inspector who cannot inspect.
pub fn freeze(library: &Library, plan: &PlannedDraw, past: &[Past], today: Date) -> Result<Population, Refusal> {
    let items = usable(library, &plan.items)?;
    let inspectors = roster(library, plan, &items, today)?;
    let (mut members, mut excluded) = (BTreeMap::<&'static str, Vec<SubjectCode>>::new(), Vec::new());
    for (code, subject) in library.subjects.iter().filter(|(_, subject)| subject.kind == plan.kind) {
        match exclusion(code, subject, &items, past, today) {
            Some(why) => excluded.push((code.clone(), why)),
            None => members.entry(stratum_of(subject)).or_default().push(code.clone()),
        }
    }
    let base = items.iter().map(|(_, item)| item.ratio).max().unwrap_or(0);
    let strata = members.into_iter().map(|(name, subjects)| {
        let drawn = count(subjects.len(), ratio(library, name, base));
        Stratum { name, subjects, drawn }
    });
    let strata: Vec<Stratum> = strata.collect();
    let mut recusals = recusals(library, plan, &strata, &inspectors);
    part(past, &strata, &inspectors, &mut recusals);
    Ok(Population { strata, excluded, inspectors, recusals })
}

/// The items by their codes: known, published, and about the same kind of subjects.
///
/// # Errors
/// [`Refusal::ItemUnknown`], [`Refusal::ItemUnpublished`], [`Refusal::ItemsMixed`].
pub fn usable<'a>(library: &'a Library, codes: &'a [ItemCode]) -> Result<Vec<(&'a ItemCode, &'a Item)>, Refusal> {
    let mut items = Vec::with_capacity(codes.len());
    for code in codes {
        let item = library.items.get(code).ok_or_else(|| Refusal::ItemUnknown(code.clone()))?;
        if !item.published {
            return Err(Refusal::ItemUnpublished(code.clone()));
        }
        items.push((code, item));
    }
    let Some((_, first)) = items.first() else { return Err(Refusal::ItemMissing) };
    let joint = |item: &Item| item.joint_group == first.joint_group || item.unit == first.unit;
    if items.iter().any(|(_, item)| item.kind != first.kind || !joint(item)) {
        return Err(Refusal::ItemsMixed);
    }
    Ok(items)
}

fn exclusion(
    code: &SubjectCode,
    subject: &Subject,
    items: &[(&ItemCode, &Item)],
    past: &[Past],
    today: Date,
) -> Option<Exclusion> {
    if !matches!(subject.status, SubjectStatus::Active | SubjectStatus::Unreachable) {
        return Some(Exclusion::NotActive);
    }
    let own: Vec<&Past> = past.iter().filter(|past| past.subject == *code).collect();
    let full = |(item, info): &(&ItemCode, &Item)| {
        let this_year = |past: &&&Past| past.on.year() == today.year() && past.items.contains(item);
        let times = own.iter().filter(this_year).count();
        times >= usize::try_from(info.cap).unwrap_or(usize::MAX)
    };
    if items.iter().any(full) {
        return Some(Exclusion::CapReached);
    }
    let last = own.iter().map(|past| past.on).chain(subject.last_inspected).max();
    // General items wait; of key items the yearly cap alone says how often.
    let waits = items.iter().all(|(_, item)| item.class == ItemClass::General);
    let cools = last.is_some_and(|last| today.days_since(last) < COOLING_DAYS);
    (waits && cools).then_some(Exclusion::Cooling)
}

/// Whether a subject is in the focus set (重点抽查).
#[must_use]
pub fn is_focus(subject: &Subject) -> bool {
    subject.class == super::CreditClass::D
        || subject.complaints >= FOCUS_COMPLAINTS
        || subject.serious
        || subject.status == SubjectStatus::Unreachable
}

fn stratum_of(subject: &Subject) -> &'static str {
    if is_focus(subject) { FOCUS } else { subject.class.as_str() }
}

/// The share of a stratum, per mille: the base by the class's multiplier, in integers.
fn ratio(library: &Library, stratum: &str, base: u32) -> u32 {
    let Ok(class) = stratum.parse::<super::CreditClass>() else {
        return base.saturating_mul(FOCUS_FACTOR).clamp(FOCUS_RATIO, 1_000);
    };
    let tenths = library.multipliers.get(&class).copied().unwrap_or(10);
    // Rounded up once, in `count`: 30 ‰ by 0.5 are 15 ‰ exactly, 5 ‰ by 0.5 are 3.
    base.saturating_mul(tenths).div_ceil(10).min(1_000)
}

/// ⌈N · ratio⌉, at most N.
fn count(members: usize, ratio: u32) -> u32 {
    let members = u32::try_from(members).unwrap_or(u32::MAX);
    let share = u64::from(members).saturating_mul(u64::from(ratio)).div_ceil(1_000);
    u32::try_from(share).unwrap_or(u32::MAX).min(members)
}

/// Who inspects: those whom the plan names, each of whom must be able to; or everybody who is.
fn roster(
    library: &Library,
    plan: &PlannedDraw,
    items: &[(&ItemCode, &Item)],
    today: Date,
) -> Result<Vec<Candidate>, Refusal> {
    let units = units(library, items);
    for code in &plan.roster {
        fit(library, plan, &units, code, today)?;
    }
    let named = |code: &InspectorCode| match plan.roster.as_slice() {
        [] => fit(library, plan, &units, code, today).is_ok(),
        roster => roster.contains(code),
    };
    let candidates = library.inspectors.keys().filter(|code| named(code));
    Ok(candidates.map(|code| candidate(library, items, code)).collect())
}

fn candidate(library: &Library, items: &[(&ItemCode, &Item)], code: &InspectorCode) -> Candidate {
    let leads = library.inspectors.get(code).is_some_and(|inspector| {
        let lead = items.first().is_some_and(|(_, item)| item.unit == inspector.unit);
        let knows = |(_, item): &(&ItemCode, &Item)| {
            item.speciality_zh.is_empty() || inspector.specialities_zh.contains(&item.speciality_zh)
        };
        lead && items.iter().any(knows)
    });
    Candidate { code: code.clone(), leads }
}

/// Who may be assigned by hand: everybody who can inspect, also whom the plan does not name.
///
/// # Errors
/// An item that may not be used.
pub fn assignable(library: &Library, plan: &PlannedDraw, today: Date) -> Result<Vec<Candidate>, Refusal> {
    let items = usable(library, &plan.items)?;
    let units = units(library, &items);
    let can = library.inspectors.keys().filter(|code| fit(library, plan, &units, code, today).is_ok());
    Ok(can.map(|code| candidate(library, &items, code)).collect())
}

/// Whether `inspector` must not inspect `subject`: a standing recusal by village, or one that was declared for this draw.
#[must_use]
pub fn is_recused(library: &Library, plan: &PlannedDraw, inspector: &InspectorCode, subject: &SubjectCode) -> bool {
    let declared = |recusal: &Recusal| recusal.inspector == *inspector && recusal.subject == *subject;
    let village = library.subjects.get(subject).map(|subject| &subject.village);
    let villages = library.inspectors.get(inspector).map(|inspector| &inspector.recusal_villages);
    let standing = village.zip(villages).is_some_and(|(village, villages)| villages.contains(village));
    standing || plan.recusals.iter().any(declared)
}

/// Whose people inspect: the items' own units.
fn units<'a>(library: &'a Library, items: &[(&ItemCode, &'a Item)]) -> Vec<&'a UnitCode> {
    let groups = items.iter().filter_map(|(_, item)| library.groups.get(item.joint_group.as_ref()?));
    let joint = groups.filter(|_| items.len() > 1).flat_map(|group| &group.participants);
    items.iter().map(|(_, item)| &item.unit).chain(joint).collect()
}

fn fit(
    library: &Library,
    plan: &PlannedDraw,
    units: &[&UnitCode],
    code: &InspectorCode,
    today: Date,
) -> Result<(), Refusal> {
    // Valid until the last day of the checks, not only today.
    let inspector = library.certified(code, plan.until.max(today))?;
    let accounts = [Some(&plan.planned_by), plan.approved.as_ref().map(|approved| &approved.by)];
    if accounts.into_iter().flatten().any(|person| person.account == inspector.account) {
        return Err(Refusal::SamePerson);
    }
    if !inspector.on_duty || !units.contains(&&inspector.unit) {
        return Err(Refusal::InspectorUnavailable(code.clone()));
    }
    Ok(())
}

impl Library {
    /// Whether `code` may come to `subject` on `day` and sign what is found there, whatever was true when they were drawn.
    ///
    /// # Errors
    /// Why not.
    pub fn may_inspect(&self, code: &InspectorCode, subject: &SubjectCode, day: Date) -> Result<(), Refusal> {
        let inspector = self.certified(code, day)?;
        let village = self.subjects.get(subject).map(|subject| &subject.village);
        if village.is_some_and(|village| inspector.recusal_villages.contains(village)) {
            return Err(Refusal::InspectorRecused(code.clone()));
        }
        Ok(())
    }

    /// The inspector, if they are an officer whose certificate lasts until `day`.
    fn certified(&self, code: &InspectorCode, day: Date) -> Result<&Inspector, Refusal> {
        let inspector = self.inspectors.get(code).ok_or_else(|| Refusal::InspectorUnknown(code.clone()))?;
        if inspector.employment != Employment::Officer {
            return Err(Refusal::NotAnOfficer(code.clone()));
        }
        if inspector.valid_until < day {
            return Err(Refusal::CertificateExpired(code.clone()));
        }
        Ok(inspector)
    }
}

/// Standing recusals by village, and those that were declared for this draw; by inspector, then by subject.
fn recusals(
    library: &Library,
    plan: &PlannedDraw,
    strata: &[Stratum],
    inspectors: &[Candidate],
) -> Vec<(InspectorCode, SubjectCode)> {
    let drawable = |code: &SubjectCode| strata.iter().any(|stratum| stratum.subjects.binary_search(code).is_ok());
    let subjects: Vec<_> = library.subjects.keys().filter(|code| drawable(code)).collect();
    let mut found = Vec::new();
    for Candidate { code, .. } in inspectors {
        let recused = subjects.iter().filter(|subject| is_recused(library, plan, code, subject));
        found.extend(recused.map(|subject| (code.clone(), (*subject).clone())));
    }
    found
}

/// The pair of a subject's last check does not come again (handbook §3.4, point 6): the second of them stays away, where
/// two others are left, one of whom can lead.
fn part(past: &[Past], strata: &[Stratum], inspectors: &[Candidate], recusals: &mut Vec<(InspectorCode, SubjectCode)>) {
    for subject in strata.iter().flat_map(|stratum| &stratum.subjects) {
        let last = past.iter().filter(|one| one.subject == *subject).max_by_key(|one| one.on);
        let Some([_, second]) = last.and_then(|last| last.pair.as_ref()) else { continue };
        let place = |code: &InspectorCode| recusals.binary_search(&(code.clone(), subject.clone()));
        let others = inspectors.iter().filter(|other| other.code != *second && place(&other.code).is_err());
        let (count, leads) =
            others.fold((0_usize, false), |(count, leads), other| (count.saturating_add(1), leads || other.leads));
        if let (Err(at), true, true) = (place(second), count > 1, leads) {
            recusals.insert(at, (second.clone(), subject.clone()));
        }
    }
}
