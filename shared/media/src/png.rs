//! PNG: a signature and a sequence of checked chunks from IHDR to IEND.

use crate::read::Reader;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What a public copy keeps: the picture, its animation and its colours. Text, time, EXIF, suggested
/// palettes and every chunk that is not known here go.
const KEPT: [&[u8; 4]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV",
    b"cLLI", b"bKGD", b"hIST", b"acTL", b"fcTL", b"fdAT",
];
/// Pixel proportions have a fixed size, so they cannot carry anything else.
const PROPORTIONS: &[u8; 4] = b"pHYs";

/// One chunk; `raw` is all of it, from length to checksum.
pub(crate) struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    raw: &'a [u8],
}

/// Visits the chunks; `None` unless they are well formed, in order and intact.
pub(crate) fn walk<'a>(bytes: &'a [u8], mut visit: impl FnMut(Chunk<'a>)) -> Option<()> {
    let mut reader = Reader::new(bytes.strip_prefix(SIGNATURE)?);
    let first = next_chunk(&mut reader)?;
    header_is_sound(&first).then_some(())?;
    visit(first);
    // The picture data may be split, but its parts follow each other.
    let (mut picture, mut ended) = (false, false);
    loop {
        let chunk = next_chunk(&mut reader)?;
        match &chunk.kind {
            b"IEND" => {
                let whole = picture && chunk.data.is_empty();
                visit(chunk);
                return whole.then_some(());
            }
            b"IDAT" if ended => return None,
            b"IDAT" => picture = true,
            b"PLTE" if picture => return None,
            b"PLTE" => {}
            // An unknown chunk with a capital first letter is needed to understand the picture.
            [b'A'..=b'Z', ..] => return None,
            _ => {}
        }
        ended = picture && chunk.kind != *b"IDAT";
        visit(chunk);
    }
}

/// The public copy.
pub(crate) fn strip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(SIGNATURE);
    walk(bytes, |chunk| {
        let proportions = chunk.kind == *PROPORTIONS && chunk.data.len() == 9;
        if proportions || KEPT.contains(&&chunk.kind) {
            out.extend_from_slice(chunk.raw);
        }
    })?;
    Some(out)
}

fn next_chunk<'a>(reader: &mut Reader<'a>) -> Option<Chunk<'a>> {
    let start = reader.rest();
    let length = usize::try_from(reader.be32()?).ok()?;
    let checked = reader.rest().get(..length.checked_add(4)?)?;
    let kind = reader.fourcc()?;
    let data = reader.take(length)?;
    let checksum = reader.be32()?;
    let sound = kind.iter().all(u8::is_ascii_alphabetic) && crc32fast::hash(checked) == checksum;
    // Length 4, type 4, data, checksum 4.
    let raw = start.get(..length.checked_add(12)?)?;
    sound.then_some(Chunk { kind, data, raw })
}

/// Width 4, height 4, depth, colour type, compression, filter, interlace.
fn header_is_sound(chunk: &Chunk<'_>) -> bool {
    let mut reader = Reader::new(chunk.data);
    let sizes = (reader.be32(), reader.be32());
    let sized = matches!(sizes, (Some(1..=0x7FFF_FFFF), Some(1..=0x7FFF_FFFF)));
    let format = matches!(reader.rest(), [1 | 2 | 4 | 8 | 16, 0 | 2 | 3 | 4 | 6, 0, 0, 0 | 1]);
    chunk.kind == *b"IHDR" && sized && format
}
