//! The platform behind HTTP, with a memory that survives being killed.
//!
//! What it sent, what the town confirmed and what the town pushed is a line each in a journal, synced before anything is
//! answered or counted; whoever starts it again reads the journal and goes on with what has no answer yet.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use domain::hotline::{Key, Scheme, Signed};
use domain::time::Moment;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::ledger::Ledger;
use crate::plan::{Dice, Plan, Send, Wanted};

/// How long the town may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// The wait before a message is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(400);
/// A message of the town is a few KB.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// What a platform is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The town's address, such as `http://127.0.0.1:3000`.
    pub town: String,
    /// The key that both sides have.
    pub key: Key,
    /// What is sent.
    pub plan: Arc<Plan>,
    /// How many messages are on their way at once.
    pub at_once: usize,
    /// The pause after each.
    pub pause: Duration,
    /// Of a hundred requests of the town, how many meet 503, silence for a while, or a lost answer.
    pub trouble: u64,
}

/// What it knows, and where that is written down.
struct Memory {
    ledger: Ledger,
    done: BTreeSet<usize>,
    wrong: Vec<String>,
    journal: Option<File>,
    dice: Dice,
}

type Shared = Arc<Mutex<Memory>>;

fn lock(memory: &Shared) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A platform that serves and sends.
#[derive(Clone)]
pub struct Platform {
    options: Options,
    memory: Shared,
    http: Client<HttpConnector, Full<Bytes>>,
}

impl Memory {
    /// Reads the journal and goes on writing it; without one it remembers until it ends.
    fn open(journal: Option<&Path>, earlier: &[(PathBuf, Plan)], plan: &Plan, key: &Key) -> std::io::Result<Self> {
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let dice = Dice(u64::from(seed));
        let mut memory =
            Self { ledger: Ledger::default(), done: BTreeSet::new(), wrong: Vec::new(), journal: None, dice };
        for (path, plan) in earlier {
            memory.read(&File::open(path)?, plan, key)?;
        }
        // What was sent on other days has other places in another plan.
        memory.done.clear();
        let Some(path) = journal else { return Ok(memory) };
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        memory.read(&file, plan, key)?;
        memory.journal = Some(file);
        Ok(memory)
    }

    fn read(&mut self, file: &File, plan: &Plan, key: &Key) -> std::io::Result<()> {
        for line in BufReader::new(file).lines() {
            // The last line may be half of one; what it said was not answered.
            if let Ok(entry) = serde_json::from_str::<Value>(&line?) {
                self.replay(&entry, plan, key);
            }
        }
        Ok(())
    }

    fn replay(&mut self, entry: &Value, plan: &Plan, key: &Key) {
        let index = entry["index"].as_u64().and_then(|index| usize::try_from(index).ok());
        match (entry["what"].as_str(), index.and_then(|index| plan.sends.get(index))) {
            (Some("sending"), Some(send)) => self.ledger.sent(&send.number, &send.id),
            (Some("answered"), Some(send)) => {
                self.done.extend(index);
                if let Some(order) = entry["order"].as_str() {
                    self.ledger.registered(&send.number, order);
                }
            }
            (Some("wrong"), _) => self.wrong.push(entry["why"].as_str().unwrap_or_default().to_owned()),
            (Some("push"), _) => {
                let text = |name: &str| entry[name].as_str().unwrap_or_default();
                let (id, timestamp, signature) = (text("id"), text("timestamp"), text("signature"));
                let message = Signed { id, timestamp, signature, body: text("body").as_bytes() };
                // It was taken, or refused, as it is now.
                let _taken = self.ledger.push(key, &message);
            }
            _ => {}
        }
    }

    fn write(&mut self, entry: &Value) {
        if let Some(journal) = &mut self.journal {
            let line = format!("{entry}\n");
            let written = journal.write_all(line.as_bytes()).and_then(|()| journal.sync_data());
            if let Err(error) = written {
                self.wrong.push(format!("the journal cannot be written: {error}"));
            }
        }
    }
}

fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Platform {
    /// A platform with the memory of `journal`, and of `earlier` ones with their plans.
    ///
    /// # Errors
    /// When a journal cannot be read.
    pub fn new(options: Options, journal: Option<&Path>, earlier: &[(PathBuf, Plan)]) -> std::io::Result<Self> {
        let memory = Memory::open(journal, earlier, &options.plan, &options.key)?;
        let http = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { options, memory: Arc::new(Mutex::new(memory)), http })
    }

    /// Serves at `listen` and sends what is left of the plan; does not end.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn run(self, listen: SocketAddr) -> std::io::Result<()> {
        let listener = TcpListener::bind(listen).await?;
        for worker in 0..self.options.at_once {
            tokio::spawn(self.clone().work(worker));
        }
        loop {
            let (stream, _) = listener.accept().await?;
            let platform = self.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| platform.clone().answer(request));
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                // A client that goes away is no news.
                let _ended = connection.await;
            });
        }
    }

    /// Sends one worker's share: all messages of a number go through one worker, in order.
    async fn work(self, worker: usize) {
        let plan = Arc::clone(&self.options.plan);
        let share = |number: &str| number.bytes().map(usize::from).sum::<usize>() % self.options.at_once.max(1);
        for (index, send) in plan.sends.iter().enumerate() {
            if share(&send.number) != worker || lock(&self.memory).done.contains(&index) {
                continue;
            }
            if send.wanted == Wanted::Taken {
                let mut memory = lock(&self.memory);
                memory.ledger.sent(&send.number, &send.id);
                memory.write(&json!({ "what": "sending", "index": index }));
            }
            self.insist(index, send).await;
            tokio::time::sleep(self.options.pause).await;
        }
    }

    /// Sends until there is a final answer.
    async fn insist(&self, index: usize, send: &Send) {
        loop {
            if let Some((status, body)) = self.deliver(send).await
                && !status.is_server_error()
            {
                let order = body.get("order_no").and_then(Value::as_str).map(str::to_owned);
                let wanted = match send.wanted {
                    Wanted::Taken => StatusCode::OK,
                    Wanted::Refused => StatusCode::UNAUTHORIZED,
                    Wanted::Conflict => StatusCode::CONFLICT,
                };
                let mut memory = lock(&self.memory);
                memory.write(&json!({ "what": "answered", "index": index, "order": order }));
                memory.done.insert(index);
                if let Some(order) = order.filter(|_| send.wanted == Wanted::Taken) {
                    memory.ledger.registered(&send.number, &order);
                }
                if status != wanted {
                    let why = format!("{} {:?}: {status} and not {wanted}: {body}", send.number, send.spoilt);
                    memory.write(&json!({ "what": "wrong", "why": why }));
                    memory.wrong.push(why);
                }
                return;
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    async fn deliver(&self, send: &Send) -> Option<(StatusCode, Value)> {
        let (headers, body) = send.signed(Scheme::StandardWebhooks, &self.options.key, now());
        let mut request = Request::post(format!("{}/api/hotline/events", self.options.town));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let exchange = async {
            let response = self.http.request(request.body(Full::new(body.into())).ok()?).await.ok()?;
            let status = response.status();
            let bytes = response.into_body().collect().await.ok()?.to_bytes();
            Some((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
        };
        tokio::time::timeout(ANSWER_WITHIN, exchange).await.ok().flatten()
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (parts, body) = request.into_parts();
        let bytes = http_body_util::Limited::new(body, BODY_BYTES_MAX).collect().await;
        let Ok(bytes) = bytes.map(http_body_util::Collected::to_bytes) else { return Ok(reply(400, Vec::new())) };
        Ok(match parts.uri.path() {
            "/push" => {
                let roll = lock(&self.memory).dice.below(300);
                if roll < self.options.trouble {
                    return Ok(reply(503, Vec::new()));
                }
                if roll < 2 * self.options.trouble {
                    tokio::time::sleep(Duration::from_secs(7)).await;
                }
                let status = self.pushed(&parts.headers, &bytes);
                // It is written down, and the town will not hear of it.
                let lost = (2 * self.options.trouble..3 * self.options.trouble).contains(&roll);
                reply(if lost { 504 } else { status }, Vec::new())
            }
            "/list" => reply(200, lock(&self.memory).ledger.list_json()),
            "/state" => reply(200, self.state().to_string().into_bytes()),
            _ => reply(404, Vec::new()),
        })
    }

    fn pushed(&self, headers: &http::HeaderMap, body: &[u8]) -> u16 {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (id, timestamp, signature) = (text("webhook-id"), text("webhook-timestamp"), text("webhook-signature"));
        let message = Signed { id, timestamp, signature, body };
        let mut memory = lock(&self.memory);
        let taken = memory.ledger.push(&self.options.key, &message);
        let body = String::from_utf8_lossy(body);
        memory
            .write(&json!({ "what": "push", "id": id, "timestamp": timestamp, "signature": signature, "body": body }));
        if taken.is_ok() { 200 } else { 409 }
    }

    /// Where it stands, as `GET /state` answers.
    #[must_use]
    pub fn state(&self) -> Value {
        let memory = lock(&self.memory);
        let (orders, messages) = memory.ledger.counts();
        let faults: Vec<String> = memory.ledger.faults.iter().map(|fault| format!("{fault:?}")).collect();
        json!({
            "planned": self.options.plan.sends.len(), "done": memory.done.len(), "tickets": self.options.plan.tickets.len(),
            "orders": orders, "messages": messages, "unconfirmed": memory.ledger.unconfirmed().len(),
            "unacknowledged": memory.ledger.unacknowledged().len(), "faults": faults, "wrong": memory.wrong,
        })
    }
}

fn reply(status: u16, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}
