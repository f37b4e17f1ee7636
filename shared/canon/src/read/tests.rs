use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Plain,
    Wrapped(u8),
    Pair(i8, String),
    Named { at: Option<i64> },
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Word {
    One,
    Two,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Code(String);

#[derive(Debug, PartialEq, Deserialize)]
struct Sample {
    kinds: Vec<Kind>,
    years: BTreeMap<i32, bool>,
    words: BTreeMap<Word, (u64, u64)>,
    codes: BTreeMap<Code, f64>,
    #[serde(default)]
    absent: Option<String>,
    any: Value,
}

fn sample() -> Value {
    json!({
        "kinds": ["plain", {"wrapped": 7}, {"pair": [-1, "b"]}, {"named": {"at": null}}, {"named": {"at": -5}}],
        "years": {"2026": true, "-1": false}, "words": {"one": [1, 18_446_744_073_709_551_615_u64]},
        "codes": {"x": 1, "y": -2.5}, "any": [{"deep": [1, -1, 0.5, null, "t"]}], "unknown": {"left": "out"},
    })
}

/// Both readers agree: on the value, or on refusing it.
fn agree<T: DeserializeOwned + PartialEq + Debug>(value: &Value) -> Option<T> {
    let bytes = value.to_string();
    let (ours, theirs) = (read::<T>(bytes.as_bytes()).ok(), serde_json::from_slice::<T>(bytes.as_bytes()).ok());
    assert_eq!(ours, theirs, "{bytes}");
    ours
}

#[test]
fn reads_what_serde_json_reads() {
    assert!(agree::<Sample>(&sample()).is_some());
    assert!(agree::<Vec<Option<Word>>>(&json!(["one", null, "two"])).is_some());
}

#[test]
fn refuses_what_serde_json_refuses() {
    for wrong in [json!(1), json!("plain "), json!({}), json!({"wrapped": 256}), json!({"plain": 1})] {
        assert_eq!(agree::<Kind>(&wrong), None);
    }
    for wrong in [json!({"pair": [1]}), json!({"pair": [1, "b", 2]}), json!({"wrapped": 1, "plain": null})] {
        assert_eq!(agree::<Kind>(&wrong), None);
    }
    for member in ["kinds", "years", "words", "codes"] {
        for wrong in [json!(null), json!("text"), json!([[]]), json!({"a": "b"}), json!(-1.5), json!(true)] {
            let mut sample = sample();
            sample[member] = wrong;
            assert_eq!(agree::<Sample>(&sample), None, "{member}");
        }
    }
    assert_eq!(agree::<u32>(&json!(-1)), None);
    assert_eq!(agree::<u32>(&json!(1.0)), None);
    assert_eq!(agree::<Word>(&json!("three")), None);
}

#[test]
fn text_with_escapes_and_members_that_come_twice_are_read_as_serde_json_reads_them() {
    for text in [r#"{"a\u0062":"\n\"x"}"#, r#"{"a":"1","a":"2"}"#, r#"{"b":"\ud83d\ude00"}"#] {
        let theirs = serde_json::from_str::<BTreeMap<String, String>>(text).unwrap();
        assert_eq!(read::<BTreeMap<String, String>>(text.as_bytes()).unwrap(), theirs);
    }
    let twice = br#"{"named":{"at":1,"at":2}}"#;
    assert!(read::<Kind>(twice).is_err() && serde_json::from_slice::<Kind>(twice).is_err());
}

#[test]
fn a_tree_is_read_again_without_losing_anything() {
    #[derive(Deserialize)]
    struct Held<'a> {
        #[serde(borrow)]
        any: Tree<'a>,
    }
    let bytes = sample().to_string();
    let held: Held<'_> = Held::deserialize(parse(bytes.as_bytes()).unwrap()).unwrap();
    assert_eq!(Value::deserialize(held.any).unwrap(), sample()["any"]);
}

#[test]
fn says_what_was_expected_and_where_text_breaks_off() {
    let shape = read::<BTreeMap<String, u8>>(b"[]").unwrap_err().to_string();
    assert_eq!(shape, "expected a map");
    assert_eq!(read::<Value>(b"{\n\"a\"").unwrap_err().syntax(), Some((2, 3)));
    assert_eq!(read::<u8>(b"\"a\"").unwrap_err().syntax(), None);
}

#[test]
fn an_error_never_repeats_what_was_sent() {
    for text in
        [r#"{"wrapped":"SECRET"}"#, r#"{"SECRET":1}"#, r#"["SECRET"]"#, r#""SECRET""#, r#"{"named":{"at":"SECRET"}}"#]
    {
        let error = read::<Kind>(text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("expected ") && !error.contains("SECRET"), "{error}");
    }
}

#[test]
fn a_variant_is_read_from_its_name_and_content() {
    let variant = |name: &str, content: Value| read_variant::<Kind>(name, Tree::from(content)).ok();
    assert_eq!(variant("plain", Value::Null), Some(Kind::Plain));
    assert_eq!(variant("named", json!({"at": 3})), Some(Kind::Named { at: Some(3) }));
    assert_eq!(variant("other", Value::Null), None);
}
