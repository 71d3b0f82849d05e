//! The pages about the archive's work, and what monitors and other programs ask for.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Query as Fields, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use crate::serve::Desk;
use crate::serve::answering::{SharedDesk, answer};
use crate::serve::asked::Asked;
use crate::serve::audit_job::begin_audit;
use crate::serve::audit_page::{AuditState, audit_page};
use crate::serve::connections::ConnectionLife;
use crate::serve::download::download;
use crate::serve::export_job::{begin_export, outdated, withdraw_outdated};
use crate::serve::export_order::ExportOrder;
use crate::serve::export_page::{ExportState, FormProblem, export_page};
use crate::serve::failure::NoPage;
use crate::serve::ledger_page::{LedgerFields, LedgerState, ledger_page};
use crate::serve::query::Wish;
use crate::serve::work_words::WorkWords;
use crate::serve::{metrics, openapi};

/// The paths that take a POST: what is begun there writes nothing into the archive.
pub(super) const BEGUN: [&str; 2] = ["/audit", "/export"];

/// The largest form: all fields, and the names of a thousand papers.
const LARGEST_FORM: usize = 64 << 10;

/// What is read of a larger one. A connection that ends with bytes unread may lose its answer.
const MOST_READ: usize = 1 << 20;

/// Returns the router of these pages.
pub(super) fn router() -> Router<Arc<Desk>> {
    Router::new()
        .route("/ledger", get(ledger))
        .route("/audit", get(audit).post(audit_now))
        .route("/export", get(export).post(export_now))
        .route("/export/files/{file}", get(export_file))
        .route("/metrics", get(numbers))
        .route("/openapi.json", get(interface))
        .layer(DefaultBodyLimit::max(MOST_READ))
}

async fn ledger(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Fields(fields)): Asked<Fields<LedgerFields>>,
) -> Response {
    answer(&desk, wish, move |_, reader, wish| {
        let state = LedgerState::read(reader, &fields)?;
        Ok(ledger_page(wish, &fields, &state).into_response())
    })
    .await
}

async fn audit(State(desk): SharedDesk, wish: Wish) -> Response {
    audit_page(&wish, &AuditState::of(&desk)).into_response()
}

async fn audit_now(State(desk): SharedDesk) -> Response {
    // Where one goes on already, the page shows that one.
    begin_audit(&desk);
    lead_to("/audit")
}

async fn export(State(desk): SharedDesk, wish: Wish) -> Response {
    answer(&desk, wish, |desk, reader, wish| {
        withdraw_outdated(desk, reader)?;
        let state = ExportState::of(desk, reader.titles()?, None);
        Ok(export_page(wish, &state).into_response())
    })
    .await
}

async fn export_now(
    State(desk): SharedDesk,
    wish: Wish,
    form: Result<Bytes, BytesRejection>,
) -> Response {
    let owned = Arc::clone(&desk);
    answer(&desk, wish, move |desk, reader, wish| {
        let words = WorkWords::of(wish.language);
        let too_large = || {
            let problem = FormProblem::Worded(words.form_too_large);
            Err((StatusCode::PAYLOAD_TOO_LARGE, problem))
        };
        let order = match &form {
            Ok(form) if form.len() > LARGEST_FORM => too_large(),
            Ok(form) => ExportOrder::read(form, &desk.door)
                .and_then(|order| order.check(reader).map(|()| order))
                .map_err(|why| (StatusCode::BAD_REQUEST, FormProblem::English(why))),
            Err(unread) if unread.status() == StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            Err(unread) => Err((unread.status(), FormProblem::English(unread.body_text()))),
        };
        let (status, problem) = match order.map(|order| begin_export(&owned, order)) {
            Ok(true) => return Ok(lead_to("/export")),
            Ok(false) => {
                let problem = FormProblem::Worded(words.one_at_a_time);
                (StatusCode::CONFLICT, problem)
            }
            Err(refused) => refused,
        };
        withdraw_outdated(desk, reader)?;
        let state = ExportState::of(desk, reader.titles()?, Some(problem));
        Ok((status, export_page(wish, &state)).into_response())
    })
    .await
}

async fn export_file(
    State(desk): SharedDesk,
    wish: Wish,
    Extension(life): Extension<ConnectionLife>,
    Asked(Path(name)): Asked<Path<String>>,
) -> Response {
    let owned = Arc::clone(&desk);
    answer(&desk, wish, move |desk, reader, wish| {
        let last = desk.exports.last();
        let ready = last.as_ref().and_then(|last| last.result.as_ref().ok());
        let Some((ready, opened)) = ready.and_then(|ready| Some((ready, ready.open(&name)?)))
        else {
            return Err(NoPage::NotFound);
        };
        if outdated(&desk.door, reader, ready.mark)?.is_some() {
            withdraw_outdated(desk, reader)?;
            let state = ExportState::of(desk, reader.titles()?, None);
            return Ok((StatusCode::GONE, export_page(wish, &state)).into_response());
        }
        let file = opened.map_err(|error| {
            tracing::error!(%error, "a file of an export is not there");
            NoPage::Broken
        })?;
        Ok(download(&owned, file, (&name, ready.mark), life))
    })
    .await
}

async fn numbers(State(desk): SharedDesk, wish: Wish) -> Response {
    let owned = Arc::clone(&desk);
    answer(&desk, wish, move |desk, reader, _| {
        let text = desk.metrics.text(&owned, reader)?;
        Ok(([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response())
    })
    .await
}

async fn interface() -> Response {
    let text = openapi::document().to_string();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Has a browser ask for a page after a form was sent.
fn lead_to(path: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}
