//! The names of the colleagues in an order's history.
//!
//! What must stay true: of a person's file nothing but the name that colleagues see leaves this room.

use std::collections::{BTreeMap, BTreeSet};

use canon::{DocId, read};
use domain::order::OrderEvent;
use domain::staff::Staff;
use serde::Deserialize;
use service::Problem;
use store::{Access, Document, Platform, Recorded};

/// How many people are looked up: one batch, of files of at most 500 events of some 300 bytes, so 6 MB. An order passes
/// through a dozen hands; whoever comes after the fortieth is "staff".
const PEOPLE_MAX: usize = 40;

/// The one thing that is read of a file.
#[derive(Deserialize)]
struct File {
    state: Shown,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    display_name: String,
}

/// The name behind each actor who is a member of staff. A file that is gone or damaged is a name less, and no reason to
/// keep the order from whoever works on it.
pub(crate) async fn of<P: Platform>(
    access: &Access<P>,
    events: &[Recorded<OrderEvent>],
) -> Result<BTreeMap<String, String>, Problem> {
    let actors: BTreeSet<&str> = events.iter().map(|event| event.by.as_str()).collect();
    let people: Vec<(String, String)> = actors.into_iter().filter_map(key_of).take(PEOPLE_MAX).collect();
    let keys: Vec<String> = people.iter().map(|(_, key)| key.clone()).collect();
    let files = access.get_many(&keys).await?;
    let name = |key: &String| read::<File>(files.get(key)?).ok().map(|file| file.state.display_name);
    Ok(people.into_iter().filter_map(|(actor, key)| Some((actor, name(&key)?))).collect())
}

/// The actor and where the file is, if it is one of the staff.
fn key_of(actor: &str) -> Option<(String, String)> {
    let id = DocId::parse(actor.strip_prefix("staff:")?).ok()?;
    Some((actor.to_owned(), Document::<Staff>::key_of(&id)))
}
