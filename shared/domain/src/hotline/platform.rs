//! The platforms that send us orders: how each signs, names its headers and fields, and calls its categories.
//!
//! They are a file of the town, `hotline.toml`, because everything that a file of the town has is wanted here: preview,
//! mistakes by name, a day of validity, who changed it and why, and the way back. Their secrets are not in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::signature::Scheme;
use crate::catalogue::CategoryCode;

/// Platforms of a town: the city's, the county's, and some to spare.
const PLATFORMS_MAX: usize = 16;
/// Characters of a platform's code, which is part of keys.
const CODE_MAX: usize = 20;

/// The names of the headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderNames {
    /// The message's id, or its nonce.
    pub id: String,
    /// When it was signed.
    pub timestamp: String,
    /// The signature.
    pub signature: String,
    /// Which key signed it; empty where the platform does not say, and then each of its keys is tried.
    #[serde(default)]
    pub key: String,
}

impl HeaderNames {
    fn of(scheme: Scheme) -> Self {
        let [id, timestamp, signature, key] = match scheme {
            Scheme::StandardWebhooks => ["webhook-id", "webhook-timestamp", "webhook-signature", ""],
            Scheme::HmacSm3 => ["x-nonce", "x-timestamp", "x-signature", "x-app-id"],
        }
        .map(str::to_owned);
        Self { id, timestamp, signature, key }
    }
}

/// A platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Names it: `upstream_system` of its orders. Lower-case letters, digits and `-`.
    pub code: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// How messages are signed, both ways.
    pub scheme: Scheme,
    /// The names of the headers; the scheme's usual ones where nothing is said.
    #[serde(default)]
    pub headers: Option<HeaderNames>,
    /// Where our messages go; empty: nowhere.
    #[serde(default)]
    pub push_url: String,
    /// Where its list of a day can be had; empty: nowhere.
    #[serde(default)]
    pub list_url: String,
    /// Hosts, with a port where it is not the usual one, from which attachments are fetched.
    #[serde(default)]
    pub attachment_hosts: Vec<String>,
    /// Our field → JSON pointer into its messages; a field that is not named is at `/{field}`.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Its word → our event type.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
    /// Its word → our appeal type.
    #[serde(default)]
    pub appeal_types: BTreeMap<String, String>,
    /// Its code → our category.
    #[serde(default)]
    pub categories: BTreeMap<String, String>,
    /// The category of what has none of ours: nothing is refused for that.
    pub default_category: CategoryCode,
}

/// A mistake in the file: which platform, what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformError(pub String);

impl Upstream {
    /// The names of its headers.
    #[must_use]
    pub fn header_names(&self) -> HeaderNames {
        self.headers.clone().unwrap_or_else(|| HeaderNames::of(self.scheme))
    }

    /// Where `field` is in its messages.
    #[must_use]
    pub fn pointer(&self, field: &str) -> String {
        self.fields.get(field).cloned().unwrap_or_else(|| format!("/{field}"))
    }

    /// Whether attachments may be fetched from `url`: http or https, one of its hosts, and no user in it.
    #[must_use]
    pub fn may_fetch(&self, url: &str) -> bool {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let authority = rest.map(|rest| rest.split(['/', '?', '#', '\\']).next().unwrap_or_default());
        authority.is_some_and(|host| self.attachment_hosts.iter().any(|own| own.eq_ignore_ascii_case(host)))
    }

    fn mistake(&self, categories: &dyn Fn(&CategoryCode) -> bool) -> Option<String> {
        let formed = (1..=CODE_MAX).contains(&self.code.len())
            && self.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let names = self.header_names();
        let headers = [&names.id, &names.timestamp, &names.signature];
        let named = |name: &String| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let category = |code: &str| code.parse::<CategoryCode>().is_ok_and(|code| categories(&code));
        let url = |url: &String| url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
        let field = |name: &String| super::message::FIELDS.contains(&name.as_str());
        let checks = [
            (formed, "code must be 1 to 20 lower-case letters, digits and -"),
            (headers.iter().all(|name| named(name)), "headers must be names of HTTP headers"),
            (named(&names.key) || names.key.is_empty(), "headers.key must be the name of an HTTP header"),
            (url(&self.push_url) && url(&self.list_url), "push_url and list_url must begin with https:// or http://"),
            (self.fields.keys().all(field), "fields has a name that is none of ours"),
            (self.fields.values().all(|p| p.starts_with('/')), "fields must have JSON pointers, which begin with /"),
            (self.types.values().all(|t| t.parse::<super::EventKind>().is_ok()), "types has an unknown event type"),
            (
                self.appeal_types.values().all(|t| t.parse::<crate::catalogue::AppealType>().is_ok()),
                "appeal_types has an unknown appeal type",
            ),
            (
                self.categories.values().all(|code| category(code)),
                "categories has a category that is not in the town's",
            ),
            (category(self.default_category.as_str()), "default_category is not among the town's"),
        ];
        checks.into_iter().find(|(right, _)| !right).map(|(_, why)| format!("{}: {why}", self.code))
    }
}

/// What `hotline.toml` holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Upstreams {
    /// The platforms.
    pub platform: Vec<Upstream>,
}

impl Upstreams {
    /// From the text that a compiled catalogue keeps; empty where there is none.
    #[must_use]
    pub fn of(kept: &str) -> Self {
        canon::read(kept.as_bytes()).unwrap_or_default()
    }

    /// The platform `code`.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Upstream> {
        self.platform.iter().find(|platform| platform.code == code)
    }

    /// The first mistake, if there is one.
    ///
    /// # Errors
    /// What is wrong, for the person who wrote the file.
    pub fn check(&self, categories: &dyn Fn(&CategoryCode) -> bool) -> Result<(), PlatformError> {
        if self.platform.len() > PLATFORMS_MAX {
            return Err(PlatformError(format!("{} platforms, at most {PLATFORMS_MAX}", self.platform.len())));
        }
        let mut codes = BTreeSet::new();
        codes.extend(self.platform.iter().map(|platform| platform.code.as_str()));
        if codes.len() < self.platform.len() {
            return Err(PlatformError("two platforms have one code".to_owned()));
        }
        self.platform.iter().find_map(|one| one.mistake(categories)).map_or(Ok(()), |why| Err(PlatformError(why)))
    }
}
