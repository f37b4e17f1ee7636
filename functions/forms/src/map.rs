//! The town's map as GeoJSON (RFC 7946), WGS-84, in one answer that anybody may keep.

use axum::response::{IntoResponse, Response};
use domain::catalogue::{Catalogue, Point, Ring, TownMap};
use http::{StatusCode, header};
use serde_json::{Number, Value, json};
use service::{Call, Problem};
use store::Platform;

use crate::show::{cache_headers, is_known};

/// `GET /api/catalogue/map`
pub(crate) async fn show<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    let catalogue = call.app.catalogue(&call.access).await?;
    let headers = cache_headers(&catalogue);
    if is_known(&call, &catalogue) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    // Some milliseconds of arithmetic, once for each browser and version of the catalogue.
    let map = catalogue.map();
    let geo_json = [(header::CONTENT_TYPE, http::HeaderValue::from_static("application/geo+json"))];
    Ok((headers, geo_json, features(&catalogue, &map).to_string()).into_response())
}

fn features(catalogue: &Catalogue, map: &TownMap) -> Value {
    let town = &catalogue.town;
    let outline = json!({ "type": "Polygon", "coordinates": [ring(&catalogue.outline)] });
    let names = json!({ "kind": "town", "code": town.code, "nameZh": town.name_zh, "nameEn": town.name_en });
    let mut all = vec![feature(names, outline)];
    for (code, polygons) in &map.villages {
        let village = catalogue.villages.get(code);
        let pieces: Vec<Vec<Value>> = polygons.iter().map(|polygon| polygon.iter().map(ring).collect()).collect();
        let names = json!({
            "kind": "village", "code": code,
            "nameZh": village.map(|village| &village.name_zh), "nameEn": village.map(|village| &village.name_en),
        });
        all.push(feature(names, json!({ "type": "MultiPolygon", "coordinates": pieces })));
    }
    for (code, corners) in &map.grids {
        let grid = catalogue.grids.get(code);
        let names = json!({
            "kind": "grid", "code": code, "village": grid.map(|grid| &grid.village),
            "nameZh": grid.map(|grid| &grid.name_zh), "nameEn": grid.map(|grid| &grid.name_en),
        });
        all.push(feature(names, json!({ "type": "Polygon", "coordinates": [ring(corners)] })));
    }
    // Not surveyed: computed from the centres, and said so.
    json!({ "type": "FeatureCollection", "properties": { "computed": true }, "features": all })
}

fn feature(properties: Value, geometry: Value) -> Value {
    json!({ "type": "Feature", "properties": properties, "geometry": geometry })
}

/// A ring that ends where it begins, as GeoJSON wants it.
fn ring(corners: &Ring) -> Value {
    corners.iter().chain(corners.first()).map(degrees).collect()
}

fn degrees(point: &Point) -> Value {
    let degrees = |e7: i32| Number::from_f64(f64::from(e7) / 1e7);
    json!([degrees(point.lon_e7), degrees(point.lat_e7)])
}
