//! What an upload really is, and the same file without its metadata.
//!
//! Citizens send photos and voice notes; what they send is evidence and is kept as it came, but what
//! others get to see must not tell where, when and with which device it was made. This crate decides
//! from the bytes alone what a file is (`sniff`) and makes the public copy (`without_metadata`).
//!
//! What must stay true:
//! - A file is recognised only if its whole structure walks, never by its first bytes or its name.
//! - The public copy decodes to the same picture or sound, is recognised as the same type, and making
//!   the public copy of a public copy changes nothing.
//! - Metadata is left out by listing what may stay, not what must go, wherever the format allows it.
//! - Every read is bounds-checked, the time is linear in the size of the file, nothing recurses deeper
//!   than a fixed limit, and no input can make it panic.
//!
//! Bytes after the end of a JPEG, PNG, WebP or WebM are tolerated, because phones append previews and
//! motion clips there, and are dropped from the public copy. The boxes of a HEIC or MP4 file and the
//! frames of an AMR or MP3 file have no end mark, so there the whole file must walk (the tags behind an
//! MP3, and a last frame cut short, are tolerated and dropped).
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod amr;
mod bmff;
mod duration;
mod ebml;
mod exif;
mod heic;
mod jpeg;
mod mime;
mod mp3;
mod mp4;
mod png;
mod read;
mod webp;

pub use mime::{Mime, UnknownMime};

/// Why no public copy could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The content is not what the caller takes it for.
    #[error("the content is {found:?}, not {expected}")]
    NotThisType {
        /// What the caller said.
        expected: Mime,
        /// What the content says.
        found: Option<Mime>,
    },
    /// The file is recognised, but its metadata cannot be located safely.
    #[error("the {0} file has metadata that cannot be located")]
    Malformed(Mime),
    /// The file has a track that is neither picture nor sound, such as recorded positions.
    #[error("the {0} file has a track that is neither picture nor sound")]
    HiddenTrack(Mime),
}

/// Says what the bytes are, from content only; `None` for everything that is not accepted.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Mime> {
    match bytes.get(..4)? {
        [0xFF, 0xD8, ..] => jpeg::walk(bytes, |_| {}).map(|()| Mime::Jpeg),
        [0x89, b'P', b'N', b'G'] => png::walk(bytes, |_| {}).map(|()| Mime::Png),
        b"RIFF" => webp::walk(bytes, |_, _| {}).map(|()| Mime::Webp),
        [b'I', b'D', b'3', _] | [0xFF, 0xE0..=0xFF, ..] => mp3::frames(bytes).map(|_| Mime::Mp3),
        b"#!AM" => amr::frames(bytes).map(|_| Mime::Amr),
        [0x1A, 0x45, 0xDF, 0xA3] => ebml::sniff(bytes),
        _ => bmff::sniff(bytes),
    }
}

/// Makes the public copy: the same picture or sound without what tells about its maker.
///
/// Gone are EXIF, GPS, XMP, IPTC, comments, maker notes, thumbnails, titles, tags and creation times.
/// Kept are the orientation of a JPEG (in an EXIF segment that holds nothing else), colour profiles
/// and everything that decoding needs. PNG and WebP lose their EXIF whole, orientation included.
///
/// # Errors
/// [`MediaError`] if the bytes are not of this type, or hide something that cannot be taken out.
pub fn without_metadata(mime: Mime, bytes: &[u8]) -> Result<Vec<u8>, MediaError> {
    let found = sniff(bytes);
    if found != Some(mime) {
        return Err(MediaError::NotThisType { expected: mime, found });
    }
    let copy = match mime {
        Mime::Jpeg => jpeg::strip(bytes),
        Mime::Png => png::strip(bytes),
        Mime::Webp => webp::strip(bytes),
        Mime::Heic => {
            if mp4::has_hidden_track(bytes, mime) {
                return Err(MediaError::HiddenTrack(mime));
            }
            heic::strip(bytes)
        }
        Mime::Mp4 | Mime::M4a => {
            if mp4::has_hidden_track(bytes, mime) {
                return Err(MediaError::HiddenTrack(mime));
            }
            mp4::strip(bytes)
        }
        Mime::Webm | Mime::WebmAudio => {
            if ebml::has_hidden_track(bytes) {
                return Err(MediaError::HiddenTrack(mime));
            }
            ebml::strip(bytes)
        }
        Mime::Mp3 => mp3::strip(bytes),
        Mime::Amr => amr::strip(bytes),
    };
    copy.ok_or(MediaError::Malformed(mime))
}

/// How long a recording lasts, in milliseconds; `None` if the file does not say, or is a picture.
///
/// MP4 and M4A: the movie header, or the sum of the fragments if that says zero. AMR and MP3: the frames.
/// WebM: the Duration element, or the last block's time if there is none, as in a live recording.
/// A header can lie; the limit on the file's size is what protects the store.
#[must_use]
pub fn audio_duration_ms(mime: Mime, bytes: &[u8]) -> Option<u64> {
    match mime {
        Mime::Mp4 | Mime::M4a => duration::of_mp4(bytes),
        Mime::Mp3 => mp3::duration_ms(bytes),
        Mime::Amr => amr::frames(bytes).map(|walk| walk.count.saturating_mul(amr::FRAME_MS)),
        Mime::Webm | Mime::WebmAudio => ebml::duration_ms(bytes),
        Mime::Jpeg | Mime::Png | Mime::Webp | Mime::Heic => None,
    }
}

#[cfg(test)]
mod tests;
