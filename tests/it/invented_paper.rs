//! Papers that a test invents: a function from an address to an answer, served on loopback, and
//! every request noted.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use saseo::clock::Clock;
use saseo::demo::SeenRequest;
use tokio::sync::oneshot;

/// Status, content type, body; a `Location` is told in the place of a body.
pub type Page = (u16, &'static str, String);

pub fn html(body: String) -> Page {
    (200, "text/html; charset=utf-8", body)
}

pub fn text(body: &str) -> Page {
    (200, "text/plain", body.to_owned())
}

pub fn missing() -> Page {
    (
        404,
        "text/html",
        "<html><body>없는 쪽</body></html>".to_owned(),
    )
}

/// A paper being served. It ends with this value.
pub struct Invented {
    pub base: String,
    log: Arc<Mutex<Vec<SeenRequest>>>,
    _stop: oneshot::Sender<()>,
}

impl Invented {
    /// Serves what `page` gives for the path and query of a request.
    pub fn serve(page: impl Fn(&str) -> Page + Send + Sync + 'static) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::<Mutex<Vec<SeenRequest>>>::default();
        let (stop, stopped) = oneshot::channel::<()>();
        let (noted, page) = (Arc::clone(&log), Arc::new(page));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let clock = Clock::system();
                let answer = move |request: Request| {
                    let (noted, page) = (Arc::clone(&noted), Arc::clone(&page));
                    async move { answer(&request, &*page, &noted, clock) }
                };
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let served = axum::serve(listener, Router::new().fallback(answer));
                tokio::select! {
                    _ = served => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            base,
            log,
            _stop: stop,
        }
    }

    pub fn log(&self) -> Vec<SeenRequest> {
        self.log.lock().unwrap().clone()
    }

    pub fn asked(&self) -> Vec<String> {
        self.log()
            .into_iter()
            .map(|visit| visit.path_and_query)
            .collect()
    }
}

fn answer(
    request: &Request,
    page: &dyn Fn(&str) -> Page,
    log: &Mutex<Vec<SeenRequest>>,
    clock: Clock,
) -> Response {
    let began = clock.now();
    let path_and_query = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let agent = request
        .headers()
        .get("user-agent")
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let (status, kind, body) = page(&path_and_query);
    let header = if (300..400).contains(&status) {
        ("location", body.clone())
    } else {
        ("content-type", kind.to_owned())
    };
    let response = (
        axum::http::StatusCode::from_u16(status).unwrap(),
        [header],
        body,
    )
        .into_response();
    let user_agent = agent.unwrap_or_default();
    log.lock().unwrap().push(SeenRequest {
        path_and_query,
        user_agent,
        began,
        ended: clock.now(),
        status,
    });
    response
}
