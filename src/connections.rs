//! Connections: how many there are, how long they last, and how they end.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::clock::Clock;

/// At most so many connections stand open; further ones wait until one ends.
const MOST_CONNECTIONS: usize = 512;

/// A request's head has come after this, or its connection is closed.
const HEAD: Duration = Duration::from_secs(15);

/// The longest life of a connection, however it is used: long enough for a page of many megabytes
/// over a slow line, and for a browser that reads on. A reader that takes nothing keeps its answer
/// in memory no longer.
const LIFE: Duration = Duration::from_secs(300);

/// How long answers that were begun may take once the server is to stop.
const GRACE: Duration = Duration::from_secs(3);

/// A moment's rest where the system gives no connection, as without file handles.
const REST: Duration = Duration::from_millis(100);

/// Answers each connection until `stopped` is done. Answers that were begun then are ended, if they
/// end soon.
pub(crate) async fn answer_all(
    listener: TcpListener,
    router: Router,
    clock: Clock,
    stopped: impl Future<Output = ()>,
) {
    let turns = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let open = GracefulShutdown::new();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stopped => break,
            accepted = next_connection(&listener, &turns) => accepted,
        };
        let Some((stream, turn)) = accepted else {
            clock.sleep_until(clock.now() + REST).await;
            continue;
        };

        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD);
        let service = TowerToHyperService::new(router.clone());
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        let end = clock.now() + LIFE;
        tokio::spawn(async move {
            let _turn = turn;
            tokio::select! {
                ended = connection => {
                    // Clients hang up as they like.
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended");
                    }
                }
                () = clock.sleep_until(end) => {}
            }
        });
    }

    drop(listener);
    tokio::select! {
        () = open.shutdown() => {}
        () = clock.sleep_until(clock.now() + GRACE) => {}
    }
}

/// Waits for a turn, and takes the next connection; `None` where the system gave none.
async fn next_connection(
    listener: &TcpListener,
    turns: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let turn = Arc::clone(turns).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, turn)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            None
        }
    }
}
