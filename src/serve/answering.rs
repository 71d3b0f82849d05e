//! The way from a request to its answer: the archive is read, or it is told why not.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::Markup;

use crate::archive::Reader;
use crate::serve::Desk;
use crate::serve::failure::NoPage;
use crate::serve::frame::failure_page;
use crate::serve::query::Wish;

/// What all handlers are given.
pub(super) type SharedDesk = State<Arc<Desk>>;

/// Reads the archive on a thread that may wait, and makes the answer there.
pub(super) async fn answer(
    desk: &Arc<Desk>,
    wish: Wish,
    work: impl FnOnce(&Desk, &Reader, &Wish) -> Result<Response, NoPage> + Send + 'static,
) -> Response {
    let (owned, asked) = (Arc::clone(desk), wish.clone());
    let turn = desk.readers.turns().acquire().await;
    let worked = tokio::task::spawn_blocking(move || {
        let desk = owned;
        desk.readers.read(|reader| work(&desk, reader, &asked))
    })
    .await;
    drop(turn);

    match worked {
        Ok(Ok(response)) => response,
        Ok(Err(failure)) => failed(&wish, &failure),
        Err(error) => {
            tracing::error!(%error, path = wish.here, "a page was not made");
            failed(&wish, &NoPage::Broken)
        }
    }
}

pub(super) fn failed(wish: &Wish, failure: &NoPage) -> Response {
    let page: Markup = failure_page(wish, failure);
    (failure.status(), page).into_response()
}
