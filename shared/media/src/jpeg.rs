//! JPEG: start mark, segments, scans, end mark. Whatever follows the end mark is not the picture.

use crate::exif;
use crate::read::Reader;

const SOI: [u8; 2] = [0xFF, 0xD8];
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;
const APP15: u8 = 0xEF;
const COMMENT: u8 = 0xFE;

/// JFIF without its thumbnail: identifier 5, version 2, units 1, densities 2 × 2.
const JFIF_BYTES: usize = 12;
/// Adobe's segment: identifier 5, version 2, flags 2 × 2, colour transform 1.
const ADOBE_BYTES: usize = 12;

/// One segment; for a start of scan, `scan` is the coded picture data behind it.
pub(crate) struct Segment<'a> {
    marker: u8,
    payload: &'a [u8],
    scan: &'a [u8],
}

/// Visits the segments; `None` unless the file is whole: one frame, at least one scan, an end mark.
pub(crate) fn walk<'a>(bytes: &'a [u8], mut visit: impl FnMut(Segment<'a>)) -> Option<()> {
    let mut reader = Reader::new(bytes.strip_prefix(&SOI)?);
    let (mut frames, mut scans) = (0_u8, 0_u32);
    loop {
        let marker = next_marker(&mut reader)?;
        if marker == EOI {
            return (frames == 1 && scans > 0).then_some(());
        }
        let payload = segment_payload(&mut reader)?;
        let mut scan: &[u8] = &[];
        match marker {
            // Baseline, extended and progressive: what browsers decode.
            0xC0..=0xC2 => {
                frame_is_sound(payload).then_some(())?;
                frames = frames.saturating_add(1);
            }
            SOS => {
                (frames == 1 && scan_is_sound(payload)).then_some(())?;
                scans = scans.saturating_add(1);
                scan = coded_data(&mut reader)?;
            }
            // Huffman tables, quantisation, number of lines, restart interval, application, comment.
            0xC4 | 0xDB..=0xDD | APP0..=APP15 | COMMENT => {}
            _ => return None,
        }
        visit(Segment { marker, payload, scan });
    }
}

/// The public copy.
pub(crate) fn strip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&SOI);
    let mut turned = false;
    walk(bytes, |segment| match segment.marker {
        APP0 if segment.payload.starts_with(b"JFIF\0") => {
            if let Some(head) = segment.payload.get(..JFIF_BYTES) {
                put(&mut out, APP0, &[head, &[0, 0]], &[]);
            }
        }
        APP1 if !turned => {
            let tiff = segment.payload.strip_prefix(exif::PREFIX);
            if let Some(value) = tiff.and_then(exif::orientation) {
                put(&mut out, APP1, &[&exif::only_orientation(value)], &[]);
                turned = true;
            }
        }
        APP2 if segment.payload.starts_with(b"ICC_PROFILE\0") => put(&mut out, APP2, &[segment.payload], &[]),
        APP14 if segment.payload.starts_with(b"Adobe") => {
            if let Some(head) = segment.payload.get(..ADOBE_BYTES) {
                put(&mut out, APP14, &[head], &[]);
            }
        }
        APP0..=APP15 | COMMENT => {}
        marker => put(&mut out, marker, &[segment.payload], segment.scan),
    })?;
    out.extend_from_slice(&[0xFF, EOI]);
    Some(out)
}

fn put(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]], scan: &[u8]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    // A payload came from a segment of at most 65 535 bytes or is one of our short ones, so this holds.
    let Ok(length) = u16::try_from(length.saturating_add(2)) else { return };
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&length.to_be_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    out.extend_from_slice(scan);
}

/// A marker is one or more 0xFF and a byte that is neither 0x00 nor 0xFF.
fn next_marker(reader: &mut Reader<'_>) -> Option<u8> {
    if reader.u8()? != 0xFF {
        return None;
    }
    loop {
        match reader.u8()? {
            0xFF => {}
            0x00 => return None,
            marker => return Some(marker),
        }
    }
}

fn segment_payload<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let length = usize::from(reader.be16()?);
    reader.take(length.checked_sub(2)?)
}

/// Precision 1, height 2, width 2, count 1, then 3 bytes a component. A height of 0 comes later as DNL.
fn frame_is_sound(payload: &[u8]) -> bool {
    let [_, _, _, wide, narrow, count, components @ ..] = payload else { return false };
    (*wide, *narrow) != (0, 0) && (1..=4).contains(count) && components.len() == usize::from(*count).saturating_mul(3)
}

/// Count 1, 2 bytes a component, 3 bytes of spectral selection.
fn scan_is_sound(payload: &[u8]) -> bool {
    let [count, rest @ ..] = payload else { return false };
    (1..=4).contains(count) && rest.len() == usize::from(*count).saturating_mul(2).saturating_add(3)
}

/// Coded data ends at the first marker that is not a stuffed zero or a restart mark.
fn coded_data<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let rest = reader.rest();
    let end = rest.windows(2).position(|pair| match pair {
        [0xFF, next] => !matches!(next, 0x00 | 0xD0..=0xD7 | 0xFF),
        _ => false,
    })?;
    reader.take(end)
}
