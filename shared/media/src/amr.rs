//! AMR narrowband: six bytes, then frames of 20 ms until the file ends.

use crate::read::Reader;

const MAGIC: &[u8] = b"#!AMR\n";
/// One frame holds 160 samples at 8 000 a second.
pub(crate) const FRAME_MS: u64 = 20;
/// Bytes behind a frame's header by frame type: eight speech modes, then comfort noise.
/// Types 9 to 14 are of other systems or reserved; 15 is "nothing to send" and has no bytes.
const BYTES_BEHIND: [usize; 9] = [12, 13, 15, 17, 19, 20, 26, 31, 5];

/// The whole frames of a file: how many, and where the last one ends.
pub(crate) struct Frames {
    pub(crate) count: u64,
    end: usize,
}

/// Walks all frames; `None` if one is not a frame. Only the last may be cut short.
pub(crate) fn frames(bytes: &[u8]) -> Option<Frames> {
    let mut reader = Reader::new(bytes.strip_prefix(MAGIC)?);
    let mut walk = Frames { count: 0, end: MAGIC.len() };
    while let Some(header) = reader.u8() {
        // Padding bits are zero: the first and the last two.
        if header & 0x83 != 0 {
            return None;
        }
        let behind = match usize::from(header >> 3) {
            15 => 0,
            kind => *BYTES_BEHIND.get(kind)?,
        };
        if reader.take(behind).is_none() {
            break;
        }
        walk.count = walk.count.saturating_add(1);
        walk.end = walk.end.saturating_add(behind).saturating_add(1);
    }
    (walk.count > 0).then_some(walk)
}

/// The public copy: the format has no place for metadata, so only a cut frame goes.
pub(crate) fn strip(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes.get(..frames(bytes)?.end).map(<[u8]>::to_vec)
}
