//! What every response carries.

use super::{PAGE, ask, get};
use crate::security::content_type;

#[test]
fn every_response_is_protected_and_has_a_length() {
    let range = ("range", "bytes=99-");
    let answers = [
        get("/", &[]),
        get("/", &[("if-none-match", "*")]),
        get("/nowhere", &[PAGE]),
        get("/worker", &[]),
        get("/api/x", &[]),
        get("/assets/say.m4a", &[range]),
        get("/assets/say.m4a", &[("range", "bytes=2-3")]),
        ask("POST", "/", &[]),
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses, [200, 304, 404, 308, 404, 416, 206, 405]);
    for answer in answers {
        let status = answer.status();
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{status}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{status}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{status}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{status}");
        let permissions = answer.header("permissions-policy");
        assert!(permissions.starts_with("geolocation=(self), camera=(self), microphone=(self), "), "{status}");
        assert!(permissions.split(", ").skip(3).all(|feature| feature.ends_with("=()")), "{permissions}");
        assert_ne!(answer.header("content-length"), "", "{status}");
        assert_ne!(answer.header("cache-control"), "", "{status}");
    }
}

#[test]
fn pages_carry_the_policy_and_other_files_do_not() {
    let policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: \
                  data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; \
                  manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    for path in ["/", "/console/queues", "/nowhere", "/worker/index.html"] {
        assert_eq!(get(path, &[PAGE]).header("content-security-policy"), policy, "{path}");
    }
    for path in ["/assets/app-1a2b3c4d.js", "/favicon.ico", "/api/x"] {
        assert_eq!(get(path, &[PAGE]).header("content-security-policy"), "", "{path}");
    }
}

#[test]
fn names_tell_the_type() {
    let cases = [
        ("app.js", "text/javascript; charset=utf-8"),
        ("a.b/app.css", "text/css; charset=utf-8"),
        ("verify.wasm", "application/wasm"),
        ("manifest.webmanifest", "application/manifest+json"),
        ("grid.geojson", "application/geo+json"),
        ("icon.svg", "image/svg+xml; charset=utf-8"),
        ("LICENSE", "application/octet-stream"),
        ("archive.7z", "application/octet-stream"),
    ];
    for (file, expected) in cases {
        assert_eq!(content_type(file), expected, "{file}");
    }
}
