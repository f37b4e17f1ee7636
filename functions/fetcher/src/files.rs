//! Attachments of a platform's messages: fetched later, from its hosts only, and kept as a citizen's are.
//!
//! A crash after the bytes are stored stores the same again; after the upload is there, the next try finds it.

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::hotline::{File, Ticket, TicketCommand, TicketEvent, Upstream};
use domain::order::Attachment;
use domain::time::Moment;
use domain::upload::{Upload, UploadRejection};
use http::{Request, StatusCode};
use service::{Network, NetworkError, Problem};
use store::{Birth, Document, Operation, Platform, blob, create};
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
            Some(mime) => self.keep(ticket, file, &bytes, mime.as_str()).await.map(Fetched::Kept),
            None => Ok(Fetched::Never("unsupportedMedia")),
        }
    }

    fn url(&self, ticket: &Document<Ticket>, file: &File) -> Option<String> {
        let recorded = ticket.events.iter().find(|recorded| recorded.seq == file.source)?;
        let TicketEvent::Received(received) = &recorded.event else { return None };
        let message = open_message(self.desk.keys, ticket, received)?;
        message.attachments.get(usize::try_from(file.index).ok()?).cloned()
    }

    async fn keep(
        &self,
        ticket: &Document<Ticket>,
        file: &File,
        bytes: &[u8],
        mime: &str,
    ) -> Result<Attachment, Problem> {
        let access = &self.desk.call.access;
        let address = sha256(&[bytes]);
        let sealed = self.desk.keys.seal_blob(&address, bytes).map_err(|_| Problem::unavailable())?;
        blob::put(access, &address, &sealed).await?;
        let name = format!("{}/{}/{}", ticket.id, file.source, file.index);
        let operation = Operation {
            op: OpId::new("hotline.file", &name),
            // Not the content: should the file have changed meanwhile, the first one holds.
            request: sha256(&[name.as_bytes()]),
            context: Context { now: access.now(), by: Actor::system("relay") },
        };
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let upload = Upload { sha256: address, size, mime: mime.to_owned() };
        let context = operation.context.clone();
        let kept = create::<Upload, P>(access, operation, |_| {
            let event = Upload::decide(None, &upload, &context)?;
            Ok::<_, UploadRejection>(Birth { event, key: None, lookups: Vec::new() })
        });
        let document = kept.await?.document;
        let Upload { sha256, size, mime } = document.state;
        Ok(Attachment { id: document.id, sha256, size, mime })
    }
}
