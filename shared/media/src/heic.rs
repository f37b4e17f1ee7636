//! HEIC: pictures and their metadata are items of one `meta` box, located by its `iloc`.
//!
//! Items cannot be cut out, because other items' offsets count from the start of the file; so the bytes
//! of EXIF and XMP items are overwritten with zeros where they lie. Rotation is a property of the
//! picture item here, not EXIF, and stays.

use core::ops::Range;

use crate::bmff::{self, Kind};
use crate::mp4;
use crate::read::{Reader, index};

/// What a `meta` box needs so that its pictures can be found and shown.
const KEPT_IN_META: [&Kind; 8] = [b"hdlr", b"dinf", b"pitm", b"iinf", b"iref", b"iloc", b"idat", b"grpl"];
/// Properties that tell about the picture's making: description, times, alternative text, private ones.
const DROPPED_PROPERTIES: [&Kind; 5] = [b"udes", b"crtt", b"mdft", b"altt", b"uuid"];
/// Items with a picture carry four properties and references each; no camera comes near 65 536.
const ITEMS: u32 = 65_536;

/// A `meta` box of pictures with all its tables, and a readable list of items.
pub(crate) fn is_sound(file: &[u8]) -> bool {
    let sound = || {
        let meta = meta(file)?;
        let handler = bmff::find(meta, *b"hdlr")?.get(8..12)?;
        bmff::find(meta, *b"pitm")?;
        bmff::find(meta, *b"iprp")?;
        bmff::find(meta, *b"iloc")?;
        (handler == b"pict" && !items(meta)?.is_empty()).then_some(())
    };
    sound().is_some()
}

/// The public copy, of the same length.
pub(crate) fn strip(file: &[u8]) -> Option<Vec<u8>> {
    let doomed = metadata_extents(file)?;
    let mut copy = file.to_vec();
    bmff::each_mut(&mut copy, |head, whole| match &head.kind {
        b"meta" => clean_meta(whole.get_mut(head.header..)?),
        _ => mp4::clean_one(head, whole, 8),
    })?;
    for extent in doomed {
        copy.get_mut(extent)?.fill(0);
    }
    Some(copy)
}

/// The `meta` box's children: it starts with version and flags.
fn meta(file: &[u8]) -> Option<&[u8]> {
    bmff::find(file, *b"meta")?.get(4..)
}

fn clean_meta(payload: &mut [u8]) -> Option<()> {
    bmff::each_mut(payload.get_mut(4..)?, |head, whole| {
        let inner = whole.get_mut(head.header..)?;
        match &head.kind {
            b"hdlr" => mp4::clear_name(inner),
            b"iprp" => clean_properties(inner),
            kind if KEPT_IN_META.contains(&kind) => Some(()),
            _ => bmff::free(head, whole),
        }
    })
}

/// Properties are counted by position, so a dropped one leaves free space in its place.
fn clean_properties(inner: &mut [u8]) -> Option<()> {
    bmff::each_mut(inner, |head, whole| match &head.kind {
        b"ipco" => bmff::each_mut(whole.get_mut(head.header..)?, |property, whole| {
            if DROPPED_PROPERTIES.contains(&&property.kind) { bmff::free(property, whole) } else { Some(()) }
        }),
        b"ipma" => Some(()),
        _ => bmff::free(head, whole),
    })
}

/// The items as (id, type), sorted by id.
fn items(meta: &[u8]) -> Option<Vec<(u32, Kind)>> {
    let mut list = Reader::new(bmff::find(meta, *b"iinf")?);
    match list.be32()? >> 24 {
        0 => u32::from(list.be16()?),
        _ => list.be32()?,
    };
    let mut items = Vec::new();
    bmff::each(list.rest(), |kind, entry| {
        (kind == *b"infe").then_some(())?;
        let mut entry = Reader::new(entry);
        let id = match entry.be32()? >> 24 {
            2 => u32::from(entry.be16()?),
            3 => entry.be32()?,
            _ => return None,
        };
        entry.be16()?;
        items.push((id, entry.fourcc()?));
        (items.len() <= index(ITEMS.into())?).then_some(())
    })?;
    items.sort_unstable();
    Some(items)
}

