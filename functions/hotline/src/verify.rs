//! Who sent a message, before anybody looks into it.
//!
//! The answers, in the order in which they are found: 415 for another media type, charset or encoding; 400
//! `duplicateHeader`; 401 `signatureMissing`, `unknownKey`, `staleTimestamp`; 413; 400 where it broke off; 401
//! `signatureInvalid`. Nothing is stored for a message that is refused here.

use axum::body::{Body, Bytes};
use domain::hotline::{HeaderNames, Key, Signed, Upstream, Upstreams, is_fresh};
use domain::time::Moment;
use http::{HeaderMap, StatusCode, header};
use service::{Problem, body};

/// 256 KiB (handbook §1.11): a creation with 2 000 characters and ten links is 12 KB.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// A verified message.
pub(crate) struct Verified<'a> {
    /// Who sent it.
    pub platform: &'a Upstream,
    /// Its id, which is the same when the platform sends it again, where its scheme promises that.
    pub id: Option<String>,
    /// Its body.
    pub body: Bytes,
}

/// A platform that may have sent it, by its headers alone.
struct Candidate<'p, 'h> {
    platform: &'p Upstream,
    id: &'h str,
    timestamp: &'h str,
    signature: &'h str,
    key: Option<&'h str>,
}

impl<'p, 'h> Candidate<'p, 'h> {
    fn of(platform: &'p Upstream, names: &HeaderNames, headers: &'h HeaderMap) -> Option<Self> {
        let value = |name: &String| headers.get(name.as_str()).and_then(|value| value.to_str().ok());
        let (id, timestamp, signature) = (value(&names.id)?, value(&names.timestamp)?, value(&names.signature)?);
        let key = if names.key.is_empty() { None } else { Some(value(&names.key)?) };
        Some(Self { platform, id, timestamp, signature, key })
    }

    fn keys<'k>(&'k self, keys: &'k [Key]) -> impl Iterator<Item = &'k Key> {
        let own = move |key: &&Key| key.platform == self.platform.code && self.key.is_none_or(|id| id == key.id);
        keys.iter().filter(own)
    }
}

/// Reads the request as far as it is signed.
///
/// # Errors
/// See above.
pub(crate) async fn verify<'a>(
    upstreams: &'a Upstreams,
    keys: &[Key],
    headers: &HeaderMap,
    request: Body,
    now: Moment,
) -> Result<Verified<'a>, Problem> {
    media_type(headers)?;
    let names: Vec<HeaderNames> = upstreams.platform.iter().map(Upstream::header_names).collect();
    once(headers, &names)?;
    let pairs = upstreams.platform.iter().zip(&names);
    let candidates: Vec<Candidate<'_, '_>> =
        pairs.filter_map(|(one, names)| Candidate::of(one, names, headers)).collect();
    if candidates.is_empty() {
        return Err(refused("signatureMissing", "The headers that sign a message are missing, or not all there."));
    }
    let known: Vec<&Candidate<'_, '_>> = candidates.iter().filter(|one| one.keys(keys).next().is_some()).collect();
    if known.is_empty() {
        return Err(refused("unknownKey", "There is no key of this name. Ask the town for the one that is valid now."));
    }
    let fresh: Vec<&Candidate<'_, '_>> = known.into_iter().filter(|one| is_fresh(one.timestamp, now)).collect();
    if fresh.is_empty() {
        let detail = "The time stamp is more than 300 s off. Set the clock, sign again and send again.";
        return Err(refused("staleTimestamp", detail));
    }
    let body = body::read(headers, request, BODY_BYTES_MAX).await?;
    let signed = |one: &&&Candidate<'_, '_>| {
        let message = Signed { id: one.id, timestamp: one.timestamp, signature: one.signature, body: &body };
        one.platform.scheme.verify(one.keys(keys), &message)
    };
    let Some(sender) = fresh.iter().find(signed) else {
        return Err(refused(
            "signatureInvalid",
            "The signature is not the one of this body, id and time under this key.",
        ));
    };
    // A nonce is new each time, so it does not name the event.
    let keeps_id = sender.platform.scheme == domain::hotline::Scheme::StandardWebhooks;
    let id = keeps_id.then(|| sender.id.chars().take(64).collect());
    let platform = sender.platform;
    Ok(Verified { platform, id, body })
}

fn media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = text(header::CONTENT_TYPE).split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let charset = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    let utf8 = charset.is_none_or(|(_, value)| value.trim_matches('"').eq_ignore_ascii_case("utf-8"));
    let unsupported = |code, detail: &str| Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code, detail));
    if !json || headers.contains_key(header::CONTENT_ENCODING) {
        return unsupported("unsupportedMedia", "Send the body as application/json, without an encoding.");
    }
    if !utf8 {
        return unsupported("unsupportedCharset", "Send the body in UTF-8.");
    }
    Ok(())
}

/// A header that counts may be there once: whoever reads the first and whoever reads the last must read the same.
fn once(headers: &HeaderMap, names: &[HeaderNames]) -> Result<(), Problem> {
    let ours = names.iter().flat_map(|names| [&names.id, &names.timestamp, &names.signature, &names.key]);
    let all = ours.map(String::as_str).filter(|name| !name.is_empty()).chain(["content-type", "content-length"]);
    if all.into_iter().any(|name| headers.get_all(name).iter().count() > 1) {
        let detail = "A header that signs or describes the message is there twice. Send it once.";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "duplicateHeader", detail));
    }
    Ok(())
}

fn refused(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, detail)
}
