//! The demo town, read whole: counts, references, places, promises and the public view.
#![expect(clippy::unwrap_used, reason = "test helpers: what is not there fails the test")]

mod common;

use std::sync::LazyLock;

use common::{at, yundu};
use domain::catalogue::{
    AppealType, Catalogue, CatalogueHead, Compiled as _, CompiledError, EmergencyNumber, Point, UnitCode, UnitKind,
    Urgency,
};
use domain::limit::LimitUnit::{NaturalHours, WorkingDays};
use domain::limit::{Limit, Rule};
use proptest::prelude::*;

static YUNDU: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::parse(&yundu()).unwrap());

#[test]
fn yundu_is_complete() {
    assert_eq!(YUNDU.villages.len(), 65);
    assert_eq!(YUNDU.grids.len(), 211);
    assert_eq!(YUNDU.units.values().filter(|unit| unit.kind == UnitKind::Department).count(), 13);
    assert_eq!(YUNDU.units.len(), 22);
    assert_eq!((YUNDU.classes.len(), YUNDU.categories.len()), (16, 94));
    assert_eq!(YUNDU.appeal_types.len(), 7);
    assert_eq!(YUNDU.urgency_levels.len(), 4);
    assert_eq!(YUNDU.version.len(), 16);
    assert!(YUNDU.calendar.is_workday("2024-02-09".parse().unwrap()));
}

#[test]
fn units_are_departments_other_units_and_villages() {
    let unit = |code: &str| YUNDU.is_unit(&code.parse::<UnitCode>().unwrap());
    assert!(unit("D04") && unit("P02") && unit("C01") && unit("990181101065"));
    assert!(!unit("D14") && !unit("990181101066"));
}

#[test]
fn the_four_emergencies_name_the_number_to_call() {
    let number = |code: &str| YUNDU.categories[&code.parse().unwrap()].emergency_number;
    assert_eq!(number("T0001"), Some(EmergencyNumber::Police));
    assert_eq!(number("T0002"), Some(EmergencyNumber::Fire));
    assert_eq!(number("T0003"), Some(EmergencyNumber::Ambulance));
    assert_eq!(number("T0004"), Some(EmergencyNumber::Traffic));
    assert_eq!(YUNDU.categories.values().filter(|category| category.emergency_number.is_some()).count(), 4);
    assert!(YUNDU.categories.values().all(|c| c.emergency_number.is_none() || c.urgency == Urgency::Emergency));
}

#[test]
fn urgencies_have_their_order_and_only_people_make_an_emergency() {
    assert!(Urgency::Emergency > Urgency::Urgent && Urgency::Urgent > Urgency::Priority);
    assert!(Urgency::Priority > Urgency::Normal);
    let raised = Urgency::ALL.iter().map(|urgency| urgency.raised()).collect::<Vec<_>>();
    assert_eq!(raised, [Urgency::Priority, Urgency::Urgent, Urgency::Urgent, Urgency::Emergency]);
}

#[test]
fn a_compiled_catalogue_comes_back_the_same_whole_or_in_front() {
    let bytes = YUNDU.compile().unwrap();
    assert_eq!(Catalogue::from_compiled(&bytes).unwrap(), *YUNDU);
    let head = CatalogueHead::from_compiled(&bytes).unwrap();
    assert_eq!((&head.version, &head.town), (&YUNDU.version, &YUNDU.town));
    assert_eq!((&head.units, &head.villages), (&YUNDU.units, &YUNDU.villages));
    for unit in ["C01", "D01", "990181101001", "990181101066", "X99"] {
        let unit = unit.parse().unwrap();
        assert_eq!(head.is_unit(&unit), YUNDU.is_unit(&unit), "{unit}");
    }
}

#[test]
fn what_is_no_compiled_catalogue_of_this_release_is_refused() {
    let bytes = YUNDU.compile().unwrap();
    let other = [&[0x7f], &bytes[1..]].concat();
    assert_eq!(Catalogue::from_compiled(&other), Err(CompiledError::OtherFormat));
    for length in [0, 1, 100, bytes.len() - 1] {
        assert_eq!(Catalogue::from_compiled(&bytes[..length]), Err(CompiledError::Damaged), "{length} bytes");
    }
}

#[test]
fn the_compiled_form_changes_only_with_its_number() {
    // A type inside the catalogue or the demo's files changed. If it was a type: raise FORMAT, or functions would read
    // nonsense after an update. Then put the new hash here.
    let bytes = YUNDU.compile().unwrap();
    assert_eq!(bytes[0], 4);
    assert_eq!(
        canon::sha256(&[&bytes]).to_string(),
        "58ec7f5340d1e38759179fd6d1dc4e62965b20b8b970e4ff2c2e0cb19cb4d9ca"
    );
}

#[test]
fn every_grid_centre_lies_in_its_own_grid() {
    for grid in YUNDU.grids.values() {
        let located = YUNDU.locate(grid.center).unwrap();
        assert_eq!((located.grid.code.as_str(), located.approx), (grid.code.as_str(), false));
    }
}

#[test]
fn a_place_outside_of_the_town_has_no_grid() {
    let origin = YUNDU.town.origin;
    assert!(YUNDU.locate(origin.at(0, 9_500)).is_none());
    let beijing = Point { lon_e7: 1_163_912_760, lat_e7: 399_072_000 };
    assert!(YUNDU.locate(beijing).is_none());
    assert!(YUNDU.locate(Point { lon_e7: i32::MIN, lat_e7: i32::MAX }).is_none());
}

