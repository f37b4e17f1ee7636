//! A gate that lets one errand be run before the first swap handle on a document is opened.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use store::memory::{Fate, Gate, Op, Steady};

type Errand = Pin<Box<dyn Future<Output = ()> + Send>>;

/// See the module.
pub struct Overtaking {
    calm: Arc<Steady>,
    key: String,
    errand: Mutex<Option<Errand>>,
}

impl Overtaking {
    /// Runs `errand` before `key` is compared for the first time.
    pub fn new(calm: Arc<Steady>, key: &str, errand: impl Future<Output = ()> + Send + 'static) -> Arc<Self> {
        Arc::new(Self { calm, key: key.to_owned(), errand: Mutex::new(Some(Box::pin(errand))) })
    }
}

impl Gate for Overtaking {
    fn pass(&self, op: Op) -> Pin<Box<dyn Future<Output = Fate> + Send>> {
        let due = op.kind == "compare" && op.key == self.key;
        let errand = due.then(|| self.errand.lock().unwrap().take()).flatten();
        let calm = self.calm.pass(op);
        Box::pin(async move {
            if let Some(errand) = errand {
                errand.await;
            }
            calm.await
        })
    }

    fn now_ms(&self) -> i64 {
        self.calm.now_ms()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.calm.fill_random(bytes);
    }

    fn sleep_ms(&self, ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.calm.sleep_ms(ms)
    }
}
