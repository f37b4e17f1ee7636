//! WebM: a Matroska file of clusters. Recordings made in a browser leave the sizes of the segment and
//! of its clusters open, so clusters' children may stand among the segment's.

use crate::mime::Mime;
use crate::read::Reader;

const HEADER: u32 = 0x1A45_DFA3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114D_9B74;
const SEEK: u32 = 0x4DBB;
const SEEK_ID: u32 = 0x53AB;
const INFO: u32 = 0x1549_A966;
const TIMESTAMP_SCALE: u32 = 0x002A_D7B1;
const DURATION: u32 = 0x4489;
const MUXING_APP: u32 = 0x4D80;
const WRITING_APP: u32 = 0x5741;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_TYPE: u32 = 0x83;
const TRACK_NAME: u32 = 0x536E;
const CUES: u32 = 0x1C53_BB6B;
const CLUSTER: u32 = 0x1F43_B675;
const TIMESTAMP: u32 = 0xE7;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const PREVIOUS_SIZE: u32 = 0xAB;
const POSITION: u32 = 0xA7;
const VOID: u8 = 0xEC;
const CRC: u32 = 0xBF;

/// One element's header: identifier, header length, payload length (`None`: left open).
struct Head {
    id: u32,
    header: usize,
    length: Option<usize>,
}

/// Reads the header at the start of `bytes`; `None` if the element does not fit into them.
fn head(bytes: &[u8]) -> Option<Head> {
    let mut reader = Reader::new(bytes);
    let id_width = usize::try_from(bytes.first()?.leading_zeros()).ok()?.checked_add(1)?;
    if id_width > 4 {
        return None;
    }
    let id = u32::try_from(reader.be_wide(id_width)?).ok()?;
    let size_width = reader.rest().first()?.leading_zeros().checked_add(1)?;
    let width = usize::try_from(size_width).ok()?;
    let marked = reader.be_wide(width)?;
    // Seven bits a byte are the number, all ones mean "open".
    let mask = 1_u64.checked_shl(size_width.checked_mul(7)?)?.checked_sub(1)?;
    let number = marked & mask;
    let header = id_width.checked_add(width)?;
    if number == mask {
        let open = matches!(id, SEGMENT | CLUSTER);
        return open.then_some(Head { id, header, length: None });
    }
    let length = usize::try_from(number).ok()?;
    (header.checked_add(length)? <= bytes.len()).then_some(Head { id, header, length: Some(length) })
}

/// Visits the elements that fill `bytes`; an open cluster is visited with no payload, its children follow.
fn each<'a>(mut bytes: &'a [u8], mut visit: impl FnMut(u32, &'a [u8]) -> Option<()>) -> Option<()> {
    while !bytes.is_empty() {
        let head = head(bytes)?;
        let size = head.header.checked_add(head.length.unwrap_or(0))?;
        let (whole, rest) = bytes.split_at_checked(size)?;
        visit(head.id, whole.get(head.header..)?)?;
        bytes = rest;
    }
    Some(())
}

/// As [`each`], with the whole element to change in place.
fn each_mut(mut bytes: &mut [u8], mut visit: impl FnMut(&Head, &mut [u8]) -> Option<()>) -> Option<()> {
    while !bytes.is_empty() {
        let head = head(bytes)?;
        let size = head.header.checked_add(head.length.unwrap_or(0))?;
        let (whole, rest) = bytes.split_at_mut_checked(size)?;
        visit(&head, whole)?;
        bytes = rest;
    }
    Some(())
}

/// Where the segment's payload lies.
fn segment(bytes: &[u8]) -> Option<core::ops::Range<usize>> {
    let first = head(bytes)?;
    let header_end = first.header.checked_add(first.length?)?;
    (first.id == HEADER).then_some(())?;
    let mut web = false;
    each(bytes.get(first.header..header_end)?, |id, payload| {
        web |= id == DOC_TYPE && without_trailing_zeros(payload) == b"webm";
        Some(())
    })?;
    let second = head(bytes.get(header_end..)?)?;
    let start = header_end.checked_add(second.header)?;
    let end = second.length.map_or(Some(bytes.len()), |length| start.checked_add(length))?;
    (web && second.id == SEGMENT).then_some(start..end)
}

