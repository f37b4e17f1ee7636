//! One file of every kind, each carrying a camera, a place and a date.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::{CAMERA, LATITUDE, PLACE};
use crate::Mime;

pub const XMP: &[u8] = b"<x:xmpmeta>SpyCam 3000</x:xmpmeta>";

/// One of each, with metadata.
pub fn all() -> Vec<(Mime, Vec<u8>)> {
    vec![
        (Mime::Jpeg, jpeg(6)),
        (Mime::Png, png()),
        (Mime::Webp, webp()),
        (Mime::Heic, heic()),
        (Mime::Mp4, mp4(b"vide", 61_500)),
        (Mime::M4a, mp4(b"soun", 61_500)),
        (Mime::Mp3, mp3(40)),
        (Mime::Amr, amr(150)),
        (Mime::Webm, webm(1, Some(2500.0), true)),
        (Mime::WebmAudio, webm(2, Some(2500.0), false)),
    ]
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(48, 32, |x, y| Rgb([x as u8 * 5, y as u8 * 7, (x ^ y) as u8]));
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A big-endian TIFF block: make, orientation and date in the main directory, a GPS directory behind it.
pub fn tiff(orientation: u16) -> Vec<u8> {
    let mut out = b"MM\0*\0\0\0\x08\0\x04".to_vec();
    let mut entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        out.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
        out.extend(count.to_be_bytes());
        out.extend(value);
    };
    let [high, low] = orientation.to_be_bytes();
    entry(0x010F, 2, 12, 62_u32.to_be_bytes());
    entry(0x0112, 3, 1, [high, low, 0, 0]);
    entry(0x0132, 2, 20, 74_u32.to_be_bytes());
    entry(0x8825, 4, 1, 94_u32.to_be_bytes());
    out.extend([0; 4]);
    out.extend(CAMERA);
    out.push(0);
    out.extend(b"2026:11:23 10:00:00\0");
    assert_eq!(out.len(), 94);
    out.extend(b"\0\x01\0\x02\0\x05\0\0\0\x03\0\0\0\x70\0\0\0\0");
    assert_eq!(out.len(), 112);
    out.extend(LATITUDE);
    out
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap();
    [&[0xFF, marker], length.to_be_bytes().as_slice(), payload].concat()
}

