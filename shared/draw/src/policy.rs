//! Where the randomness comes from, as text that the plan carries and the commitment covers.
//!
//! One line each, in this order; what a draw does not have has no line:
//!
//! ```text
//! drand <chain hash> <round>                 a round of drand's quicknet
//! reveal <who> <hash>                        a secret that was committed to, see [`reveal_hash`]
//! lottery <game> <issue> <time>              public lottery numbers: ssq (双色球), dlt (大乐透), pl5 (排列5)
//! until <time>                               when reveals end
//! rehearsal                                  the round is a past one: the draw shows how it works, and binds nobody
//! committed <time>                           when the lists were frozen; the round follows from it
//! excluded <count> <root>                    the head over who was left out, and why
//! item <code>                                what is inspected
//! program <hash>                             the SHA-256 of the program that draws
//! ```
//!
//! Times are seconds since 1970. Three shapes are lawful: **P1** one drand round; **P2** the same and one secret of the
//! agency, so that the drawn are not tipped off; **P3**, without internet, three or more secrets of independent people,
//! then lottery numbers of at least 64 bits that are drawn after the last secret could be shown.

use crate::Digest;
use crate::encode::{Head, put};
use std::fmt;

/// drand's quicknet.
pub const CHAIN: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
/// Seconds since 1970 at which quicknet's round 1 appeared.
pub const GENESIS: u64 = 1_692_803_367;
/// Seconds from one round to the next.
pub const PERIOD: u64 = 3;
/// 30 minutes between freezing the lists and the round: time for everybody to see the commitment first.
pub const LEAD_S: u64 = 1_800;
/// A P3 draw needs this many contributors.
pub const CONTRIBUTORS_MIN: usize = 3;
/// 64 KiB: 300 contributors would need half of it.
pub const TEXT_MAX: usize = 65_536;

/// When a round appears.
#[must_use]
pub const fn round_time(round: u64) -> u64 {
    GENESIS.saturating_add(PERIOD.saturating_mul(round.saturating_sub(1)))
}

/// The first round that appears at or after `time`.
#[must_use]
pub const fn first_round(time: u64) -> u64 {
    time.saturating_sub(GENESIS).div_ceil(PERIOD).saturating_add(1)
}

/// The round that a commitment made at `time` has to name: there is nothing to choose.
#[must_use]
pub const fn round_for(time: u64) -> u64 {
    first_round(time.saturating_add(LEAD_S))
}

/// What somebody publishes before, who later reveals `secret`.
#[must_use]
pub fn reveal_hash(draw_id: &str, who: &str, secret: &[u8]) -> Digest {
    let mut message = b"draw/v1/reveal\n".to_vec();
    put(&mut message, draw_id.as_bytes());
    put(&mut message, who.as_bytes());
    message.extend_from_slice(secret);
    *canon::sha256(&[&message]).as_bytes()
}

/// A public lottery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Game {
    /// 双色球: six of 33, one of 16.
    Ssq,
    /// 大乐透: five of 35, two of 12.
    Dlt,
    /// 排列5: five digits.
    Pl5,
}

impl Game {
    const ALL: [Self; 3] = [Self::Ssq, Self::Dlt, Self::Pl5];

    /// As the policy's text names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssq => "ssq",
            Self::Dlt => "dlt",
            Self::Pl5 => "pl5",
        }
    }

    /// How many results it can have: C(33,6)·16, C(35,5)·C(12,2), 10^5.
    const fn results(self) -> u128 {
        match self {
            Self::Ssq => 17_721_088,
            Self::Dlt => 21_425_712,
            Self::Pl5 => 100_000,
        }
    }

    /// Whether `value` is a result as it has to be written: `01,05,12,18,22,30+09`, `01,02,03,04,05+06,07`, `12345`.
    #[must_use]
    pub fn is_result(self, value: &[u8]) -> bool {
        let Ok(value) = std::str::from_utf8(value) else { return false };
        let (front, back) = match self {
            Self::Ssq => ((6, 33), (1, 16)),
            Self::Dlt => ((5, 35), (2, 12)),
            Self::Pl5 => return value.len() == 5 && value.bytes().all(|digit| digit.is_ascii_digit()),
        };
        value.split_once('+').is_some_and(|(a, b)| is_choice(a, front) && is_choice(b, back))
    }
}

