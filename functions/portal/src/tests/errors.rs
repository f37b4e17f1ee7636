//! Wrong paths and wrong methods.

use super::{Build, PAGE, ask, ask_of, get};

#[test]
fn a_missing_program_path_is_answered_as_a_problem() {
    for path in ["/api/nothing", "/api", "/api/../x", "/api/openapi.json.br", "/healthz", "/ledger/key", "/%61pi/x"] {
        let answer = get(path, &[PAGE]);
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&problem["status"], &problem["code"]), (&404.into(), &"not_found".into()));
    }
}

#[test]
fn other_methods_are_refused_where_something_is() {
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
        for path in ["/", "/console/", "/worker", "/favicon.ico", "/api/openapi.json"] {
            let answer = ask(method, path, &[]);
            assert_eq!(answer.status(), 405, "{method} {path}");
            assert_eq!(answer.header("allow"), "GET, HEAD");
            assert_ne!(answer.header("content-length"), "");
        }
        assert_eq!(ask(method, "/nowhere", &[]).status(), 404, "{method}");
        assert_eq!(ask(method, "/api/nothing", &[]).status(), 404, "{method}");
    }
}

#[test]
fn head_says_what_get_would_send() {
    for path in ["/", "/assets/say.m4a", "/nowhere", "/api/nothing"] {
        let (head, get) = (ask("HEAD", path, &[]), get(path, &[]));
        assert_eq!(head.status(), get.status(), "{path}");
        assert_eq!(head.response.headers(), get.response.headers(), "{path}");
        assert_eq!(head.body, "");
        assert_eq!(get.header("content-length"), get.body.len().to_string());
    }
}

#[test]
fn the_missing_page_is_compressed_too_and_a_build_without_one_still_answers() {
    let answer = get("/nowhere", &[PAGE, ("accept-encoding", "gzip, br")]);
    assert_eq!((answer.status().as_u16(), answer.body.as_str()), (404, "missing in gzip"));
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert_eq!(answer.header("etag"), "");
    let bare = ask_of(Build([].into()), "GET", "/", &[PAGE]);
    assert_eq!((bare.status().as_u16(), bare.body.as_str()), (404, "Not Found\n"));
}
