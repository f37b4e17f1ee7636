//! Requests that another system may send as well as a person.
//!
//! A key opens only what a handler opens for it: who wants one asks for [`Reader`] instead of [`StaffCall`] and names
//! the scope. Everything else goes on knowing sessions only, so the default is no. A key comes in the header
//! `Authorization: Bearer otk_<id>_<secret>`; a browser never sends that by itself, so it needs no further token.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use canon::{DocId, Hash, sha256};
use domain::aggregate::Aggregate as _;
use domain::integration::IntegrationKey;
use domain::permission::Scope;
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Deserialize;
use store::{Platform, StoreError};

use crate::app::App;
use crate::call::Call;
use crate::keys::same_hash;
use crate::problem::Problem;
use crate::session::{Session, StaffCall};

/// How a key begins, so that people and secret scanners know one when they see it.
const PREFIX: &str = "otk_";

/// A reading request of a person, or of another system.
pub struct Reader<P> {
    staff: StaffCall<P>,
    /// What the other system's key may ask; none for a person.
    scopes: Option<BTreeSet<Scope>>,
}

/// Of a stored key, what a request needs.
#[derive(Deserialize)]
struct Stored {
    state: IntegrationKey,
}

impl<P: Platform> FromRequestParts<App<P>> for Reader<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App<P>) -> Result<Self, Problem> {
        let call = Call::from_request_parts(parts, app).await?;
        let Some(key) = call.bearer().filter(|token| token.starts_with(PREFIX)).map(str::to_owned) else {
            return Ok(Self { staff: StaffCall::from_request_parts(parts, app).await?, scopes: None });
        };
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return Err(refused());
        }
        let (id, key) = find(&call, &key).await?;
        let account = format!("key.{id}").parse().map_err(|_| refused())?;
        let now = call.access.now();
        let session = Session {
            staff: id,
            account,
            display_name: key.name,
            roles: Vec::new(),
            unit: None,
            centre: false,
            grid: None,
            created: now,
            last_seen: now,
            until: now,
            role_ends: false,
        };
        Ok(Self { staff: StaffCall { call, session, token: String::new() }, scopes: Some(key.scopes) })
    }
}

impl<P> Reader<P> {
    /// The request of a person as it is, or that of another system whose key has `scope`: with the scope's role then.
    ///
    /// # Errors
    /// 403 `scopeMissing`.
    pub fn within(self, scope: Scope) -> Result<StaffCall<P>, Problem> {
        let Self { mut staff, scopes } = self;
        match scopes {
            None => Ok(staff),
            Some(scopes) if scopes.contains(&scope) => {
                staff.session.roles = vec![scope.role()];
                Ok(staff)
            }
            Some(_) => {
                let detail = "The key does not have the scope that this needs. An administrator can make another key.";
                Err(Problem::new(StatusCode::FORBIDDEN, "scopeMissing", detail).with("scope", scope.as_str()))
            }
        }
    }
}

/// The key behind a token. Unknown, wrong, revoked and over are one answer.
async fn find<P: Platform>(call: &Call<P>, token: &str) -> Result<(DocId, IntegrationKey), Problem> {
    let (id, secret) = token.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or_else(refused)?;
    let id = DocId::parse(id).map_err(|_| refused())?;
    let document = store::keys::document(IntegrationKey::KIND, &id);
    let bytes = call.access.get(&document).await?.ok_or_else(refused)?;
    let Stored { state: key } = canon::read(&bytes).map_err(StoreError::from)?;
    if same_hash(&key.secret, &hash_of(secret)) && key.is_valid_on(call.access.now().date()) {
        Ok((id, key))
    } else {
        Err(refused())
    }
}

/// The key as it is shown, once.
#[must_use]
pub fn token(id: &DocId, secret: &str) -> String {
    format!("{PREFIX}{id}_{secret}")
}

/// What is stored of a key's secret part.
#[must_use]
pub fn hash_of(secret: &str) -> Hash {
    sha256(&[b"onetown/integration-key/v1\n", secret.as_bytes()])
}

fn refused() -> Problem {
    let detail = "The key is not right, not valid any more, or not for this. Ask the administrator who made it.";
    Problem::new(StatusCode::UNAUTHORIZED, "keyRefused", detail)
}
