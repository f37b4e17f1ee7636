//! The trial: a real town on its host and this platform, each a process of its own, each killed with SIGKILL at random
//! times, until everything is said; then both lists are compared and the verdict is printed.

#![expect(clippy::indexing_slicing, reason = "what a JSON value lacks reads as null")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use platform::CODE;
use platform::plan::Dice;
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

const SECRET: &str = "whsec_dHJpYWwgb2YgYSB0b3duIGFuZCBhIHBsYXRmb3Jt";
const SETUP_TOKEN: &str = "setup-token-of-the-trial";
const CLOCK_KEY: &str = "clock-key-of-the-trial";
const PASSWORD: &str = "a password for the trial";
/// Without any progress for so long, the trial has failed.
const STUCK_AFTER: Duration = Duration::from_secs(180);

/// What a trial may be told.
#[derive(clap::Args, Clone)]
pub struct Trial {
    /// The `onetown` command.
    #[arg(long, default_value = "target/debug/onetown")]
    onetown: PathBuf,
    /// The directory of spin.toml.
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// An empty directory for the town's store and the platform's journal.
    #[arg(long, default_value = "target/trial")]
    state: PathBuf,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 10_000)]
    tickets: u64,
    /// Kills, in all; of the town, the platform, or both.
    #[arg(long, default_value_t = 12)]
    kills: u64,
}

/// The two processes, and how to start them again.
struct Stage {
    trial: Trial,
    state: PathBuf,
    town: u16,
    platform: u16,
    at_ms: i64,
    http: Client<HttpConnector, Full<Bytes>>,
}

fn free_port() -> Result<u16, String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

impl Trial {
    /// Runs it.
    ///
    /// # Errors
    /// The verdict, where it is not the wished-for one.
    pub async fn run(self) -> Result<(), String> {
        std::fs::create_dir_all(&self.state).map_err(|error| format!("{}: {error}", self.state.display()))?;
        let state = self.state.canonicalize().map_err(|error| error.to_string())?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let at_ms = i64::try_from(now.as_millis()).unwrap_or(0);
        let http = Client::builder(TokioExecutor::new()).build_http();
        let stage = Stage { trial: self.clone(), state, town: free_port()?, platform: free_port()?, at_ms, http };
        let begun = Instant::now();
        let mut town = stage.start_town()?;
        stage.until_healthy().await?;
        stage.load().await?;
        let mut platform = stage.start_platform()?;
        let mut dice = Dice(self.seed ^ 0xdead);
        for _ in 0..self.kills {
            sleep(Duration::from_millis(800 + dice.below(3_500))).await;
            let (of_town, of_platform) = [(true, false), (false, true), (true, true)]
                .get(usize::try_from(dice.below(3)).unwrap_or(0))
                .copied()
                .unwrap_or((true, true));
            if of_town {
                kill(&mut town).await;
            }
            if of_platform {
                kill(&mut platform).await;
            }
            sleep(Duration::from_millis(dice.below(1_500))).await;
            if of_town {
                town = stage.start_town()?;
            }
            if of_platform {
                platform = stage.start_platform()?;
            }
        }
        let verdict = stage.finish().await;
        kill(&mut town).await;
        kill(&mut platform).await;
        let state = verdict?;
        println!("{state}");
        println!(
            "{} tickets, seed {}, {} kills: {:.0} s",
            self.tickets,
            self.seed,
            self.kills,
            begun.elapsed().as_secs_f64()
        );
        Ok(())
    }
}

async fn kill(child: &mut Child) {
    // Dead already is as good.
    let _killed = child.start_kill();
    let _ended = child.wait().await;
}

impl Stage {
    fn start_town(&self) -> Result<Child, String> {
        let host = format!("hotline_host=http://127.0.0.1:{}", self.platform);
        let keys = format!("hotline_keys={CODE}/k1={SECRET}");
        let setup = format!("setup_token={SETUP_TOKEN}");
        let clock = format!("clock_key={CLOCK_KEY}");
        let variables = [host.as_str(), &keys, &setup, &clock, "second_factor=optional"];
        let mut command = Command::new(&self.trial.onetown);
        command.args(["up", "--no-build", "--from"]).arg(&self.trial.root);
        command.args(["--listen", &format!("127.0.0.1:{}", self.town), "--state-dir"]).arg(self.state.join("town"));
        for variable in variables {
            command.args(["--variable", variable]);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        command.spawn().map_err(|error| format!("{}: {error}", self.trial.onetown.display()))
    }

    fn start_platform(&self) -> Result<Child, String> {
        let own = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(own);
        command.args(["serve", "--secret", SECRET, "--town", &self.url(""), "--journal"]);
        command.arg(self.state.join("journal")).args(["--listen", &format!("127.0.0.1:{}", self.platform)]);
        command.args(["--seed", &self.trial.seed.to_string(), "--tickets", &self.trial.tickets.to_string()]);
        command.args(["--at-ms", &self.at_ms.to_string()]).kill_on_drop(true);
        command.spawn().map_err(|error| error.to_string())
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.town)
    }

    async fn until_healthy(&self) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < STUCK_AFTER {
            if self.send(Method::GET, &self.url("/healthz"), &[], String::new()).await.is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
        Err("the town does not come up".to_owned())
    }

