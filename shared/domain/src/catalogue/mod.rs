//! What a town is made of, read from its files into one immutable value.
//!
//! Nothing that differs between two towns is a constant in code: units,
//! villages, grids, categories, limits and the calendar come from `town.toml`
//! and CSV files. [`Catalogue::parse`] either gives a catalogue in which every
//! reference resolves and every sum agrees, or all the mistakes with the rows
//! where a person finds them. A parsed catalogue is kept compiled and read
//! back without parsing again. It holds no personal data; staff appear as codes only.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod appeals;
mod area;
mod calendar_rows;
mod codes;
mod compiled;
pub(crate) mod error;
pub(crate) mod files;
mod history;
mod hotline;
mod map;
mod notices;
mod place;
mod plane;
mod promise;
pub(crate) mod table;
mod town;
mod units;
mod view;

pub use appeals::{AppealTypeInfo, Category, CategoryClass, UrgencyLevel};
pub use area::{Grid, Village};
pub use codes::{
    AppealType, CategoryCode, CheckMethod, ClassCode, CodeError, DrawId, EmergencyNumber, Employment, GridCode,
    InspectorCode, ItemClass, ItemCode, SubjectCode, SubjectKind, SubjectStatus, TownCode, UnitCode, Urgency,
    VillageCode, VillageKind,
};
pub use compiled::{CatalogueHead, Compiled, CompiledError, Places};
pub use error::{RowError, RowErrorCode};
pub use history::{
    CatalogueCommand, CatalogueEvent, CatalogueHistory, CatalogueRejection, FileRef, InForce, Load, Planned,
};
pub use map::{Located, Polygon, Ring, TownMap};
pub use notices::Notice;
pub use place::{Origin, Point};
pub use town::{HandlingLimits, Town, TownLimits};
pub use units::{Unit, UnitKind};
pub use view::{
    AppealTypeView, CatalogueView, CategoryClassView, CategoryView, GridView, LimitsView, TownView, VillageView,
};

use crate::calendar::Calendar;
use files::Files;
use table::Row;

/// The files a catalogue is read from, in the order in which they are read.
pub const FILES: &[&str] = &[
    town::TOWN,
    calendar_rows::YEARS,
    calendar_rows::DAYS,
    units::DEPARTMENTS,
    units::OTHER_UNITS,
    appeals::APPEAL_TYPES,
    appeals::URGENCY_LEVELS,
    appeals::TAXONOMY,
    area::VILLAGES,
    area::GRIDS,
    hotline::HOTLINE,
    notices::NOTICES,
];

/// A whole town. Immutable; changed files give a new catalogue with a new version. The order of the fields is the
/// compiled form's; [`CatalogueHead`] has the first four.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Names the content of the files; 16 hexadecimal digits.
    pub version: String,
    /// The town itself and its limits.
    pub town: Town,
    /// Departments and other units.
    pub units: BTreeMap<UnitCode, Unit>,
    /// Villages and communities.
    pub villages: BTreeMap<VillageCode, Village>,
    /// Its working days.
    pub calendar: Calendar,
    /// All appeal types.
    pub appeal_types: BTreeMap<AppealType, AppealTypeInfo>,
    /// All urgency levels.
    pub urgency_levels: BTreeMap<Urgency, UrgencyLevel>,
    /// Classes of categories.
    pub classes: BTreeMap<ClassCode, CategoryClass>,
    /// Categories of matters.
    pub categories: BTreeMap<CategoryCode, Category>,
    /// Level-3 grids.
    pub grids: BTreeMap<GridCode, Grid>,
    /// The platforms above, as the text that [`crate::hotline::Upstreams::of`] reads: only two functions need them, and
    /// the others should not carry their reader.
    pub hotline: String,
    /// Where the town ends: a convex ring, counter-clockwise.
    pub outline: Vec<Point>,
    /// What it tells everybody.
    pub notices: Vec<Notice>,
}

impl Catalogue {
    /// Reads a town from its files, by name ([`FILES`]); other files are ignored.
    ///
    /// # Errors
    /// All mistakes in all files, ordered by file and row. Without a readable `town.toml` only
    /// that is reported, because the rest is measured against it.
    pub fn parse(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<RowError>> {
        let (files, errors) = (Files(files), RefCell::default());
        let catalogue = Self::read(&files, &errors);
        let mut errors = errors.into_inner();
        errors.sort_unstable();
        match catalogue {
            Some(catalogue) if errors.is_empty() => Ok(catalogue),
            _ => Err(errors),
        }
    }

    fn read(files: &Files<'_>, errors: &RefCell<Vec<RowError>>) -> Option<Self> {
        let town = town::read(files, errors)?;
        let calendar = calendar_rows::read(files, town.office_hours.clone(), errors);
        let units = units::read(files, &town, errors);
        let appeal_types = appeals::appeal_types(files, errors);
        let urgency_levels = appeals::urgency_levels(files, errors);
        let (classes, categories) = appeals::taxonomy(files, &units, errors);
        let villages = area::villages(files, &town, errors);
        let grids = area::grids(files, &town, &villages, errors);
        let hotline = hotline::read(files, &categories, errors);
        let outline = map::outline(&town.origin, &grids);
        let notices = notices::read(files, errors);
        let version = files.version(FILES);
        Some(Self {
            version,
            town,
            calendar,
            appeal_types,
            urgency_levels,
            classes,
            categories,
            units,
            villages,
            grids,
            hotline,
            outline,
            notices,
        })
    }

    /// Whether `code` names a unit that can be given work: a department, another unit or a village.
    #[must_use]
    pub fn is_unit(&self, code: &UnitCode) -> bool {
        is_unit(&self.units, &self.villages, code)
    }

    /// The grid whose centre is nearest to `place`, the smaller code where two are equally near, and how far that is in
    /// metres. None where the town has no grids.
    fn nearest(&self, place: Point) -> Option<(&Grid, u32)> {
        let origin = &self.town.origin;
        let spot = origin.spot(place);
        let nearest = self.grids.values().min_by_key(|grid| spot.square_to(origin.spot(grid.center)))?;
        Some((nearest, self.distance_m(place, nearest.center)))
    }

    /// The distance between two points in metres.
    #[must_use]
    pub fn distance_m(&self, a: Point, b: Point) -> u32 {
        self.town.origin.distance_m(a, b)
    }
}

fn is_unit(units: &BTreeMap<UnitCode, Unit>, villages: &BTreeMap<VillageCode, Village>, code: &UnitCode) -> bool {
    let village = || code.as_str().parse::<VillageCode>();
    units.contains_key(code) || village().is_ok_and(|village| villages.contains_key(&village))
}

/// Adds a row under the code in `column`; a code that is not new is reported.
pub(crate) fn insert_new<K: FromStr<Err: std::fmt::Display> + Ord, V>(
    map: &mut BTreeMap<K, V>,
    row: &Row<'_>,
    column: &str,
    value: Option<V>,
) {
    let Some(key) = row.parse::<K>(column) else { return };
    match (map.entry(key), value) {
        (Entry::Occupied(_), _) => row.fail(column, RowErrorCode::Duplicate, row.raw(column)),
        (Entry::Vacant(free), Some(value)) => {
            free.insert(value);
        }
        (Entry::Vacant(_), None) => {}
    }
}
