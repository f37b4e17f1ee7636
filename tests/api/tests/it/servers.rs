//! Servers of a test's own, on free ports, gone with the test.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::components::{onetown, root};

/// A process that does not outlive its test.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// A Redis.
pub struct Redis {
    pub url: String,
    _process: Process,
}

impl Redis {
    pub async fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("redis-server: {error}; run: sudo apt-get install -y redis-server"));
        let redis = Self { url: format!("redis://127.0.0.1:{port}/0"), _process: Process(child) };
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::task::yield_now().await;
        }
        redis
    }
}

/// `onetown up --no-build` on a state directory, in a process of its own; returns it with its address.
/// Nobody reads what it says afterwards, and it must not mind; its errors are shown among the test's.
pub fn up(state_dir: &Path, more: &[&str]) -> (Process, String) {
    let mut child = Command::new(onetown())
        .args(["up", "--no-build", "--listen", "127.0.0.1:0", "--state-dir"])
        .arg(state_dir)
        .args(more)
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.map_while(Result::ok).find_map(|line| line.split_once(" is at ").map(|(_, url)| url.to_owned()));
    (Process(child), url.expect("the town came up"))
}
