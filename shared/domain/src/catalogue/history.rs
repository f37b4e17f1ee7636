//! The catalogue as a thing with a history: which files, in which version, made it what it is.
//!
//! The files themselves are content-addressed blobs; an event holds their hashes, so every earlier state can be read
//! again and "undo" is one more event.

use std::collections::BTreeMap;

use canon::{DocId, Hash, OpId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Context, Stamp};
use crate::time::Date;

/// A stored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// SHA-256 of its bytes: its address.
    pub sha256: Hash,
    /// Its bytes.
    pub size: u32,
}

/// A version of the town that waits for its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The first day on which it holds.
    pub from: Date,
    /// All of its files by name.
    pub files: BTreeMap<String, FileRef>,
    /// The whole, checked and compiled.
    pub compiled: FileRef,
    /// The version that `compiled` carries.
    pub version: String,
}

/// The town's catalogue after all loads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueHistory {
    /// The files by name.
    pub files: BTreeMap<String, FileRef>,
    /// The checked catalogue in the compiled form, which is what functions read; none before the first load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiled: Option<FileRef>,
    /// The version that `compiled` carries; empty before the first load.
    pub version: String,
    /// How many loads there were: the number by which people name the newest one.
    #[serde(default)]
    pub loads: u64,
    /// The version that waits for its day, at most one. Whoever reads asks [`Self::on`], so it comes into force by the
    /// clock alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Box<Planned>>,
}

/// As much of [`CatalogueHistory`] as a function needs that only reads: every function has to, so it is small.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InForce {
    /// See [`CatalogueHistory::compiled`].
    #[serde(default)]
    compiled: Option<FileRef>,
    /// See [`CatalogueHistory::planned`].
    #[serde(default)]
    planned: Option<Waiting>,
}

/// As much of [`Planned`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Waiting {
    from: Date,
    compiled: FileRef,
}

impl InForce {
    /// The compiled catalogue that holds on `day`; none before the first load. The same as [`CatalogueHistory::on`]
    /// says.
    #[must_use]
    pub fn on(&self, day: Date) -> Option<FileRef> {
        let due = self.planned.filter(|planned| planned.from <= day);
        due.map(|planned| planned.compiled).or(self.compiled)
    }
}

/// One load, as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The files that differ from the version that was in force.
    pub files: BTreeMap<String, FileRef>,
    /// The whole, checked.
    pub compiled: FileRef,
    /// Its version.
    pub version: String,
    /// Files that were in force and are not part of it: only going back to an earlier version takes a file away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// The first day on which it holds; without one, at once. A day that is over when it is loaded is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Why, in the administrator's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The load whose files it brings back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<u64>,
    /// Rows added, removed and changed in all of its files together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<[u32; 3]>,
}

/// What happened to the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CatalogueEvent {
    /// The installation began; there is no town yet.
    Opened,
    /// Files were added or replaced, and the whole was found free of mistakes.
    Loaded(Box<Load>),
}

/// What may be asked of the catalogue.
#[derive(Debug, Clone)]
pub enum CatalogueCommand {
    /// Begin.
    Open,
    /// Replace files by ones that were checked together with the rest.
    Load {
        /// What is loaded.
        load: Box<Load>,
        /// How many loads there were when it was checked: somebody else may have loaded meanwhile.
        based_on: u64,
    },
}

/// Why the catalogue does not change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueRejection {
    /// `stateConflict`: the catalogue is already open, or not yet.
    #[error("the catalogue is not in that state")]
    StateConflict,
    /// `catalogueChanged`: somebody loaded files since these were checked.
    #[error("the catalogue was changed meanwhile; {loads} loads now")]
    Changed {
        /// The version that was loaded last.
        version: String,
        /// How many loads there are now.
        loads: u64,
    },
}

impl CatalogueHistory {
    /// The document of the town's catalogue, the same in every installation.
    #[must_use]
    pub fn id() -> DocId {
        DocId::of(&Self::opening())
    }

    /// The catalogue as it holds on `day`: what waits for that day or an earlier one has come into force.
    #[must_use]
    pub fn on(&self, day: Date) -> Self {
        let due = self.planned.as_deref().filter(|planned| planned.from <= day);
        match due {
            Some(Planned { files, compiled, version, .. }) => Self {
                files: files.clone(),
                compiled: Some(*compiled),
                version: version.clone(),
                loads: self.loads,
                planned: None,
            },
            None => self.clone(),
        }
    }

    /// The version that was loaded last, in force or not yet.
    #[must_use]
    pub fn newest_version(&self) -> &str {
        self.planned.as_deref().map_or(&self.version, |planned| &planned.version)
    }

    /// The files of the load that was the last one: those that wait, or those in force.
    #[must_use]
    pub fn newest_files(&self) -> &BTreeMap<String, FileRef> {
        self.planned.as_deref().map_or(&self.files, |planned| &planned.files)
    }

    /// What a load that happens on `today` makes of it. A version that still waited is replaced by the new one, because
    /// that one was made from what is in force.
    fn after(self, load: &Load, today: Date) -> Self {
        let base = self.on(today);
        let mut files = base.files.clone();
        files.retain(|name, _| !load.removed.contains(name));
        files.extend(load.files.iter().map(|(name, file)| (name.clone(), *file)));
        let (compiled, version, loads) = (load.compiled, load.version.clone(), base.loads.saturating_add(1));
        match load.from.filter(|from| *from > today) {
            Some(from) => Self { loads, planned: Some(Box::new(Planned { from, files, compiled, version })), ..base },
            None => Self { files, compiled: Some(compiled), version, loads, planned: None },
        }
    }

    /// The operation that opens it.
    #[must_use]
    pub fn opening() -> OpId {
        OpId::new("catalogue", "town")
    }
}

impl Aggregate for CatalogueHistory {
    const KIND: &'static str = "catalogue";
    type Command = CatalogueCommand;
    type Event = CatalogueEvent;
    type Rejection = CatalogueRejection;

    fn decide(
        state: Option<&Self>,
        command: &CatalogueCommand,
        _: &Context,
    ) -> Result<CatalogueEvent, CatalogueRejection> {
        match (state, command) {
            (None, CatalogueCommand::Open) => Ok(CatalogueEvent::Opened),
            (Some(state), CatalogueCommand::Load { based_on, .. }) if *based_on != state.loads => {
                Err(CatalogueRejection::Changed { version: state.newest_version().to_owned(), loads: state.loads })
            }
            (Some(_), CatalogueCommand::Load { load, .. }) => Ok(CatalogueEvent::Loaded(load.clone())),
            _ => Err(CatalogueRejection::StateConflict),
        }
    }

    fn evolve(state: Option<Self>, event: &CatalogueEvent, stamp: Stamp) -> Option<Self> {
        match event {
            CatalogueEvent::Opened => Some(Self::default()),
            CatalogueEvent::Loaded(load) => Some(state?.after(load, stamp.at.date())),
        }
    }
}
