//! The closed list of media types that an attachment can have.

use core::fmt;
use core::str::FromStr;

/// A media type that is accepted. The content decides which; two of them share a container each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mime {
    /// `image/jpeg`: baseline or progressive.
    Jpeg,
    /// `image/png`, animated ones included.
    Png,
    /// `image/webp`.
    Webp,
    /// `image/heic`: HEIF with HEVC pictures, as iPhones take them.
    Heic,
    /// `video/mp4`: an MP4 with a picture track.
    Mp4,
    /// `audio/mp4`: an MP4 with sound only.
    M4a,
    /// `audio/mpeg`: layer III frames, with or without tags.
    Mp3,
    /// `audio/amr`: narrowband, one channel.
    Amr,
    /// `video/webm`: a WebM with a picture track.
    Webm,
    /// `audio/webm`: a WebM with sound only.
    WebmAudio,
}

/// The text names no accepted media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an accepted media type")]
pub struct UnknownMime;

impl Mime {
    /// Every type, in the order of the enum.
    pub const ALL: [Self; 9] =
        [Self::Jpeg, Self::Png, Self::Webp, Self::Heic, Self::Mp4, Self::M4a, Self::Amr, Self::Webm, Self::WebmAudio];

    /// The name for a content-type header, without parameters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
            Self::Mp4 => "video/mp4",
            Self::M4a => "audio/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Amr => "audio/amr",
            Self::Webm => "video/webm",
            Self::WebmAudio => "audio/webm",
        }
    }

    /// A still picture.
    #[must_use]
    pub const fn is_image(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp | Self::Heic)
    }

    /// Sound without a picture.
    #[must_use]
    pub const fn is_audio(self) -> bool {
        matches!(self, Self::M4a | Self::Mp3 | Self::Amr | Self::WebmAudio)
    }
}

impl fmt::Display for Mime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mime {
    type Err = UnknownMime;

    /// The inverse of [`Mime::as_str`]: exact names, no parameters, no aliases.
    fn from_str(name: &str) -> Result<Self, UnknownMime> {
        Self::ALL.into_iter().find(|mime| mime.as_str() == name).ok_or(UnknownMime)
    }
}
