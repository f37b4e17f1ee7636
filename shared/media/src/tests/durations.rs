//! How long a recording lasts.

use super::fixtures::{self, boxed};
use crate::{Mime, audio_duration_ms};

#[test]
fn headers_frames_and_blocks_tell() {
    assert_eq!(audio_duration_ms(Mime::M4a, &fixtures::mp4(b"soun", 61_500)), Some(61_500));
    // 40 frames of 1 152 samples at 44 100 a second.
    assert_eq!(audio_duration_ms(Mime::Mp3, &fixtures::mp3(40)), Some(1044));
    assert_eq!(audio_duration_ms(Mime::Amr, &fixtures::amr(150)), Some(3000));
    assert_eq!(audio_duration_ms(Mime::WebmAudio, &fixtures::webm(2, Some(2500.0), true)), Some(2500));
    // Cluster at 4 000, block at +500.
    assert_eq!(audio_duration_ms(Mime::WebmAudio, &fixtures::webm(2, None, true)), Some(4500));
}

#[test]
fn pictures_and_silent_headers_have_none() {
    assert_eq!(audio_duration_ms(Mime::Jpeg, &fixtures::jpeg(1)), None);
    assert_eq!(audio_duration_ms(Mime::M4a, &fixtures::mp4(b"soun", 0)), None);
    assert_eq!(audio_duration_ms(Mime::M4a, b""), None);
    let infinite = fixtures::webm(2, Some(f64::INFINITY), true);
    assert_eq!(audio_duration_ms(Mime::WebmAudio, &infinite), Some(4500));
}

#[test]
fn the_fragments_of_a_browser_recording_add_up() {
    let run = |flags: u32, rest: &[u8]| boxed(b"trun", &[&flags.to_be_bytes(), &3_u32.to_be_bytes(), rest]);
    let fragment = |flags: u32, default: &[u8], run: &[u8]| {
        let header = boxed(b"tfhd", &[&flags.to_be_bytes(), &1_u32.to_be_bytes(), default]);
        boxed(b"moof", &[&boxed(b"traf", &[&header, run])])
    };
    // Three samples of the movie's 20 ms, three of the fragment's 40 ms, three of their own 100, 200, 300 ms.
    let own: Vec<u8> = [100_u32, 7, 200, 7, 300, 7].iter().flat_map(|number| number.to_be_bytes()).collect();
    let defaults = [[0; 4], 1_u32.to_be_bytes(), [0; 4], 20_u32.to_be_bytes(), [0; 4], [0; 4]].concat();
    let tracks = [fixtures::track(b"soun"), boxed(b"mvex", &[&boxed(b"trex", &[&defaults])])].concat();
    let file = [
        fixtures::movie(&tracks, 0),
        fragment(0, &[], &run(0, &[])),
        fragment(0x8, &40_u32.to_be_bytes(), &run(0, &[])),
        fragment(0, &[], &run(0x100 | 0x200, &own)),
    ]
    .concat();
    assert_eq!(crate::sniff(&file), Some(Mime::M4a));
    assert_eq!(audio_duration_ms(Mime::M4a, &file), Some(60 + 120 + 600));
}
