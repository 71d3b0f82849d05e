//! What a request names, or the page that says that nothing is there.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use crate::serve::answering::failed;
use crate::serve::failure::NoPage;
use crate::serve::query::Wish;

/// The steps of a path, or the fields of a query. Where they cannot be read, nothing is there.
#[derive(Debug)]
pub(super) struct Asked<E>(pub E);

impl<S: Send + Sync, E: FromRequestParts<S> + Send> FromRequestParts<S> for Asked<E> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let asked = E::from_request_parts(parts, state).await.ok();
        match asked {
            Some(asked) => Ok(Self(asked)),
            None => {
                let Ok(wish) = Wish::from_request_parts(parts, state).await;
                Err(failed(&wish, &NoPage::NotFound))
            }
        }
    }
}
