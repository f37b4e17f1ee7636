//! Broken files: every mistake is found, with the row a spreadsheet shows.
#![expect(clippy::unwrap_used, reason = "test helpers: what is not there fails the test")]

mod common;

use std::collections::BTreeMap;

use common::yundu;
use domain::catalogue::{Catalogue, RowErrorCode};

type Files = BTreeMap<String, Vec<u8>>;

fn text(files: &Files, file: &str) -> String {
    String::from_utf8(files[file].clone()).unwrap()
}

/// The town with `from` replaced by `to` in one file, which must contain it.
fn with(file: &str, from: &str, to: &str) -> Files {
    let mut files = yundu();
    let before = text(&files, file);
    assert!(before.contains(from), "{file} has no {from}");
    files.insert(file.to_owned(), before.replacen(from, to, 1).into_bytes());
    files
}

fn mistakes(files: &Files) -> Vec<(String, u32, String, RowErrorCode)> {
    let errors = Catalogue::parse(files).unwrap_err();
    errors.into_iter().map(|e| (e.file, e.row, e.column, e.code)).collect()
}

fn assert_one(files: &Files, file: &str, row: u32, column: &str, code: RowErrorCode) {
    assert_eq!(mistakes(files), [(file.to_owned(), row, column.to_owned(), code)]);
}

#[test]
fn byte_order_marks_and_windows_line_ends_change_nothing_but_the_version() {
    let plain = Catalogue::parse(&yundu()).unwrap();
    let mut files = yundu();
    for bytes in files.values_mut() {
        let windows = String::from_utf8(std::mem::take(bytes)).unwrap().replace('\n', "\r\n");
        *bytes = format!("\u{feff}{windows}").into_bytes();
    }
    let mut windows = Catalogue::parse(&files).unwrap();
    assert_ne!(windows.version, plain.version);
    windows.version.clone_from(&plain.version);
    windows.calendar.version.clone_from(&plain.calendar.version);
    assert_eq!(windows, plain);
}

#[test]
fn files_of_other_functions_are_ignored() {
    let mut files = yundu();
    files.insert("inspectors.csv".to_owned(), b"\xff\xfe".to_vec());
    let version = Catalogue::parse(&files).unwrap().version;
    assert_eq!(version, Catalogue::parse(&yundu()).unwrap().version);
}

#[test]
fn a_missing_file_is_named() {
    let mut files = yundu();
    files.remove("departments.csv");
    let errors = mistakes(&files);
    assert!(errors.contains(&("departments.csv".to_owned(), 0, String::new(), RowErrorCode::MissingFile)));
    files.remove("town.toml");
    assert_one(&files, "town.toml", 0, "", RowErrorCode::MissingFile);
}

#[test]
fn a_header_has_just_its_columns() {
    let renamed = with("departments.csv", "name_en", "name_english");
    let found: Vec<_> = mistakes(&renamed).into_iter().filter(|e| e.0 == "departments.csv").collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|e| e.1 == 1 && e.3 == RowErrorCode::Header));
    let empty = Files::from_iter(yundu().into_iter().map(|(f, b)| if f == "grids.csv" { (f, vec![]) } else { (f, b) }));
    assert!(mistakes(&empty).contains(&("grids.csv".to_owned(), 0, String::new(), RowErrorCode::Header)));
}

#[test]
fn columns_may_come_in_any_order() {
    let mut files = yundu();
    let years = text(&files, "calendar_years.csv");
    let swapped: String = years
        .lines()
        .map(|line| line.split(',').rev().collect::<Vec<_>>().join(","))
        .fold(String::new(), |all, line| all + &line + "\n");
    files.insert("calendar_years.csv".to_owned(), swapped.into_bytes());
    assert!(Catalogue::parse(&files).is_ok());
}

#[test]
fn codes_are_unique_also_over_two_files() {
    assert_one(
        &with("org_units_other.csv", "S04,", "D01,"),
        "org_units_other.csv",
        10,
        "unit_code",
        RowErrorCode::Duplicate,
    );
    let twice = with("complaint_taxonomy.csv", ",T0103,", ",T0102,");
    assert_one(&twice, "complaint_taxonomy.csv", 8, "category_code", RowErrorCode::Duplicate);
}