/// Pictures and how they are put together; every other item tells about them.
const fn is_picture(kind: Kind) -> bool {
    matches!(&kind, b"hvc1" | b"grid" | b"iden" | b"iovl" | b"tmap" | b"hvt1" | b"lhv1" | b"jpeg")
}

/// Where in the file the bytes of metadata items lie: merged, in order, and inside media data only.
fn metadata_extents(file: &[u8]) -> Option<Vec<Range<usize>>> {
    let meta = meta(file)?;
    let items = items(meta)?;
    let homes = Homes { media: ranges_of(file, file, *b"mdat")?, inline: ranges_of(file, meta, *b"idat")? };
    let mut extents = Vec::new();
    locations(bmff::find(meta, *b"iloc")?, |item| {
        let known = items.binary_search_by_key(&item.id, |(id, _)| *id).ok();
        let kind = known.and_then(|place| items.get(place)).map(|(_, kind)| *kind);
        if kind.is_some_and(is_picture) {
            return Some(());
        }
        extents.push(homes.locate(item)?);
        Some(())
    })?;
    Some(merge(extents))
}

/// One extent of one item, as `iloc` gives it.
struct Extent {
    id: u32,
    method: u16,
    source: u16,
    offset: u64,
    length: u64,
}

/// The ranges of the file in which items may lie.
struct Homes {
    media: Vec<Range<usize>>,
    inline: Vec<Range<usize>>,
}

impl Homes {
    /// The extent as a range of the file; `None` if it is elsewhere, open-ended or crosses a border.
    fn locate(&self, extent: Extent) -> Option<Range<usize>> {
        let offset = index(extent.offset)?;
        let length = index(extent.length)?;
        let (homes, start) = match extent.method {
            0 => (&self.media, offset),
            1 => (&self.inline, self.inline.first()?.start.checked_add(offset)?),
            _ => return None,
        };
        let end = start.checked_add(length)?;
        let home = homes.get(homes.partition_point(|home| home.start <= start).checked_sub(1)?)?;
        (length > 0 && extent.source == 0 && end <= home.end).then_some(start..end)
    }
}

/// The payloads of all boxes of a type in `boxes`, as ranges of `file`, which contains them.
fn ranges_of(file: &[u8], boxes: &[u8], wanted: Kind) -> Option<Vec<Range<usize>>> {
    let base = file.as_ptr().addr();
    let mut ranges = Vec::new();
    bmff::each(boxes, |kind, payload| {
        if kind == wanted {
            let start = payload.as_ptr().addr().checked_sub(base)?;
            ranges.push(start..start.checked_add(payload.len())?);
        }
        Some(())
    })?;
    Some(ranges)
}

/// Visits every extent of every item of an `iloc` box.
fn locations(payload: &[u8], mut visit: impl FnMut(Extent) -> Option<()>) -> Option<()> {
    let mut reader = Reader::new(payload);
    let version = reader.be32()? >> 24;
    let widths = reader.be16()?;
    let nibble = |shift: u32| usize::from((widths >> shift) & 0xF);
    let (offset_width, length_width, base_width) = (nibble(12), nibble(8), nibble(4));
    let index_width = if version == 0 { 0 } else { nibble(0) };
    // Every extent must cost bytes, or a small table could ask for endless work.
    (offset_width > 0 || length_width > 0).then_some(())?;
    let wide = version == 2;
    let count = if wide { reader.be32()? } else { u32::from(reader.be16()?) };
    for _ in 0..count {
        let id = if wide { reader.be32()? } else { u32::from(reader.be16()?) };
        let method = if version == 0 { 0 } else { reader.be16()? & 0xF };
        let source = reader.be16()?;
        let base = reader.be_wide(base_width)?;
        for _ in 0..reader.be16()? {
            reader.be_wide(index_width)?;
            let offset = base.checked_add(reader.be_wide(offset_width)?)?;
            let length = reader.be_wide(length_width)?;
            visit(Extent { id, method, source, offset, length })?;
        }
    }
    Some(())
}

/// Overlapping extents are joined, so that zeroing touches no byte twice.
fn merge(mut extents: Vec<Range<usize>>) -> Vec<Range<usize>> {
    extents.sort_unstable_by_key(|extent| extent.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for extent in extents {
        match merged.last_mut() {
            Some(last) if extent.start <= last.end => last.end = last.end.max(extent.end),
            _ => merged.push(extent),
        }
    }
    merged
}
