//! Blowing a whistle.
//!
//! Store operations: the session, the order where one is named (by number one more), and the three of `store::create`:
//! six at most. A crash before the document is written leaves a claim and a notice, after it the same request finds it.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use canon::DocId;
use domain::aggregate::Aggregate as _;
use domain::catalogue::{Catalogue, UnitCode, VillageCode};
use domain::order::{OrderNo, Text, WorkOrder};
use domain::whistle::{Blown, Whistle, WhistleCommand, WhistleKind, WhistleStep};
use http::StatusCode;
use orders::{Check, Lookup};
use serde::Deserialize;
use service::session::StaffCall;
use service::{Problem, body};
use store::{Birth, Document, Operation, Platform, StoreError, create};

use crate::desk::{Desk, MATTER, seal};
use crate::view;

/// Units that can be called at once: the 22 of a town and a few villages; more is an assembly and no whistle.
const CALLEES_MAX: usize = 30;

/// `POST /api/whistles`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct BlowForm {
    kind: Option<WhistleKind>,
    /// Number or id of the order that it is about; may be empty.
    order: String,
    text: String,
    village: String,
    /// Units that have to come.
    units: Vec<String>,
    /// Bodies of the county in the town (派驻): they are asked.
    asked: Vec<String>,
}

/// `POST /api/whistles`
pub(crate) async fn blow<P: Platform>(staff: StaffCall<P>, request: Body) -> Result<Response, Problem> {
    let call = &staff.call;
    let (form, bytes) = body::json::<BlowForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let (keys, catalogue) = (call.keys().await?, call.app.catalogue(&call.access).await?);
    let operation = call.operation(&keys, "whistle.blow", &bytes, staff.session.actor())?;
    let id = DocId::of(&operation.op);
    let mut check = Check::default();
    let blown = form.read(&catalogue, &staff, &operation, &mut check).await?;
    let (Some(mut blown), true) = (blown, check.is_clean()) else {
        return Err(Problem::invalid(check.into_errors()));
    };
    let sealed = keys.new_data_key(Whistle::KIND, &id, call.access.random(), call.access.random());
    let (data_key, wrapped) = sealed.map_err(|_| Problem::unavailable())?;
    blown.text = seal(call, &data_key, MATTER, form.text.trim())?;
    let member = staff.session.member();
    let command = WhistleCommand { member: member.clone(), text: None, step: WhistleStep::Blow(Box::new(blown)) };
    // Decided before anything is written, so that a refusal leaves nothing.
    let event = Whistle::decide(None, &command, &operation.context)?;
    let birth = |_| Ok(Birth { event, key: Some(wrapped), lookups: Vec::new() });
    let document = create::<Whistle, _>(&call.access, operation, birth).await?.document;
    let desk = Desk { document, keys, catalogue, member };
    Ok((StatusCode::CREATED, view::respond(&staff, &desk)).into_response())
}

impl BlowForm {
    /// What is blown, with every mistake in `check`.
    async fn read<P: Platform>(
        &self,
        catalogue: &Catalogue,
        staff: &StaffCall<P>,
        operation: &Operation,
        check: &mut Check,
    ) -> Result<Option<Blown>, Problem> {
        let content_max = usize::try_from(catalogue.town.limits.content_max).unwrap_or(usize::MAX);
        check.required("/text", &self.text, content_max);
        let kind = self.kind.or_else(|| check.fail("/kind", "required"));
        let village = self.village.trim();
        let known = village.parse::<VillageCode>().ok().filter(|code| catalogue.villages.contains_key(code));
        if known.is_none() && !village.is_empty() {
            check.note("/village", "unknown");
        }
        let callees = self.callees(catalogue, check);
        let order = self.order(staff, &callees, check).await?;
        let Some(kind) = kind else { return Ok(None) };
        let need_by = catalogue.whistle_timer(kind, operation.context.now);
        let (text, by) = (Text::Open(self.text.trim().to_owned()), operation.context.by.clone());
        Ok(Some(Blown { kind, order, text, village: known, callees, need_by, by }))
    }

    fn callees(&self, catalogue: &Catalogue, check: &mut Check) -> Vec<(UnitCode, bool)> {
        let (mut callees, mut seen) = (Vec::new(), BTreeSet::new());
        for (pointer, codes, asked) in [("/units", &self.units, false), ("/asked", &self.asked, true)] {
            for code in codes.iter().take(CALLEES_MAX.saturating_add(1)) {
                match code.trim().parse::<UnitCode>().ok().filter(|unit| catalogue.is_unit(unit)) {
                    None => check.note(pointer, "unknown"),
                    Some(unit) if !seen.insert(unit.clone()) => check.note(pointer, "unitTwice"),
                    Some(unit) => callees.push((unit, asked)),
                }
            }
        }
        if callees.len() > CALLEES_MAX {
            check.note("/units", "tooMany");
        } else if callees.is_empty() && check.is_clean() {
            check.note("/units", "required");
        }
        callees
    }

    /// The order that it is about. Not seeing it and its not being there are the same; and nobody is called to an order
    /// that complains about them (handbook §0.4, invariant 5).
    async fn order<P: Platform>(
        &self,
        staff: &StaffCall<P>,
        callees: &[(UnitCode, bool)],
        check: &mut Check,
    ) -> Result<Option<DocId>, Problem> {
        let reference = self.order.trim();
        if reference.is_empty() {
            return Ok(None);
        }
        let access = &staff.call.access;
        let id = match reference.parse::<OrderNo>() {
            Ok(number) => {
                let bytes = access.get(&store::keys::number(number.as_str())).await?;
                let lookup = bytes.map(|bytes| canon::read::<Lookup>(&bytes)).transpose().map_err(StoreError::from)?;
                lookup.map(|lookup| lookup.id().clone())
            }
            Err(_) => DocId::parse(reference).ok(),
        };
        let Some(id) = id else { return Ok(check.fail("/order", "unknown")) };
        let bytes = access.get(&Document::<WorkOrder>::key_of(&id)).await?;
        let order = bytes.map(|bytes| Document::<WorkOrder>::parse(&bytes)).transpose()?.map(|order| order.state);
        let Some(order) = order.filter(|order| order.sight(&staff.session.member()).order) else {
            return Ok(check.fail("/order", "unknown"));
        };
        if callees.iter().any(|(unit, _)| order.is_accused(unit)) {
            check.note("/units", "accusedUnit");
        }
        Ok(Some(id))
    }
}