proptest! {
    /// Against the grids' metre coordinates in the file, without degrees.
    #[test]
    fn the_grid_found_is_the_nearest_in_metres(x in -7_000..7_000i64, y in -7_000..7_000i64) {
        let mut reader = csv::Reader::from_reader(std::io::Cursor::new(yundu().remove("grids.csv").unwrap()));
        let centres: Vec<(i64, i64)> = reader.records().map(Result::unwrap)
            .map(|row| (row[16].parse().unwrap(), row[17].parse().unwrap())).collect();
        let square = |(cx, cy): &(i64, i64)| ((cx - x).pow(2) + (cy - y).pow(2)).unsigned_abs();
        let exact = i64::try_from(centres.iter().map(square).min().unwrap().isqrt()).unwrap();
        let place = YUNDU.town.origin.at(i32::try_from(x).unwrap(), i32::try_from(y).unwrap());
        match YUNDU.locate(place) {
            Some(located) => {
                let metres = YUNDU.distance_m(place, located.grid.center);
                prop_assert!((i64::from(metres) - exact).abs() <= 1, "{} {}", metres, exact);
            }
            None => prop_assert!(exact >= 1_999),
        }
    }
}

fn effective(start: &str, appeal: AppealType, urgency: Urgency) -> (Limit, String) {
    let (limit, due) = YUNDU.effective_limit(at(start), appeal, urgency, Rule::PROMISE).unwrap();
    (limit, due.at.to_string())
}

#[test]
fn the_earlier_of_two_limits_is_promised() {
    let monday = "2026-11-23T10:00";
    let (limit, due) = effective(monday, AppealType::Complaint, Urgency::Normal);
    assert_eq!((limit, due.as_str()), (Limit::new(15, WorkingDays), "2026-12-15T00:00:00+08:00"));
    let (limit, due) = effective(monday, AppealType::Complaint, Urgency::Priority);
    assert_eq!((limit, due.as_str()), (Limit::new(3, WorkingDays), "2026-11-27T00:00:00+08:00"));
    let (limit, due) = effective(monday, AppealType::Consult, Urgency::Priority);
    assert_eq!((limit, due.as_str()), (Limit::new(2, WorkingDays), "2026-11-26T00:00:00+08:00"));
    let (limit, due) = effective(monday, AppealType::Help, Urgency::Urgent);
    assert_eq!((limit, due.as_str()), (Limit::new(24, NaturalHours), "2026-11-24T10:00:00+08:00"));
    let (limit, due) = effective(monday, AppealType::Report, Urgency::Emergency);
    assert_eq!((limit, due.as_str()), (Limit::new(2, NaturalHours), "2026-11-23T12:00:00+08:00"));
}

#[test]
fn a_promise_into_a_provisional_year_says_so() {
    let promised = |start| YUNDU.promised(at(start), AppealType::Complaint, Urgency::Normal).unwrap();
    assert!(!promised("2026-11-23T10:00").provisional);
    assert!(promised("2026-12-21T10:00").provisional);
    assert_eq!(promised("2026-11-23T10:00").calendar_version, YUNDU.calendar.version);
}

#[test]
fn the_public_view_has_what_a_form_needs() {
    let view = serde_json::to_value(YUNDU.view()).unwrap();
    assert_eq!(view["version"], YUNDU.version);
    assert_eq!(view["town"]["center"]["lonE7"], 1_199_000_000);
    assert_eq!(view["town"]["hotline"], "12345");
    assert_eq!(
        view["appealTypes"][4],
        serde_json::json!({
            "code": "report", "nameZh": "举报", "nameEn": "Report of wrongdoing",
            "limit": { "n": 15, "unit": "workingDays" }, "confidentialByDefault": true, "needsReply": true,
        })
    );
    assert_eq!(
        view["categories"][0]["items"][1],
        serde_json::json!({
            "code": "T0002", "nameZh": "火灾、爆炸、被困", "nameEn": "Fire, explosion or people trapped",
            "urgency": "emergency", "sensitive": false, "emergencyNumber": "119",
        })
    );
    assert!(view["categories"][1]["items"][0].get("emergencyNumber").is_none());
    let items = |list: &str, inner: &str| -> usize {
        view[list].as_array().unwrap().iter().map(|one| one[inner].as_array().unwrap().len()).sum()
    };
    assert_eq!((items("categories", "items"), items("villages", "grids")), (94, 211));
    assert_eq!(view["villages"][0]["subareaEn"], "Central");
    assert_eq!(view["villages"][0]["center"], view["town"]["center"], "the first village is where the town begins");
    assert_eq!(
        view["limits"],
        serde_json::json!({
            "titleMax": 60, "contentMax": 2000, "photosMax": 9, "attachmentBytesMax": 10_485_760,
            "audioSecondsMax": 60, "urgeCooldownHours": 24, "supplementsMax": 20,
        })
    );
}

#[test]
fn the_public_view_has_no_staff_codes() {
    let json = serde_json::to_string(&YUNDU.view()).unwrap();
    assert!(!json.contains("网格员-") && !json.contains("ZD-"));
}
