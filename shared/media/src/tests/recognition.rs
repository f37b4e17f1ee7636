//! What a file is: its structure decides.

use super::fixtures::{self, boxed, chunk, element};
use crate::{Mime, sniff};

/// The start of a Windows program.
const PROGRAM: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0\xB8\0\0\0\0\0\0\0@\0\0\0This program cannot be run";

#[test]
fn every_fixture_is_what_it_is() {
    for (mime, bytes) in fixtures::all() {
        assert_eq!(sniff(&bytes), Some(mime));
    }
    assert_eq!(sniff(&fixtures::animated_webp()), Some(Mime::Webp));
}

#[test]
fn names_go_there_and_back() {
    for mime in Mime::ALL {
        assert_eq!(mime.as_str().parse(), Ok(mime));
        assert_eq!(mime.is_image(), mime.as_str().starts_with("image/"));
        assert_eq!(mime.is_audio(), mime.as_str().starts_with("audio/"));
    }
    for wrong in ["", "image/gif", "IMAGE/PNG", "image/png; a=b", "image/svg+xml"] {
        assert!(wrong.parse::<Mime>().is_err(), "{wrong}");
    }
}

#[test]
fn other_files_are_nothing() {
    let others: [&[u8]; 9] = [
        b"",
        PROGRAM,
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"%PDF-1.7\n",
        b"PK\x03\x04\x14\0\0\0",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"\x7FELF\x02\x01\x01",
        b"#!/bin/sh\nrm -rf /\n",
    ];
    for other in others {
        assert_eq!(sniff(other), None, "{:?}", &other[..other.len().min(8)]);
    }
}

#[test]
fn a_program_behind_the_first_bytes_of_a_picture_is_nothing() {
    for (mime, bytes) in fixtures::all() {
        for kept in [4, 8, 12, 16, 24] {
            let fake = [&bytes[..kept], &PROGRAM.repeat(40)].concat();
            assert_eq!(sniff(&fake), None, "{mime} with {kept} bytes");
        }
    }
}

#[test]
fn a_file_cut_anywhere_in_its_structure_is_nothing() {
    // AMR and MP3 may be cut in the last frame; the open WebM has no end to miss; the rest must be whole.
    let ends: Vec<_> =
        fixtures::all().into_iter().filter(|(m, _)| !matches!(m, Mime::Amr | Mime::Mp3 | Mime::Webm)).collect();
    for (mime, bytes) in ends {
        let public = crate::without_metadata(mime, &bytes).unwrap();
        for length in 0..public.len() {
            let cut = sniff(&public[..length]);
            // Boxes behind the last needed one may be missing when the cut falls between two boxes.
            let whole_boxes = matches!(mime, Mime::Heic | Mime::Mp4 | Mime::M4a) && cut == Some(mime);
            assert!(cut.is_none() || whole_boxes, "{mime} cut to {length}");
        }
    }
}

#[test]
fn a_png_with_a_wrong_checksum_or_order_is_nothing() {
    let mut bytes = fixtures::png();
    bytes[29] ^= 1;
    assert_eq!(sniff(&bytes), None, "header checksum");

    let good = crate::without_metadata(Mime::Png, &fixtures::png()).unwrap();
    let (header, rest) = good.split_at(33);
    let unknown = [header, &chunk(b"EVIL", b""), rest].concat();
    assert_eq!(sniff(&unknown), None, "unknown critical chunk");
    let (data, end) = rest.split_at(rest.len() - 12);
    let split = [header, data, &chunk(b"tEXt", b"a\0b"), &chunk(b"IDAT", b""), end].concat();
    assert_eq!(sniff(&split), None, "picture data interrupted");
    assert_eq!(sniff(&[header, end].concat()), None, "no picture data");
}

#[test]
fn avif_quicktime_and_a_movie_without_tracks_are_nothing() {
    let mut heic = fixtures::heic();
    for place in [8, 20] {
        heic[place..place + 4].copy_from_slice(b"avif");
    }
    assert_eq!(sniff(&heic), None);
    let mut movie = fixtures::mp4(b"vide", 1);
    movie[8..24].copy_from_slice(b"qt  \0\0\0\0qt  qt  ");
    assert_eq!(sniff(&movie), None);
    assert_eq!(sniff(&fixtures::movie(&[], 1)), None);
    assert_eq!(sniff(&[fixtures::heic(), b"MZ\x90\0".to_vec()].concat()), None, "trailing bytes are no box");
    assert_eq!(sniff(&boxed(b"ftyp", &[b"heic\0\0\0\0"])), None);
}

#[test]
fn matroska_that_is_not_webm_is_nothing() {
    let mut bytes = fixtures::webm(2, None, true);
    let place = bytes.windows(4).position(|window| window == b"webm").unwrap();
    bytes[place..place + 4].copy_from_slice(b"matr");
    assert_eq!(sniff(&bytes), None);
    let header = element(&[0x1A, 0x45, 0xDF, 0xA3], &element(&[0x42, 0x82], b"webm"));
    assert_eq!(sniff(&[header, element(&[0x18, 0x53, 0x80, 0x67], &[])].concat()), None, "no clusters");
}

#[test]
fn an_mp3_is_frames_from_its_tag_to_its_end() {
    let plain = crate::without_metadata(Mime::Mp3, &fixtures::mp3(2)).unwrap();
    assert_eq!(plain.len(), 2 * 208);
    assert_eq!(sniff(&plain[..2 * 208 - 1]), None, "one whole frame is too little");
    assert_eq!(sniff(&[&plain, PROGRAM].concat()), None, "a program behind it");
    assert_eq!(sniff(&[&plain[..208], PROGRAM, &plain[..208]].concat()), None, "a program between frames");
    assert_eq!(sniff(&[b"ID3\x04\0\0\0\0\0\x05title".as_slice(), PROGRAM].concat()), None);
    // Free bit rate, reserved bit rate, reserved sample rate, layer II, reserved version, other sample rate.
    for header in [[0xFB, 0x00], [0xFB, 0xF0], [0xFB, 0x5C], [0xFD, 0x50], [0xEB, 0x50], [0xFB, 0x54]] {
        let mut bytes = plain.clone();
        bytes[209..211].copy_from_slice(&header);
        assert_eq!(sniff(&bytes), None, "{header:x?}");
    }
}

#[test]
fn amr_with_a_frame_of_a_reserved_type_is_nothing() {
    for header in [0x4C, 0x74, 0x3D, 0xBC] {
        assert_eq!(sniff(&[b"#!AMR\n".as_slice(), &[0x7C, header]].concat()), None, "{header:x}");
    }
    assert_eq!(sniff(b"#!AMR\n\x7C"), Some(Mime::Amr));
    assert_eq!(sniff(b"#!AMR-WB\n\x7C"), None);
}
