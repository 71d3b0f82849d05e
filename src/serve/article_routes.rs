//! The pages of one article.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::serve::Desk;
use crate::serve::answering::{SharedDesk, answer, failed};
use crate::serve::article_page::article_page;
use crate::serve::article_parts::ArticleParts;
use crate::serve::asked::Asked;
use crate::serve::citation_file::{ArticleFormat, TextFile, article_file, citation_file};
use crate::serve::diff_page::{VersionSpan, diff_page};
use crate::serve::door::CAPTURE_POLICY;
use crate::serve::failure::NoPage;
use crate::serve::kept_capture::{KeptBytes, capture_page, photo, raw_page, version_of};
use crate::serve::query::Wish;
use crate::serve::rights_at_door::Shown;
use crate::serve::versions_page::versions_page;

/// The site and the name of an article.
type ArticlePlace = Asked<Path<(String, String)>>;

/// Returns the router of the pages below `/a/SITE/NAME`.
pub(super) fn router() -> Router<Arc<Desk>> {
    Router::new()
        .route("/a/{site}/{name}", get(article))
        .route("/a/{site}/{name}/versions", get(versions))
        .route("/a/{site}/{name}/versions/{n}", get(version))
        .route("/a/{site}/{name}/versions/{n}/{file}", get(version_file))
        .route("/a/{site}/{name}/diff", get(newest_diff))
        .route("/a/{site}/{name}/diff/{span}", get(diff))
        .route("/a/{site}/{name}/capture/{capture}", get(capture))
        .route("/a/{site}/{name}/capture/{capture}/raw", get(raw_capture))
        .route("/a/{site}/{name}/photo/{version}/{n}", get(article_photo))
        .route("/a/{site}/{name}/{file}", get(newest_file))
}

async fn article(State(desk): SharedDesk, wish: Wish, place: ArticlePlace) -> Response {
    let Asked(Path((site, name))) = place;
    answer(&desk, wish, move |desk, reader, wish| {
        match ArticleParts::read(reader, (&site, &name), None) {
            Ok(parts) => {
                let shown = Shown::at(&desk.door, parts.shown());
                Ok(article_page(wish, &parts, shown).into_response())
            }
            // A name may end so itself: the whole name counts first.
            Err(NoPage::NotFound) => {
                let (name, format) = ArticleFormat::split(&name).ok_or(NoPage::NotFound)?;
                let parts = ArticleParts::read(reader, (&site, name), None)?;
                whole(desk, &parts)?;
                Ok(article_file(&parts, format)?.into_response())
            }
            Err(failure) => Err(failure),
        }
    })
    .await
}

async fn version(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Path((site, name, n))): Asked<Path<(String, String, u64)>>,
) -> Response {
    answer(&desk, wish, move |desk, reader, wish| {
        let parts = ArticleParts::read(reader, (&site, &name), Some(n))?;
        let shown = Shown::at(&desk.door, parts.shown());
        Ok(article_page(wish, &parts, shown).into_response())
    })
    .await
}

async fn newest_diff(State(desk): SharedDesk, wish: Wish, place: ArticlePlace) -> Response {
    let Asked(Path((site, name))) = place;
    answer_diff(&desk, wish, (site, name), None).await
}

async fn diff(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Path((site, name, span))): Asked<Path<(String, String, String)>>,
) -> Response {
    match VersionSpan::parse(&span) {
        Some(span) => answer_diff(&desk, wish, (site, name), Some(span)).await,
        None => failed(&wish, &NoPage::NotFound),
    }
}

async fn answer_diff(
    desk: &Arc<Desk>,
    wish: Wish,
    (site, name): (String, String),
    span: Option<VersionSpan>,
) -> Response {
    answer(desk, wish, move |desk, reader, wish| {
        let parts = ArticleParts::read(reader, (&site, &name), None)?;
        whole(desk, &parts)?;
        Ok(diff_page(wish, &parts, span)?.into_response())
    })
    .await
}

async fn capture(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Path((site, name, capture))): Asked<Path<(String, String, i64)>>,
) -> Response {
    answer(&desk, wish, move |desk, reader, wish| {
        let n = version_of(reader, (&site, &name), capture)?;
        let parts = ArticleParts::read(reader, (&site, &name), Some(n))?;
        whole(desk, &parts)?;
        Ok(capture_page(wish, &parts, capture)?.into_response())
    })
    .await
}

async fn raw_capture(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Path((site, name, capture))): Asked<Path<(String, String, i64)>>,
) -> Response {
    answer(&desk, wish, move |desk, reader, _| {
        let n = version_of(reader, (&site, &name), capture)?;
        let parts = ArticleParts::read(reader, (&site, &name), Some(n))?;
        whole(desk, &parts)?;
        let policy = [(header::CONTENT_SECURITY_POLICY, CAPTURE_POLICY)];
        Ok((policy, raw_page(reader, capture)?).into_response())
    })
    .await
}

async fn article_photo(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Path((site, name, version, n))): Asked<Path<(String, String, u64, usize)>>,
) -> Response {
    answer(&desk, wish, move |desk, reader, _| {
        let parts = ArticleParts::read(reader, (&site, &name), Some(version))?;
        whole(desk, &parts)?;
        Ok(photo(reader, &parts, n)?.into_response())
    })
    .await
}

async fn versions(State(desk): SharedDesk, wish: Wish, place: ArticlePlace) -> Response {
    let Asked(Path((site, name))) = place;
    answer(&desk, wish, move |desk, reader, wish| {
        let parts = ArticleParts::read(reader, (&site, &name), None)?;
        let shown = Shown::at(&desk.door, parts.shown());
        Ok(versions_page(wish, &parts, shown).into_response())
    })
    .await
}

async fn newest_file(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Path((site, name, file))): Asked<Path<(String, String, String)>>,
) -> Response {
    answer(&desk, wish, move |desk, reader, _| {
        let parts = ArticleParts::read(reader, (&site, &name), None)?;
        let shown = Shown::at(&desk.door, parts.shown());
        Ok(citation_file(&parts, shown, &file)?.into_response())
    })
    .await
}

async fn version_file(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Path((site, name, n, file))): Asked<Path<(String, String, u64, String)>>,
) -> Response {
    answer(&desk, wish, move |desk, reader, _| {
        let parts = ArticleParts::read(reader, (&site, &name), Some(n))?;
        let shown = Shown::at(&desk.door, parts.shown());
        Ok(citation_file(&parts, shown, &file)?.into_response())
    })
    .await
}

/// Refuses what is reserved, where only an excerpt may be shown.
fn whole(desk: &Desk, parts: &ArticleParts) -> Result<(), NoPage> {
    match Shown::at(&desk.door, parts.shown()) {
        Shown::Whole => Ok(()),
        Shown::Excerpt => Err(NoPage::Reserved),
    }
}

impl IntoResponse for KeptBytes {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, self.content_type)], self.bytes).into_response()
    }
}

impl IntoResponse for TextFile {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, self.content_type)], self.text).into_response()
    }
}
