//! Which page answers which path.

use super::{Build, FILES, PAGE, ask_of, get};

#[test]
fn indexes_answer_their_directories() {
    for (path, body) in [("/", "citizen"), ("/console/", "console"), ("/worker/", "worker"), ("/index.html", "citizen")]
    {
        let answer = get(path, &[]);
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.body, format!("<!doctype html>{body}"));
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    }
}

#[test]
fn a_directory_without_its_slash_is_sent_there() {
    let answer = get("/worker?from=qr", &[PAGE]);
    assert_eq!(answer.status(), 308);
    assert_eq!(answer.header("location"), "/worker/?from=qr");
    assert_eq!(answer.header("content-length"), "0");
}

#[test]
fn each_entry_answers_its_own_pages() {
    let cases = [
        ("/console/queues/pool", "console"),
        ("/console/orders/YD-20261123-00001", "console"),
        ("/console/sign-in?next=%2Forders%2FYD-20261123-00001", "console"),
        ("/worker/tasks/17", "worker"),
        ("/submit", "citizen"),
        ("/submit/", "citizen"),
        ("/track/20261123000017", "citizen"),
        ("/track/%E4%B8%80%E9%95%87", "citizen"),
        ("/draws/9/proof?x=1", "citizen"),
    ];
    for (path, entry) in cases {
        let answer = get(path, &[PAGE]);
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.body, format!("<!doctype html>{entry}"), "{path}");
        assert_eq!(answer.header("vary"), "accept, accept-encoding");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
}

#[test]
fn pages_that_no_router_knows_are_missing() {
    for path in ["/nowhere", "/track", "/track/1/2", "/draws/9", "/workers", "/submit.php"] {
        let answer = get(path, &[PAGE]);
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.body, "<!doctype html>missing", "{path}");
    }
}

#[test]
fn the_console_keeps_to_its_own_paths() {
    assert_eq!(get("/console", &[PAGE]).header("location"), "/console/");
    assert_eq!(get("/console/queues/pool", &[("accept", "application/json")]).status(), 404, "no page was asked for");
    assert_eq!(get("/consoles/queues/pool", &[PAGE]).status(), 404, "another name is no entry");
    assert_eq!(get("/track/console/queues", &[PAGE]).status(), 404, "the entry is the first name only");
    assert_eq!(get("/console/../track/1", &[PAGE]).body, "<!doctype html>missing");
}

#[test]
fn only_who_accepts_pages_by_name_gets_one_for_another_path() {
    for accept in ["*/*", "application/json", "text/html;q=0", "text/html;q=0.0, */*", "image/avif,image/webp"] {
        assert_eq!(get("/submit", &[("accept", accept)]).status(), 404, "{accept}");
    }
    assert_eq!(get("/submit", &[]).status(), 404);
    assert_eq!(get("/submit", &[("accept", "TEXT/HTML;q=0.1")]).status(), 200);
    assert_eq!(get("/console/chart.png", &[PAGE]).status(), 404, "a missing picture is no page");
}

#[test]
fn without_a_list_of_routes_the_citizen_entry_answers_every_page() {
    let mut build = Build(FILES.into());
    build.0.remove("routes.json");
    assert_eq!(ask_of(build, "GET", "/nowhere", &[PAGE]).body, "<!doctype html>citizen");
}

#[test]
fn without_a_worker_entry_its_pages_are_missing() {
    let mut build = Build(FILES.into());
    build.0.remove("worker/index.html");
    assert_eq!(ask_of(build, "GET", "/worker/tasks", &[PAGE]).status(), 404);
}

#[test]
fn the_api_description_is_a_file() {
    let answer = get("/api/openapi.json", &[]);
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.body, "{\"openapi\":\"3.1.0\"}");
}
