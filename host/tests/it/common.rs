//! The tests' workshop: builds the fixture once, writes manifests, starts hosts, speaks HTTP.

use bytes::Bytes;
use host::{Host, HostBuilder, HostError, RunningHost};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Where cargo puts what it builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Builds the fixture (cargo does nothing when it is up to date) and says where it lies.
pub fn fixture() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let done = Command::new(env!("CARGO"))
            .args(["build", "--release", "--target", "wasm32-wasip2", "-p", "fixture"])
            // Components are rustc's also where the tests are clippy's (`cargo verify`).
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .current_dir(root())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "install the target with: rustup target add wasm32-wasip2\n{said}");
        target().join("wasm32-wasip2/release/fixture.wasm")
    })
}

/// A manifest with one component behind every path, and what the test adds to its table.
pub fn manifest(table: &str) -> String {
    format!(
        "spin_manifest_version = 2\n[application]\nname = \"test\"\n\
         [variables]\ntown = {{ default = \"Qinghe\" }}\nport = {{ default = \"1\" }}\n\
         [[trigger.http]]\nroute = \"/...\"\ncomponent = \"fixture\"\n\
         [[trigger.http]]\nroute = \"/below/:id/...\"\ncomponent = \"fixture\"\n\
         [component.fixture]\nsource = \"{}\"\n{table}\n",
        fixture().display()
    )
}

/// What most tests want: a store.
pub const STORE: &str = "key_value_stores = [\"default\", \"other\"]";

/// A directory with a `spin.toml`, and the host that runs it.
pub struct Town {
    pub directory: TempDir,
    pub running: Option<RunningHost>,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {:?}", self.status, self.body))
    }
}

pub fn client() -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).build_http()
}

impl Town {
    /// Starts a host over a component table.
    pub async fn start(table: &str, set: impl FnOnce(HostBuilder) -> HostBuilder) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let running = start_in(directory.path(), &manifest(table), set).await.unwrap();
        Self { directory, running: Some(running), client: client() }
    }

    pub async fn with_store() -> Self {
        Self::start(STORE, |builder| builder).await
    }

    pub fn running(&self) -> &RunningHost {
        self.running.as_ref().unwrap()
    }

    pub async fn stop(mut self) -> TempDir {
        self.running.take().unwrap().shutdown().await;
        self.directory
    }

    pub async fn send(&self, request: http::request::Builder, body: impl Into<Bytes>) -> Answer {
        let request: Request<Full<Bytes>> = request.body(Full::new(body.into())).unwrap();
        let response = self.client.request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running().url())
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(self.url(path)), "").await
    }

    /// Runs a list of operations in the guest and answers the list of results.
    pub async fn kv(&self, operations: Value) -> Vec<Value> {
        self.kv_with(operations, &[]).await.json().as_array().unwrap().clone()
    }

    pub async fn kv_with(&self, operations: Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post(self.url("/kv")).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, operations.to_string()).await
    }
}

/// Writes `spin.toml` and starts it. Compiled components are kept between tests.
pub async fn start_in(
    directory: &Path,
    manifest: &str,
    set: impl FnOnce(HostBuilder) -> HostBuilder,
) -> Result<RunningHost, HostError> {
    std::fs::write(directory.join("spin.toml"), manifest).unwrap();
    let kept = target().join("host-tests-cache");
    std::fs::create_dir_all(&kept).unwrap();
    let state = directory.join(".spin");
    std::fs::create_dir_all(&state).unwrap();
    if !state.join("cache").exists() {
        std::os::unix::fs::symlink(kept, state.join("cache")).unwrap();
    }
    set(Host::builder(directory)).start().await
}

/// A Redis of the test's own, on a free port, gone with the test.
pub struct Redis {
    child: std::process::Child,
    pub url: String,
}

impl Redis {
    pub async fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("redis-server: {error}; run: sudo apt-get install -y redis-server"));
        let redis = Self { child, url: format!("redis://127.0.0.1:{port}/0") };
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::task::yield_now().await;
        }
        redis
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
