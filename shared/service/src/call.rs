//! What a handler gets besides its body: the instance, store access, who sent it and under which trace.

use axum::extract::FromRequestParts;
use canon::{Hash, OpId};
use domain::aggregate::{Actor, Context};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use store::{Access, Operation, Platform};

use crate::app::App;
use crate::keys::{Keys, same_text};
use crate::problem::{FieldError, Problem};

/// One request, as handlers see it.
pub struct Call<P> {
    /// The instance.
    pub app: App<P>,
    /// Store access, counting since the request began.
    pub access: Access<P>,
    /// The request's headers.
    pub headers: HeaderMap,
    /// The client's address for rate limits: an IPv4 address or the /64 of an IPv6 one.
    pub client: String,
}

/// Length of an idempotency key: a UUID has 36 characters; shorter than 16 could be guessed, and whoever guesses it
/// gets the answer again.
const IDEMPOTENCY_KEY_LENGTH: std::ops::RangeInclusive<usize> = 16..=64;

impl<P: Platform> FromRequestParts<App<P>> for Call<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App<P>) -> Result<Self, Problem> {
        // The outermost layer puts it there, so that it can log the number of operations.
        let access = parts.extensions.get::<Access<P>>().cloned().unwrap_or_else(|| app.access());
        let client = client_address(&parts.headers, app.trusted_proxy_hops().await?);
        Ok(Self { app: app.clone(), access, headers: parts.headers.clone(), client })
    }
}

impl<P: Platform> Call<P> {
    /// The installation's keys.
    ///
    /// # Errors
    /// See [`App::keys`].
    pub async fn keys(&self) -> Result<Keys, Problem> {
        self.app.keys(&self.access).await
    }

    /// The caller's `Idempotency-Key`.
    ///
    /// # Errors
    /// 422 when it is missing or not 16 to 64 letters, digits, `-` and `_`.
    pub fn idempotency_key(&self) -> Result<&str, Problem> {
        let key = self.headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
        let letters = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if letters && IDEMPOTENCY_KEY_LENGTH.contains(&key.len()) {
            return Ok(key);
        }
        Err(Problem::invalid(vec![FieldError::new("#idempotency-key", "idempotencyKeyInvalid")]))
    }

    /// The operation that this request is, within `scope`. `content` is what makes it the same request again.
    ///
    /// # Errors
    /// See [`Self::idempotency_key`].
    pub fn operation(&self, keys: &Keys, scope: &str, content: &[u8], by: Actor) -> Result<Operation, Problem> {
        let op = OpId::new(scope, self.idempotency_key()?);
        let request: Hash = keys.mac("request", &[scope.as_bytes(), content]);
        Ok(Operation { op, request, context: Context { now: self.access.now(), by } })
    }

    /// The secret after `Authorization: Case …`, upper-case, without the spaces and hyphens that people put in.
    #[must_use]
    pub fn case_secret(&self) -> Option<String> {
        let secret: String = self.authorization("case")?.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        Some(secret.to_ascii_uppercase())
    }

    /// Lets only the timer pass, which shows the Spin variable `clock_key`.
    ///
    /// # Errors
    /// 401 `clockKeyRequired`; always while the variable is empty. 503 while it cannot be read.
    pub async fn require_clock_key(&self) -> Result<(), Problem> {
        let key = self.app.platform().variable("clock_key").await?.unwrap_or_default();
        if !key.is_empty() && same_text(&key, self.bearer().unwrap_or_default()) {
            return Ok(());
        }
        let detail = "Send the clock key as `Authorization: Bearer <key>`; it is the Spin variable clock_key.";
        Err(Problem::new(StatusCode::UNAUTHORIZED, "clockKeyRequired", detail))
    }

    /// The token after `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        self.authorization("bearer")
    }

    /// What follows `scheme` in `Authorization`.
    #[must_use]
    pub fn authorization(&self, scheme: &str) -> Option<&str> {
        let (sent, rest) = self.headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        sent.eq_ignore_ascii_case(scheme).then_some(rest)
    }
}

/// The address that the last trusted proxy saw: without proxies (`hops` 0) the peer's own, which Spin adds as the last
/// `spin-client-addr` (what a client sends under that name stays in front of it); otherwise the `hops`-th entry of
/// `X-Forwarded-For` from the right, over all its lines, which nobody further out can forge.
fn client_address(headers: &HeaderMap, hops: usize) -> String {
    let lines = |name: &str| -> Vec<&str> {
        headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default()).collect()
    };
    let (forwarded, peers) = (lines("x-forwarded-for").join(","), lines("spin-client-addr"));
    let forwarded =
        hops.checked_sub(1).filter(|_| !forwarded.is_empty()).and_then(|skip| forwarded.rsplit(',').nth(skip));
    let peer = forwarded.map(str::trim).or_else(|| peers.last().copied()).unwrap_or_default();
    let address = peer.parse::<std::net::SocketAddr>().map(|socket| socket.ip());
    match address.ok().or_else(|| peer.parse().ok()) {
        Some(std::net::IpAddr::V4(address)) => address.to_string(),
        // A household gets a whole /64; its lower half is anybody's to choose.
        Some(std::net::IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::client_address;
    use http::{HeaderMap, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn without_trusted_proxies_a_forwarded_header_is_ignored() {
        let forged = headers(&[("x-forwarded-for", "1.2.3.4"), ("spin-client-addr", "203.0.113.9:4711")]);
        assert_eq!(client_address(&forged, 0), "203.0.113.9");
    }

    #[test]
    fn behind_proxies_only_what_the_trusted_ones_wrote_counts() {
        let via =
            headers(&[("x-forwarded-for", "6.6.6.6, 198.51.100.7, 10.0.0.2"), ("spin-client-addr", "10.0.0.1:80")]);
        assert_eq!(client_address(&via, 1), "10.0.0.2");
        assert_eq!(client_address(&via, 2), "198.51.100.7");
        assert_eq!(client_address(&via, 9), "10.0.0.1");
    }

    #[test]
    fn a_client_that_names_itself_is_not_believed() {
        let forged = headers(&[("spin-client-addr", "1.2.3.4:5"), ("spin-client-addr", "203.0.113.9:4711")]);
        assert_eq!(client_address(&forged, 0), "203.0.113.9");
        let via = headers(&[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "198.51.100.7, 10.0.0.2")]);
        assert_eq!(client_address(&via, 1), "10.0.0.2");
        assert_eq!(client_address(&via, 2), "198.51.100.7");
        assert_eq!(client_address(&via, 3), "6.6.6.6");
    }

    #[test]
    fn an_ipv6_household_is_one_client() {
        let first = headers(&[("spin-client-addr", "[2001:db8:1:2:aaaa::1]:80")]);
        let second = headers(&[("spin-client-addr", "2001:db8:1:2:bbbb::2")]);
        assert_eq!(client_address(&first, 0), client_address(&second, 0));
    }
}
