//! The town as a plane of centimetres around its origin, and exact geometry in it.
//!
//! Everything is integers: a line is a·x + b·y ≤ c, a corner is where two lines meet, as a fraction that is rounded once,
//! at the end, and the same fraction rounds the same. So two neighbours get the same corner, on every machine.

use super::place::{Origin, Point};

/// A place in centimetres east and north of the origin; at most ±10^7, 100 km.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub x: i64,
    pub y: i64,
}

/// Centimetres in the kilometre by which an origin tells its scale.
const CM_PER_KM: i64 = 100_000;

impl Origin {
    /// `place` in the plane.
    pub(crate) fn spot(&self, place: Point) -> Spot {
        let cm = |e7: i32, from: i32, per_km: u32| {
            let units = i64::from(e7).saturating_sub(from.into()).saturating_mul(CM_PER_KM);
            nearest(units, per_km.max(1).into())
        };
        Spot {
            x: cm(place.lon_e7, self.lon_e7, self.lon_e7_per_km),
            y: cm(place.lat_e7, self.lat_e7, self.lat_e7_per_km),
        }
    }

    /// The point at `spot`.
    pub(crate) fn point_at(&self, spot: Spot) -> Point {
        let e7 = |cm: i64, from: i32, per_km: u32| {
            let units = nearest(cm.saturating_mul(per_km.into()), CM_PER_KM);
            i32::try_from(units.saturating_add(from.into())).unwrap_or(i32::MAX)
        };
        Point {
            lon_e7: e7(spot.x, self.lon_e7, self.lon_e7_per_km),
            lat_e7: e7(spot.y, self.lat_e7, self.lat_e7_per_km),
        }
    }
}

/// The nearest integer, halves up; `over` is positive. A coordinate of the world in centimetres is 4 × 10^9, times a
/// scale 4 × 10^14.
const fn nearest(part: i64, over: i64) -> i64 {
    let twice = part.saturating_mul(2).saturating_add(over);
    match twice.checked_div_euclid(over.saturating_mul(2)) {
        Some(nearest) => nearest,
        None => 0,
    }
}

/// The same of the fractions that corners are.
fn rounded(part: i128, over: i128) -> i64 {
    let twice = part.saturating_mul(2).saturating_add(over);
    let nearest = twice.checked_div_euclid(over.saturating_mul(2)).unwrap_or(0);
    i64::try_from(nearest).unwrap_or(if nearest < 0 { i64::MIN } else { i64::MAX })
}

impl Spot {
    /// The square of the distance, cm²: 8 × 10^14 within a town, 1.8 × 10^19 around the world.
    pub(crate) const fn square_to(self, other: Self) -> u64 {
        let (dx, dy) = (self.x.abs_diff(other.x), self.y.abs_diff(other.y));
        dx.saturating_mul(dx).saturating_add(dy.saturating_mul(dy))
    }
}

/// Twice the area to the left of the way from `a` over `b` to `c`; negative to the right.
pub(crate) const fn turn(a: Spot, b: Spot, c: Spot) -> i64 {
    let left = b.x.saturating_sub(a.x).saturating_mul(c.y.saturating_sub(a.y));
    left.saturating_sub(b.y.saturating_sub(a.y).saturating_mul(c.x.saturating_sub(a.x)))
}

/// The smallest convex ring around `spots`, counter-clockwise from the westernmost, without corners on a side: each corner
/// is the one with all others to the left. Some thirty corners of some thousand spots, at a load; sorting them instead
/// would be more code than the component of the catalogue has room for.
pub(crate) fn hull(spots: &[Spot]) -> Vec<Spot> {
    let Some(first) = spots.iter().copied().min() else { return Vec::new() };
    let (mut ring, mut at) = (Vec::new(), first);
    while ring.len() < spots.len() {
        ring.push(at);
        let next = spots.iter().copied().filter(|spot| *spot != at).reduce(|next, spot| {
            let side = turn(at, next, spot);
            let beyond = side == 0 && at.square_to(spot) > at.square_to(next);
            if side < 0 || beyond { spot } else { next }
        });
        match next {
            Some(next) if next != first => at = next,
            _ => break,
        }
    }
    ring
}

