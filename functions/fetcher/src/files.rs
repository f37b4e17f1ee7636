//! Attachments of a platform's messages: fetched later, from its hosts only, and kept as a citizen's are.
//!
//! An upload is kept for its ticket before the ticket names it; one of which the ticket never heard is swept like any
//! other.

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Context};
use domain::hotline::{File, Ticket, TicketCommand, TicketEvent, Upstream};
use domain::order::Attachment;
use domain::time::Moment;
use http::{Request, StatusCode};
use orders::{keep, take_in};
use service::{Network, NetworkError, Problem};
use store::{Document, Operation, Platform};
use upstream::{Desk, note, open_message, read_ticket};

/// How long a file of 10 MiB may take.
const FETCH_WITHIN_MS: u64 = 8_000;

/// What became of one try.
enum Fetched {
    /// It is there.
    Kept(Attachment),
    /// It never will be, and why.
    Never(&'static str),
    /// It may be, later.
    Later,
}

/// What every file needs.
pub(crate) struct Fetcher<'a, P, N> {
    pub desk: &'a Desk<'a, P>,
    pub network: &'a N,
    /// When this call ends.
    pub until: Moment,
}

impl<P: Platform, N: Network> Fetcher<'_, P, N> {
    /// Tries the ticket's attachments that are due; how many.
    pub(crate) async fn ticket(&self, platform: &Upstream, id: &DocId) -> Result<usize, Problem> {
        let call = self.desk.call;
        let Some(ticket) = read_ticket(call, id).await? else { return Ok(0) };
        let mut tried = 0_usize;
        for (index, file) in ticket.state.files.iter().enumerate() {
            let due = file.next_at.is_some_and(|at| at <= call.access.now());
            if !due || call.access.now() >= self.until {
                continue;
            }
            let (ended, fetched) = match self.fetch(platform, &ticket, file).await? {
                Fetched::Kept(attachment) => (Some("fetched"), Some(attachment)),
                Fetched::Never(why) => (Some(why), None),
                Fetched::Later => (None, None),
            };
            let (ended, jitter) = (ended.map(str::to_owned), u32::from_le_bytes(call.access.random()));
            note(call, &ticket, &TicketCommand::FileEnd { index, ended, file: fetched, jitter }).await?;
            tried = tried.saturating_add(1);
        }
        Ok(tried)
    }

    async fn fetch(&self, platform: &Upstream, ticket: &Document<Ticket>, file: &File) -> Result<Fetched, Problem> {
        let Some(url) = self.url(ticket, file) else { return Ok(Fetched::Never("unreadable")) };
        if !platform.may_fetch(&url) {
            return Ok(Fetched::Never("hostNotAllowed"));
        }
        let Ok(request) = Request::get(url).body(Vec::new()) else { return Ok(Fetched::Never("unreadable")) };
        let limits = &self.desk.catalogue.town.limits;
        let bytes_max = usize::try_from(limits.attachment_bytes_max).unwrap_or(usize::MAX);
        let bytes = match self.network.send(request, bytes_max, FETCH_WITHIN_MS).await {
            Ok(answer) if answer.status() == StatusCode::OK => answer.into_body(),
            Ok(answer) if answer.status() == StatusCode::NOT_FOUND => return Ok(Fetched::Never("notFound")),
            Err(NetworkError::TooLarge) => return Ok(Fetched::Never("tooLarge")),
            Ok(_) | Err(_) => return Ok(Fetched::Later),
        };
        // What cannot be cleaned could not be shown to anyone.
        let mime = media::sniff(&bytes).filter(|mime| media::without_metadata(*mime, &bytes).is_ok());
        match mime {
            Some(mime) => self.keep(ticket, file, &bytes, mime.as_str()).await,
            None => Ok(Fetched::Never("unsupportedMedia")),
        }
    }

    fn url(&self, ticket: &Document<Ticket>, file: &File) -> Option<String> {
        let recorded = ticket.events.iter().find(|recorded| recorded.seq == file.source)?;
        let TicketEvent::Received(received) = &recorded.event else { return None };
        let message = open_message(self.desk.keys, ticket, received)?;
        message.attachments.get(usize::try_from(file.index).ok()?).cloned()
    }

    async fn keep(&self, ticket: &Document<Ticket>, file: &File, bytes: &[u8], mime: &str) -> Result<Fetched, Problem> {
        let Desk { call, keys, .. } = self.desk;
        // One name for these bytes in this try: a try that died goes on with its own upload, and where the file has
        // changed meanwhile, or what was fetched was dropped before the ticket named it, there is another one.
        let name = format!("{}/{}/{}/{}/{}", ticket.id, file.source, file.index, file.tries, sha256(&[bytes]));
        let operation = Operation {
            op: OpId::new("hotline.file", &name),
            request: sha256(&[name.as_bytes()]),
            context: Context { now: call.access.now(), by: Actor::system("relay") },
        };
        let kept = async {
            let attachment = take_in(call, keys, operation, bytes, mime).await?;
            keep(call, &attachment.id, &Document::<Ticket>::key_of(&ticket.id)).await?;
            Ok::<_, Problem>(attachment)
        };
        match kept.await {
            Ok(attachment) => Ok(Fetched::Kept(attachment)),
            // Dropped: the next try has another name.
            Err(problem) if problem.status().is_client_error() => Ok(Fetched::Later),
            Err(problem) => Err(problem),
        }
    }
}