/// EBML strings may be padded with zeros.
fn without_trailing_zeros(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    value.get(..end).unwrap_or_default()
}

/// What the segment holds.
#[derive(Default)]
struct Content {
    picture: bool,
    sound: bool,
    other: bool,
    clusters: bool,
    scale_ns: Option<u64>,
    duration: Option<f64>,
    cluster_time: u64,
    last_time: Option<u64>,
}

impl Content {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut content = Self::default();
        each(bytes.get(segment(bytes)?)?, |id, payload| match id {
            INFO => each(payload, |id, value| content.info(id, value)),
            TRACKS => each(payload, |id, entry| if id == TRACK_ENTRY { content.track(entry) } else { Some(()) }),
            CLUSTER => {
                content.clusters = true;
                each(payload, |id, value| content.in_cluster(id, value))
            }
            _ => content.in_cluster(id, payload),
        })?;
        Some(content)
    }

    fn info(&mut self, id: u32, value: &[u8]) -> Option<()> {
        match id {
            TIMESTAMP_SCALE => self.scale_ns = Some(Reader::new(value).be_wide(value.len())?),
            DURATION => {
                self.duration = match *value {
                    [a, b, c, d] => Some(f32::from_be_bytes([a, b, c, d]).into()),
                    [a, b, c, d, e, f, g, h] => Some(f64::from_be_bytes([a, b, c, d, e, f, g, h])),
                    _ => return None,
                }
            }
            _ => {}
        }
        Some(())
    }

    fn track(&mut self, entry: &[u8]) -> Option<()> {
        each(entry, |id, value| {
            match (id, without_leading_zeros(value)) {
                (TRACK_TYPE, [1]) => self.picture = true,
                (TRACK_TYPE, [2]) => self.sound = true,
                (TRACK_TYPE, _) => self.other = true,
                _ => {}
            }
            Some(())
        })
    }

    fn in_cluster(&mut self, id: u32, value: &[u8]) -> Option<()> {
        match id {
            TIMESTAMP => self.cluster_time = Reader::new(value).be_wide(value.len())?,
            SIMPLE_BLOCK => self.block(value)?,
            BLOCK_GROUP => {
                each(value, |id, value| if id == BLOCK { self.block(value) } else { Some(()) })?;
            }
            _ => {}
        }
        Some(())
    }

    /// Track number of 1 to 8 bytes, then the time relative to the cluster's.
    fn block(&mut self, value: &[u8]) -> Option<()> {
        let width = usize::try_from(value.first()?.leading_zeros()).ok()?.checked_add(1)?;
        let relative = Reader::new(value.get(width..)?).be16()?.cast_signed();
        let time = self.cluster_time.saturating_add_signed(relative.into());
        self.last_time = self.last_time.max(Some(time));
        Some(())
    }
}

/// EBML numbers may be written wider than needed.
fn without_leading_zeros(value: &[u8]) -> &[u8] {
    let start = value.iter().position(|byte| *byte != 0).unwrap_or(value.len());
    value.get(start..).unwrap_or_default()
}

/// WebM with a picture, WebM with sound only, or nothing.
pub(crate) fn sniff(bytes: &[u8]) -> Option<Mime> {
    match Content::read(bytes)? {
        Content { clusters: false, .. } => None,
        Content { picture: true, .. } => Some(Mime::Webm),
        Content { sound: true, .. } => Some(Mime::WebmAudio),
        _ => None,
    }
}

/// Subtitles, buttons and private tracks have their text in the clusters, where it would stay.
pub(crate) fn has_hidden_track(bytes: &[u8]) -> bool {
    Content::read(bytes).is_some_and(|content| content.other)
}

