//! What a platform says, in our words: one message read by a platform's mapping.
//!
//! What must stay true: what the mapping does not name is neither needed nor lost (the whole body is kept as evidence); a
//! code that is none of ours never refuses a ticket; only what makes a message meaningless does.

use canon::Hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::platform::Upstream;
use crate::catalogue::{AppealType, CategoryCode};
use crate::order::words;
use crate::time::Moment;

words!(
    /// What a platform tells us (handbook §1.11).
    EventKind {
        /// A new ticket.
        Create = "create",
        /// Something the caller added.
        Supplement = "supplement",
        /// 催办
        Urge = "urge",
        /// 督办 by the level above
        Supervise = "supervise",
        /// 撤回
        Withdraw = "withdraw",
        /// The answer to an extension that was asked for
        ExtensionResult = "extension_result",
        /// The answer to a return
        ReturnResult = "return_result",
        /// What the caller said when the platform called back
        VisitResult = "visit_result",
    }
);

/// Our fields, as `fields` of a platform names them.
pub const FIELDS: &[&str] = &[
    "type",
    "number",
    "event",
    "at",
    "title",
    "content",
    "text",
    "appealType",
    "category",
    "callerName",
    "callerPhone",
    "anonymous",
    "confidential",
    "replyWanted",
    "address",
    "village",
    "grid",
    "lon",
    "lat",
    "crs",
    "respondent",
    "deadline",
    "granted",
    "contacted",
    "resolved",
    "satisfaction",
    "attachments",
];

/// Characters of an upstream number or event id: the longest known has 32.
const NUMBER_MAX: usize = 64;
/// Attachments of one message: as many as a citizen may send, with a voice note.
const FILES_MAX: usize = 10;
/// Characters of a name, an address, a respondent; what is longer is in the evidence.
const LINE_MAX: usize = 200;

/// A message in our words. It is kept sealed, because it names people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// What happened.
    pub kind: EventKind,
    /// The ticket's number on the platform.
    pub number: String,
    /// Names the event within the ticket, where the platform does.
    pub event: Option<String>,
    /// When it happened there.
    pub at: Option<Moment>,
    /// One line.
    pub title: String,
    /// What it is about, or what is added.
    pub text: String,
    /// What kind of request.
    pub appeal_type: Option<AppealType>,
    /// About what: the mapped code, which the town may not have.
    pub category: String,
    /// The caller's name.
    pub caller_name: String,
    /// The caller's phone number, as it came.
    pub caller_phone: String,
    /// The caller does not want to be known.
    pub anonymous: bool,
    /// The caller must stay unknown to whom it concerns.
    pub confidential: Option<bool>,
    /// The caller wants an answer.
    pub reply_wanted: Option<bool>,
    /// The address line.
    pub address: String,
    /// The village's code.
    pub village: String,
    /// The grid's code.
    pub grid: String,
    /// Longitude, latitude and their reference system, as they came.
    pub position: Option<(Value, Value, String)>,
    /// Whom it is about.
    pub respondent: String,
    /// The outer deadline, which is the platform's to set.
    pub deadline: Option<Moment>,
    /// Whether what was asked for is granted.
    pub granted: bool,
    /// Whether the caller was contacted.
    pub contacted: Option<bool>,
    /// Whether it is resolved.
    pub resolved: Option<bool>,
    /// How satisfied the caller is, 1 to 5.
    pub satisfaction: Option<u8>,
    /// Where attachments can be fetched.
    pub attachments: Vec<String>,
}

/// A field without which a message means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Our name for it.
    pub field: &'static str,
    /// `required` or `unknown` or `invalid`.
    pub code: &'static str,
}

/// Reading one body by one platform's mapping.
struct Reader<'a> {
    platform: &'a Upstream,
    body: &'a Value,
    missing: Vec<Missing>,
}

