//! Sealing what may name a person before it reaches the store, and opening it for those who may see it.

use domain::aggregate::Aggregate as _;
use domain::order::{Sealed, Text, WorkOrder};
use http::StatusCode;
use service::keys::DataKey;
use service::{Call, Keys, Problem};
use store::{Document, Platform};

/// Seals what may name a person before anything reaches the store.
pub struct Sealer<'a, P> {
    /// The request, for entropy.
    pub call: &'a Call<P>,
    /// The document's data key.
    pub key: &'a DataKey,
}

impl<P: Platform> Sealer<'_, P> {
    /// `text` as the field `field`.
    ///
    /// # Errors
    /// 503 when it cannot be sealed.
    pub fn seal(&self, field: &str, text: &str) -> Result<Sealed, Problem> {
        self.key.seal(field, self.call.access.random(), text).map_err(|_| Problem::unavailable())
    }

    /// The same where there may be nothing.
    ///
    /// # Errors
    /// See [`Self::seal`].
    pub fn optional(&self, field: &str, text: Option<&String>) -> Result<Option<Sealed>, Problem> {
        text.map(|text| self.seal(field, text)).transpose()
    }

    /// Free text: sealed where the matter is confidential, because it may tell who wrote it.
    ///
    /// # Errors
    /// See [`Self::seal`].
    pub fn text(&self, field: &str, text: String, confidential: bool) -> Result<Text, Problem> {
        Ok(if confidential { Text::Sealed(self.seal(field, &text)?) } else { Text::Open(text) })
    }
}

/// Opens what is sealed in one document, for its owner.
pub struct Opener(Option<DataKey>);

impl Opener {
    /// A destroyed data key leaves the case readable without its sealed parts.
    #[must_use]
    pub fn new(document: &Document<WorkOrder>, keys: &Keys) -> Self {
        let wrapped = document.key.as_deref();
        Self(wrapped.and_then(|wrapped| keys.data_key(WorkOrder::KIND, &document.id, wrapped).ok()))
    }

    /// A sealed field; empty when it cannot be opened.
    #[must_use]
    pub fn sealed(&self, field: &str, sealed: &Sealed) -> String {
        self.0.as_ref().and_then(|key| key.open(field, sealed).ok()).unwrap_or_default()
    }

    /// A sealed field that may be missing or empty.
    #[must_use]
    pub fn optional(&self, field: &str, sealed: Option<&Sealed>) -> Option<String> {
        sealed.map(|sealed| self.sealed(field, sealed)).filter(|text| !text.is_empty())
    }

    /// Free text, sealed or not.
    #[must_use]
    pub fn text(&self, field: &str, text: &Text) -> String {
        match text {
            Text::Open(text) => text.clone(),
            Text::Sealed(sealed) => self.sealed(field, sealed),
        }
    }
}

/// Free text that goes into `document`, sealed under its own key where the matter is confidential.
///
/// # Errors
/// 503 when the document's key cannot be opened or the text not be sealed.
pub fn seal_text<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    document: &Document<WorkOrder>,
    field: &str,
    text: String,
) -> Result<Text, Problem> {
    if !document.state.registered.confidential {
        return Ok(Text::Open(text));
    }
    Ok(Text::Sealed(seal_field(call, keys, document, field, &text)?))
}

/// What always has to be sealed, under the key of `document`.
///
/// # Errors
/// See [`seal_text`]; 409 `erased` where the key is destroyed.
pub fn seal_field<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    document: &Document<WorkOrder>,
    field: &str,
    text: &str,
) -> Result<Sealed, Problem> {
    let erased = || Problem::new(StatusCode::CONFLICT, "erased", "The personal data of this case was destroyed.");
    let wrapped = document.key.as_deref().ok_or_else(erased)?;
    let key = keys.data_key(WorkOrder::KIND, &document.id, wrapped).map_err(|_| Problem::unavailable())?;
    Sealer { call, key: &key }.seal(field, text)
}
