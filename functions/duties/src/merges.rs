//! Orders that went into another (并案): the other one notes them, and its answer reaches each of their callers, and the
//! callers of what went into those before. It ends because an order is answered once, whatever went into what. What went
//! into an order that will never be answered goes back to the pool.

use canon::{DocId, OpId};
use domain::aggregate::{Actor, Aggregate, Context};
use domain::catalogue::Catalogue;
use domain::order::{Member, OrderEvent, StaffCommand, Step, Text, WorkOrder};
use orders::{Opener, Sealer};
use service::{Call, Keys};
use store::{CommitError, Document, LogEntry, Operation, Platform, StoreError, consume, update};

const MERGES: &str = "merges";
/// Whatever may have answered an order that others went into; and others that went into one with an answer, or without.
const ANSWERS: [&str; 8] =
    ["visited", "rated", "ruled", "reviewPassed", "answeredNow", "handedOff", "childNoted", "childReplied"];

/// Orders of one ring: as many people would have to decide within the second between two ticks.
const RING_MAX: usize = 16;

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
        if entry.kind != "merged" && !ANSWERS.contains(&entry.kind.as_str()) {
            return Ok(());
        }
        let Some(document) = self.read(&id).await? else { return Ok(()) };
        let handling = document.state.handling.as_deref();
        if entry.kind == "merged" {
            let Some(parent) = handling.and_then(|handling| handling.parent.clone()) else { return Ok(()) };
            let note = Step::NoteChild { order: id.clone() };
            return self.take(&id, &parent, &entry, Some(note), None).await;
        }
        let lost = matches!(entry.kind.as_str(), "childNoted" | "handedOff") && self.is_lost(&document).await?;
        if !lost && !document.state.is_answered() {
            return Ok(());
        }
        let answer = self.answer(&document);
        for child in handling.map(|handling| handling.children.as_slice()).unwrap_or_default() {
            if lost {
                self.take(&id, child, &entry, None, None).await?;
            } else {
                self.reply(&document, child, &entry, answer.as_deref()).await?;
            }
        }
        Ok(())
    }

    /// Whether `document` will never be answered: it ended so, or it waits, by way of others, for itself. Orders can only
    /// go into each other before anybody has noted it, so the note that closes the ring finds all of it; and the first of
    /// its orders that is released opens it.
    async fn is_lost(&self, document: &Document<WorkOrder>) -> Result<bool, StoreError> {
        let mut next = document.state.waits_for().cloned();
        for _ in 0..RING_MAX {
            let Some(id) = next else { break };
            if id == document.id {
                return Ok(true);
            }
            let Some(above) = self.read(&id).await? else { break };
            next = above.state.waits_for().cloned();
        }
        Ok(document.state.ended_unanswered())
    }

    async fn read(&self, id: &DocId) -> Result<Option<Document<WorkOrder>>, StoreError> {
        let bytes = self.call.access.get(&Document::<WorkOrder>::key_of(id)).await?;
        bytes.map(|bytes| Document::parse(&bytes)).transpose()
    }

    /// What its caller was told last: the unit's result, the centre's answer, or that of the order that it went into.
    fn answer(&self, document: &Document<WorkOrder>) -> Option<String> {
        let told = document.events.iter().rev().find_map(|recorded| match &recorded.event {
            OrderEvent::ResultSubmitted(outcome) => Some(&outcome.work),
            OrderEvent::AnsweredNow(work) | OrderEvent::ChildReplied(work) => Some(&**work),
            _ => None,
        });
        let text = Opener::new(document, self.keys).text("work", told?.text.as_ref()?);
        Some(text).filter(|text| !text.is_empty())
    }

    async fn reply(
        &self,
        parent: &Document<WorkOrder>,
        child: &DocId,
        entry: &LogEntry,
        answer: Option<&str>,
    ) -> Result<(), StoreError> {
        let Some(document) = self.read(child).await? else { return Ok(()) };
        // It may have come back from there and be elsewhere.
        if document.state.waits_for() != Some(&parent.id) {
            return Ok(());
        }
        let wrapped = document.key.as_deref().unwrap_or_default();
        // A child whose data key was destroyed has no caller left to tell.
        let Ok(key) = self.keys.data_key(WorkOrder::KIND, child, wrapped) else { return Ok(()) };
        let confidential = document.state.registered.confidential;
        // What was written about a confidential matter is not told in the open: only that there is an answer.
        let answer = answer.filter(|_| confidential || !parent.state.registered.confidential);
        let sealer = Sealer { call: self.call, key: &key };
        let text = answer.map(|answer| sealer.text("work", answer.to_owned(), confidential)).transpose();
        let text = text.map_err(|_| StoreError::Damaged(format!("{child}: the answer cannot be sealed")))?;
        self.take(&parent.id, child, entry, Some(Step::ReplyChild), text).await
    }

    /// Takes a step that is named by the event that caused it and by the order it is about; without one, releases the
    /// order from `from`, of which that event is.
    async fn take(
        &self,
        from: &DocId,
        id: &DocId,
        entry: &LogEntry,
        step: Option<Step>,
        text: Option<Text>,
    ) -> Result<(), StoreError> {
        let operation = Operation {
            op: OpId::new("reaction.merge", &format!("{}/{id}", entry.leaf)),
            request: entry.leaf,
            context: Context { now: self.call.access.now(), by: Actor::system(MERGES) },
        };
        let (member, rules) = (Member::system(MERGES), self.catalogue.rules());
        let command = step.map(|step| StaffCommand { member, rules, text, attachments: Vec::new(), step });
        let taken =
            update(&self.call.access, id, &operation, |document: &Document<WorkOrder>, context| match &command {
                Some(command) => document.state.decide_system(command, context),
                None => document.state.release(from, context),
            });
        match taken.await {
            // Refused: noted, answered or released already.
            Ok(_) | Err(CommitError::Rejected(_) | CommitError::NotFound | CommitError::Full) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
            Err(CommitError::OtherRequest) => Err(StoreError::Damaged("two events with one hash".to_owned())),
        }
    }
}