    /// The demo's town, with this platform's addresses.
    async fn load(&self) -> Result<(), String> {
        let directory = self.trial.root.join("demo/yundu");
        let mut files = serde_json::Map::new();
        for entry in std::fs::read_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))? {
            let path = entry.map_err(|error| error.to_string())?.path();
            let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
            if kind == "csv" || kind == "toml" {
                let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
                let text = text.replace("127.0.0.1:12345", &format!("127.0.0.1:{}", self.platform));
                files.insert(name_of(&path), text.into());
            }
        }
        let bearer = format!("Bearer {SETUP_TOKEN}");
        let person = json!({ "account": "administrator", "displayName": "Trial", "password": PASSWORD });
        let setup = [("authorization", bearer.as_str()), ("idempotency-key", "trial-administrator")];
        self.insist(Method::POST, "/api/identity/setup", &setup, &person).await?;
        let administrator = self.sign_in("administrator").await?;
        let load = headers(&administrator, "trial-loads-the-town");
        self.insist(Method::PUT, "/api/admin/catalogue", &load, &json!({ "files": files })).await?;
        let dispatcher = json!({
            "account": "dispatcher", "displayName": "Trial", "password": PASSWORD, "roles": ["dispatcher"], "unit": "C01",
        });
        let enrol = headers(&administrator, "trial-enrols-someone");
        self.insist(Method::POST, "/api/identity/staff", &enrol, &dispatcher).await.map(drop)
    }

    async fn sign_in(&self, account: &str) -> Result<(String, String), String> {
        let login = json!({ "account": account, "password": PASSWORD, "newPassword": PASSWORD });
        let path = self.url("/api/identity/sessions");
        let (cookie, body) = self.send(Method::POST, &path, &[], login.to_string()).await?;
        let csrf = body["csrf"].as_str().ok_or_else(|| format!("{account} cannot sign in: {body}"))?;
        Ok((cookie.split(';').next().unwrap_or_default().to_owned(), csrf.to_owned()))
    }

    async fn insist(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Value, String> {
        let answer = self.send(method, &self.url(path), headers, body.to_string()).await;
        answer.map(|(_, body)| body).map_err(|why| format!("{path}: {why}"))
    }

    /// A request and its answer: the cookie it sets and its body.
    async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(String, Value), String> {
        let mut request = Request::builder().method(method).uri(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())?;
        let response = self.http.request(request).await.map_err(|error| error.to_string())?;
        let status = response.status();
        let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let cookie = cookie.to_owned();
        let bytes = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status.is_success() { Ok((cookie, body)) } else { Err(format!("{status} {body}")) }
    }

    /// Waits until everything is said, compares, and judges.
    async fn finish(&self) -> Result<Value, String> {
        let state_url = format!("http://127.0.0.1:{}/state", self.platform);
        let (mut last, mut since) = (Value::Null, Instant::now());
        let state = loop {
            let state = self.send(Method::GET, &state_url, &[], String::new()).await.map(|(_, body)| body);
            let state = state.unwrap_or(Value::Null);
            if state["done"] == state["planned"] && state["unacknowledged"] == 0 {
                break state;
            }
            if state != last {
                (last, since) = (state, Instant::now());
            } else if since.elapsed() > STUCK_AFTER {
                return Err(format!("nothing moves any more: {last}"));
            }
            sleep(Duration::from_millis(500)).await;
        };
        for list in ["faults", "wrong"] {
            if state[list].as_array().is_none_or(|all| !all.is_empty()) {
                return Err(format!("{list}: {state}"));
            }
        }
        if state["orders"] != self.trial.tickets || state["unconfirmed"] != 0 {
            return Err(format!("{} tickets and {} orders: {state}", self.trial.tickets, state["orders"]));
        }
        self.reconcile(&state).await
    }

    /// Both lists, by the town's own reconciliation. What was on its way may take a moment.
    async fn reconcile(&self, state: &Value) -> Result<Value, String> {
        let dispatcher = self.sign_in("dispatcher").await?;
        let day = domain::time::Moment::from_unix_ms(self.at_ms).date();
        let mut comparison = Value::Null;
        for round in 0..30 {
            let key = format!("trial-compares-{round:04}");
            let form = json!({ "platform": CODE, "date": day });
            comparison =
                self.insist(Method::POST, "/api/hotline/reconciliation", &headers(&dispatcher, &key), &form).await?;
            if comparison["differences"].as_array().is_some_and(Vec::is_empty) {
                let counted = comparison["theirs"] == self.trial.tickets && comparison["ours"] == self.trial.tickets;
                let verdict = json!({ "state": state, "ours": comparison["ours"], "theirs": comparison["theirs"],
                    "differences": 0, "lost": 0, "doubled": 0 });
                return if counted { Ok(verdict) } else { Err(format!("not all were compared: {comparison}")) };
            }
            sleep(Duration::from_secs(1)).await;
        }
        Err(format!("the lists differ: {comparison}"))
    }
}

fn headers<'a>(session: &'a (String, String), key: &'a str) -> [(&'static str, &'a str); 3] {
    [("cookie", session.0.as_str()), ("x-csrf-token", session.1.as_str()), ("idempotency-key", key)]
}

fn name_of(path: &Path) -> String {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned()
}
