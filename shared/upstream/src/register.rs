//! The order that follows from a ticket's creation.
//!
//! Its operation is named by the ticket and its moment is the ticket's, so it is the same order whoever registers it, and
//! when.

use canon::DocId;
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::{AppealType, CategoryCode, GridCode, Point, VillageCode};
use domain::hotline::{Message, Received, Ticket, TicketEvent};
use domain::limit::Rule;
use domain::order::{
    CallerFields, Channel, FromAbove, Newborn, OrderNo, OrderRejection, Place, Registered, Repeat, RepeatRule,
    WorkOrder, repeat_of,
};
use domain::time::Moment;
use orders::{Lookup, Sealer};
use serde_json::Value;
use service::Problem;
use service::geo::{Crs, to_wgs84};
use store::{Birth, Document, Operation, Platform, Recorded, create};

use crate::Desk;

/// The part of the system that registers.
pub(crate) const HOTLINE: &str = "hotline";

/// A creation, ready to be registered.
pub struct Registration<'a> {
    ticket: &'a Document<Ticket>,
    recorded: &'a Recorded<TicketEvent>,
    /// What came.
    pub received: &'a Received,
}

impl<'a> Registration<'a> {
    /// The creation in `ticket`, once it came.
    #[must_use]
    pub fn of(ticket: &'a Document<Ticket>) -> Option<Self> {
        let creation = ticket.state.creation()?;
        let recorded = ticket.events.iter().find(|recorded| recorded.seq == creation.seq)?;
        match &recorded.event {
            TicketEvent::Received(received) => Some(Self { ticket, recorded, received }),
            _ => None,
        }
    }
}

/// Where it happened, as far as the town knows it.
struct Located {
    village: Option<VillageCode>,
    grid: Option<GridCode>,
    position: Option<Point>,
    /// The grid is only the nearest one.
    approx: bool,
}

