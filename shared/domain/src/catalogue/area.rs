//! The town's area: villages (level 2) and grids (level 3), with their people and centres.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codes::{GridCode, VillageCode, VillageKind};
use super::error::{RowError, RowErrorCode};
use super::files::Files;
use super::insert_new;
use super::place::Point;
use super::table::{Row, Table};
use super::town::Town;

/// Villages and communities.
pub(crate) const VILLAGES: &str = "villages.csv";
/// Level-3 grids.
pub(crate) const GRIDS: &str = "grids.csv";
/// Farther than this from the origin nothing belongs to one town, in metres.
const MAX_OFFSET_M: i32 = 100_000;

/// A village or community (村居).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Village {
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Village or community.
    pub kind: VillageKind,
    /// The part of the town, in Chinese.
    pub subarea_zh: String,
    /// The part of the town, in English.
    pub subarea_en: String,
    /// Registered residents.
    pub registered_population: u32,
    /// Migrant residents.
    pub migrant_population: u32,
    /// How many grids it has.
    pub grid_count: u32,
    /// Its centre.
    pub center: Point,
}

/// A level-3 grid (网格).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Its own code.
    pub code: GridCode,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The village it belongs to.
    pub village: VillageCode,
    /// Registered residents.
    pub population: u32,
    /// Households.
    pub households: u32,
    /// Who heads it (网格长), who works it (网格员), who patrols it (巡查员): staff codes.
    pub leader_code: String,
    /// 网格员
    pub worker_code: String,
    /// 巡查员
    pub patroller_code: String,
    /// The terminal it reports with.
    pub terminal_code: String,
    /// Its centre; the grid is what is nearer to it than to any other.
    pub center: Point,
}

/// Reads the villages and compares their sums with the town's.
pub(crate) fn villages(
    files: &Files<'_>,
    town: &Town,
    errors: &RefCell<Vec<RowError>>,
) -> BTreeMap<VillageCode, Village> {
    let columns = [
        "village_code",
        "short_code",
        "name_zh",
        "name_en",
        "kind",
        "kind_zh",
        "subarea_zh",
        "subarea_en",
        "registered_population",
        "migrant_population",
        "households",
        "area_km2",
        "level3_grid_count",
        "level2_grid_code",
        "four_ones_status",
        "x_m",
        "y_m",
    ];
    let table = Table::read(VILLAGES, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        insert_new(&mut found, &row, "village_code", village(&row, town));
    }
    let total = |of: fn(&Village) -> u32| found.values().map(of).fold(0u32, u32::saturating_add);
    let sums = [
        ("registered_population", total(|v| v.registered_population), town.registered_population),
        ("migrant_population", total(|v| v.migrant_population), town.migrant_population),
    ];
    for (column, sum, expected) in sums.into_iter().filter(|(_, sum, expected)| sum != expected) {
        let detail = format!("the villages have {sum}, the town has {expected}");
        let error = RowError::file(VILLAGES, RowErrorCode::Mismatch, detail);
        errors.borrow_mut().push(RowError { column: column.to_owned(), ..error });
    }
    found
}

fn village(row: &Row<'_>, town: &Town) -> Option<Village> {
    let within = row.raw("village_code").starts_with(town.code.as_str());
    if row.parse::<VillageCode>("village_code").is_some() && !within {
        row.fail("village_code", RowErrorCode::Mismatch, format!("is not in the town {}", town.code));
    }
    let (name_zh, name_en, kind) = (row.text("name_zh"), row.text("name_en"), row.parse("kind"));
    let (subarea_zh, subarea_en) = (row.text("subarea_zh"), row.text("subarea_en"));
    let (registered, migrant) = (row.parse("registered_population"), row.parse("migrant_population"));
    let (grid_count, center) = (row.parse("level3_grid_count"), center(row, town));
    Some(Village {
        name_zh: name_zh?,
        name_en: name_en?,
        kind: kind?,
        subarea_zh: subarea_zh?,
        subarea_en: subarea_en?,
        registered_population: registered?,
        migrant_population: migrant?,
        grid_count: grid_count?,
        center: center?,
    })
}

