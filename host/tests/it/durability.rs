//! A host that dies at the worst moment: everything it acknowledged is there afterwards.
//!
//! The host runs in a child process (this test binary again) so that it can really be killed.

use crate::common::{STORE, manifest, start_in};
use host::kv::{FaultRule, KvBackend as _, SqliteBackend};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const DIRECTORY: &str = "ONETOWN_TEST_CHILD_DIRECTORY";
const FAULT: &str = "ONETOWN_TEST_CHILD_FAULT";

/// Not a test: the child's body. Run by the tests below, where the variable is set.
#[tokio::test(flavor = "multi_thread")]
async fn child_host() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let rules: Vec<FaultRule> = std::env::var(FAULT).iter().map(|rule| rule.parse().unwrap()).collect();
    let running = start_in(Path::new(&directory), &manifest(STORE), |builder| builder.faults(rules)).await.unwrap();
    println!("\nlistening {}", running.url());
    std::future::pending::<()>().await;
}

fn child(directory: &Path, fault: Option<&str>) -> (Child, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["durability::child_host", "--exact", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(fault) = fault {
        command.env(FAULT, fault);
    }
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("listening ").map(str::to_owned))
        .expect("the child host started");
    (child, url)
}

/// Sends writes from 16 clients until the host is gone, and returns what it acknowledged. `after`
/// is called once that many answers are in.
async fn load(url: &str, answers_wanted: usize, after: impl FnOnce()) -> Vec<String> {
    let count = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..16)
        .map(|n| {
            let (url, count) = (url.to_owned(), Arc::clone(&count));
            tokio::spawn(async move {
                let client = crate::common::client();
                let mut acknowledged = Vec::new();
                loop {
                    let uri = format!("{url}/bench/write?prefix=c{n}-");
                    let request = Request::post(uri).body(Full::default()).unwrap();
                    let Ok(response) = client.request(request).await else { return acknowledged };
                    let status = response.status();
                    let Ok(body) = response.into_body().collect().await else { return acknowledged };
                    assert_eq!(status, StatusCode::OK);
                    let text = String::from_utf8(body.to_bytes().to_vec()).unwrap();
                    acknowledged.push(text.split(' ').next().unwrap().to_owned());
                    count.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    while count.load(Ordering::SeqCst) < answers_wanted && clients.iter().any(|client| !client.is_finished()) {
        tokio::task::yield_now().await;
    }
    after();
    let mut acknowledged = Vec::new();
    for client in clients {
        acknowledged.extend(client.await.unwrap());
    }
    acknowledged
}

async fn assert_all_there(directory: &Path, acknowledged: &[String]) {
    let kv = SqliteBackend::open(&directory.join(".spin/sqlite_key_value.db")).unwrap();
    for id in acknowledged {
        let document = kv.get("default", &format!("doc/{id}")).await.unwrap();
        assert_eq!(document, Some(vec![b'x'; 1_500]), "doc/{id} was acknowledged");
        let number = kv.get("default", &format!("no/{id}")).await.unwrap();
        assert_eq!(number, Some(id.clone().into_bytes()), "no/{id} was acknowledged");
    }
    let day = kv.get("default", "bench/day").await.unwrap().unwrap();
    let day = i64::from_le_bytes(day.try_into().unwrap());
    let written = i64::try_from(acknowledged.len()).unwrap();
    assert!(day >= written, "{day} increments for {written} acknowledged requests");
    let mut unique = acknowledged.to_vec();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), acknowledged.len(), "a slot is given once");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_under_load_loses_nothing_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    // Three lives on one file: the second and third start on what the one before left behind.
    for _ in 0..3 {
        let (mut child, url) = child(directory.path(), None);
        let kill = || child.kill().unwrap();
        acknowledged.extend(load(&url, 300, kill).await);
        child.wait().unwrap();
        assert_all_there(directory.path(), &acknowledged).await;
    }
    assert!(acknowledged.len() >= 900, "{}", acknowledged.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_fault_ends_the_process_at_that_operation() {
    for (effect, applied) in [("kill_before", false), ("kill_after", true)] {
        let directory = tempfile::tempdir().unwrap();
        let rule = format!("component=fixture,op=set_many,key=doc/,nth=5,do={effect}");
        let (mut child, url) = child(directory.path(), Some(&rule));
        let client = crate::common::client();
        for n in 1..=5 {
            let request = Request::post(format!("{url}/bench/write")).body(Full::default()).unwrap();
            assert_eq!(client.request(request).await.is_ok(), n < 5, "{effect}: request {n}");
        }
        assert!(!child.wait().unwrap().success());
        let kv = SqliteBackend::open(&directory.path().join(".spin/sqlite_key_value.db")).unwrap();
        assert!(kv.exists("default", "doc/4").await.unwrap());
        assert_eq!(kv.exists("default", "doc/5").await.unwrap(), applied, "{effect}");
    }
}
