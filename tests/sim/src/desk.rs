//! What a town's functions do with the store, one request each, without HTTP around it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use canon::{DocId, Hash, OpId, sha256};
use domain::aggregate::{Actor, Aggregate, Context};
use domain::catalogue::{AppealType, CategoryCode, Point, Urgency};
use domain::limit::{Deadline, Limit, LimitUnit};
use domain::order::{
    CallerFields, CallerRow, Channel, EarlierOrder, OrderCommand, OrderEvent, OrderNo, OrderRejection, Place,
    Registered, Repeat, RepeatRule, Text, WorkOrder, caller_queue, repeat_of,
};
use domain::time::DAY_MS;
use serde::Deserialize as _;
use store::memory::MemoryKv;
use store::{
    Access, Birth, CommitError, Committed, Document, LogEntry, Operation, Round, StoreError, consume, create, keys,
    sequence, update,
};

use crate::quiesce::Ticking;

/// What a command answers.
pub type Answer = Result<Committed<WorkOrder>, CommitError<OrderRejection>>;

/// What a citizen fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Which phone number.
    pub caller: u64,
    /// Which matter.
    pub matter: u64,
    /// Free text.
    pub text: String,
}

/// A request's access to the store.
#[must_use]
pub fn access(kv: &MemoryKv) -> Access<MemoryKv> {
    Access::new(kv.clone(), Arc::new(AtomicBool::new(false)))
}

/// The operation behind an idempotency key, with `request` as what was asked.
#[must_use]
pub fn operation(access: &Access<MemoryKv>, key: &str, request: &str) -> Operation {
    let context = Context { now: access.now(), by: Actor::citizen() };
    Operation { op: OpId::new("sim", key), request: sha256(&[request.as_bytes()]), context }
}

/// Submits `form` under the idempotency key `key`.
///
/// # Errors
/// See [`CommitError`].
pub async fn submit(access: &Access<MemoryKv>, key: &str, form: &Form) -> Answer {
    let operation = operation(access, key, &format!("{form:?}"));
    let id = DocId::of(&operation.op);
    let day = access.now().date();
    let base = store::day_base(access, day).await?;
    let repeat = repeat(access, form, &id).await?;
    create(access, operation, |slot| {
        let number = OrderNo::new("YD12345", day, slot.saturating_sub(base));
        let lookups = vec![(keys::number(number.as_str()), id.as_str().as_bytes().to_vec())];
        let event = OrderEvent::Registered(Box::new(registered(form, number, repeat, access)));
        Ok(Birth { event, key: None, lookups })
    })
    .await
}

/// Changes the order `id`.
///
/// # Errors
/// See [`CommitError`].
pub async fn change(access: &Access<MemoryKv>, id: &DocId, key: &str, command: &OrderCommand) -> Answer {
    let operation = operation(access, key, &format!("{command:?}"));
    update(access, id, &operation, |order: &Document<WorkOrder>, context| {
        WorkOrder::decide(Some(&order.state), command, context)
    })
    .await
}

/// One tick: rounds until nothing new is left, then the reactions. Answers what the rounds did and how many events the
/// reactions saw.
///
/// # Errors
/// The first error; the rest is for the next tick.
pub async fn tick(access: &Access<MemoryKv>) -> Result<(Round, usize), StoreError> {
    let round = sequence_all(access).await?;
    Ok((round, react(access).await?))
}

/// A tick of its own request; `Ok(true)` when it found nothing to do.
#[must_use]
pub fn tick_once(kv: &MemoryKv) -> Ticking {
    let kv = kv.clone();
    Box::pin(async move {
        let (round, reacted) = tick(&access(&kv)).await.map_err(|error| error.to_string())?;
        Ok(round.sequenced == 0 && reacted == 0)
    })
}

async fn sequence_all(access: &Access<MemoryKv>) -> Result<Round, StoreError> {
    let mut sequenced = 0;
    loop {
        let round = sequence(access, domain::board::project).await?;
        sequenced += round.sequenced;
        if !round.more {
            return Ok(Round { sequenced, ..round });
        }
    }
}

