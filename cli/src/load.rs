//! `onetown load DIR`: a town's files to its catalogue.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::CliError;
use crate::client::{Api, Reply};
use crate::progress::Step;
use crate::secrets::random;

/// What `load` may be told.
#[derive(Args)]
pub struct Options {
    /// The directory with the town's files: town.toml and others in TOML and CSV.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Where the town is served.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The administrator's account.
    #[arg(long)]
    account: String,
    /// Read the administrator's password from standard input.
    #[arg(long, required = true)]
    password_stdin: bool,
    /// The code that the account's authenticator app shows now; the app is set up at the first sign-in at /console/.
    #[arg(long, value_name = "DIGITS")]
    code: Option<String>,
    /// Create this administrator first, with the token that `onetown up` keeps in .spin/onetown.json or that is the
    /// variable setup_token.
    #[arg(long, value_name = "TOKEN")]
    setup_token: Option<String>,
    #[command(flatten)]
    terms: Terms,
    /// Say what would change, and change nothing.
    #[arg(long)]
    preview: bool,
}

/// On what terms files are loaded.
#[derive(Args, Default)]
pub struct Terms {
    /// Why; kept in the catalogue's history.
    #[arg(long, default_value = "")]
    reason: String,
    /// The first day on which they hold, as 2027-01-01; without it they hold at once.
    #[arg(long, value_name = "DATE", default_value = "")]
    valid_from: String,
}

/// What a load did.
pub struct Loaded {
    /// The catalogue's version now.
    pub version: String,
    /// Files that were sent.
    pub sent: usize,
    /// Files that changed.
    pub changed: usize,
    /// The day from which it holds; none: at once.
    pub from: Option<String>,
}

/// Loads a directory.
///
/// # Errors
/// One sentence; mistakes in the files are printed before it.
pub fn run(options: &Options) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::Said(format!("no runtime can be started: {error}")))?;
    runtime.block_on(load(options))
}

async fn load(options: &Options) -> Result<(), CliError> {
    let password = password()?;
    let mut api = Api::new(&options.url)?;
    if let Some(token) = &options.setup_token {
        let body = json!({"account": options.account, "displayName": options.account, "password": password});
        let made = api.set_up(token, &body, &random()?).await?;
        eprintln!("{}", if made { "The administrator is created." } else { "There is an administrator already." });
    }
    api.sign_in(&options.account, &password, options.code.as_deref()).await?;
    if options.preview {
        let told = preview(&api, options).await;
        api.sign_out().await?;
        return told;
    }
    let loaded = directory(&api, &options.directory, &options.terms).await;
    api.sign_out().await?;
    let Loaded { version, sent, changed, from } = loaded?;
    let when = from.map_or_else(|| "is in force".to_owned(), |day| format!("holds from {day} on"));
    println!("Catalogue {version} {when}: {sent} files sent, {changed} changed.");
    Ok(())
}

/// Prints what a load would do, as the console shows it.
async fn preview(api: &Api, options: &Options) -> Result<(), CliError> {
    let files = read(&options.directory)?;
    let body = json!({"files": files, "validFrom": options.terms.valid_from});
    let reply = api.change(Method::POST, "/api/admin/catalogue/preview", &random()?, &body).await?;
    if reply.status != StatusCode::OK {
        return Err(reply.problem());
    }
    let list = |name: &str| reply.body.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    for row in list("mistakes") {
        eprintln!("{}", line(&row));
    }
    for file in list("files") {
        println!("{}", difference(&file));
    }
    for gone in list("gone") {
        let text = |name: &str| gone.get(name).and_then(Value::as_str).unwrap_or_default();
        println!("{} {} goes: open orders keep it, new ones cannot choose it", text("what"), text("code"));
    }
    match reply.body.get("total").and_then(Value::as_u64) {
        Some(0) => Ok(()),
        total => Err(CliError::Said(format!("the files have {} mistakes", total.unwrap_or_default()))),
    }
}

