//! The bundle's members, as JSON has them, and what they are to the rules.

use canon::{Hash, ReadError, canonical, read};
use serde::{Deserialize, Serialize};

/// The version of the form.
pub const VERSION: &str = "onetown/draw-bundle/1";
/// 64 MiB: 100 000 subjects take some 10 MB, twice over with the reserves.
pub const BYTES_MAX: usize = 64 * 1024 * 1024;

/// The file. The crate's head says what each member is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the crate's head has them in one table")]
pub struct Bundle {
    pub version: String,
    pub algorithm: String,
    pub draw_id: String,
    pub strata: Vec<Stratum>,
    pub policy: String,
    pub subjects: Vec<Subject>,
    pub inspectors: Vec<Inspector>,
    pub recusals: Vec<Recusal>,
    pub exclusions: Vec<Exclusion>,
    pub commitment: Commitment,
    pub entropy: Vec<Entropy>,
    pub sealed: Option<Hash>,
    pub result: Option<Outcome>,
    pub substitutions: Vec<Substitution>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assigned: Vec<Pairing>,
}

macro_rules! members {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[expect(missing_docs, reason = "the crate's head has them in one table")]
        pub struct $name { $(pub $field: $kind),* }
    )*};
}

members! {
    /// A group that is drawn by itself.
    Stratum { name: String, k: u32, lead: String, member: String }
    /// Who may be inspected.
    Subject { id: String, stratum: String, weight: u32 }
    /// Who may inspect.
    Inspector { code: String, cap: u32, qualifications: Vec<String> }
    /// Who must not inspect whom.
    Recusal { inspector: String, subject: String }
    /// Who is left out, and why.
    Exclusion { subject: String, reason: String }
    /// How many records, and the root over them.
    Head { count: u64, root: Hash }
    /// What was published before.
    Commitment { subjects: Head, inspectors: Head, recusals: Head, commit: Hash }
    /// One source's value.
    Entropy { kind: String, value: Option<String> }
    /// What was drawn.
    Outcome { seed: Hash, strata: Vec<Order>, pairings: Vec<Pairing> }
    /// A stratum in the order of the draw.
    Order { name: String, drawn: Vec<String>, reserves: Vec<String> }
    /// Who inspects whom.
    Pairing { subject: String, lead: String, member: String }
    /// Who came for whom, and why.
    Substitution { subject: String, replaces: String, reason: String, by: String }
}

/// Both ways between a member and what the rules call it.
macro_rules! same {
    ($($ours:ident = $theirs:path { $($field:ident),* })*) => {$(
        impl From<$theirs> for $ours {
            fn from(it: $theirs) -> Self {
                Self { $($field: it.$field),* }
            }
        }
        impl From<&$ours> for $theirs {
            fn from(it: &$ours) -> Self {
                Self { $($field: it.$field.clone()),* }
            }
        }
    )*};
}

same! {
    Stratum = draw::Stratum { name, k, lead, member }
    Subject = draw::Subject { id, stratum, weight }
    Inspector = draw::Inspector { code, cap, qualifications }
    Recusal = draw::Recusal { inspector, subject }
    Exclusion = draw::Excluded { subject, reason }
    Pairing = draw::Pairing { subject, lead, member }
}

impl From<draw::Order> for Order {
    fn from(order: draw::Order) -> Self {
        Self { name: order.stratum, drawn: order.drawn, reserves: order.reserves }
    }
}

impl From<&Order> for draw::Order {
    fn from(order: &Order) -> Self {
        Self { stratum: order.name.clone(), drawn: order.drawn.clone(), reserves: order.reserves.clone() }
    }
}

impl From<draw::Head> for Head {
    fn from(head: draw::Head) -> Self {
        Self { count: head.count, root: Hash::from_bytes(head.root) }
    }
}

impl From<&Head> for draw::Head {
    fn from(head: &Head) -> Self {
        Self { count: head.count, root: *head.root.as_bytes() }
    }
}

/// A list of ours from a list of theirs.
pub(crate) fn all<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(U::from).collect()
}

/// A list of theirs from a list of ours.
pub(crate) fn each<'a, T, U: From<&'a T>>(list: &'a [T]) -> Vec<U> {
    list.iter().map(U::from).collect()
}

impl Bundle {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is not a bundle's JSON.
    pub fn read(json: &[u8]) -> Result<Self, ReadError> {
        read(json)
    }

    /// The file: canonical JSON.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        // Texts and integers below 2^53 always have a canonical form.
        serde_json::to_value(self).ok().and_then(|value| canonical(&value).ok()).unwrap_or_default()
    }

    /// What the draw depends on.
    #[must_use]
    pub fn inputs(&self) -> draw::Inputs {
        let plan =
            draw::Plan { draw_id: self.draw_id.clone(), strata: each(&self.strata), policy: self.policy.clone() };
        draw::Inputs {
            plan,
            subjects: each(&self.subjects),
            inspectors: each(&self.inspectors),
            recusals: each(&self.recusals),
        }
    }

    /// Each source's value, where it is known and is hexadecimal.
    #[must_use]
    pub fn values(&self) -> Vec<Option<Vec<u8>>> {
        self.entropy.iter().map(|e| e.value.as_deref().and_then(draw::policy::unhex_bytes)).collect()
    }
}
