//! What holds for every input, made up or damaged.

use proptest::prelude::*;

use super::fixtures;
use crate::{Mime, audio_duration_ms, sniff, without_metadata};

/// Tries everything on the bytes; a copy that is made must be of the same type and stay as it is.
fn hold(bytes: &[u8]) {
    let found = sniff(bytes);
    for mime in Mime::ALL {
        let _no_panic = audio_duration_ms(mime, bytes);
        match without_metadata(mime, bytes) {
            Ok(public) => {
                assert_eq!(found, Some(mime));
                assert_eq!(sniff(&public), found, "the copy is of the same type");
                assert_eq!(without_metadata(mime, &public).as_ref(), Ok(&public), "the copy of a copy");
                assert!(public.len() <= bytes.len() + 64, "a copy does not grow");
            }
            Err(_) if found == Some(mime) => {}
            Err(error) => assert!(matches!(error, crate::MediaError::NotThisType { .. })),
        }
    }
}

#[derive(Debug, Clone)]
enum Damage {
    Set(usize, u8),
    Cut(usize),
    Remove(usize, usize),
    Repeat(usize, usize),
    Insert(usize, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        8 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        2 => (any::<usize>(), prop_oneof![Just(0_u8), Just(0xFF), Just(1), Just(0x7F)]).prop_map(|(at, byte)| Damage::Set(at, byte)),
        1 => any::<usize>().prop_map(Damage::Cut),
        1 => (any::<usize>(), 1_usize..40).prop_map(|(at, length)| Damage::Remove(at, length)),
        1 => (any::<usize>(), 1_usize..40).prop_map(|(at, length)| Damage::Repeat(at, length)),
        1 => (any::<usize>(), prop::collection::vec(any::<u8>(), 1..16)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

impl Damage {
    fn apply(self, bytes: &mut Vec<u8>) {
        let length = bytes.len().max(1);
        match self {
            Self::Set(at, byte) => {
                if let Some(place) = bytes.get_mut(at % length) {
                    *place = byte;
                }
            }
            Self::Cut(at) => bytes.truncate(at % length),
            Self::Remove(at, count) => {
                let at = (at % length).min(bytes.len());
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Self::Repeat(at, count) => {
                let at = (at % length).min(bytes.len());
                let part = bytes[at..(at + count).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Self::Insert(at, part) => {
                let at = (at % length).min(bytes.len());
                bytes.splice(at..at, part);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        hold(&bytes);
    }

    #[test]
    fn on_random_bytes_behind_a_real_start(which in 0_usize..10, kept in 0_usize..200, tail in prop::collection::vec(any::<u8>(), 0..300)) {
        let (_, bytes) = fixtures::all().swap_remove(which);
        hold(&[&bytes[..kept.min(bytes.len())], &tail].concat());
    }

    #[test]
    fn on_damaged_files(which in 0_usize..10, damages in prop::collection::vec(damage(), 1..6)) {
        let (_, mut bytes) = fixtures::all().swap_remove(which);
        damages.into_iter().for_each(|damage| damage.apply(&mut bytes));
        hold(&bytes);
    }

    #[test]
    fn a_jpeg_with_any_tiff_block_keeps_no_more_than_its_orientation(block in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = fixtures::jpeg(3);
        let payload = [b"Exif\0\0MM\0*\0\0\0\x08".as_slice(), &block].concat();
        let length = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
        bytes.splice(2..2, [&[0xFF, 0xE1], length.as_slice(), &payload].concat());
        hold(&bytes);
        prop_assert_eq!(super::tells(&without_metadata(Mime::Jpeg, &bytes).unwrap()), None);
    }
}
