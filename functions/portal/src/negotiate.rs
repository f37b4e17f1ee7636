//! What the client accepts: encodings and pages.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName};

/// A form in which the build may hold a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// The token of content-encoding; none for the file as it is.
    pub(crate) const fn token(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// What the build adds to the file's name.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }
}

/// One entry of a list header: its value and its weight in thousandths.
fn weighted<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = (&'a str, u16)> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let value = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        (value, weight.map_or(1000, thousandths))
    })
}

/// A weight of at most three decimals in thousandths; nonsense counts as "not at all".
fn thousandths(text: &str) -> u16 {
    match text.split_once('.').unwrap_or((text, "")) {
        ("1", decimals) if decimals.bytes().all(|digit| digit == b'0') => 1000,
        ("0", decimals) if decimals.len() <= 3 && decimals.bytes().all(|digit| digit.is_ascii_digit()) => {
            format!("{decimals:0<3}").parse().unwrap_or(0)
        }
        _ => 0,
    }
}

/// The encodings to try, best first. The file as it is comes last at the latest: a client that refuses
/// even that gets it all the same, since an error would help nobody.
pub(crate) fn encodings(headers: &HeaderMap) -> Vec<Encoding> {
    let listed: Vec<_> = weighted(headers, &ACCEPT_ENCODING).collect();
    let weight_of = |names: &[&str]| {
        let named = listed.iter().find(|(value, _)| names.iter().any(|name| value.eq_ignore_ascii_case(name)));
        named.map(|(_, weight)| *weight)
    };
    let any = weight_of(&["*"]);
    let brotli = weight_of(&["br"]).or(any).unwrap_or(0);
    let gzip = weight_of(&["gzip", "x-gzip"]).or(any).unwrap_or(0);
    // Unless it is named, the file as it is only serves when nothing else does.
    let identity = weight_of(&["identity"]).unwrap_or(0);
    let mut order = vec![(brotli, Encoding::Brotli), (gzip, Encoding::Gzip)];
    order.retain(|(weight, _)| *weight > 0 && *weight >= identity);
    // The sort is stable: at equal weight Brotli, which is smaller, stays first.
    order.sort_by_key(|(weight, _)| core::cmp::Reverse(*weight));
    order.into_iter().map(|(_, encoding)| encoding).chain([Encoding::Identity]).collect()
}

/// Whether the client asks for a page by name, as a browser does when it navigates. `*/*` does not
/// count: a script that fetches a missing file must not get a page.
pub(crate) fn accepts_page(headers: &HeaderMap) -> bool {
    weighted(headers, &ACCEPT).any(|(value, weight)| weight > 0 && value.eq_ignore_ascii_case("text/html"))
}
