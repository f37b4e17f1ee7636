use super::*;
use crate::check_receipt;
use serde_json::json;

/// A receipt that the running bundle answered to a submission, as the portal saves it.
const GOLDEN: &str = include_str!("../../../../tests/golden/receipt.json");

fn code(receipt: &Value) -> Code {
    check(&receipt.to_string()).code
}

fn golden() -> Value {
    serde_json::from_str(GOLDEN).unwrap()
}

/// The receipt with another last character in the text at `pointer`.
fn changed(pointer: &str) -> Value {
    let mut receipt = golden();
    let member = receipt.pointer_mut(pointer).unwrap();
    *member = match member {
        Value::String(text) => {
            let last = text.pop();
            json!(format!("{text}{}", if last == Some('a') { 'b' } else { 'a' }))
        }
        Value::Number(number) => json!(number.as_i64().unwrap() ^ 1),
        Value::Bool(flag) => json!(!*flag),
        Value::Null => json!(0),
        other => panic!("{pointer} is {other}"),
    };
    receipt
}

/// Pointers to every text, number, flag and null below `value`.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| leaves(member, &format!("{at}/{name}"), found))
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(n, item)| leaves(item, &format!("{at}/{n}"), found)),
        _ => found.push(at.to_owned()),
    }
}

#[test]
fn a_receipt_of_the_running_bundle_is_intact() {
    let answer = check(GOLDEN);
    assert_eq!((answer.ok, answer.code), (true, Code::ReceiptIntact));
    let [hash, root] = &answer.steps[..] else { panic!("{answer:?}") };
    assert_eq!(hash.expected, golden()["event"]["hash"].as_str().unwrap());
    assert_eq!(root.found, golden()["event"]["prev"].as_str().unwrap());
}

#[test]
fn white_space_and_the_order_of_members_do_not_matter() {
    assert_eq!(code(&golden()), Code::ReceiptIntact);
}

#[test]
fn the_answer_is_json_of_the_documented_shape() {
    let answer: Value = serde_json::from_str(&check_receipt(GOLDEN)).unwrap();
    let hash = &golden()["event"]["hash"];
    assert_eq!(answer["code"], "receiptIntact");
    assert_eq!(answer["ok"], true);
    assert_eq!(answer["steps"][0], json!({"name": "hash", "expected": hash, "found": hash, "ok": true}));
    assert_eq!(answer["steps"][1]["name"], "chainRoot");
    let refused: Value = serde_json::from_str(&check_receipt("")).unwrap();
    assert_eq!(refused, json!({"ok": false, "code": "notAReceipt", "steps": []}));
}

#[test]
fn a_change_of_any_field_shows() {
    let mut pointers = Vec::new();
    leaves(&golden(), "", &mut pointers);
    assert!(pointers.len() > 20, "the golden receipt is a whole one");
    for pointer in pointers {
        let expected = if pointer == "/document" { Code::ChainRootDiffers } else { Code::HashDiffers };
        assert_eq!(code(&changed(&pointer)), expected, "{pointer}");
    }
}

#[test]
fn a_change_of_any_byte_shows_unless_the_file_still_says_the_same() {
    for at in 0..GOLDEN.len() {
        let mut bytes = GOLDEN.as_bytes().to_vec();
        bytes[at] ^= 1;
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        let same = serde_json::from_str::<Value>(text).is_ok_and(|read| read == golden());
        assert_eq!(check(text).ok, same, "byte {at}: {text}");
    }
}

#[test]
fn an_event_of_another_document_is_told_from_a_forged_one() {
    let mut receipt = golden();
    receipt["document"] = json!("doc/order/aaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_eq!(code(&receipt), Code::ChainRootDiffers);
    receipt["event"]["seq"] = json!(2);
    assert_eq!(code(&receipt), Code::HashDiffers);
}

#[test]
fn a_member_that_no_hash_covers_is_refused() {
    let mut receipt = golden();
    receipt["note"] = json!("promised within one hour");
    assert_eq!(code(&receipt), Code::NotAReceipt);
    let mut receipt = golden();
    receipt["event"]["note"] = json!("promised within one hour");
    assert_eq!(code(&receipt), Code::HashDiffers);
}

#[test]
fn whatever_else_is_not_a_receipt() {
    let event = golden()["event"].clone();
    let mut fraction = golden();
    fraction["event"]["seq"] = json!(0.5);
    let mut bare = golden();
    bare["event"].as_object_mut().unwrap().remove("hash");
    for other in [json!(null), json!([]), json!({}), json!({"document": 1, "event": event}), event, fraction, bare] {
        assert_eq!(code(&other), Code::NotAReceipt, "{other}");
    }
    for other in ["", "{", "receipt", "\u{feff}{}", "PK\u{3}\u{4}"] {
        assert_eq!(check(other).code, Code::NotAReceipt, "{other}");
    }
}

#[test]
fn huge_nesting_is_answered() {
    let nested = |depth: usize| format!("{}0{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [63, 100, 127, 128, 1_000_000] {
        let receipt = format!(r#"{{"document":"d","event":{{"hash":"h","prev":"p","data":{}}}}}"#, nested(depth));
        assert_eq!(check(&receipt).code, Code::NotAReceipt, "{depth}");
        assert_eq!(check(&nested(depth)).code, Code::NotAReceipt, "{depth}");
    }
}
