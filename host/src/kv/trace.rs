//! What one request did to the store: kinds and keys, never values.

use super::Op;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// A response header should stay below the 8 KiB many clients accept; half of that is for keys.
const KEYS_MAX_BYTES: usize = 4 * 1024;

/// Counts and key names of one request.
#[derive(Debug, Default)]
pub struct Trace {
    counts: [AtomicU32; Op::ALL.len()],
    keys: Mutex<String>,
}

impl Trace {
    /// Notes one operation. A batch is one operation with several keys.
    pub fn record<'k>(&self, op: Op, keys: impl Iterator<Item = &'k str>) {
        if let Some(count) = self.counts.get(op as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let mut line = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            if line.len() + key.len() > KEYS_MAX_BYTES {
                continue;
            }
            let comma = if line.is_empty() { "" } else { "," };
            _ = write!(line, "{comma}{}:", op.name());
            line.extend(key.chars().map(|c| if c.is_ascii_graphic() && c != ',' { c } else { '?' }));
        }
    }

    /// `total=5;get=1;set_many=1;…`: kinds that did not occur are left out.
    #[must_use]
    pub fn summary(&self) -> String {
        let counted = Op::ALL.into_iter().zip(self.counts.iter().map(|n| n.load(Ordering::Relaxed)));
        let mut kinds = String::new();
        let mut total = 0;
        for (op, count) in counted.filter(|(_, count)| *count > 0) {
            total += count;
            _ = write!(kinds, ";{}={count}", op.name());
        }
        format!("total={total}{kinds}")
    }

    /// `get:doc/order/x,set:feed/000000000001`: in the order they happened, cut at 4 KiB, anything
    /// a header cannot carry as `?`.
    #[must_use]
    pub fn keys(&self) -> String {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
