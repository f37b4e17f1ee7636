//! WebP: a RIFF file whose first chunk says whether it is one picture or the extended form.

use crate::read::Reader;

/// In the extended header's flags: ICC, alpha, animation stay; EXIF (0x08) and XMP (0x04) and all
/// reserved bits go.
const KEPT_FLAGS: u8 = 0x20 | 0x10 | 0x02;
/// An animation frame's own header: position, size and duration of 3 bytes each, and flags.
const FRAME_HEADER_BYTES: usize = 16;

/// Visits the chunks (type, data); `None` unless the sizes add up and a picture is there.
pub(crate) fn walk<'a>(bytes: &'a [u8], mut visit: impl FnMut([u8; 4], &'a [u8])) -> Option<()> {
    let mut file = Reader::new(bytes.strip_prefix(b"RIFF")?);
    let size = usize::try_from(file.le32()?).ok()?;
    let mut reader = Reader::new(file.take(size)?.strip_prefix(b"WEBP")?);
    let (first, data) = next_chunk(&mut reader)?;
    chunk_is_sound(first, data).then_some(())?;
    visit(first, data);
    match &first {
        b"VP8 " | b"VP8L" => return Some(()),
        b"VP8X" => {}
        _ => return None,
    }
    let mut pictures = 0_usize;
    while !reader.is_empty() {
        let (kind, data) = next_chunk(&mut reader)?;
        (kind != *b"VP8X" && chunk_is_sound(kind, data)).then_some(())?;
        if matches!(&kind, b"VP8 " | b"VP8L" | b"ANMF") {
            pictures = pictures.saturating_add(1);
        }
        visit(kind, data);
    }
    (pictures > 0).then_some(())
}

/// The public copy.
pub(crate) fn strip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::with_capacity(bytes.len());
    body.extend_from_slice(b"RIFF\0\0\0\0WEBP");
    walk(bytes, |kind, data| match (&kind, data) {
        (b"VP8X", [flags, _, _, _, canvas @ ..]) => put(&mut body, kind, &[&[flags & KEPT_FLAGS, 0, 0, 0], canvas]),
        (b"VP8 " | b"VP8L" | b"ALPH" | b"ICCP" | b"ANIM", _) => put(&mut body, kind, &[data]),
        (b"ANMF", _) => {
            if let Some((header, parts)) = data.split_at_checked(FRAME_HEADER_BYTES) {
                put(&mut body, kind, &[header, &frame_without_extras(parts)]);
            }
        }
        _ => {}
    })?;
    let size = u32::try_from(body.len().checked_sub(8)?).ok()?;
    body.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    Some(body)
}

fn put(out: &mut Vec<u8>, kind: [u8; 4], parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let Ok(size) = u32::try_from(length) else { return };
    out.extend_from_slice(&kind);
    out.extend_from_slice(&size.to_le_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    if length & 1 == 1 {
        out.push(0);
    }
}

/// A frame's own chunks: only the picture and its alpha.
fn frame_without_extras(parts: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.len());
    let mut reader = Reader::new(parts);
    while let Some((kind, data)) = next_chunk(&mut reader) {
        if matches!(&kind, b"VP8 " | b"VP8L" | b"ALPH") {
            put(&mut out, kind, &[data]);
        }
    }
    out
}

fn next_chunk<'a>(reader: &mut Reader<'a>) -> Option<([u8; 4], &'a [u8])> {
    let kind = reader.fourcc()?;
    let length = usize::try_from(reader.le32()?).ok()?;
    let data = reader.take(length)?;
    // Odd data is padded; some writers forget the pad at the very end.
    if length & 1 == 1 && !reader.is_empty() {
        reader.take(1)?;
    }
    Some((kind, data))
}

fn chunk_is_sound(kind: [u8; 4], data: &[u8]) -> bool {
    match &kind {
        // Frame tag 3, start code 3, two sizes of 14 bits.
        b"VP8 " => data.len() >= 10 && data.get(3..6) == Some(&[0x9D, 0x01, 0x2A]),
        // Signature 1, sizes and version 4: the version's three bits are the highest and are zero.
        b"VP8L" => matches!(data, [0x2F, _, _, _, last, ..] if last & 0xE0 == 0),
        b"VP8X" => data.len() == 10,
        b"ANMF" => frame_is_sound(data),
        _ => kind.iter().all(|byte| (0x20..0x7F).contains(byte)),
    }
}

fn frame_is_sound(data: &[u8]) -> bool {
    let Some(parts) = data.get(FRAME_HEADER_BYTES..) else { return false };
    let mut reader = Reader::new(parts);
    let mut pictures = 0_usize;
    while !reader.is_empty() {
        match next_chunk(&mut reader) {
            Some((kind, data)) if kind != *b"ANMF" && chunk_is_sound(kind, data) => {
                if matches!(&kind, b"VP8 " | b"VP8L") {
                    pictures = pictures.saturating_add(1);
                }
            }
            _ => return false,
        }
    }
    pictures > 0
}