impl<P: Platform> Desk<'_, P> {
    /// Registers the order as `message` says, which is the creation's; its number. What is there already stays as it is.
    ///
    /// # Errors
    /// The store's problems.
    pub async fn register(&self, creation: &Registration<'_>, message: &Message) -> Result<OrderNo, Problem> {
        let (call, ticket) = (self.call, creation.ticket);
        let id = Ticket::order_id(&ticket.id);
        let context = Context { now: creation.recorded.at, by: Actor::system(HOTLINE) };
        let operation = Operation { op: Ticket::order_op(&ticket.id), request: creation.received.content, context };
        let (data_key, wrapped) = self
            .keys
            .new_data_key(WorkOrder::KIND, &id, call.access.random(), call.access.random())
            .map_err(|_| Problem::unavailable())?;
        let seal = Sealer { call, key: &data_key };
        let mut registered = self.registered(&seal, &ticket.state, message, creation.recorded.at)?;
        let phone = message.caller_phone.as_str();
        registered.caller.index =
            orders::e164(phone).filter(|_| !message.anonymous).map(|phone| self.keys.caller_index(&phone));
        registered.repeat = self.repeat(&registered, &id, creation.recorded.at).await?;
        registered.secret = self.keys.case_secret_hash(&id, &self.keys.case_secret(&id));
        let today = call.access.now().date();
        let day_base = call.app.day_base(&call.access, today).await?;
        let context = operation.context.clone();
        let committed = create::<Newborn, P>(&call.access, operation, |slot| {
            registered.number = OrderNo::new(&self.catalogue.town.order_prefix, today, slot.saturating_sub(day_base));
            let number = store::keys::number(registered.number.as_str());
            let event = Newborn::decide(None, &registered, &context)?;
            let lookups = vec![(number, Lookup::to(&id).to_bytes())];
            Ok::<_, OrderRejection>(Birth { event, key: Some(wrapped), lookups })
        })
        .await?;
        Ok(committed.document.state.number().clone())
    }

    /// Everything but number, caller index, repeat and secret.
    fn registered(
        &self,
        seal: &Sealer<'_, P>,
        ticket: &Ticket,
        message: &Message,
        at: Moment,
    ) -> Result<Registered, Problem> {
        let category = self.category(ticket, message).ok_or_else(Problem::unavailable)?;
        let known = self.catalogue.categories.get(&category).ok_or_else(Problem::unavailable)?;
        let appeal_type = message.appeal_type.unwrap_or(AppealType::Other);
        let info = self.catalogue.appeal_types.get(&appeal_type);
        // A report is confidential whatever the platform says of it (handbook §1.9).
        let by_default = info.is_some_and(|info| info.confidential_by_default);
        let confidential = by_default || message.confidential.unwrap_or(false);
        let (limit, mut promised) = self
            .catalogue
            .effective_limit(at, appeal_type, known.urgency, Rule::PROMISE)
            .ok_or_else(Problem::unavailable)?;
        promised.at = message.deadline.unwrap_or(promised.at);
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let caller = |text: &String| given(text).filter(|_| !message.anonymous);
        let phone = caller(&message.caller_phone).map(|phone| orders::e164(&phone).unwrap_or(phone));
        let place = self.locate(message);
        Ok(Registered {
            number: OrderNo::new(&self.catalogue.town.order_prefix, at.date(), 0),
            channel: Channel::Hotline,
            upstream: Some(FromAbove {
                system: ticket.platform.clone(),
                number: ticket.number.clone(),
                outer: message.deadline,
            }),
            appeal_type,
            category,
            urgency: known.urgency,
            title: seal.text("title", message.title.clone(), confidential)?,
            content: seal.text("content", message.text.clone(), confidential)?,
            place: Place {
                address: seal.optional("place.address", given(&message.address).as_ref())?,
                village: place.village,
                grid: place.grid,
                position: place.position,
                approx: place.approx,
            },
            respondent: seal.optional("respondent", given(&message.respondent).as_ref())?,
            caller: CallerFields {
                name: seal.optional("caller.name", caller(&message.caller_name).as_ref())?,
                phone: seal.optional("caller.phone", phone.as_ref())?,
                index: None,
            },
            incident_at: None,
            anonymous: message.anonymous,
            on_behalf: None,
            confidential,
            reply_wanted: message.reply_wanted.unwrap_or_else(|| info.is_some_and(|info| info.needs_reply)),
            listed: !confidential && !known.sensitive && appeal_type != AppealType::Report,
            attachments: Vec::new(),
            limit,
            promised,
            repeat: None,
            secret: canon::Hash::from_bytes([0; 32]),
        })
    }

    /// The mapped category, or the one that the platform has for what has none; the town's first where the platform is
    /// gone from the town's files.
    fn category(&self, ticket: &Ticket, message: &Message) -> Option<CategoryCode> {
        let ours = |code: &CategoryCode| self.catalogue.categories.contains_key(code);
        let platform = self.upstreams.get(&ticket.platform).map(|platform| platform.default_category.clone());
        let default = platform.filter(ours).or_else(|| self.catalogue.categories.keys().next().cloned());
        message.known_category(ours).or(default)
    }

    fn locate(&self, message: &Message) -> Located {
        let position = message.position.as_ref().and_then(|(lon, lat, crs)| {
            let crs = serde_json::from_value::<Crs>(Value::String(crs.clone())).ok()?;
            to_wgs84(degrees(lon)?, degrees(lat)?, crs)
        });
        let chosen = message.grid.parse::<GridCode>().ok().and_then(|code| self.catalogue.grids.get(&code));
        let village = message.village.parse::<VillageCode>().ok();
        let village = village.filter(|code| self.catalogue.villages.contains_key(code));
        let located = position.and_then(|point| self.catalogue.locate(point));
        let approx = chosen.is_none() && located.is_some_and(|found| found.approx);
        let grid = chosen
            .or(located.map(|found| found.grid))
            .filter(|grid| village.as_ref().is_none_or(|village| grid.village == *village));
        Located {
            village: village.or_else(|| grid.map(|grid| grid.village.clone())),
            grid: grid.map(|grid| grid.code.clone()),
            position: position.filter(|_| located.is_some()),
            approx,
        }
    }

    async fn repeat(&self, registered: &Registered, id: &DocId, at: Moment) -> Result<Option<Repeat>, Problem> {
        let Some(index) = &registered.caller.index else { return Ok(None) };
        let earlier = orders::earlier(&self.call.access, index, id).await?;
        let limits = &self.catalogue.town.limits;
        let closed_window_ms = limits.repeat_closed_window.natural_ms().unwrap_or(0);
        let rule = RepeatRule { radius_m: limits.duplicate_radius_m, closed_window_ms };
        let position = registered.place.position;
        let distance = |a, b| self.catalogue.distance_m(a, b);
        Ok(repeat_of(&earlier, &registered.category, position, at, rule, distance))
    }
}

/// A coordinate as a number or as the text of one. The JSON reader is there already; that of the standard library for
/// floating point would be 17 KB beside it.
fn degrees(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| canon::read::<Value>(value.as_str()?.trim().as_bytes()).ok()?.as_f64())
}
