//! The listening side: connections in, graceful end.
//!
//! On shutdown nothing new is accepted, requests under way finish within ten seconds, idle
//! connections close at once.

use crate::app::App;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long requests under way may take to finish once the host stops.
pub const DRAIN: Duration = Duration::from_secs(10);
/// A client that sends its headers slower than this only holds a connection.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// Pause after a failed accept (out of file descriptors), so as not to spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` turns true or its sender is gone.
pub async fn serve(listener: TcpListener, app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let mut stopped = pin!(wait(stop.clone()));
    loop {
        tokio::select! {
            () = &mut stopped => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => {
                    connections.spawn(connection(stream, client, Arc::clone(&app), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            // Finished connections are collected as they end, or the set would only grow.
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    stop.mark_unchanged();
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!("requests were cut off after {DRAIN:?}");
    }
}

async fn wait(mut stop: watch::Receiver<bool>) {
    // An error means that nobody is left who could ever say stop: the same thing.
    _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(stream: TcpStream, client: SocketAddr, app: Arc<App>, stop: watch::Receiver<bool>) {
    // Small answers must not wait for the client's acknowledgement.
    _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, Infallible>(app.answer(request, client).await) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .serve_connection(TokioIo::new(stream), service);
    let mut serving = pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = wait(stop) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("connection of {client}: {error}");
    }
}
