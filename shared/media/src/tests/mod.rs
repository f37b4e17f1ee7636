//! Files built here, with a known place in their metadata, and what must hold for all of them.

mod copies;
mod durations;
mod fixtures;
mod laws;
mod recognition;

/// The name of a camera, in every kind of metadata that the fixtures carry.
const CAMERA: &[u8] = b"SpyCam 3000";
/// A place as text, as videos and text chunks write it.
const PLACE: &[u8] = b"+30.2741+120.1551/";
/// A place as EXIF writes it: 30/1, 16/1, 2676/100 degrees, minutes, seconds.
const LATITUDE: &[u8] = &[0, 0, 0, 30, 0, 0, 0, 1, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0x0A, 0x74, 0, 0, 0, 100];

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// What a public copy must not contain.
fn tells(bytes: &[u8]) -> Option<&'static str> {
    [(CAMERA, "camera"), (PLACE, "place"), (LATITUDE, "GPS"), (b"2026:11:", "date"), (b"<x:xmpmeta", "XMP")]
        .into_iter()
        .find(|(needle, _)| contains(bytes, needle))
        .map(|(_, name)| name)
}
