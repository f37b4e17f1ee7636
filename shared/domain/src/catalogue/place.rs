//! Places as integers of 1e-7 degree (WGS-84), and distances between them.
//!
//! A town is small enough to be flat: one scale for longitude and one for
//! latitude, fixed at its origin, are right to 1 in 1 000 over 20 km. Integers
//! give the same grid on every machine.

use serde::{Deserialize, Serialize};

/// A point, WGS-84, in units of 1e-7 degree (about 1 cm).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// Longitude, east positive, −1 800 000 000 to 1 800 000 000.
    pub lon_e7: i32,
    /// Latitude, north positive, −900 000 000 to 900 000 000.
    pub lat_e7: i32,
}

/// Where a town's metre coordinates begin and how long its degrees are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Longitude of (0, 0), in 1e-7 degree.
    pub lon_e7: i32,
    /// Latitude of (0, 0), in 1e-7 degree.
    pub lat_e7: i32,
    /// Units of 1e-7 degree of longitude in a kilometre.
    pub lon_e7_per_km: u32,
    /// Units of 1e-7 degree of latitude in a kilometre.
    pub lat_e7_per_km: u32,
    /// How far from the nearest grid centre a place can be and still belong to the town, in metres.
    pub grid_reach_m: u32,
}

impl Origin {
    /// The origin as a point.
    #[must_use]
    pub const fn point(&self) -> Point {
        Point { lon_e7: self.lon_e7, lat_e7: self.lat_e7 }
    }

    /// The point `x_m` metres east and `y_m` metres north of the origin.
    #[must_use]
    pub fn at(&self, x_m: i32, y_m: i32) -> Point {
        let moved = |from: i32, metres: i32, per_km: u32| {
            let by = i64::from(metres).saturating_mul(per_km.into()).div_euclid(1_000);
            let to = i64::from(from).saturating_add(by);
            i32::try_from(to).unwrap_or(if by < 0 { i32::MIN } else { i32::MAX })
        };
        Point {
            lon_e7: moved(self.lon_e7, x_m, self.lon_e7_per_km),
            lat_e7: moved(self.lat_e7, y_m, self.lat_e7_per_km),
        }
    }

    /// The distance between two points in metres, rounded down to 0.1 m and then to the nearest metre.
    #[must_use]
    pub fn distance_m(&self, a: Point, b: Point) -> u32 {
        let x_dm = decimetres(a.lon_e7, b.lon_e7, self.lon_e7_per_km);
        let y_dm = decimetres(a.lat_e7, b.lat_e7, self.lat_e7_per_km);
        // At most 2^32 units × 10 000 ÷ 50 000 a kilometre: 8.6e8 dm, squared 7.4e17 of 1.8e19.
        let square = x_dm.saturating_mul(x_dm).saturating_add(y_dm.saturating_mul(y_dm));
        let metres = square.isqrt().saturating_add(5).div_euclid(10);
        u32::try_from(metres).unwrap_or(u32::MAX)
    }
}

/// The distance along one axis, in 0.1 m.
fn decimetres(a: i32, b: i32, per_km: u32) -> u64 {
    let units = u64::from(a.abs_diff(b));
    units.saturating_mul(10_000).checked_div(per_km.into()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const YUNDU: Origin = Origin {
        lon_e7: 1_199_000_000,
        lat_e7: 326_000_000,
        lon_e7_per_km: 106_527,
        lat_e7_per_km: 90_173,
        grid_reach_m: 2_000,
    };

    #[test]
    fn metres_and_points_agree() {
        let point = YUNDU.at(3_000, -4_000);
        assert_eq!(point, Point { lon_e7: 1_199_319_581, lat_e7: 325_639_308 });
        assert_eq!(YUNDU.distance_m(YUNDU.point(), point), 5_000);
    }

    #[test]
    fn points_far_away_do_not_overflow() {
        let (west, east) = (Point { lon_e7: i32::MIN, lat_e7: i32::MIN }, Point { lon_e7: i32::MAX, lat_e7: i32::MAX });
        assert!(YUNDU.distance_m(west, east) > 40_000_000);
        assert_eq!(YUNDU.at(i32::MAX, i32::MIN), Point { lon_e7: i32::MAX, lat_e7: i32::MIN });
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_like_pythagoras(
            (ax, ay, bx, by) in (-9_000..9_000i32, -9_000..9_000i32, -9_000..9_000i32, -9_000..9_000i32)
        ) {
            let (a, b) = (YUNDU.at(ax, ay), YUNDU.at(bx, by));
            let metres = i64::from(YUNDU.distance_m(a, b));
            prop_assert_eq!(metres, i64::from(YUNDU.distance_m(b, a)));
            let square = i64::from(ax - bx).pow(2) + i64::from(ay - by).pow(2);
            let exact = i64::try_from(square.unsigned_abs().isqrt()).unwrap();
            prop_assert!((metres - exact).abs() <= 1, "{} {}", metres, exact);
        }
    }
}