#[test]
fn references_must_resolve() {
    let unit = with("complaint_taxonomy.csv", "Noise,D08", "Noise,D99");
    assert_one(&unit, "complaint_taxonomy.csv", 12, "default_dept", RowErrorCode::UnknownReference);
    let class =
        with("complaint_taxonomy.csv", "T01,城市管理,Urban management,T0102", "T01,城管,Urban management,T0102");
    assert_one(&class, "complaint_taxonomy.csv", 7, "class_zh", RowErrorCode::Mismatch);
    let number = with("complaint_taxonomy.csv", "Noise,D08,normal,N,N,", "Noise,D08,normal,N,N,110");
    assert_one(&number, "complaint_taxonomy.csv", 12, "emergency_number", RowErrorCode::Mismatch);
    let led = with("departments.csv", "信访与热线衔接,Y,N", "信访与热线衔接,N,N");
    let errors = mistakes(&led);
    assert!(!errors.is_empty() && errors.iter().all(|e| e.2 == "default_dept" && e.3 == RowErrorCode::Mismatch));
}

#[test]
fn a_grid_belongs_to_its_village() {
    let unknown = with("grids.csv", ",990181101001,云渡社区", ",990181101099,云渡社区");
    let errors = mistakes(&unknown);
    assert!(errors.contains(&("grids.csv".to_owned(), 2, "village_code".to_owned(), RowErrorCode::UnknownReference)));
    assert!(errors.contains(&("grids.csv".to_owned(), 2, "grid_code".to_owned(), RowErrorCode::Mismatch)));
    let other_name = with("grids.csv", ",990181101001,云渡社区", ",990181101001,古街社区");
    assert_one(&other_name, "grids.csv", 2, "village_zh", RowErrorCode::Mismatch);
    let short = with("grids.csv", "990181101001001,", "99018110100101,");
    let errors = mistakes(&short);
    assert!(errors.contains(&("grids.csv".to_owned(), 2, "grid_code".to_owned(), RowErrorCode::Format)));
}

