//! What is open already nearby, for whoever is about to report the same: public rows only, one queue of one category.
//!
//! Distances are measured to the middle of the cell that the public sees, never to the place itself: an answer from many
//! places tells no more than one. Catalogue aside, one read, two where a category has more than 512 open cases.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use domain::catalogue::{Catalogue, CategoryCode, Point, VillageCode};
use domain::order::similar_queue;
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};
use service::geo::{Crs, to_wgs84};
use service::{Call, FieldError, Problem};
use store::{Platform, read_queue};

/// As many as a phone shows without scrolling far.
const ITEMS_MAX: usize = 10;
/// Distances are told in steps of this many metres: a finer figure would say nothing about a cell of 200 m.
const STEP_M: u32 = 50;
/// As the public list.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=30");

/// The query of `GET /api/intake/similar`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SimilarQuery {
    category: String,
    lon: Option<f64>,
    lat: Option<f64>,
    crs: Option<Crs>,
    village: Option<String>,
}

/// Where to look.
enum Here {
    At(Point),
    In(VillageCode),
}

impl SimilarQuery {
    fn check(&self, catalogue: &Catalogue) -> Result<(CategoryCode, Here), FieldError> {
        let code = if self.category.is_empty() { "required" } else { "unknown" };
        let category = self.category.parse().ok().filter(|code| catalogue.categories.contains_key(code));
        let category = category.ok_or_else(|| FieldError::new("?category", code))?;
        if self.lon.is_none() && self.lat.is_none() {
            let village = self.village.as_deref().unwrap_or_default();
            let code = if village.is_empty() { "required" } else { "unknown" };
            let known = village.parse().ok().filter(|code| catalogue.villages.contains_key(code));
            return known.map(|village| (category, Here::In(village))).ok_or_else(|| FieldError::new("?village", code));
        }
        let lon = self.lon.ok_or_else(|| FieldError::new("?lon", "required"))?;
        let lat = self.lat.ok_or_else(|| FieldError::new("?lat", "required"))?;
        let crs = self.crs.ok_or_else(|| FieldError::new("?crs", "required"))?;
        let here = to_wgs84(lon, lat, crs).ok_or_else(|| FieldError::new("?lon", "outOfRange"))?;
        Ok((category, Here::At(here)))
    }
}

/// `GET /api/intake/similar`
pub(crate) async fn list<P: Platform>(
    call: Call<P>,
    query: Result<Query<SimilarQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let catalogue = call.app.catalogue(&call.access).await?;
    let (category, here) = query.check(&catalogue).map_err(|field| Problem::invalid(vec![field]))?;
    let radius = catalogue.town.limits.duplicate_radius_m;
    let rows = read_queue(&call.access, &similar_queue(&category)).await?;
    let mut found: Vec<(u32, Value)> = rows
        .into_iter()
        .rev()
        .filter_map(|(_, row)| {
            let row = row.c?;
            let metres = distance(&row, &here, &catalogue)?;
            (metres <= radius).then_some((metres, row))
        })
        .collect();
    found.sort_by_key(|(metres, _)| *metres);
    let at_place = matches!(here, Here::At(_));
    let items: Vec<Value> =
        found.into_iter().take(ITEMS_MAX).map(|(metres, row)| item(row, metres, at_place)).collect();
    let answer = json!({ "radiusM": radius, "items": items });
    Ok(([(header::CACHE_CONTROL, CACHE_CONTROL)], service::json(&answer)).into_response())
}

/// How far a row is; none where it has no place to compare, or another village.
fn distance(row: &Value, here: &Here, catalogue: &Catalogue) -> Option<u32> {
    match here {
        Here::At(point) => {
            let around: Point = canon::read_value(row.get("around")?.clone()).ok()?;
            Some(catalogue.distance_m(*point, around))
        }
        Here::In(village) => (row.get("villageCode").and_then(Value::as_str) == Some(village.as_str())).then_some(0),
    }
}

fn item(mut row: Value, metres: u32, at_place: bool) -> Value {
    if let Some(row) = row.as_object_mut() {
        row.entry("meToo").or_insert(json!(0));
        let steps = metres.saturating_add(STEP_M / 2) / STEP_M;
        row.insert("distanceM".to_owned(), json!(at_place.then(|| steps.saturating_mul(STEP_M))));
    }
    row
}
