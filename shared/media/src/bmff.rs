//! The boxes of ISO base media files (HEIC, MP4, M4A): walking them, freeing them, telling the family.

use crate::mime::Mime;
use crate::read::Reader;
use crate::{heic, mp4};

/// A box's type.
pub(crate) type Kind = [u8; 4];

const HEIC_BRANDS: [&Kind; 6] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"];
/// MP4 as recorders write it, fragmented files and the 3GPP form of old phones included; QuickTime is not.
const MP4_BRANDS: [&Kind; 19] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"mp41", b"mp42", b"avc1", b"dash",
    b"M4A ", b"M4B ", b"M4V ", b"3gp4", b"3gp5", b"3gp6", b"3gp7",
];

/// A box's header: its type, its own length and the length of the whole box, in bytes.
pub(crate) struct Head {
    pub(crate) kind: Kind,
    pub(crate) header: usize,
    pub(crate) size: usize,
}

/// Reads the header at the start of `bytes`; `None` if the box does not fit into them.
fn head(bytes: &[u8]) -> Option<Head> {
    let mut reader = Reader::new(bytes);
    let short = reader.be32()?;
    let kind = reader.fourcc()?;
    let (header, size) = match short {
        0 => (8, bytes.len()),
        1 => (16, usize::try_from(reader.be64()?).ok()?),
        _ => (8, usize::try_from(short).ok()?),
    };
    let named = kind.iter().all(|byte| (0x20..0x7F).contains(byte) || *byte == 0xA9);
    (named && header <= size && size <= bytes.len()).then_some(Head { kind, header, size })
}

/// Visits the boxes that fill `bytes` to the last one; `None` if they do not, or if a visit says so.
pub(crate) fn each<'a>(mut bytes: &'a [u8], mut visit: impl FnMut(Kind, &'a [u8]) -> Option<()>) -> Option<()> {
    while !bytes.is_empty() {
        let head = head(bytes)?;
        let (whole, rest) = bytes.split_at_checked(head.size)?;
        visit(head.kind, whole.get(head.header..)?)?;
        bytes = rest;
    }
    Some(())
}

/// As [`each`], with the whole box to change in place.
pub(crate) fn each_mut(mut bytes: &mut [u8], mut visit: impl FnMut(&Head, &mut [u8]) -> Option<()>) -> Option<()> {
    while !bytes.is_empty() {
        let head = head(bytes)?;
        let (whole, rest) = bytes.split_at_mut_checked(head.size)?;
        visit(&head, whole)?;
        bytes = rest;
    }
    Some(())
}

/// Turns a box into free space of the same size, so that every offset in the file stays right.
pub(crate) fn free(head: &Head, whole: &mut [u8]) -> Option<()> {
    whole.get_mut(4..8)?.copy_from_slice(b"free");
    whole.get_mut(head.header..)?.fill(0);
    Some(())
}

/// The payload of the first box of this type among `bytes`' boxes.
pub(crate) fn find(bytes: &[u8], wanted: Kind) -> Option<&[u8]> {
    let mut found = None;
    each(bytes, |kind, payload| {
        if kind == wanted && found.is_none() {
            found = Some(payload);
        }
        Some(())
    })?;
    found
}

/// HEIC, MP4, M4A or nothing.
pub(crate) fn sniff(bytes: &[u8]) -> Option<Mime> {
    let first = head(bytes)?;
    (first.kind == *b"ftyp").then_some(())?;
    let mut brands = Reader::new(bytes.get(first.header..first.size)?);
    let major = brands.fourcc()?;
    brands.be32()?;
    let has = |list: &[&Kind]| {
        let compatible = brands.rest().chunks_exact(4);
        list.iter().any(|brand| major == **brand || compatible.clone().any(|other| other == *brand))
    };
    each(bytes, |_, _| Some(()))?;
    if has(&HEIC_BRANDS) {
        return heic::is_sound(bytes).then_some(Mime::Heic);
    }
    has(&MP4_BRANDS).then(|| mp4::sniff(bytes)).flatten()
}
