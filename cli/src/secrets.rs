//! Secrets of this installation that only the command line can know: made once, kept in
//! `onetown.json` of the state directory, readable by its owner alone.

use crate::CliError;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// 256 bits: nobody guesses them, whatever the rate.
const BYTES: usize = 32;

/// What is kept.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Secrets {
    /// Lets the ticker tick.
    pub clock_key: String,
    /// Lets the administrator make the first login.
    pub setup_token: String,
}

impl Secrets {
    /// Reads the secrets, or makes them.
    ///
    /// # Errors
    /// Where the file can neither be read nor written, or is damaged.
    pub fn keep(state_dir: &Path) -> Result<Self, CliError> {
        let path = state_dir.join("onetown.json");
        let said = |what: String| CliError::Said(format!("{}: {what}", path.display()));
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| said(format!("{error}; delete the file to have new secrets made"))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let secrets = Self { clock_key: random()?, setup_token: random()? };
                secrets.write(&path).map_err(|error| said(error.to_string()))?;
                Ok(secrets)
            }
            Err(error) => Err(said(error.to_string())),
        }
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.sync_all()
    }
}

fn random() -> Result<String, CliError> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| CliError::Said(format!("the system gives no random numbers: {error}")))?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn secrets_are_made_once_and_readable_by_their_owner_alone() {
        let directory = std::env::temp_dir().join(format!("onetown-secrets-{}", std::process::id()));
        let first = Secrets::keep(&directory).unwrap();
        assert_eq!(first, Secrets::keep(&directory).unwrap());
        assert_eq!((first.clock_key.len(), first.setup_token.len()), (43, 43));
        assert_ne!(first.clock_key, first.setup_token);
        let mode = fs::metadata(directory.join("onetown.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(directory.join("onetown.json"), "{").unwrap();
        assert!(Secrets::keep(&directory).unwrap_err().to_string().contains("delete the file"));
        fs::remove_dir_all(&directory).unwrap();
    }
}
