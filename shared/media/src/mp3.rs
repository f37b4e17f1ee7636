//! MP3: frames, between tags that hold titles, pictures and comments.

use core::ops::Range;

use crate::read::Reader;

/// Thousands of bits a second by the index in a layer III header; 0 ("free") and 15 are not accepted.
const KBITS_V1: [u32; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBITS_V2: [u32; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/// Samples a second of version 1 by index; version 2 has half of it, version 2.5 a quarter.
const RATES: [u32; 3] = [44_100, 48_000, 32_000];
/// What may follow the frames.
const TRAILERS: [&[u8]; 4] = [b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3"];
/// One frame header is 11 fixed bits, so a file needs a second one where the first says.
const LEAST_FRAMES: u64 = 2;

/// The frames of a file: where they lie and how long they play.
pub(crate) struct Frames {
    range: Range<usize>,
    samples: u64,
    rate: u32,
}

/// One frame's header: length in bytes with the header, samples, samples a second.
struct Head {
    length: usize,
    samples: u32,
    rate: u32,
}

fn head(bytes: &[u8]) -> Option<Head> {
    let header = Reader::new(bytes).be32()?;
    // Sync 11 bits, version 2, layer 2, protection 1, bit rate 4, sample rate 2, padding 1.
    let field = |shift: u32, bits: u32| header >> shift & bits;
    (field(21, 0x7FF) == 0x7FF && field(17, 3) == 1).then_some(())?;
    let (kbits, divisor, samples) = match field(19, 3) {
        3 => (KBITS_V1, 1, 1152),
        2 => (KBITS_V2, 2, 576),
        0 => (KBITS_V2, 4, 576),
        _ => return None,
    };
    let kbit = *kbits.get(usize::try_from(field(12, 15).checked_sub(1)?).ok()?)?;
    let rate = RATES.get(usize::try_from(field(10, 3)).ok()?)?.checked_div(divisor)?;
    // Bits are samples × bits a second / samples a second; 8 of them a byte.
    let length = (samples / 8_u32).saturating_mul(kbit).saturating_mul(1000).checked_div(rate)?;
    let length = usize::try_from(length.saturating_add(field(9, 1))).ok()?;
    Some(Head { length, samples, rate })
}

/// Version 2 tags: "ID3", version 2, flags 1, size of four times seven bits; a flag adds a footer of 10.
fn tag_length(bytes: &[u8]) -> Option<usize> {
    let [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] = bytes else { return Some(0) };
    let size = [a, b, c, d]
        .into_iter()
        .try_fold(0_u32, |sum, byte| (byte & 0x80 == 0).then_some(sum << 7 | u32::from(*byte)))?;
    let footer = if flags & 0x10 == 0 { 10 } else { 20 };
    usize::try_from(size.saturating_add(footer)).ok()
}

/// Walks all frames; `None` if something is between them, or behind them that is neither a tag nor a
/// last frame cut short.
pub(crate) fn frames(bytes: &[u8]) -> Option<Frames> {
    let start = tag_length(bytes)?;
    let mut reader = Reader::new(bytes.get(start..)?);
    let first = head(reader.rest())?;
    let mut walk = Frames { range: start..start, samples: 0, rate: first.rate };
    let mut count = 0_u64;
    while !reader.is_empty() && !TRAILERS.iter().any(|trailer| reader.rest().starts_with(trailer)) {
        if reader.rest().len() < 4 {
            break;
        }
        let head = head(reader.rest())?;
        (head.rate == walk.rate && head.length >= 4).then_some(())?;
        if reader.take(head.length).is_none() {
            break;
        }
        count = count.saturating_add(1);
        walk.samples = walk.samples.saturating_add(head.samples.into());
        walk.range.end = walk.range.end.saturating_add(head.length);
    }
    (count >= LEAST_FRAMES).then_some(walk)
}

/// The public copy: the frames and nothing else.
pub(crate) fn strip(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes.get(frames(bytes)?.range).map(<[u8]>::to_vec)
}

/// How long the frames play.
pub(crate) fn duration_ms(bytes: &[u8]) -> Option<u64> {
    let walk = frames(bytes)?;
    walk.samples.saturating_mul(1000).checked_div(walk.rate.into())
}
