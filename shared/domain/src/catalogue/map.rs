//! The town's map: an outline, and the polygons of grids and villages that tile it.
//!
//! There are no surveyed boundaries, so a grid is what is nearer to its centre than to any other's (Voronoi), cut at the
//! outline, and a village is its grids. The outline is made at the load; the polygons follow from it. What must stay true: each place inside of
//! the outline is in exactly one grid, the same one that [`Catalogue::locate`] finds; neighbours share their corners.

use std::collections::{BTreeMap, BTreeSet};

use super::Catalogue;
use super::area::Grid;
use super::codes::{GridCode, VillageCode};
use super::place::{Origin, Point};
use super::plane::{Convex, Spot, hull, is_inside, turn};

/// A ring of corners; the last one leads back to the first.
pub type Ring = Vec<Point>;
/// An outer ring, counter-clockwise, and the holes in it.
pub type Polygon = Vec<Ring>;

/// The polygons of a town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownMap {
    /// The villages, each in one or more pieces.
    pub villages: BTreeMap<VillageCode, Vec<Polygon>>,
    /// The grids.
    pub grids: BTreeMap<GridCode, Ring>,
}

/// The share of its reach by which a town goes on beyond its outermost grid centres: three of four quarters. In the demo
/// that makes 166 km² of the 176 km² that its villages add up to.
const QUARTERS: i64 = 3;

/// The outline: a convex ring around octagons around all centres.
pub(crate) fn outline(origin: &Origin, grids: &BTreeMap<GridCode, Grid>) -> Ring {
    // A quarter of the reach in centimetres is 25 for each metre; a diagonal is 707 of 1 000 (√½).
    let far = i64::from(origin.grid_reach_m).saturating_mul(QUARTERS.saturating_mul(25));
    let side = far.saturating_mul(707) / 1_000;
    let (back, aside) = (far.saturating_neg(), side.saturating_neg());
    let steps = [(far, 0), (side, side), (0, far), (aside, side), (back, 0), (aside, aside), (0, back), (side, aside)];
    let around = |grid: &Grid| {
        let centre = origin.spot(grid.center);
        steps.map(|(x, y)| Spot { x: centre.x.saturating_add(x), y: centre.y.saturating_add(y) })
    };
    let spots: Vec<Spot> = grids.values().flat_map(around).collect();
    let ring = hull(&spots);
    ring.into_iter().map(|spot| origin.point_at(spot)).collect()
}

/// Where a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<'a> {
    /// The grid.
    pub grid: &'a Grid,
    /// It is outside of the outline, so the grid is only the nearest one.
    pub approx: bool,
}

impl Catalogue {
    /// The grid whose polygon holds `place`; beyond the outline, but within the town's reach, the nearest one. Inside, the
    /// nearest centre and the polygon are one and the same, so no polygon is needed. None outside of the town.
    #[must_use]
    pub fn locate(&self, place: Point) -> Option<Located<'_>> {
        let (grid, metres) = self.nearest(place)?;
        let origin = &self.town.origin;
        let outline: Vec<Spot> = self.outline.iter().map(|corner| origin.spot(*corner)).collect();
        let approx = !is_inside(&outline, origin.spot(place));
        (!approx || metres <= origin.grid_reach_m).then_some(Located { grid, approx })
    }

    /// The polygons.
    #[must_use]
    pub fn map(&self) -> TownMap {
        let origin = &self.town.origin;
        let outline: Vec<Spot> = self.outline.iter().map(|corner| origin.spot(*corner)).collect();
        let centres: Vec<Spot> = self.grids.values().map(|grid| origin.spot(grid.center)).collect();
        let mut grids = BTreeMap::new();
        let mut sides: BTreeMap<&VillageCode, BTreeSet<(Spot, Spot)>> = BTreeMap::new();
        for (index, (grid, centre)) in self.grids.values().zip(&centres).enumerate() {
            // Of two equal centres the first has it all, as in `nearest`.
            let earlier = centres.iter().take(index).any(|other| other == centre);
            let ring = if earlier { Vec::new() } else { cell(*centre, &centres, &outline) };
            let ends = ring.iter().skip(1).chain(ring.first());
            sides.entry(&grid.village).or_default().extend(ring.iter().copied().zip(ends.copied()));
            grids.insert(grid.code.clone(), points(origin, &ring));
        }
        let mut villages = BTreeMap::new();
        for (code, sides) in sides {
            villages.insert(code.clone(), polygons(origin, rings(&sides)));
        }
        TownMap { villages, grids }
    }
}

