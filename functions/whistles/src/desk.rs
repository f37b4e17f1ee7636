//! Opening a whistle for a member of staff, and the sealing of what is written in it.

use std::sync::Arc;

use canon::DocId;
use domain::aggregate::Aggregate as _;
use domain::catalogue::Catalogue;
use domain::order::{Member, Sealed, Text};
use domain::whistle::Whistle;
use service::keys::DataKey;
use service::session::StaffCall;
use service::{Call, Keys, Problem};
use store::{Document, Platform};

/// A whistle that somebody may see.
pub(crate) struct Desk {
    pub document: Document<Whistle>,
    pub keys: Keys,
    pub catalogue: Arc<Catalogue>,
    pub member: Member,
}

impl Desk {
    /// # Errors
    /// 404 where there is none, and the same 404 where this person may not know of it.
    pub(crate) async fn open<P: Platform>(staff: &StaffCall<P>, id: &str) -> Result<Self, Problem> {
        let (call, member) = (&staff.call, staff.session.member());
        let id = DocId::parse(id).map_err(|_| Problem::not_found())?;
        let bytes = call.access.get(&Document::<Whistle>::key_of(&id)).await?.ok_or_else(Problem::not_found)?;
        let document = Document::<Whistle>::parse(&bytes)?;
        if !document.state.is_seen_by(&member) {
            return Err(Problem::not_found());
        }
        let (keys, catalogue) = (call.keys().await?, call.app.catalogue(&call.access).await?);
        Ok(Self { document, keys, catalogue, member })
    }

    /// The whistle's own data key; none once it was destroyed.
    pub(crate) fn data_key(&self) -> Option<DataKey> {
        let wrapped = self.document.key.as_deref()?;
        self.keys.data_key(Whistle::KIND, &self.document.id, wrapped).ok()
    }
}

/// Where a text stands, which is what it is sealed for.
pub(crate) const MATTER: &str = "matter";
/// See [`MATTER`].
pub(crate) const WORK: &str = "work";
/// See [`MATTER`].
pub(crate) const TASK: &str = "task";

/// Seals what somebody wrote. Always, because it tells where and about whom, and orders may be confidential.
///
/// # Errors
/// 503 when it cannot be sealed.
pub(crate) fn seal<P: Platform>(call: &Call<P>, key: &DataKey, field: &str, text: &str) -> Result<Text, Problem> {
    key.seal(field, call.access.random(), text).map(Text::Sealed).map_err(|_| Problem::unavailable())
}

/// The text again; empty once its key was destroyed.
pub(crate) fn open(key: Option<&DataKey>, field: &str, text: &Text) -> String {
    let opened = |sealed: &Sealed| key.and_then(|key| key.open(field, sealed).ok()).unwrap_or_default();
    match text {
        Text::Open(text) => text.clone(),
        Text::Sealed(sealed) => opened(sealed),
    }
}
