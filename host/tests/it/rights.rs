//! What a component may and may not do beyond the store: variables, files, environment, outbound
//! requests, and what it learns about the request.

use crate::common::{Town, manifest, start_in};
use http::Request;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[tokio::test]
async fn variables_are_the_components_own() {
    let table = "variables = { greeting = \"hello {{ town }}\", raw = \"{{town}}\" }";
    let values = BTreeMap::from([("town".to_owned(), "Shiqiao".to_owned())]);
    let town = Town::start(table, |builder| builder.variables(values)).await;
    assert_eq!(town.get("/variable?name=greeting").await.json(), json!({"value": "hello Shiqiao"}));
    let error = town.get("/variable?name=town").await.json()["error"].to_string();
    assert!(error.contains("Undefined") && error.contains("no variable for"), "{error}");
    let error = town.get("/variable?name=Not-A-Name").await.json()["error"].to_string();
    assert!(error.contains("InvalidName"), "{error}");
}

#[tokio::test]
async fn files_are_there_and_read_only() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(directory.path().join("pages/deep")).unwrap();
    std::fs::write(directory.path().join("pages/deep/index.html"), "<p>").unwrap();
    std::fs::write(directory.path().join("note.txt"), "note").unwrap();
    let table = "files = [\"*.txt\", { source = \"pages\", destination = \"/web\" }]";
    let running = start_in(directory.path(), &manifest(table), |builder| builder).await.unwrap();
    let base = running.url();
    let get = async |path: &str| {
        let request = Request::get(format!("{base}{path}")).body(http_body_util::Full::default());
        let response = crate::common::client().request(request.unwrap()).await.unwrap();
        let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap();
        serde_json::from_slice::<Value>(&body.to_bytes()).unwrap()
    };
    assert_eq!(get("/file?path=/web/deep/index.html").await, json!({"text": "<p>"}));
    assert_eq!(get("/file?path=/note.txt").await, json!({"text": "note"}));
    assert!(get("/file?path=/spin.toml").await["error"].is_string());
    assert!(get("/file?path=/web/../../spin.toml").await["error"].is_string());
    assert!(get("/file?path=/web/new&write=x").await["error"].is_string());
    assert!(get("/file?path=/web/deep/index.html&write=x").await["error"].is_string());
    running.shutdown().await;
    assert_eq!(std::fs::read_to_string(directory.path().join("pages/deep/index.html")).unwrap(), "<p>");
}

#[tokio::test]
async fn the_environment_is_what_the_manifest_says_and_nothing_of_the_host() {
    let town = Town::start("environment = { A = \"1\" }", |builder| builder).await;
    assert_eq!(town.get("/environment").await.json(), json!({"A": "1"}));
}

#[tokio::test]
async fn requests_go_only_where_the_manifest_allows() {
    let neighbour = Town::start("", |builder| builder).await;
    let port = neighbour.running().addr.port();
    let table = "allowed_outbound_hosts = [\"http://127.0.0.1:{{ port }}\"]";
    let values = BTreeMap::from([("port".to_owned(), port.to_string())]);
    let town = Town::start(table, |builder| builder.variables(values)).await;
    let sent = town.get(&format!("/send?url=http://127.0.0.1:{port}/print")).await;
    assert_eq!(sent.json(), json!({"status": 200}));
    for url in [format!("http://localhost:{port}/print"), "http://127.0.0.1:1/".to_owned()] {
        let error = town.get(&format!("/send?url={url}")).await.json()["error"].to_string();
        assert!(error.contains("HttpRequestDenied"), "{url}: {error}");
    }
    assert_eq!(neighbour.running().metrics().requests, 1, "only the allowed request arrived");
}

#[tokio::test]
async fn the_guest_is_told_the_truth_about_the_request_last() {
    let town = Town::start("", |builder| builder).await;
    let request = Request::get(town.url("/below/42/a/b?q=1"))
        .header("spin-client-addr", "10.1.1.1:1")
        .header("spin-path-match-id", "forged")
        .header("spin-path-match-role", "admin")
        .header("x-mine", "kept");
    let seen: BTreeMap<String, String> = serde_json::from_value(
        town.send(request, "")
            .await
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].clone()))
            .collect(),
    )
    .unwrap();
    assert_eq!(seen["spin-path-match-id"], "42");
    assert_eq!(seen["spin-path-info"], "/a/b");
    assert_eq!(seen["spin-full-url"], town.url("/below/42/a/b?q=1"));
    assert!(seen["spin-client-addr"].starts_with("127.0.0.1:"), "{seen:?}");
    assert_eq!(seen["x-mine"], "kept");
}

#[tokio::test]
async fn what_a_guest_prints_goes_to_its_log() {
    let town = Town::start("", |builder| builder).await;
    assert_eq!(town.get("/print").await.body, "printed");
    let directory = town.stop().await;
    let log = |name: &str| std::fs::read_to_string(directory.path().join(".spin/logs").join(name)).unwrap();
    assert_eq!(log("fixture_stdout.txt"), "to the guest's stdout\n");
    assert_eq!(log("fixture_stderr.txt"), "to the guest's stderr\n");
}

#[tokio::test]
async fn a_wrong_manifest_is_one_sentence() {
    let good = manifest("");
    let source = format!("source = \"{}\"", crate::common::fixture().display());
    for (from, to, says) in [
        (source.as_str(), "source = \"gone.wasm\"", "gone.wasm does not exist; run \"onetown build\""),
        (source.as_str(), "source = \"spin.toml\"", "is no wasm component"),
        (source.as_str(), &format!("{source}\nfiles = [\"none/*\"]"), "matches no file"),
        (source.as_str(), &format!("{source}\nallowed_outbound_hosts = [\"x\"]"), "lacks a scheme"),
        (source.as_str(), &format!("{source}\nvariables = {{ a = \"{{{{ b }}}}\" }}"), "does not declare"),
        ("default = \"1\"", "required = true", "SPIN_VARIABLE_PORT"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let text = good.replacen(from, to, 1);
        let error = start_in(directory.path(), &text, |builder| builder).await.err().unwrap().to_string();
        assert!(error.contains(says), "{to}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[tokio::test]
async fn an_address_in_use_is_one_sentence() {
    let town = Town::start("", |builder| builder).await;
    let taken = town.running().addr;
    let directory = tempfile::tempdir().unwrap();
    let started = start_in(directory.path(), &manifest(""), |builder| builder.listen(taken)).await;
    let error = started.err().unwrap().to_string();
    assert!(error.contains("something else listens there"), "{error}");
}
