//! What happens to an order has a word in the console, in both languages.

use std::fs;
use std::path::Path;

use domain::order::OrderEvent;

#[test]
fn every_event_has_a_word_in_both_languages() {
    // The reader's own list of what it knows.
    let refused = serde_json::from_str::<OrderEvent>(r#"{"?": 0}"#).unwrap_err().to_string();
    let kinds: Vec<&str> = refused.split('`').skip(3).step_by(2).collect();
    assert!(kinds.len() > 50 && kinds.contains(&"registered"), "{refused}");
    let words = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/i18n");
    for language in ["zh-CN", "en"] {
        let suffix = format!(".{language}.ts");
        let files = fs::read_dir(&words).unwrap().map(|entry| entry.unwrap().path());
        let console = files.filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with("console.") && name.ends_with(&suffix)
        });
        let text: String = console.map(|path| fs::read_to_string(path).unwrap()).collect();
        let missing: Vec<_> = kinds.iter().filter(|kind| !text.contains(&format!("'event.{kind}'"))).collect();
        assert!(missing.is_empty(), "{language}: {missing:?}");
    }
}