fn center(row: &Row<'_>, town: &Town) -> Option<Point> {
    let metres = |column| {
        let metres = row.parse::<i32>(column)?;
        if !(-MAX_OFFSET_M..=MAX_OFFSET_M).contains(&metres) {
            let detail = format!("{metres}, must be at most {MAX_OFFSET_M} m from the origin");
            row.fail(column, RowErrorCode::OutOfRange, detail);
        }
        Some(metres)
    };
    let (x_m, y_m) = (metres("x_m"), metres("y_m"));
    Some(town.origin.at(x_m?, y_m?))
}

/// Reads the grids and compares them with the villages they belong to.
pub(crate) fn grids(
    files: &Files<'_>,
    town: &Town,
    villages: &BTreeMap<VillageCode, Village>,
    errors: &RefCell<Vec<RowError>>,
) -> BTreeMap<GridCode, Grid> {
    let columns = [
        "grid_code",
        "short_code",
        "name_zh",
        "name_en",
        "natural_village_zh",
        "village_code",
        "village_zh",
        "subarea_zh",
        "grid_level",
        "population",
        "households",
        "feature_zh",
        "leader_code",
        "worker_code",
        "patroller_code",
        "terminal_code",
        "x_m",
        "y_m",
    ];
    let table = Table::read(GRIDS, files, &columns, errors);
    let mut found = BTreeMap::new();
    for row in table.rows() {
        insert_new(&mut found, &row, "grid_code", grid(&row, town, villages));
    }
    compare(villages, &found, errors);
    found
}

fn grid(row: &Row<'_>, town: &Town, villages: &BTreeMap<VillageCode, Village>) -> Option<Grid> {
    let (code, village) = (row.parse::<GridCode>("grid_code"), village_of(row, villages));
    if let (Some(code), Some(village)) = (&code, &village)
        && !code.as_str().starts_with(village.as_str())
    {
        row.fail("grid_code", RowErrorCode::Mismatch, format!("{code} does not begin with {village}"));
    }
    if row.raw("grid_level") != "3" {
        row.fail("grid_level", RowErrorCode::Format, format!("\"{}\" is not 3", row.raw("grid_level")));
    }
    let (name_zh, name_en) = (row.text("name_zh"), row.text("name_en"));
    let (population, households) = (row.parse("population"), row.parse("households"));
    let (leader, worker) = (row.text("leader_code"), row.text("worker_code"));
    let (patroller, terminal) = (row.text("patroller_code"), row.text("terminal_code"));
    let center = center(row, town);
    Some(Grid {
        code: code?,
        name_zh: name_zh?,
        name_en: name_en?,
        village: village?,
        population: population?,
        households: households?,
        leader_code: leader?,
        worker_code: worker?,
        patroller_code: patroller?,
        terminal_code: terminal?,
        center: center?,
    })
}

/// The row's village, whose name it repeats.
fn village_of(row: &Row<'_>, villages: &BTreeMap<VillageCode, Village>) -> Option<VillageCode> {
    let code = row.parse::<VillageCode>("village_code")?;
    match villages.get(&code) {
        None => row.fail("village_code", RowErrorCode::UnknownReference, code.as_str()),
        Some(village) if village.name_zh != row.raw("village_zh") => {
            row.fail("village_zh", RowErrorCode::Mismatch, format!("{code} is {}", village.name_zh));
        }
        Some(_) => {}
    }
    Some(code)
}

/// A village's grids are as many, and have as many people, as the village.
fn compare(
    villages: &BTreeMap<VillageCode, Village>,
    grids: &BTreeMap<GridCode, Grid>,
    errors: &RefCell<Vec<RowError>>,
) {
    let mut sums: BTreeMap<&VillageCode, (u32, u32)> = BTreeMap::new();
    for grid in grids.values() {
        let (count, people) = sums.entry(&grid.village).or_default();
        *count = count.saturating_add(1);
        *people = people.saturating_add(grid.population);
    }
    for (code, village) in villages {
        let (count, people) = sums.get(code).copied().unwrap_or_default();
        let wrong = |column: &str, of_grids: u32, of_village: u32| {
            let detail = format!("the grids of {code} give {of_grids}, the village {of_village}");
            let error = RowError::file(GRIDS, RowErrorCode::Mismatch, detail);
            errors.borrow_mut().push(RowError { column: column.to_owned(), ..error });
        };
        if count != village.grid_count {
            wrong("grid_code", count, village.grid_count);
        } else if people != village.registered_population {
            wrong("population", people, village.registered_population);
        }
    }
}
