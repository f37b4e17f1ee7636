//! Parts of a file.

use super::{ask, get};
use crate::range::{Asked, asked};

const SOUND: &str = "/assets/say.m4a";

#[test]
fn one_part_is_sent_as_such() {
    let cases = [
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=-99", "0123456789", "bytes 0-9/10"),
        ("bytes=5-99999999999999999999999", "56789", "bytes 5-9/10"),
    ];
    for (range, body, place) in cases {
        let answer = get(SOUND, &[("range", range)]);
        assert_eq!((answer.status().as_u16(), answer.body.as_str()), (206, body), "{range}");
        assert_eq!(answer.header("content-range"), place);
        assert_eq!(answer.header("content-length"), body.len().to_string());
        assert_eq!(answer.header("content-type"), "audio/mp4");
    }
}

#[test]
fn a_part_that_is_not_there_is_refused() {
    for range in ["bytes=10-", "bytes=10-12", "bytes=99999999999999999999999-", "bytes=-0"] {
        let answer = get(SOUND, &[("range", range)]);
        assert_eq!((answer.status().as_u16(), answer.body.as_str()), (416, ""), "{range}");
        assert_eq!(answer.header("content-range"), "bytes */10");
    }
    assert_eq!(get("/assets/empty.txt", &[("range", "bytes=0-")]).status(), 416);
}

#[test]
fn what_cannot_be_understood_is_answered_whole() {
    for range in ["bytes=4-2", "bytes=0-1,4-5", "lines=1-2", "bytes=", "bytes=-", "bytes=a-b", "bytes=+1-2", "0-1"] {
        let answer = get(SOUND, &[("range", range)]);
        assert_eq!((answer.status().as_u16(), answer.body.as_str()), (200, "0123456789"), "{range}");
        assert_eq!(answer.header("accept-ranges"), "bytes");
    }
    assert_eq!(ask("HEAD", SOUND, &[("range", "bytes=0-1")]).status(), 200, "ranges are for GET");
}

#[test]
fn a_part_of_another_version_is_not_mixed_in() {
    let tag = get(SOUND, &[]).header("etag").to_owned();
    let with = |condition: &str| get(SOUND, &[("range", "bytes=0-1"), ("if-range", condition)]).status().as_u16();
    assert_eq!(with(&tag), 206);
    assert_eq!(with(&format!("W/{tag}")), 200, "a weak tag does not do");
    assert_eq!(with("\"other\""), 200);
    assert_eq!(with("Mon, 23 Nov 2026 10:00:00 GMT"), 200);
}

#[test]
fn no_file_no_part() {
    assert_eq!(asked("bytes=-5", 0), Asked::Beyond);
    assert_eq!(asked("bytes=0-18446744073709551615", 3), Asked::Part(0..3));
}
