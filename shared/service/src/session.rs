//! Staff sessions: who is signed in, and what that lets them do.
//!
//! A session is an opaque 256-bit token in a cookie; the store knows only its hash, so nobody can sign in with a copy of
//! the store. The token that guards against cross-site requests is derived from it and lets a page that was loaded
//! again ask for it once more. What must stay true: a request that changes something never gets past [`StaffCall`]
//! without that token, and no session outlives its idle and absolute limits, nor the first of its roles to end.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use canon::{DocId, Hash, sha256};
use domain::aggregate::Actor;
use domain::catalogue::{GridCode, UnitCode};
use domain::order::{Member, Relation};
use domain::permission::{Action, permission, permitted};
use domain::staff::{Account, Role, Staff};
use domain::time::{HOUR_MS, MINUTE_MS, Moment};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use store::{Access, Platform, StoreError, Swap};

use crate::app::App;
use crate::call::Call;
use crate::keys::{Keys, same_text};
use crate::problem::Problem;
use crate::sessions;

/// The cookie's name.
pub const COOKIE: &str = "onetown_session";
/// The header that repeats the token from the sign-in's answer.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// 12 hours: a working day with overtime.
pub const ABSOLUTE_LIMIT_MS: i64 = 12 * HOUR_MS;
/// 30 minutes without a request: a lunch break ends it, a long form does not.
const IDLE_LIMIT_MS: i64 = 30 * MINUTE_MS;
/// A session is written again only when its last sight is a minute old: one write a minute and person, and the idle
/// limit is at most 1 / 30 early.
const TOUCH_AFTER_MS: i64 = MINUTE_MS;
/// Hexadecimal digits of a token: 256 bits.
const TOKEN_DIGITS: usize = 64;

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Their document.
    pub staff: DocId,
    /// The name they signed in with.
    pub account: Account,
    /// The name that colleagues see.
    pub display_name: String,
    /// What they may do: the roles that held when they signed in. The session ends with the first of them.
    pub roles: Vec<Role>,
    /// Where they work.
    pub unit: Option<UnitCode>,
    /// Whether that is the command centre; as the catalogue said when they signed in.
    #[serde(default)]
    pub centre: bool,
    /// Their grid, if they have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<GridCode>,
    /// When they signed in.
    pub created: Moment,
    /// When they were last seen, to the minute.
    pub last_seen: Moment,
    /// When the session ends however busy they are.
    pub until: Moment,
    /// Whether it ends then because a role does.
    #[serde(default)]
    pub role_ends: bool,
}

impl Session {
    /// Begins a session of `staff` in the town whose command centre is `centre`; returns the token for the cookie. It is listed before it exists, so that whoever
    /// ends all sessions of a person finds it; see [`crate::sessions`].
    ///
    /// # Errors
    /// The store's problems.
    pub async fn open<P: Platform>(
        access: &Access<P>,
        id: DocId,
        staff: &Staff,
        centre: Option<&UnitCode>,
    ) -> Result<(Self, String), Problem> {
        let (now, today) = (access.now(), access.now().date());
        let token = base16ct::lower::encode_string(&access.random::<32>());
        let role_ends = staff.roles.first_end(today);
        let last_day_ends = staff.valid_until.map_or(Moment::MAX, |day| day.end_of_day());
        let until = now.plus_ms(ABSOLUTE_LIMIT_MS).min(last_day_ends);
        let session = Self {
            staff: id,
            account: staff.account.clone(),
            display_name: staff.display_name.clone(),
            roles: staff.roles.on(today).collect(),
            unit: staff.unit.clone(),
            centre: staff.unit.as_ref().is_some_and(|unit| centre == Some(unit)),
            grid: staff.grid.clone(),
            created: now,
            last_seen: now,
            until: until.min(role_ends),
            role_ends: role_ends < until,
        };
        let bytes = serde_json::to_vec(&session).map_err(StoreError::from)?;
        sessions::list(access, &session.staff, hash_of(&token)).await?;
        access.set(&key_of(&hash_of(&token)), bytes).await?;
        Ok((session, token))
    }

    /// The session behind `token`, seen now.
    async fn find<P: Platform>(access: &Access<P>, token: &str) -> Result<Self, Problem> {
        let key = key_of(&hash_of(token));
        let bytes = access.get(&key).await?.ok_or_else(no_session)?;
        let session: Self = canon::read(&bytes).map_err(StoreError::from)?;
        let now = access.now();
        let idle_ms = now.ms_since(session.last_seen);
        if now >= session.until || idle_ms > IDLE_LIMIT_MS {
            access.delete_many(&[key]).await?;
            return Err(if session.role_ends && now >= session.until { role_expired() } else { no_session() });
        }
        if idle_ms >= TOUCH_AFTER_MS {
            touch(access, &key, now).await?;
        }
        Ok(session)
    }

