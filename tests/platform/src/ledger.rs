//! What a platform remembers of us, and what it thinks of it.

use std::collections::{BTreeMap, BTreeSet};

use canon::{Hash, sha256};
use domain::hotline::{Key, Scheme, Side, Signed};
use serde::Deserialize;
use serde_json::json;

/// Something that a platform would not put up with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Our signature is not right.
    Signature,
    /// The body is none of the agreed ones.
    Unreadable,
    /// A number between was left out.
    Gap {
        /// Which ticket.
        number: String,
        /// What came.
        seq: u64,
        /// What should have.
        wanted: u64,
    },
    /// A message was sent again in other words.
    Reworded {
        /// Which ticket.
        number: String,
        /// Which message.
        seq: u64,
    },
    /// Two tickets have one order, or one ticket has two.
    Doubled {
        /// Which order.
        order: String,
    },
    /// A ticket of nobody.
    Unknown {
        /// Which.
        number: String,
    },
}

/// A message of the town's.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Pushed {
    seq: u64,
    r#type: String,
    number: String,
    order_no: String,
}

/// What a platform keeps of one of its tickets.
#[derive(Debug, Default, Clone)]
struct Kept {
    events: BTreeSet<String>,
    bodies: Vec<Hash>,
    order: Option<String>,
    kinds: Vec<String>,
}

/// All of it, with every fault that was seen.
#[derive(Debug, Default, Clone)]
pub struct Ledger {
    tickets: BTreeMap<String, Kept>,
    orders: BTreeMap<String, String>,
    /// Numbers that the town wants to have again.
    pub asked_again: Vec<String>,
    /// What should not have been.
    pub faults: Vec<Fault>,
}

impl Ledger {
    /// A ticket's event was sent: it is the platform's own, whatever becomes of it.
    pub fn sent(&mut self, number: &str, id: &str) {
        self.tickets.entry(number.to_owned()).or_default().events.insert(id.to_owned());
    }

    /// The town says which order a ticket has.
    pub fn registered(&mut self, number: &str, order: &str) {
        let kept = self.tickets.entry(number.to_owned()).or_default();
        let other = self.orders.insert(order.to_owned(), number.to_owned());
        let same = kept.order.as_deref().is_none_or(|known| known == order);
        if !same || other.is_some_and(|other| other != number) {
            self.faults.push(Fault::Doubled { order: order.to_owned() });
        }
        kept.order = Some(order.to_owned());
    }

    /// Takes a message of the town's, or says why not.
    ///
    /// # Errors
    /// The fault, which is kept as well.
    pub fn push(&mut self, key: &Key, message: &Signed<'_>) -> Result<(), Fault> {
        let taken = self.take(key, message);
        if let Err(fault) = &taken {
            self.faults.push(fault.clone());
        }
        taken
    }

    fn take(&mut self, key: &Key, message: &Signed<'_>) -> Result<(), Fault> {
        if !Scheme::StandardWebhooks.verify([key].into_iter(), message) {
            return Err(Fault::Signature);
        }
        let pushed: Pushed = serde_json::from_slice(message.body).map_err(|_| Fault::Unreadable)?;
        if pushed.r#type == "resend" {
            self.asked_again.push(pushed.number);
            return Ok(());
        }
        let number = pushed.number.clone();
        let Some(kept) = self.tickets.get_mut(&number) else { return Err(Fault::Unknown { number }) };
        let (wanted, hash) = (u64::try_from(kept.bodies.len()).unwrap_or(0) + 1, sha256(&[message.body]));
        let known = usize::try_from(pushed.seq).ok().and_then(|seq| kept.bodies.get(seq.checked_sub(1)?));
        match known {
            Some(known) if *known == hash => return Ok(()),
            Some(_) => return Err(Fault::Reworded { number, seq: pushed.seq }),
            None if pushed.seq != wanted => return Err(Fault::Gap { number, seq: pushed.seq, wanted }),
            None => {}
        }
        kept.bodies.push(hash);
        kept.kinds.push(pushed.r#type);
        self.registered(&number, &pushed.order_no);
        Ok(())
    }

    /// Forgets everything but the first `keep` messages of a ticket, as a platform that was restored from a backup.
    pub fn forget(&mut self, number: &str, keep: usize) {
        if let Some(kept) = self.tickets.get_mut(number) {
            kept.bodies.truncate(keep);
            kept.kinds.truncate(keep);
        }
    }

    /// The list of all tickets, as reconciliation wants it.
    #[must_use]
    pub fn list(&self) -> Vec<Side> {
        let side = |(number, kept): (&String, &Kept)| Side {
            number: number.clone(),
            events: u64::try_from(kept.events.len()).unwrap_or(0),
            seq: u64::try_from(kept.bodies.len()).unwrap_or(0),
            hash: kept
                .bodies
                .iter()
                .fold(Hash::from_bytes([0; 32]), |before, body| sha256(&[before.as_bytes(), body.as_bytes()])),
        };
        self.tickets.iter().map(side).collect()
    }

    /// The same as the answer to a request.
    #[must_use]
    pub fn list_json(&self) -> Vec<u8> {
        json!({ "tickets": self.list() }).to_string().into_bytes()
    }

    /// Tickets of which the town never said which order they have.
    #[must_use]
    pub fn unconfirmed(&self) -> Vec<&str> {
        self.tickets.iter().filter(|(_, kept)| kept.order.is_none()).map(|(number, _)| number.as_str()).collect()
    }

    /// Tickets for which no acknowledgement was pushed.
    #[must_use]
    pub fn unacknowledged(&self) -> Vec<&str> {
        let without = |kept: &Kept| kept.kinds.first().is_none_or(|kind| kind != "ack");
        self.tickets.iter().filter(|(_, kept)| without(kept)).map(|(number, _)| number.as_str()).collect()
    }

    /// What the town told of a ticket, in order.
    #[must_use]
    pub fn told(&self, number: &str) -> Vec<&str> {
        self.tickets.get(number).map(|kept| kept.kinds.iter().map(String::as_str).collect()).unwrap_or_default()
    }

    /// How many orders there are, and how many messages of the town's.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.orders.len(), self.tickets.values().map(|kept| kept.bodies.len()).sum())
    }
}
