//! Connections: how many there are, how long they last, and how they end.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::time::Timestamp;

/// At most so many connections stand open; further ones wait until one ends.
const MOST_CONNECTIONS: usize = 512;

/// A request's head has come after this, or its connection is closed.
const HEAD: Duration = Duration::from_secs(15);

/// The longest life of a connection, but for downloads that are taken: long enough for a page of
/// many megabytes over a slow line, and for a browser that reads on. A reader that takes nothing
/// keeps its answer in memory no longer.
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
        let life = ConnectionLife::begin(clock.now());
        let service = served_with(router.clone(), life.clone());
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            let _turn = turn;
            tokio::select! {
                ended = connection => {
                    // Clients hang up as they like.
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended");
                    }
                }
                () = life.end(clock) => {}
            }
        });
    }

    drop(listener);
    tokio::select! {
        () = open.shutdown() => {}
        () = clock.sleep_until(clock.now() + GRACE) => {}
    }
}

/// When a connection ends. An answer that takes long, as a download does, lengthens it.
#[derive(Clone, Debug)]
pub(super) struct ConnectionLife(Arc<AtomicI64>);

impl ConnectionLife {
    fn begin(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new((now + LIFE).millis())))
    }

    /// Has it end as late as a connection that begins now.
    pub(super) fn lengthen(&self, now: Timestamp) {
        self.0.fetch_max((now + LIFE).millis(), Ordering::Relaxed);
    }

    /// Waits until its end.
    async fn end(&self, clock: Clock) {
        loop {
            let end = Timestamp::from_millis(self.0.load(Ordering::Relaxed));
            if end <= clock.now() {
                return;
            }
            clock.sleep_until(end).await;
        }
    }
}

/// Returns the service of one connection, whose requests carry its life.
fn served_with(
    router: Router,
    life: ConnectionLife,
) -> impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> {
    let router = TowerToHyperService::new(router);
    service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(life.clone());
        router.call(request)
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_lives_on_while_its_answer_is_taken() {
        let clock = Clock::set_to(Timestamp::EPOCH);
        let life = ConnectionLife::begin(clock.now());
        let ended = tokio::spawn({
            let life = life.clone();
            async move {
                life.end(clock).await;
                clock.now()
            }
        });
        for _ in 0..3 {
            clock.sleep_until(clock.now() + LIFE / 2).await;
            life.lengthen(clock.now());
        }
        let last = clock.now();
        assert!(last > Timestamp::EPOCH + LIFE);
        assert!(ended.await.unwrap() >= last + LIFE);
    }
}
