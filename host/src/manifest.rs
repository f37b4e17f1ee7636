//! `spin.toml`, manifest version 2: what this host reads and what it refuses.
//!
//! A field that would change how the application behaves is either honoured or refused with a
//! sentence; nothing is silently ignored.

use crate::HostError;
use crate::variables::is_name;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A manifest that this host can run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    spin_manifest_version: toml::Value,
    /// The `[application]` table.
    pub application: Application,
    /// Declared application variables.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    trigger: Triggers,
    /// Components by name.
    #[serde(default)]
    pub component: BTreeMap<String, Component>,
    /// The manifest's directory: every path in it is relative to this.
    #[serde(skip)]
    pub directory: PathBuf,
}

/// Name and description; nothing here changes how the application runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The application's name.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// One line about it.
    #[serde(default)]
    pub description: String,
    /// Who made it.
    #[serde(default)]
    pub authors: Vec<String>,
}

/// A declared variable.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The value where nobody sets one.
    pub default: Option<String>,
    /// Whether the start fails without a value.
    #[serde(default)]
    pub required: bool,
    /// Whether the value must not be shown.
    #[serde(default)]
    pub secret: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Triggers {
    #[serde(default)]
    http: Vec<Trigger>,
    #[serde(flatten)]
    others: BTreeMap<String, toml::Value>,
}

/// A route and the component behind it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// The trigger's own name; not used.
    #[serde(default)]
    pub id: Option<String>,
    /// `/exact`, `/with/:param`, `/below/...`.
    pub route: String,
    /// A component's name.
    pub component: String,
}

/// A component: where its code is and what it may do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The wasm file.
    pub source: String,
    /// One line about it.
    #[serde(default)]
    pub description: String,
    /// Files the guest may read.
    #[serde(default)]
    pub files: Vec<Files>,
    /// Templates of the component's variables.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Store labels it may open.
    #[serde(default)]
    pub key_value_stores: Vec<String>,
    /// Templates of where it may send requests.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Environment variables of the guest.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// How it is built.
    pub build: Option<Build>,
}

/// Files for a component.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Files {
    /// A glob; files keep their path below the manifest.
    Glob(String),
    /// A file or directory under another path.
    Placed {
        /// Path below the manifest.
        source: String,
        /// Absolute path in the guest.
        destination: String,
    },
}

/// The command that makes the wasm file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// One command or several, run by the shell in order.
    pub command: Commands,
    /// Directory to run them in, below the manifest.
    pub workdir: Option<String>,
    /// What a watcher would look at; not used here.
    #[serde(default)]
    pub watch: Vec<String>,
}

/// One command or several.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub enum Commands {
    /// `command = "cargo build"`.
    One(String),
    /// `command = ["a", "b"]`.
    Several(Vec<String>),
}

impl Manifest {
    /// Reads a manifest, or `spin.toml` in a directory.
    ///
    /// # Errors
    /// One sentence where the file is missing, is not TOML, or asks for what this host cannot do.
    pub fn read(path: &Path) -> Result<Self, HostError> {
        let path = if path.is_dir() { path.join("spin.toml") } else { path.to_owned() };
        let fail = |what: String| HostError::Manifest { path: path.clone(), what };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| fail(format!("{error}; name the manifest with --from, or go to its directory")))?;
        let mut manifest = Self::parse(&text).map_err(fail)?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        manifest.directory =
            std::path::absolute(directory.unwrap_or(Path::new("."))).map_err(|error| fail(error.to_string()))?;
        Ok(manifest)
    }

    /// Reads the text of a manifest; paths in it stay relative.
    ///
    /// # Errors
    /// As [`Manifest::read`], without the file's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| one_sentence(text, &error))?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The HTTP triggers in the order they stand.
    #[must_use]
    pub fn triggers(&self) -> &[Trigger] {
        &self.trigger.http
    }

    fn check(&self) -> Result<(), String> {
        if self.spin_manifest_version.as_integer() != Some(2) {
            return Err("spin_manifest_version must be 2".to_owned());
        }
        if let Some(kind) = self.trigger.others.keys().next() {
            return Err(format!("[[trigger.{kind}]] is not supported by this host; only [[trigger.http]] is"));
        }
        if self.trigger.http.is_empty() {
            return Err("no [[trigger.http]] leads anywhere; add one with a route and a component".to_owned());
        }
        for trigger in &self.trigger.http {
            if !self.component.contains_key(&trigger.component) {
                return Err(format!(
                    "route {} leads to component \"{}\", which no [component.{}] describes",
                    trigger.route, trigger.component, trigger.component
                ));
            }
        }
        for (name, variable) in &self.variables {
            if !is_name(name) {
                return Err(format!("\"{name}\" in [variables] is no name: use a-z, 0-9 and _"));
            }
            if variable.required == variable.default.is_some() {
                return Err(format!("variable \"{name}\" needs either a default or required = true"));
            }
        }
        for (name, component) in &self.component {
            if let Some(wrong) = component.variables.keys().find(|name| !is_name(name)) {
                return Err(format!("\"{wrong}\" in [component.{name}.variables] is no name: use a-z, 0-9 and _"));
            }
        }
        Ok(())
    }
}

/// TOML errors are drawn over several lines; people and logs want one.
fn one_sentence(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    let message = error.message().replace('\n', " ");
    let hint = if message.contains("unknown field") { " (this host does not support it)" } else { "" };
    match line {
        Some(line) => format!("line {line}: {message}{hint}"),
        None => format!("{message}{hint}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
spin_manifest_version = 2
[application]
name = "town"
[variables]
key = { default = "", secret = true }
[[trigger.http]]
route = "/api/..."
component = "intake"
[component.intake]
source = "intake.wasm"
files = ["static/*.txt", { source = "web/dist", destination = "/web" }]
variables = { key = "{{ key }}" }
key_value_stores = ["default"]
allowed_outbound_hosts = []
[component.intake.build]
command = "cargo build"
watch = ["src"]
"#;

    #[test]
    fn a_manifest_is_read() {
        let manifest = Manifest::parse(GOOD).unwrap();
        assert_eq!(manifest.triggers()[0].component, "intake");
        assert_eq!(manifest.component["intake"].files.len(), 2);
        let build = manifest.component["intake"].build.as_ref().unwrap();
        assert_eq!(build.command, Commands::One("cargo build".into()));
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence() {
        for (from, to, says) in [
            ("version = 2", "version = 1", "must be 2"),
            ("component = \"intake\"", "component = \"clock\"", "which no [component.clock] describes"),
            ("trigger.http", "trigger.redis", "[[trigger.redis]] is not supported"),
            ("default = \"\", ", "", "either a default or required"),
            ("files =", "sqlite_databases = []\nfiles =", "line 12: unknown field `sqlite_databases`"),
            ("source = \"intake.wasm\"", "source = { url = \"x\", digest = \"y\" }", "line 11"),
            ("[application]", "[application", "line 3"),
        ] {
            let error = Manifest::parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(says) && !error.contains('\n'), "{to}: {error}");
        }
    }

    #[test]
    fn a_missing_manifest_says_so() {
        let error = Manifest::read(Path::new("/nowhere/spin.toml")).unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/spin.toml: ") && error.contains("--from"), "{error}");
    }
}
