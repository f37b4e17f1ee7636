//! The one thing of EXIF that a public copy keeps: which way up the picture is.

use crate::read::Reader;

/// What precedes the TIFF block in a JPEG segment.
pub(crate) const PREFIX: &[u8] = b"Exif\0\0";

const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;
const ENTRY_BYTES: usize = 12;

/// The orientation (2 to 8) in a TIFF block; `None` if it is upright, absent or nonsense.
pub(crate) fn orientation(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |raw: u16| if little { raw.swap_bytes() } else { raw };
    let long = |raw: u32| if little { raw.swap_bytes() } else { raw };
    let start = long(Reader::new(tiff.get(4..)?).be32()?);
    let mut directory = Reader::new(tiff.get(usize::try_from(start).ok()?..)?);
    let entries = short(directory.be16()?);
    for _ in 0..entries {
        let mut entry = Reader::new(directory.take(ENTRY_BYTES)?);
        if short(entry.be16()?) != ORIENTATION {
            continue;
        }
        if short(entry.be16()?) != SHORT || long(entry.be32()?) != 1 {
            return None;
        }
        let value = u8::try_from(short(entry.be16()?)).ok()?;
        return (2..=8).contains(&value).then_some(value);
    }
    None
}

/// A JPEG EXIF payload that holds the orientation and nothing else.
pub(crate) fn only_orientation(value: u8) -> [u8; 32] {
    let mut payload = *b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0?\0\0\0\0\0\0";
    if let Some(place) = payload.get_mut(25) {
        *place = value;
    }
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_reads_back() {
        for value in 2..=8 {
            let payload = only_orientation(value);
            assert_eq!(orientation(payload.strip_prefix(PREFIX).unwrap()), Some(value));
        }
    }

    #[test]
    fn upright_little_endian_and_broken_blocks() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(orientation(little), Some(6));
        for cut in 0..little.len().saturating_sub(7) {
            assert_eq!(orientation(&little[..cut]), None, "cut at {cut}");
        }
        assert_eq!(orientation(&only_orientation(1)[6..]), None);
        assert_eq!(orientation(&only_orientation(9)[6..]), None);
        assert_eq!(orientation(b"MM\0*\xFF\xFF\xFF\xFF"), None);
    }
}
