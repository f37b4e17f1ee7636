//! The public copy: what goes, what stays.

use super::fixtures::{self, boxed};
use super::{contains, tells};
use crate::{MediaError, Mime, sniff, without_metadata};

fn copy(mime: Mime, bytes: &[u8]) -> Vec<u8> {
    without_metadata(mime, bytes).unwrap()
}

#[test]
fn no_copy_tells_about_camera_place_or_date() {
    for (mime, bytes) in fixtures::all() {
        let public = copy(mime, &bytes);
        assert!(mime == Mime::Amr || tells(&bytes).is_some(), "{mime}: the fixture must tell something");
        assert_eq!(tells(&public), None, "{mime}");
        assert_eq!(sniff(&public), Some(mime));
        assert_eq!(copy(mime, &public), public, "{mime}: the copy of a copy");
    }
}

#[test]
fn pictures_decode_to_the_same_pixels() {
    let cases = [(Mime::Jpeg, fixtures::jpeg(6)), (Mime::Png, fixtures::png()), (Mime::Webp, fixtures::webp())];
    for (mime, bytes) in cases {
        let public = copy(mime, &bytes);
        let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().to_rgb8();
        assert!(pixels(&bytes) == pixels(&public), "{mime}");
    }
}

#[test]
fn a_jpeg_keeps_its_orientation_and_profile_only() {
    let public = copy(Mime::Jpeg, &fixtures::jpeg(6));
    let place = public.windows(6).position(|window| window == b"Exif\0\0").unwrap();
    assert_eq!(public[place..place + 32], crate::exif::only_orientation(6));
    assert!(contains(&public, b"ICC_PROFILE\0\x01\x01a profile"));
    assert!(contains(&public, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0\xFF"), "thumbnail of no size");
    assert!(!contains(&public, b"MPF\0") && !contains(&public, b"Photoshop"));
    assert!(public.ends_with(&[0xFF, 0xD9]));
    assert!(!contains(&copy(Mime::Jpeg, &fixtures::jpeg(1)), b"Exif"), "upright needs no EXIF");
}

#[test]
fn a_png_keeps_its_colours_only() {
    let public = copy(Mime::Png, &fixtures::png());
    assert!(contains(&public, b"gAMA"));
    for gone in [b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"] {
        assert!(!contains(&public, gone));
    }
    assert!(public.ends_with(b"IEND\xAE\x42\x60\x82"));
}

#[test]
fn a_webp_says_that_exif_and_xmp_are_gone() {
    let public = copy(Mime::Webp, &fixtures::webp());
    assert_eq!(public[20], 0x20, "flags");
    assert_eq!(u32::from_le_bytes(public[4..8].try_into().unwrap()) as usize, public.len() - 8);
    assert!(contains(&public, b"ICCP"));
    let animated = copy(Mime::Webp, &fixtures::animated_webp());
    assert_eq!(tells(&animated), None);
    assert_eq!(sniff(&animated), Some(Mime::Webp));
    assert_eq!(animated.windows(4).filter(|window| window == b"ANMF").count(), 2);
}

#[test]
fn a_heic_keeps_every_offset_and_its_rotation() {
    let (bytes, public) = (fixtures::heic(), copy(Mime::Heic, &fixtures::heic()));
    assert_eq!(bytes.len(), public.len());
    let picture = |bytes: &[u8]| bytes.windows(13).position(|window| window == b"coded picture").unwrap();
    assert_eq!(picture(&bytes), picture(&public));
    assert!(contains(&public, b"irot") && !contains(&public, b"udes") && !contains(&public, b"uuid"));
}

#[test]
fn a_heic_whose_exif_lies_outside_its_media_data_is_refused() {
    let mut bytes = fixtures::heic();
    let place = bytes.windows(4).position(|window| window == b"iloc").unwrap();
    // Version, widths and count 8, first item 14, second item's identifier, source and count 6.
    bytes[place + 4 + 8 + 14 + 6..][..4].copy_from_slice(&4_u32.to_be_bytes());
    assert_eq!(without_metadata(Mime::Heic, &bytes), Err(MediaError::Malformed(Mime::Heic)));
}

#[test]
fn a_movie_keeps_its_samples_and_offsets() {
    let (bytes, public) = (fixtures::mp4(b"soun", 1), copy(Mime::M4a, &fixtures::mp4(b"soun", 1)));
    assert_eq!(bytes.len(), public.len());
    let samples = |bytes: &[u8]| bytes.windows(13).position(|window| window == b"coded samples").unwrap();
    assert_eq!(samples(&bytes), samples(&public));
    for gone in [b"udta", b"meta", b"uuid", b"loci"] {
        assert!(!contains(&public, gone));
    }
}

#[test]
fn a_movie_with_a_track_of_positions_is_refused() {
    let tracks = [fixtures::track(b"vide"), fixtures::track(b"meta")].concat();
    let result = without_metadata(Mime::Mp4, &fixtures::movie(&tracks, 1));
    assert_eq!(result, Err(MediaError::HiddenTrack(Mime::Mp4)));
    let mut bytes = fixtures::webm(2, None, false);
    let entry = bytes.windows(3).position(|window| window == [0x53, 0x6E, 0x10]).unwrap();
    // The track's name becomes a second type: subtitles.
    bytes[entry..entry + 17].copy_from_slice(&[0x83, 0x81, 0x11, 0xEC, 0x8C, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(without_metadata(Mime::WebmAudio, &bytes), Err(MediaError::HiddenTrack(Mime::WebmAudio)));
}

#[test]
fn boxes_nested_without_end_are_refused() {
    let mut nested = boxed(b"trak", &[]);
    for _ in 0..1000 {
        nested = boxed(b"stbl", &[&nested]);
    }
    let tracks = [fixtures::track(b"vide"), nested].concat();
    let result = without_metadata(Mime::Mp4, &fixtures::movie(&tracks, 1));
    assert_eq!(result, Err(MediaError::Malformed(Mime::Mp4)));
}

#[test]
fn a_webm_keeps_its_length_until_the_segments_end() {
    let bytes = fixtures::webm(1, None, true);
    assert_eq!(copy(Mime::Webm, &bytes).len(), bytes.len());
    let closed = fixtures::webm(2, None, false);
    let public = copy(Mime::WebmAudio, &closed);
    assert_eq!(public.len(), closed.len() - super::CAMERA.len(), "what follows the segment goes");
    assert!(!contains(&public, fixtures::SEEK_TAGS), "no index entry leads to tags that are gone");
    assert!(contains(&public, &[0x81, 0x01, 0xF4, 0x80, 1, 2, 3]), "the sound stays");
}

#[test]
fn an_amr_loses_its_cut_frame() {
    assert_eq!(copy(Mime::Amr, &fixtures::amr(150)).len(), 6 + 150 * 32);
}

#[test]
fn another_type_than_said_is_refused() {
    let result = without_metadata(Mime::Jpeg, &fixtures::png());
    assert_eq!(result, Err(MediaError::NotThisType { expected: Mime::Jpeg, found: Some(Mime::Png) }));
    assert_eq!(without_metadata(Mime::Mp4, b"MZ"), Err(MediaError::NotThisType { expected: Mime::Mp4, found: None }));
}
