//! The compiled catalogue: the checked value in the form that functions read.
//!
//! Instances come and go by the hundred, and each reads the catalogue before it can answer, so the form is made for
//! reading: [postcard](https://postcard.jamesmunns.com/wire-format), fields in the order of their declaration, after
//! one number that names the format. Nothing here is evidence; the files are, and compiling them again gives it back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Catalogue, Town, Unit, UnitCode, Village, VillageCode};
use std::collections::BTreeMap;

/// Must grow with every change to a type inside [`Catalogue`]; the test below notices.
const FORMAT: u16 = 4;

/// Why compiled bytes cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompiledError {
    /// Another release of OneTown wrote them: the files have to be loaded again.
    #[error("the compiled catalogue has another format")]
    OtherFormat,
    /// They are no catalogue.
    #[error("the compiled catalogue is damaged")]
    Damaged,
}

/// What can be read from the front of a compiled catalogue: the whole, or as much as a function needs.
pub trait Compiled: DeserializeOwned {
    /// Reads it.
    ///
    /// # Errors
    /// [`CompiledError`].
    fn from_compiled(bytes: &[u8]) -> Result<Self, CompiledError> {
        let (format, rest) = postcard::take_from_bytes::<u16>(bytes).map_err(|_| CompiledError::Damaged)?;
        if format != FORMAT {
            return Err(CompiledError::OtherFormat);
        }
        postcard::take_from_bytes(rest).map(|(value, _)| value).map_err(|_| CompiledError::Damaged)
    }
}

impl Compiled for Catalogue {}

/// The first fields of a [`Catalogue`], in its order: what functions need that do not handle matters.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct CatalogueHead {
    /// See [`Catalogue::version`].
    pub version: String,
    /// See [`Catalogue::town`].
    pub town: Town,
    /// See [`Catalogue::units`].
    pub units: BTreeMap<UnitCode, Unit>,
    /// See [`Catalogue::villages`].
    pub villages: BTreeMap<VillageCode, Village>,
}

impl Compiled for CatalogueHead {}

/// What names of units and villages mean: the part of a catalogue that other tables refer to.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// See [`Catalogue::town`].
    pub town: &'a Town,
    /// See [`Catalogue::units`].
    pub units: &'a BTreeMap<UnitCode, Unit>,
    /// See [`Catalogue::villages`].
    pub villages: &'a BTreeMap<VillageCode, Village>,
}

impl CatalogueHead {
    /// What its names mean.
    #[must_use]
    pub const fn places(&self) -> Places<'_> {
        Places { town: &self.town, units: &self.units, villages: &self.villages }
    }

    /// Whether `code` names a unit that can be given work: a department, another unit or a village.
    #[must_use]
    pub fn is_unit(&self, code: &UnitCode) -> bool {
        super::is_unit(&self.units, &self.villages, code)
    }
}

impl Catalogue {
    /// What its names mean.
    #[must_use]
    pub const fn places(&self) -> Places<'_> {
        Places { town: &self.town, units: &self.units, villages: &self.villages }
    }

    /// The compiled form.
    ///
    /// # Errors
    /// None that a parsed catalogue could cause; the encoder's type has one.
    pub fn compile(&self) -> Result<Vec<u8>, CompiledError> {
        #[derive(Serialize)]
        struct Formatted<'a>(u16, &'a Catalogue);
        postcard::to_allocvec(&Formatted(FORMAT, self)).map_err(|_| CompiledError::Damaged)
    }
}
