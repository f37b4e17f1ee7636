//! What browsers are told about every response, and about each kind of file.

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

/// Only what the build itself brings may run, load or be sent to; WebAssembly is for the verifier.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; \
    worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Where pages have their pictures from.
const PICTURES: &str = "img-src 'self' blob: data:";

/// The policy of pages that also load pictures from these hosts, each after a space.
pub(crate) fn page_policy(hosts: &str) -> String {
    PAGE_POLICY.replacen(PICTURES, &format!("{PICTURES}{hosts}"), 1)
}

/// Place, camera and microphone are for reports; the portal needs nothing else of the device.
const PERMISSIONS: &str = "geolocation=(self), camera=(self), microphone=(self), accelerometer=(), autoplay=(), \
    display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), gyroscope=(), hid=(), \
    idle-detection=(), local-fonts=(), magnetometer=(), midi=(), payment=(), picture-in-picture=(), \
    publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), usb=(), \
    window-management=(), xr-spatial-tracking=()";

const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
];

/// Adds what every response carries, and the policy if it is a page.
pub(crate) fn protect(headers: &mut HeaderMap, content_type: &'static str) {
    headers.extend(ALWAYS);
    if content_type.starts_with("text/html") {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    }
}

/// Extensions that a build or a town's branding may hold.
const TYPES: [(&str, &str); 34] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("xml", "application/xml; charset=utf-8"),
    ("svg", "image/svg+xml; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("geojson", "application/geo+json"),
    ("webmanifest", "application/manifest+json"),
    ("wasm", "application/wasm"),
    ("pdf", "application/pdf"),
    ("woff2", "font/woff2"),
    ("woff", "font/woff"),
    ("ttf", "font/ttf"),
    ("otf", "font/otf"),
    ("ico", "image/x-icon"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("gif", "image/gif"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("wav", "audio/wav"),
    ("amr", "audio/amr"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
];

/// The content type of a file by its name.
pub(crate) fn content_type(file: &str) -> &'static str {
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    let known = TYPES.iter().find(|(known, _)| Some(*known) == extension);
    known.map_or("application/octet-stream", |(_, content_type)| *content_type)
}
