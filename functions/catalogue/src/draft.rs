//! A version of the town before it is one: what is asked for, checked as a whole against what is in force.
//!
//! Nothing is stored here, so a preview leaves no trace, and what is loaded is exactly what a preview showed: both come
//! from this.

use std::collections::BTreeMap;

use canon::sha256;
use domain::aggregate::Aggregate as _;
use domain::aggregate::Stamp;
use domain::catalogue::{Catalogue, CatalogueEvent, CatalogueHistory, FILES, FileRef, Load};
use http::StatusCode;
use serde_json::json;
use service::Problem;
use store::{Access, Document, Platform, StoreError, blob};

use crate::diff::{Diff, diff};
use crate::files::{self, Mistake};
use crate::form::Wish;

/// Files by name.
pub(crate) type Files = BTreeMap<String, FileRef>;

/// What would be loaded.
pub(crate) struct Draft {
    /// The event; meaningless while there are mistakes.
    pub load: Load,
    /// What must be stored before it: addresses and bytes.
    pub blobs: Vec<(FileRef, Vec<u8>)>,
    /// What is wrong with the files.
    pub mistakes: Vec<Mistake>,
    /// What the files that differ do to their rows.
    pub differences: Vec<(String, Diff)>,
    /// Whether it is what is in force, to the byte.
    pub is_same: bool,
    /// The version in force today.
    pub base: CatalogueHistory,
}

/// A file that differs, with its texts.
struct Change {
    name: String,
    before: String,
    after: String,
}

/// Drafts what `wish` asks for.
///
/// # Errors
/// 404 `noSuchVersion` for a load that never was; the store's problems.
pub(crate) async fn draft<P: Platform>(
    access: &Access<P>,
    history: Option<&Document<CatalogueHistory>>,
    wish: &Wish,
) -> Result<Draft, Problem> {
    let today = access.now().date();
    let base = history.map(|history| history.state.on(today)).unwrap_or_default();
    let wanted = match (wish.restore, history) {
        (Some(number), Some(history)) => restored(history, number).ok_or_else(no_such_version)?,
        (Some(_), None) => return Err(no_such_version()),
        (None, _) => given(&base, wish),
    };
    let mut mistakes: Vec<Mistake> = wish.files.iter().filter_map(|(name, text)| files::check(name, text)).collect();
    let removed: Vec<String> = base.files.keys().filter(|name| !wanted.contains_key(*name)).cloned().collect();
    let mut files = BTreeMap::new();
    files.extend(wanted.iter().filter(|(name, file)| base.files.get(*name) != Some(file)).map(owned));
    let mut draft = Draft {
        load: Load {
            files,
            compiled: FileRef { sha256: sha256(&[]), size: 0 },
            version: String::new(),
            removed,
            from: wish.from,
            reason: wish.reason.clone(),
            restores: wish.restore,
            rows: None,
        },
        blobs: Vec::new(),
        mistakes: Vec::new(),
        differences: Vec::new(),
        is_same: false,
        base,
    };
    for change in changes(access, &draft, wish).await? {
        if wish.files.contains_key(&change.name) {
            let file = reference(change.after.as_bytes());
            draft.blobs.push((file, change.after.clone().into_bytes()));
        }
        let found = diff(&change.name, &change.before, &change.after);
        draft.differences.push((change.name, found));
    }
    mistakes.extend(compile(access, &mut draft, &wanted, wish).await?);
    draft.mistakes = mistakes;
    draft.load.rows = Some(draft.totals());
    draft.is_same = draft.load.files.is_empty()
        && draft.load.removed.is_empty()
        && draft.base.compiled == Some(draft.load.compiled);
    Ok(draft)
}

impl Draft {
    fn totals(&self) -> [u32; 3] {
        self.differences.iter().fold([0; 3], |[a, b, c], (_, Diff { rows: [x, y, z], .. })| {
            [a.saturating_add(*x), b.saturating_add(*y), c.saturating_add(*z)]
        })
    }
}

/// The files in force, with those given in their places. One that a town cannot have is a mistake and no file.
fn given(base: &CatalogueHistory, wish: &Wish) -> Files {
    let mut files = base.files.clone();
    let known = wish.files.iter().filter(|(name, _)| files::is_known(name));
    files.extend(known.map(|(name, text)| (name.clone(), reference(text.as_bytes()))));
    files
}

