//! Which request gets which page.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query as Fields, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::archive::ListCursor;
use crate::serve::answering::{SharedDesk, answer, failed};
use crate::serve::asked::Asked;
use crate::serve::door::{PAGE_POLICY, Refusal};
use crate::serve::failure::NoPage;
use crate::serve::feed_file::feed_file;
use crate::serve::home_page::{HomeState, home_page};
use crate::serve::query::{ListFields, Wish};
use crate::serve::site_page::{PaperState, site_page};
use crate::serve::{Desk, article_routes, run_page, search_page, settings_page, work_routes};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("page_script.js");

/// Robots are to leave all of it alone.
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

/// Returns the router of all pages.
pub(super) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/sites/{name}", get(site))
        .merge(run_page::router())
        .route("/feeds/{file}", get(feed))
        .merge(search_page::router())
        .merge(article_routes::router())
        .merge(work_routes::router())
        .merge(settings_page::router())
        .route("/style.css", get(|| text("text/css; charset=utf-8", STYLE)))
        .route(
            "/script.js",
            get(|| text("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route(
            "/robots.txt",
            get(|| text("text/plain; charset=utf-8", ROBOTS)),
        )
        // Browsers ask for it by themselves.
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route(
            "/healthz",
            get(|| text("text/plain; charset=utf-8", "ok\n")),
        )
        .route("/readyz", get(ready))
        .fallback(nothing)
        .layer(from_fn_with_state(Arc::clone(&desk), at_the_door))
        .with_state(desk)
}

/// Lets a request in or refuses it, and has each answer forbid what no page here needs.
async fn at_the_door(State(desk): SharedDesk, request: Request, next: Next) -> Response {
    let refusal = match request.uri().path() {
        // A monitor knows no password, and learns nothing of the archive.
        "/healthz" | "/robots.txt" => None,
        _ => desk.door.refusal(request.headers()),
    };
    let mut response = match refusal {
        Some(Refusal::OtherHost) => {
            let why = "this server answers only to the names of its own address\n";
            (StatusCode::MISDIRECTED_REQUEST, why).into_response()
        }
        Some(Refusal::NoPassword) => {
            let challenge = [(
                header::WWW_AUTHENTICATE,
                "Basic realm=\"saseo\", charset=\"UTF-8\"",
            )];
            (
                StatusCode::UNAUTHORIZED,
                challenge,
                "a password is needed\n",
            )
                .into_response()
        }
        None => match *request.method() {
            Method::GET | Method::HEAD => next.run(request).await,
            Method::POST if !work_routes::BEGUN.contains(&request.uri().path()) => {
                not_allowed(request.uri().path())
            }
            Method::POST if desk.door.is_sent_from_here(request.headers()) => {
                next.run(request).await
            }
            Method::POST => {
                let why = "a form is sent from a page of this server\n";
                (StatusCode::FORBIDDEN, why).into_response()
            }
            _ => not_allowed(request.uri().path()),
        },
    };

    let always: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // No other site learns the address of a page. Forms of this server tell its name.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-cache"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("x-robots-tag"),
            "noindex, noarchive",
        ),
    ];
    for (name, value) in always {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

fn not_allowed(path: &str) -> Response {
    let allowed = if work_routes::BEGUN.contains(&path) {
        "GET, HEAD, POST"
    } else {
        "GET, HEAD"
    };
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)]).into_response()
}

async fn home(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Fields(fields)): Asked<Fields<ListFields>>,
) -> Response {
    let after = match fields.after.as_deref().map(str::parse::<ListCursor>) {
        None => None,
        Some(Ok(after)) => Some(after),
        Some(Err(_)) => return failed(&wish, &NoPage::NotFound),
    };
    answer(&desk, wish, move |desk, reader, wish| {
        let state = HomeState::read(desk, reader, after.as_ref())?;
        Ok(home_page(wish, &state).into_response())
    })
    .await
}

async fn site(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Path(name)): Asked<Path<String>>,
    Asked(Fields(fields)): Asked<Fields<ListFields>>,
) -> Response {
    answer(&desk, wish, move |desk, reader, wish| {
        let shown = PaperState::read(desk, reader, &name, &fields)?;
        Ok(site_page(wish, &shown).into_response())
    })
    .await
}

async fn feed(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Path(file)): Asked<Path<String>>,
) -> Response {
    answer(&desk, wish, move |desk, reader, _| {
        Ok(feed_file(desk, reader, &file)?.into_response())
    })
    .await
}

async fn ready(State(desk): SharedDesk, wish: Wish) -> Response {
    answer(&desk, wish, |_, reader, _| {
        reader.titles()?;
        Ok("ready\n".into_response())
    })
    .await
}

async fn nothing(wish: Wish) -> Response {
    failed(&wish, &NoPage::NotFound)
}

async fn text(content_type: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}
