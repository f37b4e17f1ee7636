//! The polygons of the demo town: they tile it, and a place is where its polygon says.
#![expect(clippy::unwrap_used, reason = "test helpers: what is not there fails the test")]

mod common;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use common::yundu;
use domain::catalogue::{Catalogue, Point, Polygon, Ring, TownMap};
use proptest::prelude::*;

static YUNDU: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::parse(&yundu()).unwrap());
static MAP: LazyLock<TownMap> = LazyLock::new(|| YUNDU.map());

/// Corners as integers that cannot overflow.
fn corners(ring: &Ring) -> Vec<(i128, i128)> {
    ring.iter().map(|point| (point.lon_e7.into(), point.lat_e7.into())).collect()
}

fn sides(ring: &Ring) -> Vec<((i128, i128), (i128, i128))> {
    let corners = corners(ring);
    corners.iter().copied().zip(corners.iter().copied().cycle().skip(1)).collect()
}

/// Twice the area, in units of (1e-7 degree)², by the shoelace formula.
fn area(ring: &Ring) -> i128 {
    sides(ring).into_iter().map(|((ax, ay), (bx, by))| ax * by - bx * ay).sum()
}

fn is_in(ring: &Ring, place: Point) -> bool {
    let (x, y) = (i128::from(place.lon_e7), i128::from(place.lat_e7));
    sides(ring).into_iter().fold(false, |inside, ((ax, ay), (bx, by))| {
        let cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
        inside != ((ay > y) != (by > y) && (if by > ay { cross > 0 } else { cross < 0 }))
    })
}

fn village_area(polygons: &[Polygon]) -> i128 {
    polygons.iter().flatten().map(area).sum()
}

#[test]
fn grids_tile_the_outline_and_villages_are_their_grids() {
    let whole = area(&YUNDU.outline);
    let grids: i128 = MAP.grids.values().map(area).sum();
    // 1e-7 degree at each of the outline's and the grids' corners: far below a millionth.
    assert!((whole - grids).abs() < whole / 1_000_000, "{whole} {grids}");
    assert!(MAP.grids.values().all(|ring| area(ring) > 0), "each is counter-clockwise");
    let mut of_village: BTreeMap<_, i128> = BTreeMap::new();
    for (code, ring) in &MAP.grids {
        *of_village.entry(YUNDU.grids[code].village.clone()).or_default() += area(ring);
    }
    for (code, polygons) in &MAP.villages {
        assert_eq!(village_area(polygons), of_village[code], "{code}");
        assert!(polygons.iter().all(|rings| area(&rings[0]) > 0), "{code}: the outer ring comes first");
    }
    assert_eq!((MAP.villages.len(), MAP.grids.len()), (65, 211));
}

/// No gap and no overlap: every side inside of the town is a neighbour's the other way round.
#[test]
fn neighbours_share_their_sides() {
    let all: Vec<_> = MAP.grids.values().flat_map(sides).collect();
    let known: std::collections::BTreeSet<_> = all.iter().copied().collect();
    assert_eq!(known.len(), all.len(), "a side in two grids the same way round is an overlap");
    let rim: Vec<_> = all.iter().filter(|(from, to)| !known.contains(&(*to, *from))).collect();
    let twice: i128 = rim.iter().map(|((ax, ay), (bx, by))| ax * by - bx * ay).sum();
    let whole = area(&YUNDU.outline);
    assert!((whole - twice).abs() < whole / 1_000_000, "what nobody shares is the outline: {whole} {twice}");
}

#[test]
fn the_polygons_never_change_with_the_machine() {
    let bytes = serde_json::to_vec(&(&MAP.villages, &MAP.grids)).unwrap();
    assert_eq!(
        canon::sha256(&[&bytes]).to_string(),
        "250acb45e5f14ba8f31253fbd6baa0c8b079f39b767fb0db970f0fab4f1c4fde"
    );
}

#[test]
fn beyond_the_outline_the_nearest_grid_is_a_guess_and_far_away_there_is_none() {
    let origin = YUNDU.town.origin;
    let located = |x, y| YUNDU.locate(origin.at(x, y)).map(|located| located.approx);
    assert_eq!(located(0, 0), Some(false));
    // The outermost centre in the north is at 6 536 m; the outline goes on for 1 500 m and the reach for 2 000.
    let north = YUNDU.grids.values().max_by_key(|grid| grid.center.lat_e7).unwrap().center;
    let beyond = |metres: i32| Point { lat_e7: north.lat_e7 + metres * 90, ..north };
    assert_eq!(YUNDU.locate(beyond(1_400)).map(|located| located.approx), Some(false));
    assert_eq!(YUNDU.locate(beyond(1_700)).map(|located| located.approx), Some(true));
    assert_eq!(YUNDU.locate(beyond(2_300)), None);
}

proptest! {
    /// Every place in the outline is in exactly one grid's polygon, which is the one that `locate` finds, and in exactly
    /// one village's. At most the 2 cm to which corners are rounded may differ.
    #[test]
    fn a_place_is_in_one_polygon_and_it_is_the_one_found(x in -8_500..8_500i32, y in -8_500..8_500i32) {
        let place = YUNDU.town.origin.at(x, y);
        let holding: Vec<_> = MAP.grids.iter().filter(|(_, ring)| is_in(ring, place)).map(|(code, _)| code).collect();
        match YUNDU.locate(place) {
            Some(located) if !located.approx => {
                prop_assert_eq!(holding.len(), 1);
                let held = &YUNDU.grids[holding[0]];
                let apart = YUNDU.distance_m(place, held.center).abs_diff(YUNDU.distance_m(place, located.grid.center));
                prop_assert!(held.code == located.grid.code || apart == 0, "{} {}", held.code, located.grid.code);
                let village = |rings: &Polygon| rings.iter().filter(|ring| is_in(ring, place)).count() % 2 == 1;
                let villages: Vec<_> =
                    MAP.villages.iter().filter(|(_, polygons)| polygons.iter().any(village)).map(|(code, _)| code).collect();
                prop_assert_eq!(villages, vec![&held.village]);
            }
            _ => prop_assert!(holding.is_empty(), "{:?}", holding),
        }
    }
}
