//! What a search found as a table for a spreadsheet, recorded before it is sent.
//!
//! Its last line says who took it and when, and names the record, so that a copy that turns up elsewhere can be traced.

use axum::response::{IntoResponse as _, Response};
use domain::export::Filter;
use http::header;
use orders::exports::{self, ROWS_MAX};
use serde_json::Value;
use service::Problem;
use service::session::StaffCall;
use store::Platform;

/// The columns, in order.
const COLUMNS: [&str; 11] = [
    "number",
    "appealType",
    "categoryCode",
    "villageCode",
    "status",
    "urgency",
    "receivedAt",
    "promisedBy",
    "innerBy",
    "leadUnit",
    "title",
];

/// Everything that fits, as CSV. A reading request has no key of its own, so each time is a record of its own.
pub(crate) async fn export<P: Platform>(
    staff: &StaffCall<P>,
    filter: Filter,
    purpose: &str,
) -> Result<Response, Problem> {
    let purpose = exports::purpose(purpose, false)?;
    let found = exports::find(staff, &filter).await?;
    let asked = exports::asked(staff, filter, purpose, Some(found.rows.len()));
    let id = exports::record(staff, exports::unnamed(staff), asked).await?.document.id;
    let rows: Vec<Value> = found.rows.into_iter().map(|(_, row)| row.c).collect();
    // The byte order mark is what makes spreadsheets read UTF-8.
    let mut text = format!("\u{feff}{}\r\n", COLUMNS.join(","));
    for row in &rows {
        let cells: Vec<String> =
            COLUMNS.iter().map(|name| cell(row.get(*name).and_then(Value::as_str).unwrap_or_default())).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    if found.cut {
        text.push_str(&format!("{}\r\n", cell(&format!("the first {ROWS_MAX} rows only"))));
    }
    text.push_str(&format!("{}\r\n", cell(&exports::mark(staff, &id))));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"orders.csv\""),
    ];
    Ok((headers, text).into_response())
}

/// A cell of RFC 4180; what a spreadsheet would take for a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(cell("路灯\"不亮\""), "\"路灯\"\"不亮\"\"\"");
        assert_eq!(cell("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    }
}
