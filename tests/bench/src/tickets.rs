//! Creations as a 12345 platform sends them, signed before wrk starts: what is measured is taking them, not making them.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use domain::hotline::{Key, Scheme};
use domain::time::Moment;
use platform::{CODE, Plan, Send, Shares};

/// The key's name and its secret.
const KEY: (&str, &str) = ("bench", "whsec_YSBrZXkgdGhhdCBvcGVucyBub3RoaW5nIGF0IGFsbA==");
/// Messages for a second of wrk: more than a machine with two cores takes.
const PER_SECOND: u64 = 2_500;

/// The value of `hotline_keys` under which they are known.
pub fn keys() -> String {
    let (name, secret) = KEY;
    format!("{CODE}/{name}={secret}")
}

/// Enough messages for `seconds`, one a line: id, timestamp, signature and body between tabs. None was sent before, as
/// `run` says which run it is; and none is older than the 300 s that a sender's clock may be off, in runs of 30 s or less.
pub fn write(run: u64, seconds: u32) -> Result<tempfile::NamedTempFile> {
    let (name, secret) = KEY;
    let key = Key::new(CODE, name, secret).context("the key is none")?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let now = Moment::from_unix_ms(i64::try_from(since.as_millis())?);
    let nothing_wrong = Shares { duplicates: 0, reordered: 0, forged: 0, conflicts: 0 };
    let plan = Plan::new(run, PER_SECOND * u64::from(seconds), nothing_wrong, now);
    let mut file = tempfile::NamedTempFile::new()?;
    for send in plan.sends.iter().filter(|send| send.id == format!("msg-{}-0", send.number)) {
        let (headers, body) = Send { skew_s: 0, ..send.clone() }.signed(Scheme::StandardWebhooks, &key, now);
        for wanted in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let header = headers.iter().find(|(name, _)| *name == wanted).context("a header is missing")?;
            write!(file, "{}\t", header.1)?;
        }
        file.write_all(&body)?;
        file.write_all(b"\n")?;
    }
    file.flush()?;
    Ok(file)
}