/// The stated duration, or else the last block's time; ticks of a millisecond unless the file says other.
pub(crate) fn duration_ms(bytes: &[u8]) -> Option<u64> {
    let content = Content::read(bytes)?;
    let scale_ns = content.scale_ns.unwrap_or(1_000_000);
    match content.duration {
        Some(ticks) if ticks.is_finite() && ticks > 0.0 => millis(ticks, scale_ns),
        _ => Some(content.last_time?.saturating_mul(scale_ns) / 1_000_000),
    }
}

/// Casts between floating point and integers saturate; a day is far below where they lose a millisecond.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "saturates")]
#[expect(clippy::unnecessary_wraps, reason = "the caller's other arm has no answer at times")]
fn millis(ticks: f64, scale_ns: u64) -> Option<u64> {
    Some((ticks * scale_ns as f64 / 1e6).ceil() as u64)
}

/// The public copy: the segment's length stays, what follows it goes.
pub(crate) fn strip(bytes: &[u8]) -> Option<Vec<u8>> {
    let body = segment(bytes)?;
    let mut copy = bytes.get(..body.end)?.to_vec();
    each_mut(copy.get_mut(body)?, |head, whole| {
        let payload = whole.get_mut(head.header..)?;
        match head.id {
            INFO => each_mut(payload, clean_info),
            TRACKS => each_mut(payload, clean_track),
            SEEK_HEAD => each_mut(payload, clean_seek),
            CLUSTER => each_mut(payload, clean_in_cluster),
            CUES => Some(()),
            _ => clean_in_cluster(head, whole),
        }
    })?;
    Some(copy)
}

/// Both application names are mandatory, so they become empty; title, date and identifiers go.
fn clean_info(head: &Head, whole: &mut [u8]) -> Option<()> {
    match head.id {
        TIMESTAMP_SCALE | DURATION => Some(()),
        MUXING_APP | WRITING_APP => {
            whole.get_mut(head.header..)?.fill(0);
            Some(())
        }
        _ => void(whole),
    }
}

fn clean_track(head: &Head, whole: &mut [u8]) -> Option<()> {
    if head.id != TRACK_ENTRY {
        return void(whole);
    }
    each_mut(whole.get_mut(head.header..)?, |head, whole| match head.id {
        TRACK_NAME | CRC => void(whole),
        _ => Some(()),
    })
}

/// The index keeps only entries that lead to what stays.
fn clean_seek(head: &Head, whole: &mut [u8]) -> Option<()> {
    let mut stays = false;
    if head.id == SEEK {
        each(whole.get(head.header..)?, |id, value| {
            let target = Reader::new(value).be_wide(value.len().min(8))?;
            stays |= id == SEEK_ID && [INFO, TRACKS, CUES, CLUSTER].map(u64::from).contains(&target);
            Some(())
        })?;
    }
    if stays { Some(()) } else { void(whole) }
}

fn clean_in_cluster(head: &Head, whole: &mut [u8]) -> Option<()> {
    match head.id {
        TIMESTAMP | SIMPLE_BLOCK | BLOCK_GROUP | PREVIOUS_SIZE | POSITION => Some(()),
        _ => void(whole),
    }
}

/// Turns an element into empty space of the same size: one byte of identifier, one or eight of size.
fn void(whole: &mut [u8]) -> Option<()> {
    let behind_id = whole.len().checked_sub(1)?;
    whole.fill(0);
    *whole.first_mut()? = VOID;
    let size = whole.get_mut(1..)?;
    if let Some(length) = behind_id.checked_sub(8) {
        let number = u64::try_from(length).ok()? | 1 << 56;
        size.get_mut(..8)?.copy_from_slice(&number.to_be_bytes());
    } else {
        *size.first_mut()? = u8::try_from(behind_id.checked_sub(1)?).ok()? | 0x80;
    }
    Some(())
}