impl Reader<'_> {
    fn value(&self, field: &str) -> Option<&Value> {
        self.body.pointer(&self.platform.pointer(field)).filter(|value| !value.is_null())
    }

    /// A text, or a number as text; trimmed, without control characters, at most `max` characters.
    fn text(&self, field: &str, max: usize) -> String {
        let text = match self.value(field) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let shown = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
        text.trim().chars().filter(shown).take(max).collect()
    }

    /// A truth value; `1`/`0`, `"true"`, `"Y"` and `"是"` are some platforms' way to say it.
    fn flag(&self, field: &str) -> Option<bool> {
        match self.value(field)? {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => number.as_i64().map(|n| n != 0),
            Value::String(text) => match text.trim() {
                "true" | "Y" | "y" | "1" | "是" => Some(true),
                "false" | "N" | "n" | "0" | "否" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    fn moment(&self, field: &str) -> Option<Moment> {
        self.text(field, NUMBER_MAX).parse().ok()
    }

    fn need(&mut self, field: &'static str, text: &str) {
        if text.is_empty() {
            self.missing.push(Missing { field, code: "required" });
        }
    }
}

impl Upstream {
    /// `body` in our words. `content_max` is the town's limit of a text.
    ///
    /// # Errors
    /// The fields without which the message means nothing.
    pub fn read(&self, body: &Value, content_max: usize) -> Result<Message, Vec<Missing>> {
        let mut read = Reader { platform: self, body, missing: Vec::new() };
        let word = |table: &std::collections::BTreeMap<String, String>, theirs: String| {
            table.get(&theirs).cloned().unwrap_or(theirs)
        };
        let number = read.text("number", NUMBER_MAX.saturating_add(1));
        read.need("number", &number);
        if number.chars().count() > NUMBER_MAX {
            read.missing.push(Missing { field: "number", code: "invalid" });
        }
        let kind = word(&self.types, read.text("type", LINE_MAX)).parse::<EventKind>();
        if kind.is_err() {
            read.missing.push(Missing { field: "type", code: "unknown" });
        }
        let kind = kind.unwrap_or(EventKind::Create);
        let (content, text) = (read.text("content", content_max), read.text("text", content_max));
        let text = if kind == EventKind::Create || text.is_empty() { content } else { text };
        if matches!(kind, EventKind::Create | EventKind::Supplement) {
            read.need("content", &text);
        }
        if matches!(kind, EventKind::ExtensionResult | EventKind::ReturnResult) && read.flag("granted").is_none() {
            read.missing.push(Missing { field: "granted", code: "required" });
        }
        let deadline = read.moment("deadline");
        if kind == EventKind::ExtensionResult && read.flag("granted") == Some(true) && deadline.is_none() {
            read.missing.push(Missing { field: "deadline", code: "required" });
        }
        if deadline.is_none() && read.value("deadline").is_some() {
            read.missing.push(Missing { field: "deadline", code: "invalid" });
        }
        let title = read.text("title", LINE_MAX);
        let title =
            if title.is_empty() { text.lines().next().unwrap_or_default().chars().take(40).collect() } else { title };
        let event = Some(read.text("event", NUMBER_MAX)).filter(|event| !event.is_empty());
        let position = read.value("lon").cloned().zip(read.value("lat").cloned());
        let crs = read.text("crs", 16);
        let files = read.value("attachments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let url = |file: &Value| file.as_str().or_else(|| file.get("url")?.as_str()).map(str::to_owned);
        let satisfaction = read.text("satisfaction", 1).parse().ok().filter(|grade| (1..=5).contains(grade));
        let message = Message {
            kind,
            event,
            at: read.moment("at"),
            title,
            appeal_type: word(&self.appeal_types, read.text("appealType", LINE_MAX)).parse().ok(),
            category: word(&self.categories, read.text("category", LINE_MAX)),
            caller_name: read.text("callerName", 50),
            caller_phone: read.text("callerPhone", 32),
            anonymous: read.flag("anonymous").unwrap_or(false),
            confidential: read.flag("confidential"),
            reply_wanted: read.flag("replyWanted"),
            address: read.text("address", LINE_MAX),
            village: read.text("village", 16),
            grid: read.text("grid", 16),
            position: position.map(|(lon, lat)| (lon, lat, crs)),
            respondent: read.text("respondent", 100),
            deadline,
            granted: read.flag("granted").unwrap_or(false),
            contacted: read.flag("contacted"),
            resolved: read.flag("resolved"),
            satisfaction,
            attachments: files.iter().filter_map(url).take(FILES_MAX).collect(),
            number,
            text,
        };
        if read.missing.is_empty() { Ok(message) } else { Err(read.missing) }
    }
}

impl Message {
    /// The category, if it is one of the town's.
    #[must_use]
    pub fn known_category(&self, is_known: impl Fn(&CategoryCode) -> bool) -> Option<CategoryCode> {
        self.category.parse().ok().filter(is_known)
    }

    /// Names the event within its ticket: there is one creation; another event has the platform's id, `header_id` where
    /// its scheme keeps one over retries, or its content.
    #[must_use]
    pub fn key(&self, header_id: Option<&str>, content: &Hash) -> String {
        if self.kind == EventKind::Create {
            return EventKind::Create.as_str().to_owned();
        }
        match self.event.as_deref().or(header_id) {
            Some(event) => format!("event/{event}"),
            None => format!("content/{content}"),
        }
    }
}

/// What makes two bodies the same: their JSON, whatever its spaces and the order of its members.
#[must_use]
pub fn content_of(body: &Value) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}
