//! MP4 and M4A: which tracks there are, and the movie without titles, places and times.

use crate::bmff::{self, Head, Kind};
use crate::mime::Mime;

/// Boxes that hold boxes. The deepest way is moov, trak, mdia, minf, stbl; the limit leaves room.
const CONTAINERS: [&Kind; 10] =
    [b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl", b"mvex", b"moof", b"traf"];
const DEPTH: u8 = 8;
/// Boxes without which the samples cannot be found, timed or decoded. All others become free space:
/// udta, meta, uuid, loci, the producer's clock (prft), event messages and what is not known here.
const KEPT: [&Kind; 45] = [
    b"ftyp", b"styp", b"mdat", b"sidx", b"ssix", b"mvhd", b"tkhd", b"tref", b"elst", b"mdhd", b"hdlr", b"elng",
    b"vmhd", b"smhd", b"nmhd", b"sthd", b"dref", b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stz2",
    b"stco", b"co64", b"stss", b"stsh", b"sdtp", b"sbgp", b"sgpd", b"subs", b"padb", b"stdp", b"mehd", b"trex",
    b"leva", b"mfhd", b"tfhd", b"trun", b"tfdt", b"mfra", b"saiz", b"saio", b"trep",
];

/// What kinds of track the movie has.
#[derive(Default)]
struct Tracks {
    picture: bool,
    sound: bool,
    still: bool,
    other: bool,
}

fn tracks(file: &[u8]) -> Option<Tracks> {
    let mut tracks = Tracks::default();
    bmff::each(bmff::find(file, *b"moov")?, |kind, track| {
        if kind != *b"trak" {
            return Some(());
        }
        let handler = bmff::find(bmff::find(track, *b"mdia")?, *b"hdlr")?;
        match handler.get(8..12)? {
            b"vide" => tracks.picture = true,
            b"soun" => tracks.sound = true,
            b"pict" | b"auxv" => tracks.still = true,
            _ => tracks.other = true,
        }
        Some(())
    })?;
    Some(tracks)
}

/// A movie header, media data, and at least one track that can be seen or heard.
pub(crate) fn sniff(file: &[u8]) -> Option<Mime> {
    bmff::find(bmff::find(file, *b"moov")?, *b"mvhd")?;
    bmff::find(file, *b"mdat")?;
    match tracks(file)? {
        Tracks { picture: true, .. } => Some(Mime::Mp4),
        Tracks { sound: true, .. } => Some(Mime::M4a),
        _ => None,
    }
}

/// A track of positions, captions or timecodes keeps its samples in the media data, where they cannot
/// be told from picture and sound without decoding the tables. Such a file has no public copy.
pub(crate) fn has_hidden_track(file: &[u8], mime: Mime) -> bool {
    tracks(file).is_some_and(|tracks| tracks.other || (tracks.still && mime != Mime::Heic))
}

/// The public copy, of the same length.
pub(crate) fn strip(file: &[u8]) -> Option<Vec<u8>> {
    let mut copy = file.to_vec();
    clean(&mut copy, DEPTH)?;
    Some(copy)
}

/// Cleans the boxes that fill `bytes`, and those in them.
pub(crate) fn clean(bytes: &mut [u8], depth: u8) -> Option<()> {
    let deeper = depth.checked_sub(1)?;
    bmff::each_mut(bytes, |head, whole| clean_one(head, whole, deeper))
}

/// Cleans one box, whatever it is.
pub(crate) fn clean_one(head: &Head, whole: &mut [u8], depth: u8) -> Option<()> {
    let payload = whole.get_mut(head.header..)?;
    match &head.kind {
        b"mvhd" | b"tkhd" | b"mdhd" => clear_times(payload),
        b"hdlr" => clear_name(payload),
        kind if CONTAINERS.contains(&kind) => clean(payload, depth),
        kind if KEPT.contains(&kind) => Some(()),
        _ => bmff::free(head, whole),
    }
}

/// Creation and modification time follow version and flags: 4 bytes each, 8 in version 1.
fn clear_times(payload: &mut [u8]) -> Option<()> {
    let end = if *payload.first()? == 1 { 20 } else { 12 };
    payload.get_mut(4..end)?.fill(0);
    Some(())
}

/// Version and flags 4, predefined 4, handler 4, reserved 12; the rest names the software.
pub(crate) fn clear_name(payload: &mut [u8]) -> Option<()> {
    payload.get_mut(24..)?.fill(0);
    Some(())
}
