//! Exports of orders (handbook §9: approval and watermark): who took what, when, what for.
//!
//! An export without callers is recorded and taken at once. One that shows callers is asked for, decided by another
//! person, and taken by whoever asked for it while the approval lasts. What must stay true: nothing leaves before it is
//! recorded; nobody approves their own; the record holds filters and numbers, never a row.

use canon::DocId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aggregate::{Actor, Aggregate, Context, Stamp};
use crate::board::Projection;
use crate::catalogue::UnitCode;
use crate::staff::Account;
use crate::time::{DAY_MS, Moment};

/// How long an approval lasts: a day, so that what is taken is what was approved.
pub const APPROVED_MS: i64 = DAY_MS;
/// How often it may be taken then: a download that broke off, and another one.
pub const TAKES_MAX: usize = 3;

/// What was looked for; empty texts look for everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// The month of the receipt, such as `2026-11`.
    pub month: String,
    /// The lead unit's code.
    pub unit: String,
    /// The state.
    pub status: String,
    /// The category's code.
    pub category: String,
    /// Part of a number or title.
    pub q: String,
}

/// What an export begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Who.
    pub by: Actor,
    /// The name they sign in with; `key.…` for another system.
    pub account: Account,
    /// Where they work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitCode>,
    /// What was looked for.
    pub filter: Filter,
    /// What for, in their words.
    pub purpose: String,
    /// Whether it shows names and numbers of callers.
    pub callers: bool,
    /// How many rows were taken at once; none where it waits for an approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
}

/// Where an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExportStatus {
    /// Waits for another person.
    Asked,
    /// May be taken.
    Approved,
    /// May not.
    Refused,
    /// Was taken.
    Taken,
}

/// Somebody who decided, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// The name they sign in with; the event says which person that is.
    pub account: Account,
    /// When.
    pub at: Moment,
    /// Why, in their words.
    pub reason: String,
}

/// An export after all of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// As it was asked for.
    pub asked: Asked,
    /// When.
    pub asked_at: Moment,
    /// Where it stands.
    pub status: ExportStatus,
    /// Who approved or refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    /// When it was taken, and how many rows each time.
    pub taken: Vec<(Moment, usize)>,
}

/// What happened to an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExportEvent {
    /// It was asked for, and taken at once where it shows no callers.
    Asked(Box<Asked>),
    /// Another person agreed.
    Approved {
        /// The name they sign in with.
        account: Account,
        /// Why.
        reason: String,
    },
    /// Another person did not.
    Refused {
        /// The name they sign in with.
        account: Account,
        /// Why.
        reason: String,
    },
    /// It was taken.
    Taken {
        /// Rows.
        rows: usize,
        /// Whose callers it showed: every read of them is told with its object.
        orders: Vec<DocId>,
    },
}

/// What may be asked of an export.
#[derive(Debug, Clone)]
pub enum ExportCommand {
    /// Begin it.
    Ask(Box<Asked>),
    /// Decide on it.
    Decide {
        /// The name of whoever decides.
        account: Account,
        /// Whether it may be taken.
        approve: bool,
        /// Why.
        reason: String,
    },
    /// Take it.
    Take {
        /// The orders that it shows.
        orders: Vec<DocId>,
    },
}

/// Why nothing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExportRejection {
    /// `samePerson`: whoever asked does not decide.
    #[error("whoever asked does not decide")]
    SamePerson,
    /// `notPermitted`: only whoever asked takes it.
    #[error("only whoever asked takes it")]
    NotPermitted,
    /// `textMissing`: it says neither what for nor why.
    #[error("the purpose or the reason is missing")]
    TextMissing,
    /// `stateConflict`: it is decided already, not yet, or the approval is over.
    #[error("the export is {0:?}")]
    StateConflict(ExportStatus),
}

impl ExportRejection {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SamePerson => "samePerson",
            Self::NotPermitted => "notPermitted",
            Self::TextMissing => "textMissing",
            Self::StateConflict(_) => "stateConflict",
        }
    }
}

impl Aggregate for Export {
    const KIND: &'static str = "export";
    type Command = ExportCommand;
    type Event = ExportEvent;
    type Rejection = ExportRejection;

