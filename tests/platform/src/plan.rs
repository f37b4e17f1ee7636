//! What a platform sends: tickets with their later events, and everything that goes wrong on the way.

use domain::hotline::{Key, Scheme};
use domain::time::{DAY_MS, Moment};
use serde_json::json;

/// How much of each thing goes wrong, in percent.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    /// Sent again later, signed anew.
    pub duplicates: u64,
    /// A later event before its creation.
    pub reordered: u64,
    /// Forged in one of six ways.
    pub forged: u64,
    /// The same number with another content.
    pub conflicts: u64,
}

impl Shares {
    /// What the issue asks for.
    pub const ISSUE: Self = Self { duplicates: 20, reordered: 10, forged: 5, conflicts: 1 };
}

/// What a message must be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// 200, at last.
    Taken,
    /// 4xx, and no trace.
    Refused,
    /// 409; the first content holds.
    Conflict,
}

/// A way to forge or spoil a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoilt {
    /// Not at all.
    No,
    /// Signed with another key.
    OtherKey,
    /// The body altered after it was signed.
    Body,
    /// The id altered after it was signed.
    Id,
    /// Broken off.
    Truncated,
    /// Signed an hour ago.
    Stale,
    /// Signed for a time in the future.
    Future,
}

/// A message to send.
#[derive(Debug, Clone)]
pub struct Send {
    /// The ticket's number.
    pub number: String,
    /// The message's id, the same when it is sent again.
    pub id: String,
    /// Its body.
    pub body: Vec<u8>,
    /// What it must be answered.
    pub wanted: Wanted,
    /// What is wrong with it.
    pub spoilt: Spoilt,
    /// How far the sender's clock is off, seconds.
    pub skew_s: i64,
}

/// Everything that is sent, in order.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The messages.
    pub sends: Vec<Send>,
    /// Numbers with how many events each has, the creation included.
    pub tickets: Vec<(String, u64)>,
}

/// Entropy of a plan: `SplitMix64`.
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.roll() % n.max(1)
    }

    /// True in `percent` of a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What tickets are about.
const MATTERS: [(&str, &str, &str); 6] = [
    ("路灯", "求助", "路灯不亮，晚上看不清路"),
    ("道路", "投诉", "路面破损，有一个大坑"),
    ("噪声", "投诉", "夜间施工噪声很大，影响休息"),
    ("未知类别", "咨询", "想问一下办理居住证要带什么材料"),
    ("路灯", "建议", "建议在小学门口加装路灯"),
    ("道路", "举报", "有人在路边倾倒渣土"),
];

/// One ticket's creation and later events: id and body of each.
fn ticket(number: &str, index: u64, now: Moment, dice: &mut Dice) -> Vec<(String, Vec<u8>)> {
    let pick = usize::try_from(dice.below(6)).unwrap_or(0);
    let (category, appeal, text) = MATTERS.get(pick).copied().unwrap_or(("", "", ""));
    let days = i64::try_from(dice.below(10)).unwrap_or(0) + 2;
    let creation = json!({
        "eventType": "新建", "eventId": format!("{number}-0"), "occurredAt": now,
        "order": {
            "no": number, "title": format!("{text}（{index}）"), "content": format!("{text}。第{index}件，请尽快处理。"),
            "type": appeal, "category": category, "address": format!("云渡镇某路{}号", index % 300), "area": "990181101001",
            "deadline": now.plus_ms(days * DAY_MS),
        },
        "caller": { "name": "来电人", "phone": format!("139{:08}", index % 100_000_000) },
        "vendor": { "batch": index / 100, "note": "a field that nobody mapped" },
    });
    let mut events = vec![(format!("msg-{number}-0"), creation.to_string().into_bytes())];
    let later = [("补充", 30), ("催办", 15), ("督办", 8), ("补充", 10)];
    for (kind, percent) in later {
        if dice.chance(percent) {
            let n = events.len();
            let event = json!({
                "eventType": kind, "eventId": format!("{number}-{n}"), "occurredAt": now, "order": { "no": number },
                "text": format!("{kind}：第{index}件第{n}次"),
            });
            events.push((format!("msg-{number}-{n}"), event.to_string().into_bytes()));
        }
    }
    events
}

