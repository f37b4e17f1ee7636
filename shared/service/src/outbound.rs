//! Requests that a function sends. What must stay true: each has an end in time and in size; where they may go is the
//! manifest's to say (`allowed_outbound_hosts`), not ours; no other function carries this code.

use std::future::Future;

use http::{Request, Response};

/// No whole answer came back: refused, unreachable, too slow or too large. What was sent may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// `unreachable`: no answer.
    #[error("no answer")]
    Unreachable,
    /// `timeout`: none in time.
    #[error("no answer in time")]
    Timeout,
    /// `tooLarge`: more bytes than were asked for.
    #[error("the answer is too large")]
    TooLarge,
}

impl NetworkError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::TooLarge => "tooLarge",
        }
    }
}

/// A way to send requests.
pub trait Network: Clone + Send + Sync + 'static {
    /// Sends and reads an answer of at most `bytes_max` within `within_ms`.
    fn send(
        &self,
        request: Request<Vec<u8>>,
        bytes_max: usize,
        within_ms: u64,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, NetworkError>> + Send;
}
