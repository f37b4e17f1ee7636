//! Secrets of this installation that only the command line can know: made once, kept in
//! `onetown.json` of the state directory, readable by its owner alone.

use crate::CliError;
use crate::demo::Login;
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
    /// What the demo's 12345 platform signs with; empty outside of demo mode.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub platform_secret: String,
    /// The demo's logins; none outside of demo mode.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logins: Vec<Login>,
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
                let (clock_key, setup_token) = (random()?, random()?);
                let secrets = Self { clock_key, setup_token, platform_secret: String::new(), logins: Vec::new() };
                secrets.save(state_dir)?;
                Ok(secrets)
            }
            Err(error) => Err(said(error.to_string())),
        }
    }

    /// Keeps the secrets: the file is the old one or the new one, never half of it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save(&self, state_dir: &Path) -> Result<(), CliError> {
        let path = state_dir.join("onetown.json");
        self.write(&path).map_err(|error| CliError::Said(format!("{}: {error}", path.display())))
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let new = path.with_extension("json.new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.sync_all()?;
        fs::rename(new, path)
    }
}

/// A password that people can read out: 12 letters in groups, 31^12 = 7.9 × 10^17 of them, 59 bits.
pub fn readable() -> Result<String, CliError> {
    const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let mut letters = String::new();
    while letters.len() < 14 {
        if matches!(letters.len(), 4 | 9) {
            letters.push('-');
        }
        let mut byte = [0];
        fill(&mut byte)?;
        // Bytes of 248 (8 × 31) and above are drawn again, so that every letter is as likely as any other.
        let [byte] = byte;
        letters.extend(ALPHABET.get(usize::from(byte) % 31).filter(|_| byte < 248).map(|letter| char::from(*letter)));
    }
    Ok(letters)
}

/// A random text of 43 letters, digits, `-` and `_`.
pub fn random() -> Result<String, CliError> {
    let mut bytes = [0; BYTES];
    fill(&mut bytes)?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

fn fill(bytes: &mut [u8]) -> Result<(), CliError> {
    getrandom::fill(bytes).map_err(|error| CliError::Said(format!("the system gives no random numbers: {error}")))
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