impl Plan {
    /// The plan of `seed`: `tickets` of them, created at `now`.
    #[must_use]
    pub fn new(seed: u64, tickets: u64, shares: Shares, now: Moment) -> Self {
        let mut dice = Dice(seed);
        let (mut sends, mut counted) = (Vec::new(), Vec::new());
        // Each message with the place at which it is sent: later ones of a ticket a little later, repeats later still.
        for index in 0..tickets {
            let number = format!("QN{}{seed:03}{index:06}", now.date().to_string().replace('-', ""));
            let events = ticket(&number, index, now, &mut dice);
            counted.push((number.clone(), u64::try_from(events.len()).unwrap_or(0)));
            let reordered = events.len() > 1 && dice.chance(shares.reordered.saturating_mul(2));
            let mut last = 0;
            for (n, (id, body)) in events.iter().enumerate() {
                // A reordered creation comes after all the rest of its ticket.
                let late = if reordered && n == 0 { 60 } else { dice.below(6) + 8 * u64::try_from(n).unwrap_or(0) };
                let place = index * 4 + late;
                last = last.max(place);
                let skew_s = i64::try_from(dice.below(560)).unwrap_or(0) - 280;
                let send = |wanted, spoilt, body: Vec<u8>| Send {
                    number: number.clone(),
                    id: id.clone(),
                    body,
                    wanted,
                    spoilt,
                    skew_s,
                };
                sends.push((place, send(Wanted::Taken, Spoilt::No, body.clone())));
                if dice.chance(shares.duplicates) {
                    sends.push((place + 1 + dice.below(200), send(Wanted::Taken, Spoilt::No, body.clone())));
                }
                if dice.chance(shares.forged) {
                    let ways =
                        [Spoilt::OtherKey, Spoilt::Body, Spoilt::Id, Spoilt::Truncated, Spoilt::Stale, Spoilt::Future];
                    let way = usize::try_from(dice.below(6)).ok().and_then(|way| ways.get(way).copied());
                    let place = place.saturating_sub(dice.below(40)) + dice.below(80);
                    sends.push((place, send(Wanted::Refused, way.unwrap_or(Spoilt::Body), body.clone())));
                }
            }
            if let Some((id, body)) = events.first().filter(|_| dice.chance(shares.conflicts)) {
                let other = String::from_utf8_lossy(body).replace("请尽快处理", "其实是另一件事").into_bytes();
                let (wanted, spoilt) = (Wanted::Conflict, Spoilt::No);
                let send = Send { number, id: id.clone(), body: other, wanted, spoilt, skew_s: 0 };
                sends.push((last + 1, send));
            }
        }
        sends.sort_by_key(|(place, _)| *place);
        Self { sends: sends.into_iter().map(|(_, send)| send).collect(), tickets: counted }
    }
}

impl Send {
    /// The headers and the body as they go out at `now`, under `key`.
    #[must_use]
    pub fn signed(&self, scheme: Scheme, key: &Key, now: Moment) -> (Vec<(&'static str, String)>, Vec<u8>) {
        let off_s = match self.spoilt {
            Spoilt::Stale => -3_600,
            Spoilt::Future => 3_600,
            _ => self.skew_s,
        };
        let timestamp = (now.unix_ms().div_euclid(1000) + off_s).to_string();
        let other = Key::new(&key.platform, &key.id, "whsec_Zm9yZ2VkIGtleSBvZiBub2JvZHkgYXQgYWxs");
        let signer = other.as_ref().filter(|_| self.spoilt == Spoilt::OtherKey).unwrap_or(key);
        let signature = scheme.sign(signer, &self.id, &timestamp, &self.body);
        let mut body = self.body.clone();
        match self.spoilt {
            Spoilt::Body => body = String::from_utf8_lossy(&body).replace("eventType", "eventtype").into_bytes(),
            Spoilt::Truncated => body.truncate(body.len() / 2),
            _ => {}
        }
        let id = if self.spoilt == Spoilt::Id { format!("{}x", self.id) } else { self.id.clone() };
        let headers = vec![
            ("content-type", "application/json; charset=utf-8".to_owned()),
            ("webhook-id", id),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", signature),
        ];
        (headers, body)
    }
}
