//! What can go wrong before the first request: one sentence each, saying what to do about it.
//!
//! The sentences are shown to people as they are, without a backtrace, so each must be complete.

use std::path::PathBuf;

/// Why an application could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The manifest is missing, is not TOML, or asks for something this host does not do.
    #[error("{}: {what}", path.display())]
    Manifest {
        /// The manifest file.
        path: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// A variable has no value or a template names one that is not declared.
    #[error("variable \"{name}\": {what}")]
    Variable {
        /// The variable's name in `[variables]` or in a component's table.
        name: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// A component's wasm file is missing or cannot be run here.
    #[error("component \"{component}\": {what}")]
    Component {
        /// The component's name in the manifest.
        component: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// The key-value store cannot be opened.
    #[error("key-value store: {0}")]
    Store(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {what}")]
    Listen {
        /// The address asked for.
        address: String,
        /// What the system said.
        what: String,
    },
    /// A file of the host's own state cannot be written.
    #[error("{}: {what}", path.display())]
    State {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        what: String,
    },
    /// The wasm engine refused its configuration.
    #[error("wasm engine: {0}")]
    Engine(String),
}
