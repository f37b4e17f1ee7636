//! The demo's 12345 platform: the simulator of `tests/platform`, gently, so that a visitor sees tickets arrive and go back.
//!
//! A day is a plan and a journal beside the store, so the demo goes on where it was, and the platform still knows of the
//! days before when the town compares lists.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::hotline::Key;
use domain::time::{Date, HOUR_MS, Moment};
use platform::serve::{Options, Platform};
use platform::{CODE, PORT, Plan, Shares};

use crate::secrets::Secrets;

/// The name of the demo's key.
const KEY: &str = "demo";
/// Tickets of a day: with their later events and repeats about 700 messages, one in 15 s for three hours.
const TICKETS: u64 = 400;
/// Between two messages.
const PAUSE: Duration = Duration::from_secs(15);
/// Enough of everything that goes wrong for each to be seen within an hour.
const SHARES: Shares = Shares { duplicates: 5, reordered: 5, forged: 3, conflicts: 3 };

/// The value of `hotline_keys` under which the demo's platform is known.
pub fn keys(secrets: &Secrets) -> String {
    format!("{CODE}/{KEY}={}", secrets.platform_secret)
}

/// Plays the platform until dropped. Where its port is taken there are no tickets, and the rest of the demo goes on.
pub async fn play(town: String, secrets: Arc<Secrets>, state_dir: PathBuf) {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let today = Moment::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or(0)).date();
    let Some(key) = Key::new(CODE, KEY, &secrets.platform_secret) else { return };
    let options = Options { town, key, plan: Arc::new(plan(today)), at_once: 1, pause: PAUSE, trouble: 1 };
    let earlier = earlier(&state_dir, today);
    let ended = match Platform::new(options, Some(&journal(&state_dir, today)), &earlier) {
        Ok(platform) => platform.run(listen).await,
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        tracing::warn!("the demo's 12345 platform cannot be played at {listen}: {error}");
    }
}

/// A day's plan is the same whenever it is made.
fn plan(day: Date) -> Plan {
    let seed = u64::from(day.month()).saturating_mul(31).saturating_add(u64::from(day.day()));
    Plan::new(seed, TICKETS, SHARES, day.start_of_day().plus_ms(6 * HOUR_MS))
}

fn journal(state_dir: &Path, day: Date) -> PathBuf {
    state_dir.join(format!("platform-{day}.jsonl"))
}

/// The journals of the week before, with their plans.
fn earlier(state_dir: &Path, today: Date) -> Vec<(PathBuf, Plan)> {
    let days = (1..=7).map(|ago| today.plus_days(-ago)).map(|day| (journal(state_dir, day), day));
    days.filter(|(path, _)| path.is_file()).map(|(path, day)| (path, plan(day))).collect()
}

#[cfg(test)]
mod tests {
    use platform::{Spoilt, Wanted};

    use super::*;

    /// Whatever the day, a visitor sees an order from above within the first minute and a half.
    #[test]
    fn every_day_begins_with_a_ticket_that_becomes_an_order() {
        let mut day = Date::from_ymd(2026, 1, 1).unwrap();
        for _ in 0..366 {
            let sends = plan(day).sends;
            let creates = |index: usize| {
                let send = &sends[index];
                send.wanted == Wanted::Taken && send.spoilt == Spoilt::No && send.id == format!("msg-{}-0", send.number)
            };
            assert!((0..6).any(creates), "{day}");
            day = day.plus_days(1);
        }
    }
}
