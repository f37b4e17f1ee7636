//! Orders that went into another (并案): the other one notes them, and its answer reaches each of their callers.

use canon::{DocId, OpId};
use domain::aggregate::{Actor, Aggregate, Context};
use domain::catalogue::Catalogue;
use domain::order::{Member, OrderEvent, StaffCommand, Status, Step, Text, WorkOrder};
use orders::{Opener, Sealer};
use service::{Call, Keys};
use store::{CommitError, Document, LogEntry, Operation, Platform, StoreError, consume, update};

const MERGES: &str = "merges";

/// What every reaction here needs.
pub(crate) struct Merges<'a, P> {
    pub call: &'a Call<P>,
    pub keys: &'a Keys,
    pub catalogue: &'a Catalogue,
}

impl<P: Platform> Merges<'_, P> {
    /// Looks at a page of new events; returns how many.
    pub(crate) async fn run(&self) -> Result<usize, StoreError> {
        consume(&self.call.access, MERGES, |entry| async move { self.react(entry).await }).await
    }

    async fn react(&self, entry: LogEntry) -> Result<(), StoreError> {
        let order = store::keys::parse_document(&entry.doc).filter(|(kind, _)| *kind == WorkOrder::KIND);
        let Some((_, id)) = order else { return Ok(()) };
        // Whatever may have closed an order that others went into, and others that went into a closed one.
        let closes = ["visited", "rated", "ruled", "reviewPassed", "childNoted"];
        if entry.kind != "merged" && !closes.contains(&entry.kind.as_str()) {
            return Ok(());
        }
        let Some(document) = self.read(&id).await? else { return Ok(()) };
        let handling = document.state.handling.as_deref();
        if entry.kind == "merged" {
            let Some(parent) = handling.and_then(|handling| handling.parent.clone()) else { return Ok(()) };
            return self.take(&parent, &entry, Step::NoteChild { order: id }, None).await;
        }
        if document.state.status != Status::Closed {
            return Ok(());
        }
        let children = handling.map(|handling| handling.children.as_slice()).unwrap_or_default();
        let Some(answer) = self.answer(&document) else { return Ok(()) };
        for child in children {
            self.reply(child, &entry, &answer).await?;
        }
        Ok(())
    }

    async fn read(&self, id: &DocId) -> Result<Option<Document<WorkOrder>>, StoreError> {
        let bytes = self.call.access.get(&Document::<WorkOrder>::key_of(id)).await?;
        bytes.map(|bytes| Document::parse(&bytes)).transpose()
    }

    /// What the unit wrote about its last result.
    fn answer(&self, document: &Document<WorkOrder>) -> Option<String> {
        let results = document.events.iter().rev().filter_map(|recorded| match &recorded.event {
            OrderEvent::ResultSubmitted(outcome) => outcome.work.text.as_ref(),
            _ => None,
        });
        let opener = Opener::new(document, self.keys);
        results.map(|text| opener.text("work", text)).find(|text| !text.is_empty())
    }

    async fn reply(&self, child: &DocId, entry: &LogEntry, answer: &str) -> Result<(), StoreError> {
        let Some(document) = self.read(child).await? else { return Ok(()) };
        let wrapped = document.key.as_deref().unwrap_or_default();
        // A child whose data key was destroyed has no caller left to tell.
        let Ok(key) = self.keys.data_key(WorkOrder::KIND, child, wrapped) else { return Ok(()) };
        let confidential = document.state.registered.confidential;
        let sealed = Sealer { call: self.call, key: &key }.text("work", answer.to_owned(), confidential);
        let text = sealed.map_err(|_| StoreError::Damaged(format!("{child}: the answer cannot be sealed")))?;
        self.take(child, entry, Step::ReplyChild, Some(text)).await
    }

    /// Takes a step that is named by the event that caused it and by the order it is about.
    async fn take(&self, id: &DocId, entry: &LogEntry, step: Step, text: Option<Text>) -> Result<(), StoreError> {
        let operation = Operation {
            op: OpId::new("reaction.merge", &format!("{}/{id}", entry.leaf)),
            request: entry.leaf,
            context: Context { now: self.call.access.now(), by: Actor::system(MERGES) },
        };
        let (member, rules) = (Member::system(MERGES), self.catalogue.rules());
        let command = StaffCommand { member, rules, text, attachments: Vec::new(), step };
        let taken = update(&self.call.access, id, &operation, |document: &Document<WorkOrder>, context| {
            document.state.decide_system(&command, context)
        });
        match taken.await {
            // Refused: noted or answered already.
            Ok(_) | Err(CommitError::Rejected(_) | CommitError::NotFound | CommitError::Full) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
            Err(CommitError::OtherRequest) => Err(StoreError::Damaged("two events with one hash".to_owned())),
        }
    }
}
