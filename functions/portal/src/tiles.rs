//! Where the pictures behind the town's map come from: nowhere, unless the town names a source.
//!
//! What must stay true: a browser may load pictures from the named hosts and from no other, on the citizens' pages only,
//! and a source that is not understood is no source.

use core::fmt::Write;
use std::collections::BTreeSet;

use axum::http::HeaderValue;
use serde_json::json;

use crate::security::page_policy;

/// A ground and the names on top of it, as 天地图 has them, and two more.
const LAYERS_MAX: usize = 4;
/// A template with a key in it has some 200 bytes.
const TEMPLATE_MAX_BYTES: usize = 512;
/// A publisher and the number under which a map was approved.
const ATTRIBUTION_MAX_CHARS: usize = 200;
/// What a browser fills in: zoom, column and row of the tile.
const PLACES: [&str; 3] = ["{z}", "{x}", "{y}"];

/// A tile source as the map is told of it, and the policy that lets it through.
#[derive(Debug, Clone)]
pub struct Tiles {
    json: String,
    /// Of the citizens' pages; `None` is everybody's policy.
    policy: Option<HeaderValue>,
}

impl Default for Tiles {
    fn default() -> Self {
        Self { json: json!({ "layers": [], "attribution": "" }).to_string(), policy: None }
    }
}

impl Tiles {
    /// Reads templates, `https://host/path` with `{z}`, `{x}` and `{y}`, separated by white space and drawn one over the
    /// other, and the words that their publisher wants to see on the map.
    ///
    /// # Errors
    /// One sentence: what is not understood. It does not repeat the template, which may hold a key.
    pub fn parse(source: &str, attribution: &str) -> Result<Self, String> {
        let layers: Vec<&str> = source.split_whitespace().collect();
        if layers.is_empty() {
            return Ok(Self::default());
        }
        if layers.len() > LAYERS_MAX {
            return Err(format!("tile_source has more than {LAYERS_MAX} layers"));
        }
        let mut origins = BTreeSet::new();
        for (index, layer) in layers.iter().enumerate() {
            origins.insert(origin(layer).map_err(|wrong| format!("tile_source, layer {}: {wrong}", index + 1))?);
        }
        let attribution = attribution.trim();
        if attribution.chars().count() > ATTRIBUTION_MAX_CHARS || attribution.chars().any(char::is_control) {
            return Err(format!("tile_attribution is not one line of at most {ATTRIBUTION_MAX_CHARS} letters"));
        }
        let hosts = origins.into_iter().fold(String::new(), |mut hosts, origin| {
            // Writing to a string cannot fail.
            let _always_ok = write!(hosts, " {origin}");
            hosts
        });
        let policy = HeaderValue::try_from(page_policy(&hosts)).map_err(|_| "tile_source is no address".to_owned())?;
        let json = json!({ "layers": layers, "attribution": attribution }).to_string();
        Ok(Self { json, policy: Some(policy) })
    }

    /// What the map asks for when it is opened.
    pub(crate) fn json(&self) -> &str {
        &self.json
    }

    /// The policy of the citizens' pages, where it is another than everybody's.
    pub(crate) fn policy(&self) -> Option<&HeaderValue> {
        self.policy.as_ref()
    }
}

/// Scheme, host and port of a template. Nothing that could end a directive or name more hosts than one gets through.
fn origin(template: &str) -> Result<&str, &'static str> {
    let rest = template.strip_prefix("https://").ok_or("does not begin with https://")?;
    let (authority, _path) = rest.split_once('/').ok_or("has no path")?;
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let named = host.split('.').all(|label| {
        let letters = label.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-');
        letters && !label.is_empty() && !label.starts_with('-')
    });
    if !named || port.parse::<u16>().is_err() {
        return Err("names no host");
    }
    if template.len() > TEMPLATE_MAX_BYTES || !template.bytes().all(|letter| letter.is_ascii_graphic()) {
        return Err("is not an address of at most 512 plain letters");
    }
    if PLACES.iter().any(|place| !template.contains(place)) {
        return Err("lacks {z}, {x} or {y}");
    }
    template.get(.."https://".len() + authority.len()).ok_or("names no host")
}
