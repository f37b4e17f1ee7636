//! What people fill in.

use serde_json::{Value, json};

/// A broken street light at the middle of Yundu Community.
pub fn street_light() -> Value {
    json!({
        "appealType": "help", "categoryCode": "T0403",
        "title": "商业街路灯不亮", "content": "商业街与滨河路路口的路灯已经一周不亮了，晚上看不清路。",
        "place": {"address": "商业街12号", "villageCode": "990181101001", "lon": 119.9, "lat": 32.6, "crs": "WGS84"},
        "caller": {"name": "张小明", "phone": "13812345678"},
        "replyWanted": true,
    })
}

/// `form` with the member at `pointer` (its parent must be there) set to `value`.
pub fn with(mut form: Value, pointer: &str, value: Value) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    form.pointer_mut(parent).unwrap()[member] = value;
    form
}

/// `form` without the member at `pointer`.
pub fn without(mut form: Value, pointer: &str) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    form.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member).unwrap();
    form
}

/// The header by which an owner proves to be one.
pub fn case(secret: &Value) -> String {
    format!("Case {}", secret.as_str().unwrap())
}