/// A file with its rows added, removed and changed.
fn difference(file: &Value) -> String {
    let count = |name: &str| file.get(name).and_then(Value::as_u64).unwrap_or_default();
    let name = file.get("name").and_then(Value::as_str).unwrap_or_default();
    format!("{name}: {} rows added, {} removed, {} changed", count("added"), count("removed"), count("changed"))
}

fn password() -> Result<String, CliError> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| CliError::Said(format!("the password cannot be read from standard input: {error}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Sends the files of `directory` as whoever is signed in.
///
/// # Errors
/// One sentence; mistakes in the files are printed before it.
pub async fn directory(api: &Api, directory: &Path, terms: &Terms) -> Result<Loaded, CliError> {
    let step = Step::start(format!("Loading {}", directory.display()));
    step.at("reading");
    let files = read(directory)?;
    step.at(&format!("{} files are being checked", files.len()));
    let sent = files.len();
    let body = json!({"files": files, "reason": terms.reason, "validFrom": terms.valid_from});
    let reply = api.change(Method::PUT, "/api/admin/catalogue", &random()?, &body).await?;
    if reply.status != StatusCode::OK {
        step.failed();
        return Err(refused(&reply));
    }
    step.done();
    let version = reply.body.get("version").and_then(Value::as_str).unwrap_or_default().to_owned();
    let changed = reply.body.get("changed").and_then(Value::as_array).map_or(0, Vec::len);
    let from = reply.body.get("validFrom").and_then(Value::as_str).map(str::to_owned);
    Ok(Loaded { version, sent, changed, from })
}

fn refused(reply: &Reply) -> CliError {
    let Some(rows) = reply.body.get("rows").and_then(Value::as_array) else { return reply.problem() };
    for row in rows {
        eprintln!("{}", line(row));
    }
    let total = reply.body.get("total").and_then(Value::as_u64).unwrap_or_default();
    CliError::Said(format!("the files have {total} mistakes; nothing was loaded"))
}

/// A mistake as compilers print theirs: `file:row column: detail`.
fn line(row: &Value) -> String {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = row.get("row").and_then(Value::as_u64).unwrap_or_default();
    let column = match text("column") {
        "" => String::new(),
        column => format!(" {column}"),
    };
    format!("{}:{number}{column}: {}", text("file"), text("detail"))
}

/// The town's files in `directory`; others, such as a README, are left alone.
fn read(directory: &Path) -> Result<BTreeMap<String, String>, CliError> {
    let failed = |path: &Path, error: &std::io::Error| CliError::Said(format!("{}: {error}", path.display()));
    let entries = std::fs::read_dir(directory).map_err(|error| failed(directory, &error))?;
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(directory, &error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if path.extension().is_some_and(|kind| kind == "csv" || kind == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
            files.insert(name.to_owned(), text);
        }
    }
    if files.is_empty() {
        return Err(CliError::Said(format!("{}: there is no TOML and no CSV file", directory.display())));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{difference, line, read};

    #[test]
    fn a_mistake_is_told_by_file_row_and_column() {
        let row = json!({"file": "grids.csv", "row": 7, "column": "grid_code", "code": "format", "detail": "\"x\""});
        assert_eq!(line(&row), "grids.csv:7 grid_code: \"x\"");
        let whole = json!({"file": "grids.csv", "row": 0, "column": "", "detail": "the file is missing"});
        assert_eq!(line(&whole), "grids.csv:0: the file is missing");
    }

    #[test]
    fn a_difference_is_told_by_file() {
        let file = json!({"name": "grids.csv", "added": 2, "removed": 0, "changed": 1, "rows": []});
        assert_eq!(difference(&file), "grids.csv: 2 rows added, 0 removed, 1 changed");
    }

    #[test]
    fn only_a_towns_files_are_read() {
        let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/yundu");
        let files = read(&demo).unwrap();
        for name in domain::catalogue::FILES.iter().chain(domain::inspection::FILES) {
            assert!(files.contains_key(*name), "{name}");
        }
        assert!(!files.contains_key("README.md"));
        assert!(read(&demo.join("nowhere")).is_err());
    }
}
