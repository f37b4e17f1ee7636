//! Paths that try to get out, or at what must not be named.

use super::{Build, PAGE, ask_of, get};

#[test]
fn no_path_leads_out_or_to_hidden_files() {
    let paths = [
        "/../etc/passwd",
        "/assets/../index.html",
        "/assets/..",
        "/./index.html",
        "/%2e%2e/etc/passwd",
        "/..%2fetc/passwd",
        "/assets%2fapp-1a2b3c4d.js",
        "/..%5cetc",
        "/assets%5Capp-1a2b3c4d.js",
        "/%252e%252e/etc/passwd",
        "/%252e",
        "/index.html%00",
        "/index.html%00.js",
        "/index%0a.html",
        "/%c0%ae%c0%ae/etc/passwd",
        "/%ff",
        "//index.html",
        "//evil.example/",
        "/assets//app-1a2b3c4d.js",
        "/console//",
        "/.env",
        "/.git/config",
        "/assets/.hidden",
        "/C:/windows",
        "/index.html.br",
        "/index.html.gz",
        "/index.html%2ebr",
        "/assets/app-1a2b3c4d.js.br",
        "/index.html/",
    ];
    for path in paths {
        let answer = get(path, &[PAGE]);
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.body, "<!doctype html>missing", "{path}");
    }
}

#[test]
fn nothing_unfit_ever_reaches_the_files() {
    struct Watching;
    impl crate::Files for Watching {
        fn read(&self, path: &str) -> Option<Vec<u8>> {
            assert!(path.split('/').all(|name| !name.is_empty() && !name.starts_with('.')), "{path}");
            assert!(!path.contains(['\\', '%', '\0', ':']), "{path}");
            None
        }
    }
    let pieces = ["/", "..", ".", "%2e", "%2F", "%5c", "%00", "a", "%25", ":", "%", "%zz", "%E4", ".br"];
    for a in pieces {
        for b in pieces {
            for c in pieces {
                let path = format!("/{a}{b}{c}x");
                if path.parse::<axum::http::Uri>().is_ok() {
                    assert_eq!(ask_of(Watching, "GET", &path, &[]).status(), 404, "{path}");
                }
            }
        }
    }
}

#[test]
fn an_encoded_plain_name_is_that_name() {
    assert_eq!(get("/favicon%2Eico", &[]).body, "icon");
    let mut build = Build([("公告 1.txt", "text")].into());
    build.0.insert("404.html", "missing");
    assert_eq!(ask_of(build, "GET", "/%E5%85%AC%E5%91%8A%201.txt?v=1", &[]).body, "text");
}
