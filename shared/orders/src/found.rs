//! Finding orders in the table of all orders, as search, figures and exports do.
//!
//! The table is kept in pages of 2 048 slots. A month is found by the public timeline's index, which knows its first and
//! last slots, so what a search costs does not grow with the town's past. What must stay true: a row shows nobody what
//! its order would not.

use canon::DocId;
use domain::catalogue::{CategoryCode, UnitCode};
use domain::export::Filter;
use domain::order::{Relation, Status, is_within};
use domain::permission::{Action, permitted};
use domain::time::Date;
use serde_json::{Value, json};
use service::Problem;
use service::session::{Session, StaffCall};
use store::{Access, Platform, StoreError, TableRow, read_table, table_page, timeline_months};

use crate::Check;

/// Characters of the words of a search: the longest title that a town may allow.
const WORDS_MAX: usize = 200;

/// What to call the parts of a filter, in the order of its fields: where they come in a query.
pub const IN_QUERY: [&str; 5] = ["?month", "?unit", "?status", "?category", "?q"];
/// And where in the body of an export.
pub const IN_BODY: [&str; 5] = ["/filter/month", "/filter/unit", "/filter/status", "/filter/category", "/filter/q"];

/// A filter as it may be looked for and recorded. Each export keeps its own, so one without limits would be a way to
/// fill the store: a month has 7 letters, codes have 20 at most, words as many as a title.
///
/// # Errors
/// 422 with the parts that are wrong.
pub fn checked(filter: Filter, parts: [&'static str; 5]) -> Result<Filter, Problem> {
    let Filter { month, unit, status, category, q } = filter;
    let [at_month, at_unit, at_status, at_category, at_q] = parts;
    let mut check = Check::default();
    let mut known = |part, text: &str, is_known: bool| {
        if !text.is_empty() && !is_known {
            check.note(part, "invalid");
        }
    };
    known(at_month, &month, format!("{month}-01").parse::<Date>().is_ok());
    known(at_unit, &unit, unit.parse::<UnitCode>().is_ok());
    known(at_status, &status, canon::read_value::<Status>(json!(status)).is_ok());
    known(at_category, &category, category.parse::<CategoryCode>().is_ok());
    let q = check.text(at_q, &q, WORDS_MAX).unwrap_or_default();
    if check.is_clean() {
        Ok(Filter { month, unit, status, category, q })
    } else {
        Err(Problem::invalid(check.into_errors()))
    }
}

/// Rows of the table with the orders that they show.
pub type Rows = Vec<(DocId, TableRow)>;

/// Pages of the table, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The oldest.
    pub first: u64,
    /// The newest.
    pub last: u64,
}

/// The pages in which orders of `month` may be; all of them without a month. None where the month has none.
///
/// # Errors
/// When the store fails.
pub async fn span<P: Platform>(access: &Access<P>, month: &str) -> Result<Option<Span>, StoreError> {
    let newest = table_page(store::next_slot(access).await?);
    if month.is_empty() {
        return Ok(Some(Span { first: 0, last: newest }));
    }
    // Orders that are not listed lie between the last listed one of a month and the first of the next.
    let months = timeline_months(access, "public").await?;
    let before = months.iter().filter(|(name, _)| name.as_str() < month).map(|(_, (_, last))| *last).max();
    let after = months.iter().filter(|(name, _)| name.as_str() > month).map(|(_, (first, _))| *first).min();
    let first = before.map_or(0, table_page);
    Ok(Some(Span { first, last: after.map_or(newest, table_page) }).filter(|span| span.first <= span.last))
}

/// The rows that this person may see in one page, newest first.
///
/// # Errors
/// When the store fails.
pub async fn page<P: Platform>(staff: &StaffCall<P>, page: u64) -> Result<Rows, StoreError> {
    let mut rows = every(&staff.call.access, page).await?;
    rows.retain(|(_, row)| may_see(&row.c, &staff.session));
    Ok(rows)
}

/// The same with every row: for figures that tell nobody of an order.
///
/// # Errors
/// When the store fails.
pub async fn every<P: Platform>(access: &Access<P>, page: u64) -> Result<Rows, StoreError> {
    let mut rows: Rows = read_table(access, "orders", page).await?.into_iter().collect();
    rows.sort_unstable_by(|(_, a), (_, b)| number(&b.c).cmp(number(&a.c)));
    Ok(rows)
}

/// A row's order number.
#[must_use]
pub fn number(columns: &Value) -> &str {
    text(columns, "number")
}

fn text<'a>(columns: &'a Value, name: &str) -> &'a str {
    columns.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a row is one of those looked for.
#[must_use]
pub fn fits(columns: &Value, filter: &Filter) -> bool {
    let is = |wanted: &str, name: &str| wanted.is_empty() || text(columns, name) == wanted;
    let q = filter.q.trim();
    text(columns, "receivedAt").starts_with(&filter.month)
        && is(&filter.unit, "leadUnit")
        && is(&filter.status, "status")
        && is(&filter.category, "categoryCode")
        && (q.is_empty() || number(columns).contains(q) || text(columns, "title").contains(q))
}

/// As for the order itself, with what a row tells.
fn may_see(columns: &Value, session: &Session) -> bool {
    let unit = session.unit.as_ref().map(|unit| unit.as_str()).unwrap_or_default();
    let leads = columns.get("leadUnit").and_then(Value::as_str).is_some_and(|lead| is_within(unit, lead));
    let relations = [(Relation::Centre, session.centre), (Relation::Leading, leads), (Relation::Outside, true)];
    let sees = |relation| session.roles.iter().any(|role| permitted(*role, Action::SeeOrder, relation));
    !is_about(columns, session) && relations.iter().any(|(relation, holds)| *holds && sees(*relation))
}

/// Whether a row's order complains about this person's unit or grid, or what it is a part of.
#[must_use]
pub fn is_about(columns: &Value, session: &Session) -> bool {
    let respondents = columns.get("respondents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let unit = session.unit.as_ref().map(|unit| unit.as_str()).unwrap_or_default();
    let grid = session.grid.as_ref().map(|grid| grid.as_str()).unwrap_or_default();
    let mut respondents = respondents.iter().filter_map(Value::as_str);
    respondents.any(|respondent| is_within(unit, respondent) || is_within(grid, respondent))
}

/// A row as the API shows it. Who is complained about is told in the order itself.
#[must_use]
pub fn item(id: &DocId, version: u64, mut columns: Value) -> Option<Value> {
    let members = columns.as_object_mut()?;
    members.remove("respondents");
    members.insert("id".to_owned(), json!(id));
    members.insert("version".to_owned(), json!(version));
    Some(columns)
}