    /// Ends the session behind `token`.
    ///
    /// # Errors
    /// The store's problems.
    pub async fn revoke<P: Platform>(access: &Access<P>, token: &str) -> Result<(), Problem> {
        Ok(access.delete_many(&[key_of(&hash_of(token))]).await?)
    }

    /// Whether one of their roles may do `action`.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        self.roles.iter().any(|role| permission(*role, action))
    }

    /// Whether one of their roles may do `action` where they work: at the centre, or elsewhere.
    #[must_use]
    pub fn may_here(&self, action: Action) -> bool {
        let relation = if self.centre { Relation::Centre } else { Relation::Outside };
        self.roles.iter().any(|role| permitted(*role, action, relation))
    }

    /// Whoever is signed in, as an order's rules know them.
    #[must_use]
    pub fn member(&self) -> Member {
        // Not `collect`, which sorts first and so brings a sort into every function.
        let mut roles = BTreeSet::new();
        roles.extend(self.roles.iter().copied());
        let (unit, grid) = (self.unit.clone(), self.grid.clone());
        Member { id: self.actor(), roles, unit, centre: self.centre, grid }
    }

    /// Whoever is signed in, as the one who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::staff(self.staff.as_str())
    }
}

/// Notes that somebody was seen. By swap, so that a session which is revoked at this moment does not come back; whether
/// it applied does not matter.
async fn touch<P: Platform>(access: &Access<P>, key: &str, now: Moment) -> Result<(), Problem> {
    let (handle, current) = access.compare(key).await?;
    let Some(mut session) = current.and_then(|bytes| canon::read::<Session>(&bytes).ok()) else {
        return Ok(());
    };
    session.last_seen = session.last_seen.max(now);
    let _: Swap = access.swap(handle, serde_json::to_vec(&session).map_err(StoreError::from)?).await?;
    Ok(())
}

/// What is known of a token.
#[must_use]
pub fn hash_of(token: &str) -> Hash {
    sha256(&[b"onetown/session/v1\n", token.as_bytes()])
}

/// Where the session with this hash lies.
pub(crate) fn key_of(hash: &Hash) -> String {
    format!("session/{hash}")
}

/// The token that proves that a request was sent by our own page.
#[must_use]
pub fn csrf(keys: &Keys, token: &str) -> String {
    keys.mac("csrf", &[token.as_bytes()]).to_string()
}

/// A request from somebody who is signed in. A method other than GET and HEAD needs the [`CSRF_HEADER`] too.
pub struct StaffCall<P> {
    /// The request.
    pub call: Call<P>,
    /// Who sent it.
    pub session: Session,
    /// The session's token, as the cookie brought it.
    pub token: String,
}

impl<P: Platform> FromRequestParts<App<P>> for StaffCall<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App<P>) -> Result<Self, Problem> {
        let call = Call::from_request_parts(parts, app).await?;
        let token = cookie(&call.headers).ok_or_else(no_session)?;
        let session = Session::find(&call.access, &token).await?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            let given = call.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if !same_text(&csrf(&call.keys().await?, &token), given) {
                let detail =
                    "The header X-CSRF-Token is missing or not the one from your sign-in. Load the page again.";
                return Err(Problem::new(StatusCode::FORBIDDEN, "csrfInvalid", detail));
            }
        }
        Ok(Self { call, session, token })
    }
}

impl<P: Platform> StaffCall<P> {
    /// Lets only those pass who may do `action`.
    ///
    /// # Errors
    /// 403 `forbidden`.
    pub fn require(&self, action: Action) -> Result<(), Problem> {
        if self.session.may(action) {
            return Ok(());
        }
        Err(forbidden())
    }

    /// Lets only those pass who may do `action` where they work.
    ///
    /// # Errors
    /// 403 `forbidden`.
    pub fn require_here(&self, action: Action) -> Result<(), Problem> {
        if self.session.may_here(action) { Ok(()) } else { Err(forbidden()) }
    }
}

fn forbidden() -> Problem {
    let detail = "Your roles do not allow this. Ask your administrator if they should.";
    Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
}

fn no_session() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "noSession", "You are not signed in, or no longer. Sign in again.")
}

fn role_expired() -> Problem {
    let detail = "A role of yours ended with the day. Sign in again to go on with what you may still do.";
    Problem::new(StatusCode::UNAUTHORIZED, "roleExpired", detail)
}

/// The session token among the cookies, if it has a token's form.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, token) = pairs.find(|(name, _)| *name == COOKIE)?;
    let formed = token.len() == TOKEN_DIGITS && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    formed.then(|| token.to_owned())
}
