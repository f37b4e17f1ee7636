//! A signed request to a platform and its answer.

use domain::hotline::{Breaker, Key, Scheme, Upstream};
use http::{Method, Request, Response};
use service::{Network, NetworkError};
use store::{Access, Platform, StoreError};

use crate::Desk;

/// How long a platform may take to answer.
const ANSWER_WITHIN_MS: u64 = 5_000;

/// The line to the platforms.
pub struct Line<'a, P, N> {
    /// What every step here needs.
    pub desk: &'a Desk<'a, P>,
    /// The way out of the house.
    pub network: &'a N,
    /// The platforms' keys.
    pub secrets: &'a [Key],
}

impl<P: Platform, N: Network> Line<'_, P, N> {
    /// A signed request and its answer.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn exchange(
        &self,
        platform: &Upstream,
        method: Method,
        url: &str,
        id: &str,
        body: &[u8],
        bytes_max: usize,
    ) -> Result<Response<Vec<u8>>, NetworkError> {
        let access = &self.desk.call.access;
        let Some(key) = self.secrets.iter().find(|key| key.platform == platform.code) else {
            return Err(NetworkError::Unreachable);
        };
        let names = platform.header_names();
        let id = match platform.scheme {
            Scheme::StandardWebhooks => id.to_owned(),
            // A nonce is new each time.
            Scheme::HmacSm3 => base16ct::lower::encode_string(&access.random::<16>()),
        };
        let timestamp = access.now().unix_ms().div_euclid(1000).to_string();
        let signature = platform.scheme.sign(key, &id, &timestamp, body);
        let mut request = Request::builder().method(method).uri(url).header("content-type", "application/json");
        request = request.header(&names.id, &id).header(&names.timestamp, &timestamp);
        request = request.header(&names.signature, signature);
        if !names.key.is_empty() {
            request = request.header(&names.key, &key.id);
        }
        let request = request.body(body.to_vec()).map_err(|_| NetworkError::Unreachable)?;
        self.network.send(request, bytes_max, ANSWER_WITHIN_MS).await
    }
}

/// Where the breaker of a platform lies.
#[must_use]
pub fn breaker_key(platform: &str) -> String {
    format!("hotline/breaker/{platform}")
}

/// The breaker of a platform.
///
/// # Errors
/// The store's.
pub async fn read_breaker<P: Platform>(access: &Access<P>, platform: &str) -> Result<Breaker, StoreError> {
    let bytes = access.get(&breaker_key(platform)).await?;
    Ok(bytes.and_then(|bytes| canon::read(&bytes).ok()).unwrap_or_default())
}