/// `count` numbers of 1 to `most`, two digits each, increasing, with commas.
fn is_choice(text: &str, (count, most): (usize, u32)) -> bool {
    let number = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
        part.parse().ok().filter(|n| digits && (1..=most).contains(n))
    };
    let numbers: Option<Vec<u32>> = text.split(',').map(number).collect();
    numbers.is_some_and(|numbers| numbers.len() == count && numbers.is_sorted_by(|a, b| a < b))
}

/// One source of randomness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A quicknet round; its value is the signature.
    Drand {
        /// Which.
        round: u64,
    },
    /// A secret; its value is the secret.
    Reveal {
        /// Whose: an id, not a name.
        who: String,
        /// The [`reveal_hash`] of it.
        hash: Digest,
    },
    /// Lottery numbers; their value is their text.
    Lottery {
        /// Which lottery.
        game: Game,
        /// Its issue's number.
        issue: u64,
        /// When it is drawn.
        at: u64,
    },
}

impl Source {
    /// As it goes into the seed.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Drand { .. } => "drand",
            Self::Reveal { .. } => "reveal",
            Self::Lottery { .. } => "lottery",
        }
    }
}

/// Which of the three shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// P1: a drand round.
    Drand,
    /// P2: a drand round and a secret of the agency.
    Sealed,
    /// P3: contributors' secrets and lottery numbers.
    Contributors,
}

/// A policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Where the randomness comes from, in the seed's order.
    pub sources: Vec<Source>,
    /// When reveals end (P3).
    pub until: Option<u64>,
    /// Whether the round was known already.
    pub rehearsal: bool,
    /// When the lists were frozen.
    pub committed: Option<u64>,
    /// The head over who was left out.
    pub excluded: Option<Head>,
    /// What is inspected.
    pub items: Vec<String>,
    /// The SHA-256 of the program that draws.
    pub program: Option<Digest>,
}

/// Why a policy is not lawful.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyFault {
    /// The text is not the lines above.
    NotAPolicy,
    /// The sources are none of P1, P2, P3.
    NoSuchPolicy,
    /// P3: fewer than three contributors, or one of them twice.
    TooFewContributors,
    /// P3: the lotteries give less than 64 bits, or one of them is there twice.
    TooLittleEntropy,
    /// P3: a lottery is drawn before the reveals end, or the reveals end before the lists are frozen.
    TooEarly,
    /// The round is not the one that follows from the time.
    WrongRound,
}

impl PolicyFault {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAPolicy => "notAPolicy",
            Self::NoSuchPolicy => "noSuchPolicy",
            Self::TooFewContributors => "tooFewContributors",
            Self::TooLittleEntropy => "tooLittleEntropy",
            Self::TooEarly => "tooEarly",
            Self::WrongRound => "wrongRound",
        }
    }
}

impl Policy {
    /// Reads the text.
    ///
    /// # Errors
    /// When [`Policy::to_string`] would not give the same text again.
    pub fn parse(text: &str) -> Result<Self, PolicyFault> {
        let mut policy = Self::default();
        if text.len() > TEXT_MAX {
            return Err(PolicyFault::NotAPolicy);
        }
        for line in text.lines() {
            policy.take(line).ok_or(PolicyFault::NotAPolicy)?;
        }
        if policy.to_string() == text { Ok(policy) } else { Err(PolicyFault::NotAPolicy) }
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let words: Vec<&str> = line.split(' ').collect();
        match *words.as_slice() {
            ["drand", CHAIN, round] => self.sources.push(Source::Drand { round: round.parse().ok()? }),
            ["reveal", who, hash] => self.sources.push(Source::Reveal { who: who.to_owned(), hash: unhex(hash)? }),
            ["lottery", game, issue, at] => {
                let game = Game::ALL.into_iter().find(|known| known.name() == game)?;
                self.sources.push(Source::Lottery { game, issue: issue.parse().ok()?, at: at.parse().ok()? });
            }
            ["until", at] => self.until = Some(at.parse().ok()?),
            ["rehearsal"] => self.rehearsal = true,
            ["committed", at] => self.committed = Some(at.parse().ok()?),
            ["excluded", count, root] => {
                self.excluded = Some(Head { count: count.parse().ok()?, root: unhex(root)? });
            }
            ["item", code] => self.items.push(code.to_owned()),
            ["program", hash] => self.program = Some(unhex(hash)?),
            _ => return None,
        }
        Some(())
    }