#[test]
fn people_add_up_from_grid_to_village_to_town() {
    assert_one(&with("grids.csv", ",1252,432,", ",1253,432,"), "grids.csv", 0, "population", RowErrorCode::Mismatch);
    let town = with("town.toml", "registered_population = 200000", "registered_population = 200001");
    assert_one(&town, "villages.csv", 0, "registered_population", RowErrorCode::Mismatch);
    let word = with("grids.csv", ",1252,432,", ",many,432,");
    assert!(mistakes(&word).contains(&("grids.csv".to_owned(), 2, "population".to_owned(), RowErrorCode::Format)));
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_does_with_blank_lines_and_line_breaks_in_fields() {
    let mut files = yundu();
    let header = "unit_code,name_zh,name_en,role_zh,counts_in_13_depts\n";
    let rows = "\nC01,综合指挥中心,Centre,\"受理\n分流\",N\n\n\nP02,,Discipline,监督,N\nP03,财政,Finance,资金,X\n\
                P04,规划,Planning\nP05,规,Planning,库,Y\n";
    files.insert("org_units_other.csv".to_owned(), format!("{header}{rows}").into_bytes());
    let expected = [
        (6, "name_zh", RowErrorCode::Required),
        (7, "counts_in_13_depts", RowErrorCode::Format),
        (8, "", RowErrorCode::Malformed),
        (9, "counts_in_13_depts", RowErrorCode::Mismatch),
    ];
    let expect_all = |files: &Files| {
        let found = mistakes(files).into_iter().filter(|e| e.0 == "org_units_other.csv");
        let found: Vec<_> = found.map(|(_, row, column, code)| (row, column, code)).collect();
        let expected: Vec<_> = expected.iter().map(|(row, c, code)| (*row, (*c).to_owned(), *code)).collect();
        assert_eq!(found, expected);
    };
    expect_all(&files);
    let windows = format!("\u{feff}{header}{rows}").replace('\n', "\r\n");
    files.insert("org_units_other.csv".to_owned(), windows.into_bytes());
    expect_all(&files);
}

#[test]
fn limits_have_a_number_a_unit_and_no_type_is_missing() {
    let unit = with("appeal_types.csv", ",2,working_day,", ",2,day,");
    let errors = mistakes(&unit);
    assert!(errors.contains(&("appeal_types.csv".to_owned(), 2, "limit_unit".to_owned(), RowErrorCode::Format)));
    let zero = with("appeal_types.csv", ",2,working_day,", ",0,working_day,");
    assert_one(&zero, "appeal_types.csv", 2, "default_limit", RowErrorCode::OutOfRange);
    let negative = with("appeal_types.csv", ",2,working_day,", ",-2,working_day,");
    assert!(mistakes(&negative).iter().any(|e| e.2 == "default_limit" && e.3 == RowErrorCode::Format));
    let gone = with("urgency_levels.csv", "normal,", "calm,");
    let errors = mistakes(&gone);
    assert!(errors.contains(&("urgency_levels.csv".to_owned(), 0, "urgency".to_owned(), RowErrorCode::Required)));
    assert!(errors.contains(&("urgency_levels.csv".to_owned(), 5, "urgency".to_owned(), RowErrorCode::Format)));
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let mut files = yundu();
    files.insert("grids.csv".to_owned(), vec![b'\n'; 1_048_577]);
    assert!(mistakes(&files).contains(&("grids.csv".to_owned(), 0, String::new(), RowErrorCode::TooLarge)));
    let long = "云".repeat(700);
    let errors = mistakes(&with("departments.csv", "派出所", &long));
    assert!(errors.contains(&("departments.csv".to_owned(), 2, "name_zh".to_owned(), RowErrorCode::TooLarge)));
    let mut files = yundu();
    files
        .insert("calendar_years.csv".to_owned(), format!("year,status,source_zh\n{}", "a,b,c\n".repeat(20_001)).into());
    assert!(mistakes(&files).contains(&(
        "calendar_years.csv".to_owned(),
        20_002,
        String::new(),
        RowErrorCode::TooLarge
    )));
}

#[test]
fn what_is_not_utf8_is_refused() {
    let mut files = yundu();
    files.insert("villages.csv".to_owned(), b"\xd4\xc6\xb6\xc9".to_vec());
    assert!(mistakes(&files).contains(&("villages.csv".to_owned(), 0, String::new(), RowErrorCode::NotUtf8)));
}

#[test]
fn the_town_file_is_checked_line_by_line_and_by_range() {
    let unknown = with("town.toml", "photos_max = 9", "fotos_max = 9");
    let line = text(&unknown, "town.toml").lines().position(|l| l.starts_with("fotos_max")).unwrap() + 1;
    assert_one(&unknown, "town.toml", u32::try_from(line).unwrap(), "", RowErrorCode::Malformed);
    let bits = with("town.toml", "work_bits = 16", "work_bits = 64");
    assert_one(&bits, "town.toml", 0, "work_bits", RowErrorCode::OutOfRange);
    let bare = with("town.toml", "{ n = 24, unit = \"naturalHours\" }", "24");
    assert_eq!(mistakes(&bare)[0].3, RowErrorCode::Malformed);
    let days = with("town.toml", "{ n = 24, unit = \"naturalHours\" }", "{ n = 1, unit = \"workingDays\" }");
    assert_one(&days, "town.toml", 0, "urge_cooldown", RowErrorCode::Format);
    for (column, days) in [("reopen_window", 7), ("repeat_closed_window", 90), ("suspension_max", 30)] {
        let natural = format!("{column} = {{ n = {days}, unit = \"naturalDays\" }}");
        let working = with("town.toml", &natural, &natural.replace("natural", "working"));
        assert_one(&working, "town.toml", 0, column, RowErrorCode::Format);
    }
    for (column, limit) in [("address_per_minute", 10), ("address_per_minute_with_work", 60)] {
        let more = with("town.toml", &format!("{column} = {limit}"), &format!("{column} = 101"));
        assert_one(&more, "town.toml", 0, column, RowErrorCode::OutOfRange);
    }
    let hours = with("town.toml", "14:00-17:30", "11:00-17:30");
    assert_eq!(mistakes(&hours)[0].3, RowErrorCode::Malformed);
}

#[test]
fn a_repeated_header_and_a_place_far_away_are_reported() {
    let header = with("departments.csv", "short_id", "name_zh");
    let found: Vec<_> = mistakes(&header).into_iter().filter(|e| e.0 == "departments.csv").collect();
    assert!(found.iter().any(|e| e.2 == "name_zh" && e.3 == RowErrorCode::Header));
    let far = with("villages.csv", ",not_built,1560,604", ",not_built,1560000,604");
    assert_one(&far, "villages.csv", 3, "x_m", RowErrorCode::OutOfRange);
}
