//! From the coordinates that phones and maps give to WGS-84.
//!
//! GCJ-02 (高德, 腾讯) and BD-09 (百度) are WGS-84 shifted by a published polynomial, by 300 to 700 m in the east of
//! China; CGCS2000 agrees with WGS-84 to centimetres. The inverse has no closed form; three rounds of correction bring it
//! below 0.1 m. Floating point lives here only: what leaves is an integer of 1e-7 degree (1 cm).

use std::f64::consts::PI;

use domain::catalogue::Point;
use serde::Deserialize;

/// Coordinate reference systems that are accepted (handbook §6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Crs {
    /// GPS.
    #[serde(rename = "WGS84")]
    Wgs84,
    /// Government maps.
    #[serde(rename = "CGCS2000")]
    Cgcs2000,
    /// Phone maps.
    #[serde(rename = "GCJ02")]
    Gcj02,
    /// Baidu's maps.
    #[serde(rename = "BD09")]
    Bd09,
}

/// The position in WGS-84; `None` unless it is a finite point of China's bounding box (73–136° E, 3–54° N).
#[must_use]
pub fn to_wgs84(lon: f64, lat: f64, crs: Crs) -> Option<Point> {
    let inside = (73.0..=136.0).contains(&lon) && (3.0..=54.0).contains(&lat);
    if !inside {
        return None;
    }
    let (lon, lat) = match crs {
        Crs::Wgs84 | Crs::Cgcs2000 => (lon, lat),
        Crs::Gcj02 => from_gcj02(lon, lat),
        Crs::Bd09 => {
            let (lon, lat) = bd09_to_gcj02(lon, lat);
            from_gcj02(lon, lat)
        }
    };
    Some(Point { lon_e7: to_e7(lon), lat_e7: to_e7(lat) })
}

/// At most 1.36e9, inside an i32 (2.1e9).
#[expect(clippy::cast_possible_truncation, reason = "bounded by the box above")]
fn to_e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

fn from_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    let (mut x, mut y) = (lon, lat);
    for _ in 0..3 {
        let (dx, dy) = gcj02_offset(x, y);
        (x, y) = (lon - dx, lat - dy);
    }
    (x, y)
}

/// What GCJ-02 adds to WGS-84 at a point, degrees.
fn gcj02_offset(lon: f64, lat: f64) -> (f64, f64) {
    /// Krasovsky 1940, on which GCJ-02 computes.
    const SEMI_MAJOR_M: f64 = 6_378_245.0;
    const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;
    let (x, y) = (lon - 105.0, lat - 35.0);
    // Two thirds of a·sin(p) + b·sin(q): every wave of the polynomial has this form.
    let wave = |a: f64, p: f64, b: f64, q: f64| (a * (p * PI).sin() + b * (q * PI).sin()) * 2.0 / 3.0;
    let common = wave(20.0, 6.0 * x, 20.0, 2.0 * x);
    let north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt();
    let north = north + common + wave(20.0, y, 40.0, y / 3.0) + wave(160.0, y / 12.0, 320.0, y / 30.0);
    let east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt();
    let east = east + common + wave(20.0, x, 40.0, x / 3.0) + wave(150.0, x / 12.0, 300.0, x / 30.0);
    let radians = lat.to_radians();
    let magic = 1.0 - ECCENTRICITY_2 * radians.sin() * radians.sin();
    let north = north * 180.0 / (SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (magic * magic.sqrt()) * PI);
    let east = east * 180.0 / (SEMI_MAJOR_M / magic.sqrt() * radians.cos() * PI);
    (east, north)
}

fn bd09_to_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    const X_PI: f64 = PI * 3000.0 / 180.0;
    let (x, y) = (lon - 0.0065, lat - 0.006);
    let z = x.hypot(y) - 0.000_02 * (y * X_PI).sin();
    let theta = y.atan2(x) - 0.000_003 * (x * X_PI).cos();
    (z * theta.cos(), z * theta.sin())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metres between two positions near Beijing, roughly: 1e-7 degree is 1.1 cm.
    fn apart_cm(a: Point, lon: f64, lat: f64) -> i32 {
        (a.lon_e7 - to_e7(lon)).abs().max((a.lat_e7 - to_e7(lat)).abs())
    }

    #[test]
    fn the_published_point_of_tiananmen_comes_back() {
        // GCJ-02 of WGS-84 (116.404, 39.915), as every published converter gives it.
        let found = to_wgs84(116.410_244_499_169_38, 39.916_404_281_501_64, Crs::Gcj02).unwrap();
        assert!(apart_cm(found, 116.404, 39.915) < 10, "{found:?}");
    }

    #[test]
    fn baidu_is_another_shift_on_top() {
        // BD-09 (116.404, 39.915) is GCJ-02 (116.39762729119315, 39.90865673957631), likewise published.
        let found = to_wgs84(116.404, 39.915, Crs::Bd09).unwrap();
        let same = to_wgs84(116.397_627_291_193_15, 39.908_656_739_576_31, Crs::Gcj02).unwrap();
        assert!(apart_cm(found, f64::from(same.lon_e7) / 1e7, f64::from(same.lat_e7) / 1e7) < 10);
    }

    #[test]
    fn gps_and_government_maps_are_taken_as_they_are() {
        let here = Point { lon_e7: 1_199_000_000, lat_e7: 326_000_000 };
        assert_eq!(to_wgs84(119.9, 32.6, Crs::Wgs84), Some(here));
        assert_eq!(to_wgs84(119.9, 32.6, Crs::Cgcs2000), Some(here));
    }

    #[test]
    fn what_is_not_a_place_in_china_is_refused() {
        for (lon, lat) in
            [(-119.9, 32.6), (119.9, -32.6), (0.0, 0.0), (f64::NAN, 32.6), (119.9, f64::INFINITY), (32.6, 119.9)]
        {
            assert_eq!(to_wgs84(lon, lat, Crs::Wgs84), None, "{lon} {lat}");
        }
    }
}