    /// Which shape it is, if it is lawful.
    ///
    /// # Errors
    /// The [`PolicyFault`].
    pub fn kind(&self) -> Result<Kind, PolicyFault> {
        match self.sources.as_slice() {
            [Source::Drand { round }] => self.follows(*round, Kind::Drand),
            [Source::Drand { round }, Source::Reveal { .. }] => self.follows(*round, Kind::Sealed),
            sources if sources.iter().all(|source| !matches!(source, Source::Drand { .. })) => self.contributors(),
            _ => Err(PolicyFault::NoSuchPolicy),
        }
    }

    /// Whether the round is the one that the time of the commitment asks for. A rehearsal's may be any.
    fn follows(&self, round: u64, kind: Kind) -> Result<Kind, PolicyFault> {
        let lawful = self.rehearsal || self.committed.is_some_and(|at| round_for(at) == round);
        if lawful && self.until.is_none() { Ok(kind) } else { Err(PolicyFault::WrongRound) }
    }

    fn contributors(&self) -> Result<Kind, PolicyFault> {
        let reveals = self.sources.iter().take_while(|source| matches!(source, Source::Reveal { .. })).count();
        let (reveals, lotteries) = self.sources.split_at_checked(reveals).ok_or(PolicyFault::NoSuchPolicy)?;
        let (Some(until), Some(committed)) = (self.until, self.committed) else { return Err(PolicyFault::TooEarly) };
        let mut names: Vec<&str> = Vec::new();
        for reveal in reveals {
            if let Source::Reveal { who, .. } = reveal
                && !names.contains(&who.as_str())
            {
                names.push(who);
            }
        }
        if names.len() < CONTRIBUTORS_MIN || names.len() < reveals.len() {
            return Err(PolicyFault::TooFewContributors);
        }
        let (mut results, mut seen) = (1_u128, Vec::new());
        for lottery in lotteries {
            let Source::Lottery { game, issue, at } = lottery else { return Err(PolicyFault::NoSuchPolicy) };
            if *at <= until || until <= committed {
                return Err(PolicyFault::TooEarly);
            }
            if seen.contains(&(game.name(), *issue)) {
                return Err(PolicyFault::TooLittleEntropy);
            }
            seen.push((game.name(), *issue));
            results = results.saturating_mul(game.results());
        }
        if results >> 64 == 0 { Err(PolicyFault::TooLittleEntropy) } else { Ok(Kind::Contributors) }
    }

    /// What goes into the seed, from one value for each source. None while the seed cannot be known: a value is missing
    /// that must be there. Only a contributor of P3 may be left out.
    #[must_use]
    pub fn entropy<'a>(&'a self, values: &'a [Option<Vec<u8>>]) -> Option<Vec<(&'a str, &'a [u8])>> {
        let optional = self.until.is_some();
        let mut entries = Vec::with_capacity(values.len());
        for (at, source) in self.sources.iter().enumerate() {
            match (values.get(at)?, source) {
                (Some(value), _) => entries.push((source.kind(), value.as_slice())),
                (None, Source::Reveal { .. }) if optional => {}
                (None, _) => return None,
            }
        }
        Some(entries)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for source in &self.sources {
            match source {
                Source::Drand { round } => writeln!(f, "drand {CHAIN} {round}")?,
                Source::Reveal { who, hash } => writeln!(f, "reveal {who} {}", hex(hash))?,
                Source::Lottery { game, issue, at } => writeln!(f, "lottery {} {issue} {at}", game.name())?,
            }
        }
        if let Some(until) = self.until {
            writeln!(f, "until {until}")?;
        }
        if self.rehearsal {
            writeln!(f, "rehearsal")?;
        }
        if let Some(committed) = self.committed {
            writeln!(f, "committed {committed}")?;
        }
        if let Some(excluded) = self.excluded {
            writeln!(f, "excluded {} {}", excluded.count, hex(&excluded.root))?;
        }
        for item in &self.items {
            writeln!(f, "item {item}")?;
        }
        self.program.map_or(Ok(()), |program| writeln!(f, "program {}", hex(&program)))
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of lower-case hexadecimal text.
#[must_use]
pub fn unhex_bytes(text: &str) -> Option<Vec<u8>> {
    let lower = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || !text.as_bytes().iter().all(lower) {
        return None;
    }
    pairs.iter().map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect()
}

fn unhex(text: &str) -> Option<Digest> {
    unhex_bytes(text)?.try_into().ok()
}