fn points(origin: &Origin, ring: &[Spot]) -> Ring {
    ring.iter().map(|spot| origin.point_at(*spot)).collect()
}

/// What of the outline is nearer to `own` than to any other centre.
fn cell(own: Spot, centres: &[Spot], outline: &[Spot]) -> Vec<Spot> {
    let mut others: Vec<(u64, Spot)> =
        centres.iter().filter(|other| **other != own).map(|other| (own.square_to(*other), *other)).collect();
    others.sort_unstable();
    let mut cell = Convex::of(outline);
    let mut reach = u64::MAX;
    for (square, other) in others {
        // Whoever is more than twice as far as the farthest corner cuts nothing off; nor does anybody after.
        if square > reach {
            break;
        }
        if cell.cut(own, other) {
            let farthest = cell.ring().into_iter().map(|corner| own.square_to(corner)).max().unwrap_or(0);
            // Corners are rounded to a centimetre: a hundredth more is plenty.
            reach = farthest.saturating_mul(4).saturating_add(farthest / 25).saturating_add(100);
        }
    }
    cell.ring()
}

/// The rings around a village: the sides of its grids that no other of its grids has the other way round.
fn rings(sides: &BTreeSet<(Spot, Spot)>) -> Vec<Vec<Spot>> {
    let mut open: BTreeMap<Spot, Vec<Spot>> = BTreeMap::new();
    for (from, to) in sides.iter().filter(|(from, to)| !sides.contains(&(*to, *from))) {
        open.entry(*from).or_default().push(*to);
    }
    let mut rings = Vec::new();
    while let Some(start) = open.keys().next().copied() {
        let (mut ring, mut at) = (Vec::new(), start);
        while let Some(next) = open.get_mut(&at).and_then(Vec::pop) {
            if open.get(&at).is_some_and(Vec::is_empty) {
                open.remove(&at);
            }
            ring.push(at);
            at = next;
        }
        if ring.len() > 2 {
            rings.push(ring);
        } else {
            open.remove(&start);
        }
    }
    rings
}

/// Outer rings, each with the holes in it.
fn polygons(origin: &Origin, rings: Vec<Vec<Spot>>) -> Vec<Polygon> {
    let (outer, holes): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| area(ring) > 0);
    let mut polygons: Vec<(Vec<Spot>, Polygon)> = Vec::new();
    for ring in outer {
        let polygon = vec![points(origin, &ring)];
        polygons.push((ring, polygon));
    }
    // A piece may lie in the hole of another piece; the hole then belongs to the smaller ring around it.
    polygons.sort_unstable_by_key(|(ring, _)| area(ring));
    for hole in holes {
        let within = |ring: &[Spot]| hole.iter().all(|corner| is_inside(ring, *corner) || ring.contains(corner));
        if let Some((_, polygon)) = polygons.iter_mut().find(|(ring, _)| within(ring)) {
            polygon.push(points(origin, &hole));
        }
    }
    polygons.into_iter().map(|(_, polygon)| polygon).collect()
}

/// Twice the area; positive counter-clockwise.
fn area(ring: &[Spot]) -> i64 {
    let Some(first) = ring.first() else { return 0 };
    let ends = ring.iter().skip(1);
    ring.iter().zip(ends).map(|(from, to)| turn(*first, *from, *to)).fold(0, i64::saturating_add)
}
