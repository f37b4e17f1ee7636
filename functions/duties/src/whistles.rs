//! Units that were called by a whistle and refused to come: a yellow card is proposed on the order that it is about
//! (handbook §2). A person decides; a body of the county was only asked and is not proposed.

use canon::{DocId, OpId};
use domain::aggregate::{Actor, Aggregate, Context};
use domain::catalogue::{Catalogue, UnitCode};
use domain::order::{Level, Member, StaffCommand, Step, WorkOrder};
use domain::whistle::{Callee, CalleeStatus, Whistle};
use serde::Deserialize;
use store::{Access, CommitError, Document, LogEntry, Operation, Platform, StoreError, consume, update};

const WHISTLES: &str = "whistles";

/// Of a stored whistle, what this needs.
#[derive(Deserialize)]
struct Stored {
    state: State,
}

#[derive(Deserialize)]
struct State {
    blown: About,
    callees: Vec<Callee>,
}

#[derive(Deserialize)]
struct About {
    #[serde(default)]
    order: Option<DocId>,
}

/// Looks at a page of new events; returns how many.
pub(crate) async fn run<P: Platform>(access: &Access<P>, catalogue: &Catalogue) -> Result<usize, StoreError> {
    consume(access, WHISTLES, |entry| async move { react(access, catalogue, entry).await }).await
}

async fn react<P: Platform>(access: &Access<P>, catalogue: &Catalogue, entry: LogEntry) -> Result<(), StoreError> {
    let whistle = store::keys::parse_document(&entry.doc).filter(|(kind, _)| *kind == Whistle::KIND);
    let Some((_, whistle)) = whistle.filter(|_| entry.kind == "refused") else { return Ok(()) };
    let Some(bytes) = access.get(&entry.doc).await? else { return Ok(()) };
    let Stored { state } = canon::read(&bytes)?;
    let Some(order) = state.blown.order else { return Ok(()) };
    let refused = |callee: &&Callee| callee.status == CalleeStatus::Refused && !callee.requested;
    // Whoever thought better of it meanwhile is not proposed.
    for callee in state.callees.iter().filter(refused) {
        propose(access, catalogue, &order, &whistle, &callee.unit).await?;
    }
    Ok(())
}

async fn propose<P: Platform>(
    access: &Access<P>,
    catalogue: &Catalogue,
    order: &DocId,
    whistle: &DocId,
    unit: &UnitCode,
) -> Result<(), StoreError> {
    let key = format!("yellow/whistle/{whistle}/{unit}");
    let operation = Operation {
        op: OpId::new("reaction.whistle", &key),
        request: canon::sha256(&[key.as_bytes()]),
        context: Context { now: access.now(), by: Actor::system(WHISTLES) },
    };
    let step = Step::ProposeCard { key, level: Level::Yellow, unit: Some(unit.clone()) };
    let (member, rules) = (Member::system(WHISTLES), catalogue.rules());
    let command = StaffCommand { member, rules, text: None, attachments: Vec::new(), step };
    let taken = update(access, order, &operation, |document: &Document<WorkOrder>, context| {
        document.state.decide_system(&command, context)
    });
    match taken.await {
        // Refused: the order was archived or handed off meanwhile.
        Ok(_) | Err(CommitError::Rejected(_) | CommitError::NotFound | CommitError::Full) => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(CommitError::OtherRequest) => Err(StoreError::Damaged("two whistles with one name".to_owned())),
    }
}
