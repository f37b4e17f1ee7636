//! Writing down on a ticket what became of something that was tried.

use canon::{OpId, sha256};
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::hotline::{Ticket, TicketCommand, TicketRejection};
use service::{Call, Problem};
use store::{CommitError, Document, Operation, Platform, update};

/// The ticket after `command`. None where somebody else was faster, or nothing more fits. Each try is an operation of its
/// own, because the world was asked anew.
///
/// # Errors
/// The store's problems.
pub async fn note<P: Platform>(
    call: &Call<P>,
    ticket: &Document<Ticket>,
    command: &TicketCommand,
) -> Result<Option<Document<Ticket>>, Problem> {
    let access = &call.access;
    let entropy = access.random::<32>();
    let token = sha256(&[&entropy]).to_string();
    let operation = Operation {
        op: OpId::new("hotline.note", &token),
        request: sha256(&[token.as_bytes()]),
        context: Context { now: access.now(), by: Actor::system("relay") },
    };
    let noted = update(access, &ticket.id, &operation, |document: &Document<Ticket>, context| {
        Ticket::decide(Some(&document.state), command, context)
    });
    match noted.await {
        Ok(committed) => Ok(Some(committed.document)),
        Err(CommitError::Rejected(TicketRejection::State) | CommitError::Full) => Ok(None),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(_) => Err(Problem::unavailable()),
    }
}
