//! Encodings, tags and how long things stay.

use super::{Build, FILES, PAGE, ask_of, get};

fn encoded(accept: &str) -> (String, String) {
    let answer = get("/", &[("accept-encoding", accept)]);
    assert_eq!(answer.header("vary"), "accept-encoding");
    (answer.header("content-encoding").to_owned(), answer.body)
}

#[test]
fn the_client_weighs_the_encodings() {
    let cases = [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("gzip;q=0.3, identity;q=0.9", ""),
        ("identity;q=1, *;q=0", ""),
        ("*", "br"),
        ("*;q=0.2, br;q=0", "gzip"),
        ("BR", "br"),
        ("x-gzip", "gzip"),
        ("br;q=0, gzip;q=0.000", ""),
        ("br;q=nonsense", ""),
        ("br;q=1.5", ""),
        ("identity;q=0", ""),
        ("zstd", ""),
        ("", ""),
    ];
    for (accept, expected) in cases {
        let (encoding, body) = encoded(accept);
        assert_eq!(encoding, expected, "{accept}");
        let content = match expected {
            "br" => "citizen in brotli",
            "gzip" => "citizen in gzip",
            _ => "<!doctype html>citizen",
        };
        assert_eq!(body, content, "{accept}");
    }
}

#[test]
fn a_compressed_file_keeps_its_type_and_a_missing_sibling_is_passed_over() {
    let answer = get("/assets/app-1a2b3c4d.js", &[("accept-encoding", "br")]);
    assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(answer.header("content-length"), "13");
    let gzip_only = get("/assets/app-1a2b3c4d.js", &[("accept-encoding", "gzip")]);
    assert_eq!((gzip_only.header("content-encoding"), gzip_only.body.as_str()), ("", "console.log(1)"));
}

#[test]
fn every_encoding_has_its_own_strong_tag() {
    let tags: std::collections::BTreeSet<String> = ["br", "gzip", "identity"]
        .map(|accept| get("/", &[("accept-encoding", accept)]).header("etag").to_owned())
        .into();
    assert_eq!(tags.len(), 3);
    assert!(tags.iter().all(|tag| tag.starts_with('"') && tag.ends_with('"') && tag.len() >= 34));
    // Two encodings may be equal bytes for an empty file; the tag still says which it is.
    assert!(tags.iter().any(|tag| tag.ends_with("-br\"")) && tags.iter().any(|tag| tag.ends_with("-gzip\"")));
    // The tag is that of the content: SHA-256 of "icon".
    assert_eq!(get("/favicon.ico", &[]).header("etag"), "\"c2d4b446a44ce54fab8e01150e24dd24\"");
}

#[test]
fn who_has_the_content_is_told_so() {
    let tag = get("/", &[]).header("etag").to_owned();
    for condition in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let answer = get("/", &[("if-none-match", &condition), ("range", "bytes=0-1")]);
        assert_eq!(answer.status(), 304, "{condition}");
        assert_eq!(answer.header("etag"), tag);
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert_eq!((answer.header("content-length"), answer.body.as_str()), ("22", ""));
    }
    let other = [("if-none-match", tag.as_str()), ("accept-encoding", "br")];
    assert_eq!(get("/", &other).status(), 200, "the tag of another encoding");
    assert_eq!(get("/", &[("if-none-match", "\"other\"")]).status(), 200);
    assert_eq!(get("/nowhere", &[PAGE, ("if-none-match", "*")]).status(), 404);
}

#[test]
fn hashed_files_stay_forever_and_the_rest_is_asked_for_again() {
    let forever = "public, max-age=31536000, immutable";
    assert_eq!(get("/assets/app-1a2b3c4d.js", &[]).header("cache-control"), forever);
    assert_eq!(get("/assets/say.m4a", &[("range", "bytes=0-1")]).header("cache-control"), forever);
    for path in ["/", "/worker/sw.js", "/favicon.ico", "/assets/missing-1a2b3c4d.js", "/api/openapi.json"] {
        assert_eq!(get(path, &[]).header("cache-control"), "no-cache", "{path}");
    }
}

#[test]
fn a_file_is_read_once_while_it_is_small() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counting(Arc<AtomicUsize>);
    impl crate::Files for Counting {
        fn read(&self, path: &str) -> Option<Vec<u8>> {
            let size = if path == "large.bin" { 3 * 1024 * 1024 } else { 10 };
            self.0.fetch_add(1, Ordering::Relaxed);
            Some(vec![0; size])
        }
    }
    for (file, expected) in [("small.bin", 1), ("large.bin", 3)] {
        let reads = Arc::new(AtomicUsize::new(0));
        let site = crate::site::Site::new(Counting(reads.clone()), crate::Tiles::default());
        for _ in 0..3 {
            let asset = site.best(file, &[crate::negotiate::Encoding::Identity]);
            assert!(asset.is_some());
        }
        assert_eq!(reads.load(Ordering::Relaxed), expected, "{file}");
    }
}

#[test]
fn a_build_in_a_directory_answers_as_well() {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in FILES {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
    let directory = crate::Directory::new(folder.path());
    for path in ["/", "/worker", "/console/x", "/assets", "/assets/", "/nowhere", "/assets/say.m4a"] {
        let real = ask_of(directory.clone(), "GET", path, &[PAGE]);
        let memory = ask_of(Build(FILES.into()), "GET", path, &[PAGE]);
        assert_eq!(real.status(), memory.status(), "{path}");
        assert_eq!(real.body, memory.body, "{path}");
    }
}
