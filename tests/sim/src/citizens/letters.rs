//! What citizens send.

use serde_json::json;
use store::memory::Gate as _;

use super::{Citizens, Receipt, TRIES_MAX};
use crate::Random;
use crate::town;

/// One request, to be sent as often as it takes.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) path: String,
    pub(super) key: String,
    pub(super) secret: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) text: String,
    /// What it refers to.
    pub(super) photo: Option<String>,
    /// The order it is about, unless it makes one.
    pub(super) order: Option<Receipt>,
}

impl Letter {
    /// Whoever joins writes nothing.
    pub(super) fn is_me_too(&self) -> bool {
        self.path.ends_with("/me-too")
    }
}

impl Citizens {
    /// A photo's id, if it arrived.
    pub(super) async fn upload(&self, name: usize, number: u32, random: &mut Random) -> Option<String> {
        for _ in 0..TRIES_MAX {
            let (path, key) = ("/api/intake/attachments".to_owned(), format!("citizen-{name:04}-photo-{number:04}"));
            let answer = self.scheduler.request(self.instance().post(path, key, None, town::photo())).await;
            match answer.filter(|answer| !answer.is_unknown()) {
                Some(answer) if answer.status.is_success() => return Some(answer.text("id").to_owned()),
                Some(_) => return None,
                None => self.scheduler.sleep_ms(random.below(10_000)).await,
            }
        }
        None
    }

    /// Wish number `number`: of a new order, or about one that there is.
    pub(super) fn letter(&self, name: usize, number: u32, photo: Option<String>, random: &mut Random) -> Letter {
        let text = format!("citizen {name} wish {number} end");
        let key = format!("citizen-{name:04}-wish-{number:04}");
        let orders = self.told().orders.clone();
        let Some(order) = orders.get(random.index(orders.len())).filter(|_| random.chance(650)).cloned() else {
            let body = town::form(random.below(3), random.below(3), &text, photo.as_slice());
            let path = "/api/intake/orders".to_owned();
            return Letter { path, key, secret: None, body, text, photo, order: None };
        };
        if random.chance(150) {
            let path = format!("/api/intake/public/{}/me-too", order.number);
            // Two of three share a device with somebody else's wish.
            let device = format!("device-of-citizen-{:04}", random.below(4));
            self.told().joined.entry(order.id.clone()).or_default().1.insert(device.clone());
            let body = json!({ "device": device }).to_string().into_bytes();
            return Letter { path, key, secret: None, body, text: device, photo: None, order: Some(order) };
        }
        let (action, member) = match random.below(10) {
            0..6 => ("supplements", "text"),
            6..9 => ("urges", "reason"),
            _ => ("withdrawal", "reason"),
        };
        let reference = if random.chance(500) { &order.number } else { &order.id };
        let path = format!("/api/intake/orders/{reference}/{action}");
        let photo = photo.filter(|_| action == "supplements");
        let body = json!({ member: text, "attachments": photo.as_slice() }).to_string().into_bytes();
        Letter { path, key, secret: Some(order.secret.clone()), body, text, photo, order: Some(order) }
    }
}