    fn decide(
        state: Option<&Self>,
        command: &ExportCommand,
        context: &Context,
    ) -> Result<ExportEvent, ExportRejection> {
        match (state, command) {
            (None, ExportCommand::Ask(asked)) => {
                let said = !asked.purpose.trim().is_empty() || !asked.callers;
                if said { Ok(ExportEvent::Asked(asked.clone())) } else { Err(ExportRejection::TextMissing) }
            }
            (Some(export), ExportCommand::Decide { account, approve, reason }) => {
                export.decidable(reason, context)?;
                let (account, reason) = (account.clone(), reason.clone());
                Ok(if *approve {
                    ExportEvent::Approved { account, reason }
                } else {
                    ExportEvent::Refused { account, reason }
                })
            }
            (Some(export), ExportCommand::Take { orders }) => {
                export.may_take(context)?;
                Ok(ExportEvent::Taken { rows: orders.len(), orders: orders.clone() })
            }
            (Some(export), ExportCommand::Ask(_)) => Err(ExportRejection::StateConflict(export.status)),
            (None, _) => Err(ExportRejection::StateConflict(ExportStatus::Asked)),
        }
    }

    fn evolve(state: Option<Self>, event: &ExportEvent, stamp: Stamp) -> Option<Self> {
        match (state, event) {
            (_, ExportEvent::Asked(asked)) => {
                let taken: Vec<(Moment, usize)> = asked.rows.map(|rows| (stamp.at, rows)).into_iter().collect();
                let status = if taken.is_empty() { ExportStatus::Asked } else { ExportStatus::Taken };
                Some(Self { asked: asked.as_ref().clone(), asked_at: stamp.at, status, decided: None, taken })
            }
            (Some(export), ExportEvent::Approved { account, reason }) => {
                Some(export.decided(ExportStatus::Approved, account, reason, stamp))
            }
            (Some(export), ExportEvent::Refused { account, reason }) => {
                Some(export.decided(ExportStatus::Refused, account, reason, stamp))
            }
            (Some(mut export), ExportEvent::Taken { rows, .. }) => {
                export.status = ExportStatus::Taken;
                export.taken.push((stamp.at, *rows));
                Some(export)
            }
            (None, _) => None,
        }
    }
}

impl Export {
    fn decided(self, status: ExportStatus, account: &Account, reason: &str, stamp: Stamp) -> Self {
        let decided = Decided { account: account.clone(), at: stamp.at, reason: reason.to_owned() };
        Self { status, decided: Some(decided), ..self }
    }

    fn decidable(&self, reason: &str, context: &Context) -> Result<(), ExportRejection> {
        if self.asked.by == context.by {
            return Err(ExportRejection::SamePerson);
        }
        if self.status != ExportStatus::Asked {
            return Err(ExportRejection::StateConflict(self.status));
        }
        if reason.trim().is_empty() { Err(ExportRejection::TextMissing) } else { Ok(()) }
    }

    /// Whether whoever acts may take it now.
    ///
    /// # Errors
    /// See [`ExportRejection`].
    pub fn may_take(&self, context: &Context) -> Result<(), ExportRejection> {
        if self.asked.by != context.by {
            return Err(ExportRejection::NotPermitted);
        }
        let approved = self.decided.as_ref().filter(|_| self.status != ExportStatus::Refused);
        let lasts = approved.is_some_and(|decided| context.now < decided.at.plus_ms(APPROVED_MS));
        if lasts && self.taken.len() < TAKES_MAX { Ok(()) } else { Err(ExportRejection::StateConflict(self.status)) }
    }
}

/// The projection of an export's stored state: a row of the table `exports`.
#[must_use]
pub fn project(state: &Value) -> Option<Projection> {
    // What is stored is what is shown, so it is handed on as it is: whoever folds boards folds those of every kind, and a
    // reader of each is what makes that function large.
    let at = |path: &str| state.pointer(path).cloned().unwrap_or_default();
    let taken = state.get("taken").and_then(Value::as_array).and_then(|taken| taken.last());
    let last = |part: usize| taken.and_then(|taken| taken.get(part)).cloned().unwrap_or_default();
    let mut filter = at("/asked/filter");
    // A page of the board holds the rows of 2 048 slots: codes and months have 20 letters at most, and of the words there
    // is only that there were some. Documents of earlier releases have filters of any length.
    for name in ["month", "unit", "status", "category", "q"] {
        let room = if name == "q" { 0 } else { 20 };
        if let Some(part) = filter.get_mut(name).filter(|part| part.as_str().is_some_and(|text| text.len() > room)) {
            *part = json!("…");
        }
    }
    let columns = json!({
        "by": at("/asked/by"), "account": at("/asked/account"), "unit": at("/asked/unit"), "askedAt": at("/askedAt"),
        "filter": filter, "purpose": at("/asked/purpose"), "callers": at("/asked/callers"),
        "status": at("/status"), "decidedBy": at("/decided/account"), "decidedAt": at("/decided/at"),
        "reason": at("/decided/reason"), "takenAt": last(0), "rows": last(1),
    });
    Some(Projection { table: "exports", columns, queues: Vec::new(), timelines: Vec::new(), sum: None })
}
