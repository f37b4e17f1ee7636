//! A tile source: off unless named, one host let through, nothing else loosened.

use super::{Build, FILES, PAGE, ask_with};
use crate::Tiles;

const GROUND: &str = "https://t0.tiles.example/vec/wmts?layer=vec&z={z}&x={x}&y={y}&tk=0123";
const NAMES: &str = "https://t0.tiles.example/cva/wmts?layer=cva&z={z}&x={x}&y={y}&tk=0123";
const OTHER: &str = "https://maps.example:8443/{z}/{x}/{y}.png";
const EVERYBODYS: &str = "img-src 'self' blob: data:;";

fn policy(tiles: &Tiles, path: &str) -> String {
    ask_with(Build(FILES.into()), tiles.clone(), "GET", path, &[PAGE]).header("content-security-policy").to_owned()
}

fn settings(tiles: Tiles) -> String {
    let answer = ask_with(Build(FILES.into()), tiles, "GET", "/tiles.json", &[]);
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-cache");
    answer.body
}

#[test]
fn without_a_source_there_are_no_layers_and_no_host() {
    for tiles in [Tiles::default(), Tiles::parse("", "").unwrap(), Tiles::parse(" \n", "天地图").unwrap()] {
        assert!(policy(&tiles, "/").contains(EVERYBODYS));
        assert_eq!(settings(tiles), r#"{"attribution":"","layers":[]}"#);
    }
}

#[test]
fn citizens_pages_let_the_named_hosts_through_and_nothing_else_changes() {
    let tiles = Tiles::parse(&format!("{GROUND} {NAMES}\n{OTHER}"), " 天地图 GS(2024)0568号 ").unwrap();
    let let_through = "img-src 'self' blob: data: https://maps.example:8443 https://t0.tiles.example;";
    let plain = policy(&Tiles::default(), "/");
    for path in ["/", "/submit", "/track/17", "/index.html"] {
        assert_eq!(policy(&tiles, path), plain.replace(EVERYBODYS, let_through), "{path}");
    }
    for path in ["/console/queues", "/worker/index.html", "/nowhere"] {
        assert_eq!(policy(&tiles, path), plain, "{path}");
    }
    let json = settings(tiles);
    assert_eq!(json, format!(r#"{{"attribution":"天地图 GS(2024)0568号","layers":["{GROUND}","{NAMES}","{OTHER}"]}}"#));
}

#[test]
fn a_browser_that_kept_the_page_hears_of_the_source() {
    let tiles = Tiles::parse(OTHER, "").unwrap();
    let known = [PAGE, ("if-none-match", "*")];
    let answer = ask_with(Build(FILES.into()), tiles, "GET", "/", &known);
    assert_eq!(answer.status(), 304);
    assert!(answer.header("content-security-policy").contains("https://maps.example:8443"));
}

#[test]
fn the_settings_are_read_only() {
    let answer = ask_with(Build(FILES.into()), Tiles::default(), "POST", "/tiles.json", &[]);
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.header("allow"), "GET, HEAD");
}

#[test]
fn what_is_not_understood_is_refused_without_its_key() {
    let wrong = [
        ("http://tiles.example/{z}/{x}/{y}?tk=0123", "https://"),
        ("https://tiles.example?{z}{x}{y}tk=0123", "no path"),
        ("https:///{z}/{x}/{y}?tk=0123", "no host"),
        ("https://*.example/{z}/{x}/{y}?tk=0123", "no host"),
        ("https://*/{z}/{x}/{y}?tk=0123", "no host"),
        ("https://a;script-src/{z}/{x}/{y}?tk=0123", "no host"),
        ("https://user@tiles.example/{z}/{x}/{y}?tk=0123", "no host"),
        ("https://tiles.example:port/{z}/{x}/{y}?tk=0123", "no host"),
        ("https://tiles.example/{z}/{x}/图?tk=0123", "plain letters"),
        ("https://tiles.example/{z}/{x}?tk=0123", "{y}"),
    ];
    for (source, says) in wrong {
        let sentence = Tiles::parse(source, "").unwrap_err();
        assert!(sentence.starts_with("tile_source, layer 1: ") && sentence.contains(says), "{source}: {sentence}");
        assert!(!sentence.contains("0123"), "{sentence}");
    }
    assert!(Tiles::parse(&[OTHER; 5].join(" "), "").unwrap_err().contains("4 layers"));
    let long = format!("https://tiles.example/{{z}}/{{x}}/{{y}}?{}", "k".repeat(512));
    assert!(Tiles::parse(&long, "").unwrap_err().contains("512"));
    assert!(Tiles::parse(OTHER, "one\ntwo").unwrap_err().contains("one line"));
}