/// Links repeats to the orders that they repeat, as the clock does.
///
/// # Errors
/// The first error; the cursor stands before it.
pub async fn react(access: &Access<MemoryKv>) -> Result<usize, StoreError> {
    consume(access, "repeats", |entry| async move { link_repeat(access, entry).await }).await
}

async fn link_repeat(access: &Access<MemoryKv>, entry: LogEntry) -> Result<(), StoreError> {
    let Some((_, order)) = keys::parse_document(&entry.doc).filter(|_| entry.kind == "registered") else {
        return Ok(());
    };
    let Some(bytes) = access.get(&entry.doc).await? else { return Ok(()) };
    let Some(repeat) = Document::<WorkOrder>::parse(&bytes)?.state.registered.repeat else { return Ok(()) };
    let operation = Operation {
        op: OpId::new("sim.repeat", &entry.leaf.to_string()),
        request: entry.leaf,
        context: Context { now: access.now(), by: Actor::system("repeats") },
    };
    let command = OrderCommand::NoteRepeat { order, raise_at: 2 };
    let linked = update(access, &repeat.parent, &operation, |parent: &Document<WorkOrder>, context| {
        WorkOrder::decide(Some(&parent.state), &command, context)
    });
    match linked.await {
        Ok(_) | Err(CommitError::Full | CommitError::Rejected(OrderRejection::AlreadyLinked)) => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(other) => Err(StoreError::Damaged(other.to_string())),
    }
}

async fn repeat(access: &Access<MemoryKv>, form: &Form, id: &DocId) -> Result<Option<Repeat>, StoreError> {
    let rows = store::read_queue(access, &caller_queue(&caller_index(form))).await?;
    let earlier: Vec<EarlierOrder> = rows
        .into_iter()
        .filter(|(earlier, _)| earlier != id)
        .filter_map(|(id, row)| Some(EarlierOrder { id, row: CallerRow::deserialize(row.c?).ok()? }))
        .collect();
    let rule = RepeatRule { radius_m: 200, closed_window_ms: 7 * DAY_MS };
    let far = |here: Point, there: Point| here.lon_e7.abs_diff(there.lon_e7);
    Ok(repeat_of(&earlier, &category(form), Some(position(form)), access.now(), rule, far))
}

fn caller_index(form: &Form) -> Hash {
    sha256(&[b"caller", &form.caller.to_be_bytes()])
}

#[expect(clippy::expect_used, reason = "a constant pattern of the simulation")]
fn category(form: &Form) -> CategoryCode {
    format!("T010{}", form.matter % 10).parse().expect("a letter and four digits are a category code")
}

fn position(form: &Form) -> Point {
    let step = i32::try_from(form.matter / 10).unwrap_or(0);
    Point { lon_e7: step.saturating_mul(1_000), lat_e7: 0 }
}

fn registered(form: &Form, number: OrderNo, repeat: Option<Repeat>, access: &Access<MemoryKv>) -> Registered {
    let caller = CallerFields { index: Some(caller_index(form)), ..CallerFields::default() };
    let promised =
        Deadline { at: access.now().plus_ms(5 * DAY_MS), provisional: false, calendar_version: "sim".to_owned() };
    Registered {
        number,
        channel: Channel::Web,
        upstream: None,
        appeal_type: AppealType::Help,
        category: category(form),
        urgency: Urgency::Normal,
        title: Text::Open(form.text.clone()),
        content: Text::Open(form.text.clone()),
        place: Place { position: Some(position(form)), ..Place::default() },
        respondent: None,
        caller,
        on_behalf: None,
        incident_at: None,
        anonymous: false,
        confidential: false,
        reply_wanted: false,
        listed: !form.matter.is_multiple_of(3),
        attachments: Vec::new(),
        limit: Limit::new(5, LimitUnit::NaturalDays),
        promised,
        repeat,
        secret: sha256(&[form.text.as_bytes()]),
    }
}