/// The files after the load of that number, as they were meant to hold.
fn restored(history: &Document<CatalogueHistory>, number: u64) -> Option<Files> {
    let mut state: Option<CatalogueHistory> = None;
    for recorded in &history.events {
        state = CatalogueHistory::evolve(state, &recorded.event, Stamp { at: recorded.at });
        let loaded = matches!(recorded.event, CatalogueEvent::Loaded(_));
        if let Some(state) = state.as_ref().filter(|state| loaded && state.loads == number) {
            return Some(state.newest_files().clone());
        }
    }
    None
}

fn no_such_version() -> Problem {
    let detail = "There was no load of that number. The history says which there were.";
    Problem::new(StatusCode::NOT_FOUND, "noSuchVersion", detail)
}

fn owned((name, file): (&String, &FileRef)) -> (String, FileRef) {
    (name.clone(), *file)
}

/// The texts of every file that differs, before and after.
async fn changes<P: Platform>(access: &Access<P>, draft: &Draft, wish: &Wish) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    let after = draft.load.files.iter().map(|(name, file)| (name, Some(*file)));
    for (name, file) in after.chain(draft.load.removed.iter().map(|name| (name, None))) {
        let before = match draft.base.files.get(name) {
            Some(file) => text(read_file(access, name, file).await?),
            None => String::new(),
        };
        let after = match (wish.files.get(name), file) {
            (Some(text), _) => text.clone(),
            (None, Some(file)) => text(read_file(access, name, &file).await?),
            (None, None) => String::new(),
        };
        changes.push(Change { name: name.clone(), before, after });
    }
    Ok(changes)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

/// Checks the catalogue as it would be, and puts it into the form that functions read. It is compiled anew each time:
/// another release may have another form, and loading the same files is how a town gets it.
async fn compile<P: Platform>(
    access: &Access<P>,
    draft: &mut Draft,
    wanted: &Files,
    wish: &Wish,
) -> Result<Vec<Mistake>, Problem> {
    let mut whole = BTreeMap::new();
    for name in FILES {
        let bytes = match (wish.files.get(*name), wanted.get(*name)) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(file)) => read_file(access, name, file).await?,
            (None, None) => continue,
        };
        whole.insert((*name).to_owned(), bytes);
    }
    let catalogue = match Catalogue::parse(&whole) {
        Ok(catalogue) => catalogue,
        Err(errors) => return Ok(errors.into_iter().map(Mistake::from).collect()),
    };
    let bytes = catalogue.compile().map_err(|error| StoreError::Damaged(error.to_string()))?;
    draft.load.compiled = reference(&bytes);
    draft.load.version = catalogue.version;
    draft.blobs.push((draft.load.compiled, bytes));
    Ok(Vec::new())
}

async fn read_file<P: Platform>(access: &Access<P>, name: &str, file: &FileRef) -> Result<Vec<u8>, Problem> {
    let size = usize::try_from(file.size).unwrap_or(usize::MAX);
    let bytes = blob::get(access, &file.sha256, size).await?;
    Ok(bytes.ok_or_else(|| StoreError::Damaged(format!("{name} is missing")))?)
}

fn reference(bytes: &[u8]) -> FileRef {
    // Bodies are at most 2 MiB and a compiled catalogue is smaller than its files, so the size always fits.
    FileRef { sha256: sha256(&[bytes]), size: u32::try_from(bytes.len()).unwrap_or(u32::MAX) }
}

/// Mistakes in one answer: more than anybody corrects in one go. The answer says how many there are.
const MISTAKES_SHOWN_MAX: usize = 200;

/// # Errors
/// 422 `catalogueInvalid` with the first mistakes, if there are any.
pub(crate) fn refuse(mistakes: &[Mistake]) -> Result<(), Problem> {
    if mistakes.is_empty() {
        return Ok(());
    }
    let detail = "The files have mistakes; `rows` says where. Nothing was loaded. Correct them and load again.";
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "catalogueInvalid", detail);
    Err(problem.with("rows", json!(shown(mistakes))).with("total", mistakes.len()))
}

/// The first mistakes.
pub(crate) fn shown(mistakes: &[Mistake]) -> &[Mistake] {
    mistakes.get(..MISTAKES_SHOWN_MAX).unwrap_or(mistakes)
}
