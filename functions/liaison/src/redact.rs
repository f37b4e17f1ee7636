//! A body as the centre may look at it: its shape, its codes and its times, without what people said or are called.

use domain::hotline::Upstream;
use serde_json::{Map, Value};

/// Our fields whose values are no secret: what the platform calls things, and when.
const OPEN: [&str; 12] = [
    "type",
    "number",
    "event",
    "at",
    "appealType",
    "category",
    "deadline",
    "granted",
    "contacted",
    "resolved",
    "satisfaction",
    "confidential",
];
/// Levels of a body that are shown: the deepest known has five.
const DEPTH_MAX: usize = 16;

/// The same JSON with every text and number masked but those that [`OPEN`] names under the platform's mapping.
pub(crate) fn redact(platform: Option<&Upstream>, body: &Value) -> Value {
    let open: Vec<String> = OPEN.iter().filter_map(|field| Some(platform?.pointer(field))).collect();
    walk(body, "", &open, 0)
}

fn walk(value: &Value, path: &str, open: &[String], depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    let below = |name: &str| format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) => {
            let one = |(name, value): (&String, &Value)| {
                (name.clone(), walk(value, &below(name), open, depth.saturating_add(1)))
            };
            Value::Object(members.iter().map(one).collect::<Map<String, Value>>())
        }
        Value::Array(items) => {
            let one = |(index, value): (usize, &Value)| {
                walk(value, &below(&index.to_string()), open, depth.saturating_add(1))
            };
            Value::Array(items.iter().enumerate().map(one).collect())
        }
        other if open.iter().any(|pointer| pointer == path) => other.clone(),
        Value::String(text) => Value::String("●".repeat(text.chars().count().min(8))),
        Value::Number(_) => Value::String("●".to_owned()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::redact;

    #[test]
    fn nothing_that_people_said_or_are_called_is_shown() {
        let platform: domain::hotline::Upstream = canon::read(
            json!({
                "code": "c", "name_zh": "c", "name_en": "c", "scheme": "hmacSm3", "default_category": "T0101",
                "fields": {"number": "/order/no"}
            })
            .to_string()
            .as_bytes(),
        )
        .unwrap();
        let body = json!({
            "type": "create", "order": {"no": "QN1", "content": "张三的电话"}, "number": "13900000000",
            "list": [1, "x", true, null]
        });
        let shown = redact(Some(&platform), &body);
        let wanted = json!({
            "type": "create", "order": {"no": "QN1", "content": "●●●●●"}, "number": "●●●●●●●●",
            "list": ["●", "●", true, null]
        });
        assert_eq!(shown, wanted);
        assert!(!redact(None, &body).to_string().contains("create"));
    }
}
