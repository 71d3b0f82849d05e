//! What a request asks, and in which language.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use serde::Deserialize;

use crate::serve::display::{Display, cookie};
use crate::serve::language::Language;
use crate::serve::words::Words;

/// The longest query that is read, in letters.
pub(super) const LONGEST_QUERY: usize = 1_000;

/// How a request wants its page.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub language: Language,
    pub display: Display,
    /// The path and query that were asked for.
    pub here: String,
}

impl Wish {
    pub(super) fn words(&self) -> &'static Words {
        Words::of(self.language)
    }
}

impl<S: Sync> FromRequestParts<S> for Wish {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = |headers: &HeaderMap, name| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.map(str::to_owned)
        };
        let cookies = text(&parts.headers, header::COOKIE).unwrap_or_default();
        let accepted = text(&parts.headers, header::ACCEPT_LANGUAGE);
        let here = parts.uri.path_and_query().map_or("/", |here| here.as_str());
        Ok(Self {
            language: Language::of_request(cookie(&cookies, "language"), accepted.as_deref()),
            display: Display::of_cookies(&cookies),
            here: here.to_owned(),
        })
    }
}

/// The fields of a search.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SearchFields {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub sort: SortField,
    #[serde(default)]
    pub skip: usize,
    /// Asks for the counts of articles, however many there are.
    pub counts: Option<String>,
}

/// The order of what is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SortField {
    #[default]
    Best,
    New,
}

impl SortField {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::New => "new",
        }
    }
}

/// Where a list of articles goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListFields {
    pub after: Option<String>,
    /// The day of publication.
    pub day: Option<String>,
}