/// JFIF with a thumbnail, EXIF, XMP, IPTC, a colour profile, a comment, and a clip behind the end.
pub fn jpeg(orientation: u16) -> Vec<u8> {
    let plain = picture(ImageFormat::Jpeg);
    let body = &plain[2 + 18..];
    [
        &[0xFF, 0xD8],
        segment(0xE0, &[b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01", CAMERA.get(..3).unwrap()].concat()).as_slice(),
        &segment(0xE1, &[b"Exif\0\0".as_slice(), &tiff(orientation)].concat()),
        &segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0".as_slice(), XMP].concat()),
        &segment(0xE2, b"ICC_PROFILE\0\x01\x01a profile"),
        &segment(0xE2, &[b"MPF\0".as_slice(), CAMERA].concat()),
        &segment(0xED, &[b"Photoshop 3.0\0".as_slice(), PLACE].concat()),
        &segment(0xFE, CAMERA),
        body,
        b"motion clip ",
        PLACE,
    ]
    .concat()
}

pub fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let checked = [kind.as_slice(), data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [length.as_slice(), &checked, &crc32fast::hash(&checked).to_be_bytes()].concat()
}

pub fn png() -> Vec<u8> {
    let plain = picture(ImageFormat::Png);
    let (header, rest) = plain.split_at(8 + 25);
    let (data, end) = rest.split_at(rest.len() - 12);
    [
        header,
        &chunk(b"gAMA", &45_455_u32.to_be_bytes()),
        &chunk(b"eXIf", &tiff(6)),
        &chunk(b"tEXt", &[b"Comment\0".as_slice(), PLACE].concat()),
        &chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0".as_slice(), XMP].concat()),
        data,
        &chunk(b"tIME", &[7, 0xEA, 11, 23, 10, 0, 0]),
        &chunk(b"zTXt", CAMERA),
        end,
        CAMERA,
    ]
    .concat()
}

pub fn riff(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let pad: &[u8] = if data.len() % 2 == 1 { &[0] } else { &[] };
    [kind.as_slice(), &length, data, pad].concat()
}

/// The extended form around a lossless picture.
pub fn webp() -> Vec<u8> {
    let plain = picture(ImageFormat::WebP);
    let body = [
        b"WEBP".as_slice(),
        &riff(b"VP8X", &[0x20 | 0x08 | 0x04, 0, 0, 0, 47, 0, 0, 31, 0, 0]),
        &riff(b"ICCP", b"a profile"),
        &plain[12..],
        &riff(b"EXIF", &tiff(6)),
        &riff(b"XMP ", XMP),
        &riff(b"MINE", CAMERA),
    ]
    .concat();
    [riff(b"RIFF", &body), CAMERA.to_vec()].concat()
}

/// An animation of two frames, one of them with a chunk that does not belong there.
pub fn animated_webp() -> Vec<u8> {
    let plain = picture(ImageFormat::WebP);
    let frame = |extra: &[u8]| {
        let header = [0, 0, 0, 0, 0, 0, 47, 0, 0, 31, 0, 0, 100, 0, 0, 0];
        riff(b"ANMF", &[header.as_slice(), &plain[12..], extra].concat())
    };
    let body = [
        b"WEBP".as_slice(),
        &riff(b"VP8X", &[0x02, 0, 0, 0, 47, 0, 0, 31, 0, 0]),
        &riff(b"ANIM", &[0; 6]),
        &frame(&[]),
        &frame(&riff(b"NOTE", CAMERA)),
    ]
    .concat();
    riff(b"RIFF", &body)
}

pub fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let payload = parts.concat();
    let size = u32::try_from(payload.len() + 8).unwrap().to_be_bytes();
    [size.as_slice(), kind, &payload].concat()
}

fn handler(kind: &[u8; 4]) -> Vec<u8> {
    boxed(b"hdlr", &[&[0; 8], kind, &[0; 12], CAMERA, &[0]])
}

fn entry(id: u16, kind: &[u8; 4], rest: &[u8]) -> Vec<u8> {
    boxed(b"infe", &[&[2, 0, 0, 0], &id.to_be_bytes(), &[0, 0], kind, b"\0", rest])
}

/// Three items in one `mdat`: the picture, EXIF and XMP.
pub fn heic() -> Vec<u8> {
    let exif = [[0; 4].as_slice(), &tiff(6)].concat();
    let items: [&[u8]; 3] = [b"coded picture", &exif, XMP];
    let build = |start: usize| {
        let mut offset = start;
        let mut places = vec![0, 0, 0, 0, 0x44, 0, 0, 3];
        for (id, item) in (1_u16..).zip(items) {
            places.extend([id.to_be_bytes(), [0, 0], [0, 1]].concat());
            places.extend([u32::try_from(offset).unwrap().to_be_bytes()].concat());
            places.extend(u32::try_from(item.len()).unwrap().to_be_bytes());
            offset += item.len();
        }
        let list =
            [entry(1, b"hvc1", &[]), entry(2, b"Exif", &[]), entry(3, b"mime", b"application/rdf+xml\0")].concat();
        let properties = [boxed(b"irot", &[&[1]]), boxed(b"udes", &[CAMERA])].concat();
        let meta = boxed(
            b"meta",
            &[
                &[0; 4],
                &handler(b"pict"),
                &boxed(b"pitm", &[&[0, 0, 0, 0, 0, 1]]),
                &boxed(b"iinf", &[&[0, 0, 0, 0, 0, 3], &list]),
                &boxed(b"iprp", &[&boxed(b"ipco", &[&properties]), &boxed(b"ipma", &[&[0; 8]])]),
                &boxed(b"iloc", &[&places]),
                &boxed(b"uuid", &[&[7; 16], CAMERA]),
            ],
        );
        [boxed(b"ftyp", &[b"heic\0\0\0\0mif1heic"]), meta].concat()
    };
    let start = build(0).len() + 8;
    [build(start), boxed(b"mdat", &[&items.concat()]), boxed(b"uuid", &[&[9; 16], PLACE])].concat()
}

fn times_and(rest: &[u8]) -> Vec<u8> {
    [[0; 4].as_slice(), b"2026:11:", rest].concat()
}

/// A track: identifier 1, ticks of a millisecond.
pub fn track(kind: &[u8; 4]) -> Vec<u8> {
    let media = [
        boxed(b"mdhd", &[&times_and(&[0, 0, 3, 0xE8, 0, 0, 0, 0, 0, 0, 0, 0])]),
        handler(kind),
        boxed(b"minf", &[&boxed(b"stbl", &[&boxed(b"stsz", &[&[0; 12]])])]),
    ]
    .concat();
    boxed(
        b"trak",
        &[
            &boxed(b"tkhd", &[&times_and(&[0, 0, 0, 1]), &[0; 60]]),
            &boxed(b"mdia", &[&media]),
            &boxed(b"udta", &[&boxed(b"name", &[CAMERA])]),
        ],
    )
}

pub fn movie(tracks: &[u8], duration_ms: u32) -> Vec<u8> {
    let header = [&[0, 0, 3, 0xE8], duration_ms.to_be_bytes().as_slice(), &[0; 80]].concat();
    let places = [boxed(b"loci", &[PLACE]), boxed(b"\xA9xyz", &[PLACE])].concat();
    [
        boxed(b"ftyp", &[b"M4A \0\0\0\0isommp42"]),
        boxed(b"mdat", &[b"coded samples"]),
        boxed(
            b"moov",
            &[&boxed(b"mvhd", &[&times_and(&header)]), tracks, &boxed(b"udta", &[&places]), &boxed(b"meta", &[CAMERA])],
        ),
        boxed(b"uuid", &[&[9; 16], XMP]),
        boxed(b"free", &[CAMERA]),
    ]
    .concat()
}

pub fn mp4(kind: &[u8; 4], duration_ms: u32) -> Vec<u8> {
    movie(&track(kind), duration_ms)
}

/// Frames of 64 kbit/s at 44 100 samples a second, tags before and behind.
pub fn mp3(frames: usize) -> Vec<u8> {
    // 144 × 64 000 / 44 100 = 208 bytes.
    let frame = [[0xFF, 0xFB, 0x50, 0xC4].as_slice(), &[0x55; 204]].concat();
    let title = [b"ID3\x04\0\0\0\0\x01\x00".as_slice(), CAMERA, PLACE, &[0; 99]].concat();
    let behind = [b"TAG".as_slice(), CAMERA, &[0; 114]].concat();
    [title, frame.repeat(frames), behind].concat()
}

/// Frames of 12.2 kbit/s, the last one cut.
pub fn amr(frames: usize) -> Vec<u8> {
    let frame = [[0x3C].as_slice(), &[0x55; 31]].concat();
    [b"#!AMR\n".to_vec(), frame.repeat(frames), frame[..9].to_vec()].concat()
}

pub fn element(id: &[u8], payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len()).unwrap() | 0x1000_0000;
    [id, &size.to_be_bytes(), payload].concat()
}

