//! What came of a draw: subjects with their inspectors, or without where there are too few.

use canon::Hash;
use serde::{Deserialize, Serialize};

use crate::catalogue::{InspectorCode, SubjectCode};
use crate::inspection::Person;

/// One subject with its two inspectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Who is inspected.
    pub subject: SubjectCode,
    /// From which stratum.
    pub stratum: String,
    /// Who leads.
    pub lead: InspectorCode,
    /// Who takes part.
    pub member: InspectorCode,
}

/// A subject that was drawn without inspectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unpaired {
    /// Which.
    pub subject: SubjectCode,
    /// From which stratum.
    pub stratum: String,
}

/// The result of a draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Drawing {
    /// The tasks; none where the inspectors were too few.
    pub tasks: Vec<Task>,
    /// Then, who was drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpaired: Vec<Unpaired>,
    /// With [`crate::inspection::Policy::Sealed`]: the hash that is published until the secret is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salted: Option<Hash>,
    /// Who drew.
    pub by: Person,
}
