//! Opening a task for a member of staff, with the check that it may have become.

use std::sync::Arc;

use canon::DocId;
use domain::aggregate::Aggregate as _;
use domain::catalogue::{Catalogue, DrawId, InspectorCode, SubjectCode};
use domain::inspection::{Check, Draw, Library, Task};
use domain::order::{Sealed, Text};
use domain::permission::Action;
use inspections::{is_assigned, is_of};
use service::keys::DataKey;
use service::session::StaffCall;
use service::{Call, Keys, Problem};
use store::{Document, Platform};

/// A task that somebody may see.
pub(crate) struct Desk {
    pub draw_id: DrawId,
    pub subject: SubjectCode,
    pub draw: Draw,
    pub task: Task,
    pub check: Option<Document<Check>>,
    pub library: Library,
    pub catalogue: Arc<Catalogue>,
    pub keys: Keys,
    /// As which inspector this person works, if they are one.
    pub inspector: Option<InspectorCode>,
}

impl Desk {
    /// # Errors
    /// 404 where there is none, and the same where this person may not know of it.
    pub(crate) async fn open<P: Platform>(staff: &StaffCall<P>, draw: &str, subject: &str) -> Result<Self, Problem> {
        staff.require(Action::SeeInspection)?;
        let (call, session) = (&staff.call, &staff.session);
        let draw_id: DrawId = draw.parse().map_err(|_| Problem::not_found())?;
        let subject: SubjectCode = subject.parse().map_err(|_| Problem::not_found())?;
        let draw =
            inspections::state::<Draw, P>(&call.access, &Draw::id(&draw_id)).await?.ok_or_else(Problem::not_found)?;
        let check = inspections::find::<Check, P>(&call.access, &Check::id(&draw_id, &subject)).await?;
        let task = draw.task(&subject).filter(|_| is_assigned(&draw)).cloned().ok_or_else(Problem::not_found)?;
        let catalogue = call.app.catalogue(&call.access).await?;
        let library = inspections::library_of(call, &catalogue.places()).await?;
        let inspector =
            library.inspector_of(session.account.as_str()).filter(|_| session.may(Action::Inspect)).cloned();
        if !inspections::sees_all(session) && !is_of(&task, inspector.as_ref()) {
            return Err(Problem::not_found());
        }
        let keys = call.keys().await?;
        Ok(Self { draw_id, subject, draw, task, check, library, catalogue, keys, inspector })
    }

    /// The check's document.
    pub(crate) fn id(&self) -> DocId {
        Check::id(&self.draw_id, &self.subject)
    }

    /// The check's own data key; none before it begins and once it was destroyed.
    pub(crate) fn data_key(&self) -> Option<DataKey> {
        let check = self.check.as_ref()?;
        self.keys.data_key(Check::KIND, &check.id, check.key.as_deref()?).ok()
    }
}

/// What people wrote about a point.
pub(crate) const NOTE: &str = "note";
/// Who signed or witnessed.
pub(crate) const NAME: &str = "name";
/// Why or how.
pub(crate) const WORK: &str = "work";

/// Seals what somebody wrote.
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