/// Whether `spot` is in the ring. Of two rings that share a side, exactly one has the spots on it.
pub(crate) fn is_inside(ring: &[Spot], spot: Spot) -> bool {
    let ends = ring.iter().skip(1).chain(ring.first());
    ring.iter().zip(ends).fold(false, |inside, (from, to)| {
        let crosses = (from.y > spot.y) != (to.y > spot.y);
        // Whether the side is to the right of the spot, without dividing.
        let right = if to.y > from.y { turn(*from, *to, spot) > 0 } else { turn(*from, *to, spot) < 0 };
        inside != (crosses && right)
    })
}

/// The half plane a·x + b·y ≤ c. Coefficients are at most 4 × 10^7 and 8 × 10^14, so nothing below leaves an i128.
#[derive(Debug, Clone, Copy)]
struct Line {
    a: i128,
    b: i128,
    c: i128,
}

/// Where two lines meet: x/over and y/over.
#[derive(Clone, Copy)]
struct Corner {
    x: i128,
    y: i128,
    over: i128,
}

impl Line {
    /// What lies left of the way from `p` to `q`.
    fn left_of(p: Spot, q: Spot) -> Self {
        let (a, b) = (i128::from(q.y.saturating_sub(p.y)), i128::from(p.x.saturating_sub(q.x)));
        let c = a.saturating_mul(p.x.into()).saturating_add(b.saturating_mul(p.y.into()));
        Self { a, b, c }
    }

    /// What is nearer to `own` than to `other`.
    fn nearer_to(own: Spot, other: Spot) -> Self {
        let twice = |from: i64, to: i64| i128::from(to.saturating_sub(from)).saturating_mul(2);
        let square = |spot: Spot| {
            let of = |n: i64| i128::from(n).saturating_mul(n.into());
            of(spot.x).saturating_add(of(spot.y))
        };
        let c = square(other).saturating_sub(square(own));
        Self { a: twice(own.x, other.x), b: twice(own.y, other.y), c }
    }

    fn meets(self, next: Self) -> Corner {
        let cross = |a: i128, b: i128, c: i128, d: i128| a.saturating_mul(d).saturating_sub(b.saturating_mul(c));
        Corner {
            x: cross(self.c, self.b, next.c, next.b),
            y: cross(self.a, self.c, next.a, next.c),
            over: cross(self.a, self.b, next.a, next.b),
        }
    }

    fn holds(self, corner: Corner) -> bool {
        let sum = self.a.saturating_mul(corner.x).saturating_add(self.b.saturating_mul(corner.y));
        sum <= self.c.saturating_mul(corner.over)
    }
}

/// A convex polygon as its sides, counter-clockwise; side k ends where side k + 1 begins.
pub(crate) struct Convex(Vec<Line>);

impl Convex {
    /// The inside of a convex ring.
    pub(crate) fn of(ring: &[Spot]) -> Self {
        let ends = ring.iter().skip(1).chain(ring.first());
        Self(ring.iter().zip(ends).map(|(p, q)| Line::left_of(*p, *q)).collect())
    }

    fn ends(&self) -> Vec<Corner> {
        let next = self.0.iter().skip(1).chain(self.0.first());
        self.0.iter().zip(next).map(|(side, next)| side.meets(*next)).collect()
    }

    /// What of it is nearer to `own` than to `other`; whether anything was cut off.
    pub(crate) fn cut(&mut self, own: Spot, other: Spot) -> bool {
        let line = Line::nearer_to(own, other);
        let ends: Vec<bool> = self.ends().into_iter().map(|end| line.holds(end)).collect();
        if ends.iter().all(|holds| *holds) {
            return false;
        }
        let starts = ends.last().into_iter().chain(&ends);
        let mut sides = Vec::with_capacity(self.0.len().saturating_add(1));
        for (side, (starts, ends)) in self.0.iter().zip(starts.zip(&ends)) {
            if *starts || *ends {
                sides.push(*side);
            }
            if *starts && !*ends {
                sides.push(line);
            }
        }
        self.0 = sides;
        true
    }

    /// Its corners; those that are one centimetre are one corner.
    pub(crate) fn ring(&self) -> Vec<Spot> {
        let ends = self.ends().into_iter().filter(|end| end.over > 0);
        let mut ring: Vec<Spot> =
            ends.map(|end| Spot { x: rounded(end.x, end.over), y: rounded(end.y, end.over) }).collect();
        ring.dedup();
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        ring
    }
}
