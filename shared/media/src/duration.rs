//! How long an MP4 lasts: its header says, or the fragments add up.

use crate::bmff;
use crate::read::Reader;

/// Duration in milliseconds; `None` if neither header nor fragments tell.
pub(crate) fn of_mp4(file: &[u8]) -> Option<u64> {
    let movie = bmff::find(file, *b"moov")?;
    let (scale, duration) = scale_and_duration(bmff::find(movie, *b"mvhd")?)?;
    if duration > 0 {
        return to_ms(duration, scale);
    }
    longest_track(file, movie)
}

/// Version and flags, two times, then ticks a second and ticks; times and ticks are wide in version 1.
/// All ones mean "unknown".
fn scale_and_duration(payload: &[u8]) -> Option<(u32, u64)> {
    let mut reader = Reader::new(payload);
    if reader.be32()? >> 24 == 1 {
        reader.take(16)?;
        let scale = reader.be32()?;
        return Some((scale, reader.be64().filter(|ticks| *ticks != u64::MAX).unwrap_or(0)));
    }
    reader.take(8)?;
    let scale = reader.be32()?;
    Some((scale, reader.be32().filter(|ticks| *ticks != u32::MAX).unwrap_or(0).into()))
}

fn to_ms(ticks: u64, scale: u32) -> Option<u64> {
    let ms = u128::from(ticks).checked_mul(1000)?.checked_div(scale.into())?;
    u64::try_from(ms).ok()
}

/// A track of a fragmented file: its ticks a second, a sample's default ticks, and the sum so far.
struct Track {
    id: u32,
    scale: u32,
    default: u32,
    ticks: u64,
}

/// Recorders in browsers write fragments and a header of duration zero.
fn longest_track(file: &[u8], movie: &[u8]) -> Option<u64> {
    let mut tracks = tracks(movie)?;
    bmff::each(file, |kind, fragment| {
        if kind != *b"moof" {
            return Some(());
        }
        bmff::each(fragment, |kind, part| if kind == *b"traf" { add_fragment(&mut tracks, part) } else { Some(()) })
    })?;
    let longest = tracks.iter().filter_map(|track| to_ms(track.ticks, track.scale)).max();
    longest.filter(|ms| *ms > 0)
}

/// A recording has a picture and a sound track; 16 keep the search for one constant.
const TRACKS: usize = 16;

fn tracks(movie: &[u8]) -> Option<Vec<Track>> {
    let mut tracks = Vec::new();
    bmff::each(movie, |kind, payload| {
        if kind == *b"trak" {
            let mut header = Reader::new(bmff::find(payload, *b"tkhd")?);
            let times = if header.be32()? >> 24 == 1 { 16 } else { 8 };
            header.take(times)?;
            let (scale, _) = scale_and_duration(bmff::find(bmff::find(payload, *b"mdia")?, *b"mdhd")?)?;
            tracks.push(Track { id: header.be32()?, scale, default: 0, ticks: 0 });
        }
        (tracks.len() <= TRACKS).then_some(())
    })?;
    let Some(defaults) = bmff::find(movie, *b"mvex") else { return Some(tracks) };
    bmff::each(defaults, |kind, payload| {
        if kind == *b"trex" {
            let mut reader = Reader::new(payload.get(4..)?);
            let id = reader.be32()?;
            reader.be32()?;
            let default = reader.be32()?;
            tracks.iter_mut().filter(|track| track.id == id).for_each(|track| track.default = default);
        }
        Some(())
    })?;
    Some(tracks)
}

fn add_fragment(tracks: &mut [Track], fragment: &[u8]) -> Option<()> {
    let mut header = Reader::new(bmff::find(fragment, *b"tfhd")?);
    let flags = header.be32()?;
    let id = header.be32()?;
    let track = tracks.iter_mut().find(|track| track.id == id)?;
    // Base offset of 8 and description index of 4 precede the default duration.
    let skipped = [(0x1, 8), (0x2, 4)].iter().filter(|(flag, _)| flags & flag != 0).map(|(_, size)| size).sum();
    header.take(skipped)?;
    let default = if flags & 0x8 == 0 { track.default } else { header.be32()? };
    bmff::each(fragment, |kind, payload| {
        if kind == *b"trun" {
            track.ticks = track.ticks.saturating_add(run_ticks(payload, default)?);
        }
        Some(())
    })
}

/// Flags, sample count, optional offset and first flags, then per sample up to four numbers.
fn run_ticks(payload: &[u8], default: u32) -> Option<u64> {
    let mut reader = Reader::new(payload);
    let flags = reader.be32()?;
    let count = reader.be32()?;
    if flags & 0x100 == 0 {
        return Some(u64::from(count).saturating_mul(default.into()));
    }
    let before = [0x1, 0x4].iter().filter(|flag| flags & **flag != 0).count().saturating_mul(4);
    reader.take(before)?;
    let others = [0x200, 0x400, 0x800].iter().filter(|flag| flags & **flag != 0).count().saturating_mul(4);
    let mut ticks = 0_u64;
    for _ in 0..count {
        ticks = ticks.saturating_add(reader.be32()?.into());
        reader.take(others)?;
    }
    Some(ticks)
}
