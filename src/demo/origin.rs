//! The demo newspaper's server. It runs on a thread of its own, listens on loopback only, and logs
//! every request.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::demo::newspaper::Newspaper;
use crate::demo::routes::answer;
use crate::time::Timestamp;

/// One entry of the server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    pub path_and_query: String,
    pub user_agent: String,
    pub began: Timestamp,
    /// When the answer was handed to axum to be sent.
    pub ended: Timestamp,
    pub status: u16,
}

/// The running server. It stops when this value is dropped.
#[derive(Debug)]
pub struct OriginThread {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The state that the server's thread shares with its owner.
///
/// The mutexes are needed because both threads work on it: the server logs while a test reads the
/// log and publishes articles. They are those of std, since no lock is held over an `await`.
#[derive(Debug)]
struct Shared {
    base: String,
    clock: Clock,
    paper: Mutex<Newspaper>,
    log: Mutex<Vec<SeenRequest>>,
}

impl OriginThread {
    /// Serves a paper at a loopback address. Port 0 takes any free port.
    ///
    /// # Errors
    /// If the port is taken, or no runtime or thread can be started.
    pub fn start(paper: Newspaper, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            base: format!("http://{address}"),
            clock: Clock::system(),
            paper: Mutex::new(paper),
            log: Mutex::default(),
        });

        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = serve_until(stopped, listener, Arc::clone(&shared));
        let thread = std::thread::Builder::new()
            .name("newspaper".to_owned())
            .spawn(move || {
                if let Err(error) = runtime.block_on(serving) {
                    tracing::error!(%error, "the demo newspaper stopped");
                }
            })?;

        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Returns the address that it listens on, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the beginning of all addresses, as `http://127.0.0.1:8750`.
    pub fn base(&self) -> String {
        self.shared.base.clone()
    }

    /// Returns every request so far, in the order of their ends.
    pub fn log(&self) -> Vec<SeenRequest> {
        held(&self.shared.log).clone()
    }

    /// Reads or changes the paper between two answers.
    pub fn newspaper<T>(&self, act: impl FnOnce(&mut Newspaper) -> T) -> T {
        act(&mut held(&self.shared.paper))
    }
}

impl Drop for OriginThread {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A server that panicked has said so on stderr.
            let _ = thread.join();
        }
    }
}

/// Serves until `stopped` receives a value or loses its sender.
async fn serve_until(
    stopped: oneshot::Receiver<()>,
    listener: TcpListener,
    shared: Arc<Shared>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let router = Router::new().fallback(serve).with_state(shared);

    tokio::select! {
        served = axum::serve(listener, router) => served,
        _ = stopped => Ok(()),
    }
}

/// Answers one request, and logs it.
async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let began = shared.clock.now();
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let user_agent = request
        .headers()
        .get(header::USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default();

    let answer = answer(&held(&shared.paper), &shared.base, &path);
    let response = Response::builder()
        .status(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header(header::CONTENT_TYPE, answer.content_type)
        .body(Body::from(answer.bytes()))
        .expect("a status and a static content type make a response");

    held(&shared.log).push(SeenRequest {
        path_and_query: path,
        user_agent,
        began,
        ended: shared.clock.now(),
        status: answer.status,
    });
    response
}

/// Locks a mutex, also after a panic of the other thread: no change here leaves a value half made.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
