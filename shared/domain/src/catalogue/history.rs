//! The catalogue as a thing with a history: which files, in which version, made it what it is.
//!
//! The files themselves are content-addressed blobs; an event holds their hashes, so every earlier state can be read
//! again and "undo" is one more event.

use std::collections::BTreeMap;

use canon::{DocId, Hash, OpId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Context, Stamp};

/// A stored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// SHA-256 of its bytes: its address.
    pub sha256: Hash,
    /// Its bytes.
    pub size: u32,
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
}

/// What happened to the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CatalogueEvent {
    /// The installation began; there is no town yet.
    Opened,
    /// Files were added or replaced, and the whole was found free of mistakes.
    Loaded {
        /// The files that changed.
        files: BTreeMap<String, FileRef>,
        /// The whole, checked.
        compiled: FileRef,
        /// Its version.
        version: String,
    },
}

/// What may be asked of the catalogue.
#[derive(Debug, Clone)]
pub enum CatalogueCommand {
    /// Begin.
    Open,
    /// Replace files by ones that were checked together with the rest.
    Load {
        /// The files that change.
        files: BTreeMap<String, FileRef>,
        /// The whole, checked.
        compiled: FileRef,
        /// Its version.
        version: String,
        /// The version that the check was made against: somebody else may have loaded meanwhile.
        based_on: String,
    },
}

/// Why the catalogue does not change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueRejection {
    /// `stateConflict`: the catalogue is already open, or not yet.
    #[error("the catalogue is not in that state")]
    StateConflict,
    /// `catalogueChanged`: somebody loaded files since these were checked.
    #[error("the catalogue was changed meanwhile to version {version}")]
    Changed {
        /// The version now.
        version: String,
    },
}

impl CatalogueHistory {
    /// The document of the town's catalogue, the same in every installation.
    #[must_use]
    pub fn id() -> DocId {
        DocId::of(&Self::opening())
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
            (Some(state), CatalogueCommand::Load { based_on, .. }) if *based_on != state.version => {
                Err(CatalogueRejection::Changed { version: state.version.clone() })
            }
            (Some(_), CatalogueCommand::Load { files, compiled, version, .. }) => {
                Ok(CatalogueEvent::Loaded { files: files.clone(), compiled: *compiled, version: version.clone() })
            }
            _ => Err(CatalogueRejection::StateConflict),
        }
    }

    fn evolve(state: Option<Self>, event: &CatalogueEvent, _: Stamp) -> Option<Self> {
        match event {
            CatalogueEvent::Opened => Some(Self::default()),
            CatalogueEvent::Loaded { files, compiled, version } => {
                let mut state = state?;
                state.files.extend(files.iter().map(|(name, file)| (name.clone(), *file)));
                state.compiled = Some(*compiled);
                state.version.clone_from(version);
                Some(state)
            }
        }
    }
}