pub const SEEK_TAGS: &[u8] = &[0x53, 0xAB, 0x84, 0x12, 0x54, 0xC3, 0x67];

/// A file with one track; `open` leaves the sizes of segment and clusters open, as browsers do.
pub fn webm(track_type: u8, duration: Option<f64>, open: bool) -> Vec<u8> {
    let mut info = element(&[0x2A, 0xD7, 0xB1], &1_000_000_u32.to_be_bytes());
    if let Some(ms) = duration {
        info.extend(element(&[0x44, 0x89], &ms.to_be_bytes()));
    }
    for (id, value) in
        [([0x4D, 0x80], CAMERA), ([0x57, 0x41], CAMERA), ([0x44, 0x61], b"2026:11:"), ([0x7B, 0xA9], PLACE)]
    {
        info.extend(element(&id, value));
    }
    let track = [element(&[0xD7], &[1]), element(&[0x83], &[track_type]), element(&[0x53, 0x6E], CAMERA)].concat();
    let cluster = [element(&[0xE7], &[0x0F, 0xA0]), element(&[0xA3], &[0x81, 0x01, 0xF4, 0x80, 1, 2, 3])].concat();
    let cluster_id = [0x1F, 0x43, 0xB6, 0x75];
    let body = [
        element(&[0x11, 0x4D, 0x9B, 0x74], &element(&[0x4D, 0xBB], SEEK_TAGS)),
        vec![0xEC, 0x8B],
        CAMERA.to_vec(),
        element(&[0x15, 0x49, 0xA9, 0x66], &info),
        element(&[0x16, 0x54, 0xAE, 0x6B], &element(&[0xAE], &track)),
        if open { [&cluster_id, [0xFF].as_slice(), &cluster].concat() } else { element(&cluster_id, &cluster) },
        element(&[0x12, 0x54, 0xC3, 0x67], PLACE),
        element(&[0x19, 0x41, 0xA4, 0x69], XMP),
        vec![0xBF, 0x84, 1, 2, 3, 4],
    ]
    .concat();
    let segment_id = [0x18, 0x53, 0x80, 0x67];
    let segment = if open {
        [&segment_id, [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF].as_slice(), &body].concat()
    } else {
        [element(&segment_id, &body), CAMERA.to_vec()].concat()
    };
    [element(&[0x1A, 0x45, 0xDF, 0xA3], &element(&[0x42, 0x82], b"webm\0")), segment].concat()
}
