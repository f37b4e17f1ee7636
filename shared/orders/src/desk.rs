//! Opening an order for a member of staff.

use std::sync::Arc;

use canon::DocId;
use domain::catalogue::Catalogue;
use domain::order::{Member, OrderNo, Sight, WorkOrder};
use service::session::StaffCall;
use service::{Keys, Problem};
use store::{Document, Platform, StoreError};

use crate::Lookup;

/// An order on the desk of somebody who may see it.
pub struct Desk {
    /// The order.
    pub document: Document<WorkOrder>,
    /// The installation's keys.
    pub keys: Keys,
    /// The town as it is now.
    pub catalogue: Arc<Catalogue>,
    /// Who looks.
    pub member: Member,
    /// What they may see of it.
    pub sight: Sight,
}

impl Desk {
    /// Opens the order with this number or document id.
    ///
    /// # Errors
    /// 404 where there is none, and the same 404 where this person may not know of it.
    pub async fn open<P: Platform>(staff: &StaffCall<P>, reference: &str) -> Result<Self, Problem> {
        let (call, member) = (&staff.call, staff.session.member());
        let id = find(staff, reference).await?;
        let bytes = call.access.get(&Document::<WorkOrder>::key_of(&id)).await?.ok_or_else(Problem::not_found)?;
        let document = Document::<WorkOrder>::parse(&bytes)?;
        let sight = document.state.sight(&member);
        if !sight.order {
            return Err(Problem::not_found());
        }
        let (keys, catalogue) = (call.keys().await?, call.app.catalogue(&call.access).await?);
        Ok(Self { document, keys, catalogue, member, sight })
    }
}

/// The document behind a number or an id.
async fn find<P: Platform>(staff: &StaffCall<P>, reference: &str) -> Result<DocId, Problem> {
    let Ok(number) = reference.parse::<OrderNo>() else {
        return DocId::parse(reference).map_err(|_| Problem::not_found());
    };
    let bytes = staff.call.access.get(&store::keys::number(number.as_str())).await?.ok_or_else(Problem::not_found)?;
    Ok(canon::read::<Lookup>(&bytes).map_err(StoreError::from)?.id().clone())
}
