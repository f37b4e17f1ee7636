//! The one shape of everything that has a history.
//!
//! `decide` says whether a command may happen and what it would mean; `evolve` says what has changed once it did. Both
//! are pure and total: time, actor and catalogue arrive in the [`Context`]. One command gives exactly one event, so one
//! operation, one event and one feed slot always belong together.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// Who acts. Written as `citizen`, `staff:<id>` or `system:<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(String);

impl Actor {
    /// Somebody who holds a case secret, or submits a new case.
    #[must_use]
    pub fn citizen() -> Self {
        Self("citizen".to_owned())
    }

    /// A member of staff, by document id.
    #[must_use]
    pub fn staff(id: &str) -> Self {
        Self(format!("staff:{id}"))
    }

    /// A part of the system acting on its own, such as a reaction.
    #[must_use]
    pub fn system(name: &str) -> Self {
        Self(format!("system:{name}"))
    }

    /// Whether it is a part of the system.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.0.starts_with("system:")
    }

    /// The actor's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What `decide` may know of the world.
#[derive(Debug, Clone)]
pub struct Context {
    /// When the command arrived.
    pub now: Moment,
    /// Who gave it.
    pub by: Actor,
}

/// What `evolve` knows of an event besides its content.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// When the event was decided.
    pub at: Moment,
}

/// A thing with a history.
pub trait Aggregate: Sized + Clone + Send + Sync + Serialize + DeserializeOwned + 'static {
    /// The kind's name in document keys.
    const KIND: &'static str;
    /// What may be asked of it.
    type Command: Send + Sync;
    /// What may have happened to it: an enum in serde's plain form, which the store writes as `type` and `data`.
    type Event: Clone + Send + Sync + Serialize + DeserializeOwned + 'static;
    /// Why a command may not happen, with a stable code.
    type Rejection: std::error::Error + Send + 'static;

    /// The event that `command` would mean now; `state` is `None` before the first event.
    ///
    /// # Errors
    /// The rejection, when a rule forbids the command in this state.
    fn decide(state: Option<&Self>, command: &Self::Command, context: &Context)
    -> Result<Self::Event, Self::Rejection>;

    /// The state after `event`; `None` only if `event` cannot be the first of its kind.
    #[must_use]
    fn evolve(state: Option<Self>, event: &Self::Event, stamp: Stamp) -> Option<Self>;

    /// How full the document may become by `event`, in eighths. What nobody's duty depends on leaves the rest to others:
    /// whoever may add it could otherwise fill the document and stop the work on it.
    #[must_use]
    fn eighths(_event: &Self::Event) -> usize {
        8
    }

    /// Whether `event` destroys the document's data key, so that what is sealed in the document stays closed for ever.
    #[must_use]
    fn destroys_key(_event: &Self::Event) -> bool {
        false
    }
}
