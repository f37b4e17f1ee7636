//! A photo as a phone takes it: with the camera's name and the place in its EXIF block.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// What must not come back.
pub const CAMERA: &[u8] = b"Telltale Phone 9";

/// 32 degrees, 36 minutes as EXIF rationals: the latitude.
pub const LATITUDE: &[u8] = b"\0\0\0\x20\0\0\0\x01\0\0\0\x24\0\0\0\x01\0\0\0\0\0\0\0\x01";

/// A JPEG; `shade` makes different pictures.
pub fn photo(shade: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(48, 32, |x, y| Rgb([x as u8 * 5, y as u8 * 7, shade]));
    let mut plain = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut plain, ImageFormat::Jpeg).unwrap();
    let plain = plain.into_inner();
    let exif = [b"Exif\0\0", exif().as_slice()].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xFF, 0xE1], &length, &exif, &plain[2..]].concat()
}

/// A TIFF block (big endian): the maker in the main directory, the latitude in the GPS directory behind it.
fn exif() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, offset: u32| {
        [tag.to_be_bytes().as_slice(), &kind.to_be_bytes(), &count.to_be_bytes(), &offset.to_be_bytes()].concat()
    };
    // 8 bytes of header, 2 + 2 × 12 + 4 of the main directory: the maker's name begins at 38.
    let maker = u32::try_from(CAMERA.len()).unwrap();
    let gps = 38 + maker;
    [
        b"MM\0*\0\0\0\x08\0\x02".to_vec(),
        entry(0x010F, 2, maker, 38),
        entry(0x8825, 4, 1, gps),
        vec![0; 4],
        CAMERA.to_vec(),
        b"\0\x01".to_vec(),
        entry(0x0002, 5, 3, gps + 18),
        vec![0; 4],
        LATITUDE.to_vec(),
    ]
    .concat()
}

/// Whether `part` is somewhere in `whole`.
pub fn contains(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}
