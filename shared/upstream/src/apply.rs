//! What a ticket's later events do to its order.

use canon::{Hash, OpId};
use domain::aggregate::{Actor, Context};
use domain::hotline::{EventKind, Message, Received, Ticket, TicketEvent};
use domain::order::{Answer, Attachment, Clocking, Heard, OrderRejection, RequestKind, WorkOrder};
use orders::seal_text;
use service::Problem;
use store::{CommitError, Document, Operation, Platform, update};

use crate::register::{HOTLINE, Registration};
use crate::{Desk, open_message};

impl<P: Platform> Desk<'_, P> {
    /// Registers the ticket's order and applies whatever came since, in the order in which it came; what was done before
    /// is not done again. Nothing where the creation is not there yet.
    ///
    /// # Errors
    /// The store's problems; whatever was done stays done.
    pub async fn settle(&self, ticket: &Document<Ticket>) -> Result<(), Problem> {
        let Some(creation) = Registration::of(ticket) else { return Ok(()) };
        let access = &self.call.access;
        let key = Document::<WorkOrder>::key_of(&Ticket::order_id(&ticket.id));
        let mut bytes = access.get(&key).await?;
        if bytes.is_none() {
            // A message whose key was destroyed has nothing left to say.
            let Some(message) = open_message(self.keys, ticket, creation.received) else { return Ok(()) };
            self.register(&creation, &message).await?;
            bytes = access.get(&key).await?;
        }
        let mut order = Document::<WorkOrder>::parse(&bytes.ok_or_else(Problem::unavailable)?)?;
        for recorded in &ticket.events {
            let operation = apply_op(ticket, recorded.seq);
            if order.event_of(&operation).is_some() {
                continue;
            }
            let after = match &recorded.event {
                TicketEvent::Received(received) if received.kind != EventKind::Create => {
                    let Some(message) = open_message(self.keys, ticket, received) else { continue };
                    self.hear(&order, received, &message, operation).await?
                }
                TicketEvent::FileEnded { file: Some(file), .. } => self.attach(&order, file, operation).await?,
                _ => continue,
            };
            order = after.unwrap_or(order);
        }
        Ok(())
    }

    /// One event of theirs. None where the order takes no more: the ticket has it all the same.
    async fn hear(
        &self,
        order: &Document<WorkOrder>,
        received: &Received,
        message: &Message,
        op: OpId,
    ) -> Result<Option<Document<WorkOrder>>, Problem> {
        let field = match message.kind {
            EventKind::Supplement => "supplement",
            EventKind::Urge | EventKind::Withdraw => "reason",
            _ => "work",
        };
        let text = Some(message.text.clone()).filter(|text| !text.is_empty());
        let text = text.map(|text| seal_text(self.call, self.keys, order, field, text)).transpose()?;
        let answered = message.contacted.is_some() || message.resolved.is_some() || message.satisfaction.is_some();
        let answer = answered.then_some(Answer {
            contacted: message.contacted,
            resolved: message.resolved,
            satisfaction: message.satisfaction,
        });
        let heard = Heard {
            kind: message.kind,
            text,
            attachments: Vec::new(),
            granted: message.granted,
            outer: message.deadline,
            answer,
            clocks: None,
            rules: self.catalogue.rules(),
        };
        self.tell_order(order, op, received.content, heard).await
    }

    /// A file that was fetched, as the ticket's event says.
    async fn attach(
        &self,
        order: &Document<WorkOrder>,
        file: &Attachment,
        op: OpId,
    ) -> Result<Option<Document<WorkOrder>>, Problem> {
        let heard = Heard {
            kind: EventKind::Supplement,
            text: None,
            attachments: vec![file.clone()],
            granted: false,
            outer: None,
            answer: None,
            clocks: None,
            rules: self.catalogue.rules(),
        };
        self.tell_order(order, op, file.sha256, heard).await
    }

    /// Its moment is this one, however long the ticket has known: the clock never looks again at a day that is over, so
    /// nothing may happen to an order on one. When it was said is in the ticket.
    async fn tell_order(
        &self,
        order: &Document<WorkOrder>,
        op: OpId,
        request: Hash,
        heard: Heard,
    ) -> Result<Option<Document<WorkOrder>>, Problem> {
        let context = Context { now: self.call.access.now(), by: Actor::system(HOTLINE) };
        let operation = Operation { op, request, context };
        let told = update(&self.call.access, &order.id, &operation, |document: &Document<WorkOrder>, context| {
            let order = &document.state;
            let clocks = self.clocks(order, &heard, context);
            order.hear(&Heard { clocks, ..heard.clone() }, context)
        });
        match told.await {
            Ok(committed) => Ok(Some(committed.document)),
            Err(
                CommitError::Full | CommitError::NotFound | CommitError::Rejected(OrderRejection::StateConflict { .. }),
            ) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// The clocks that the event may set, computed from the state that it meets.
    fn clocks(&self, order: &WorkOrder, heard: &Heard, context: &Context) -> Option<Box<domain::order::Clocks>> {
        let clocks = match (heard.kind, heard.outer) {
            (EventKind::ExtensionResult, Some(outer)) => {
                let asked = order.handling.as_deref().and_then(|handling| handling.request.as_ref());
                let asked = asked.filter(|request| request.kind == RequestKind::Extension);
                let clocking = asked.and_then(|request| request.limit).map_or(Clocking::Resume, Clocking::Extend);
                self.catalogue.clocks(&order.with_outer_deadline(outer), context.now, clocking)
            }
            (EventKind::VisitResult, _) => self.catalogue.clocks(order, context.now, Clocking::Redo),
            _ => None,
        };
        clocks.map(Box::new)
    }
}

/// The operation that applies the ticket's event `seq` to its order.
fn apply_op(ticket: &Document<Ticket>, seq: u64) -> OpId {
    OpId::new("hotline.apply", &format!("{}/{seq}", ticket.id))
}
