//! `/settings`: how pages are displayed, and which keys lead through them. `/choose` keeps the
//! choices.

use std::sync::Arc;

use axum::Router;
use axum::extract::Query as Fields;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;

use crate::serve::Desk;
use crate::serve::answering::failed;
use crate::serve::asked::Asked;
use crate::serve::display::{ColourScheme, LetterSize, SingleKeys, kept};
use crate::serve::failure::NoPage;
use crate::serve::frame::page;
use crate::serve::language::Language;
use crate::serve::query::Wish;

/// Returns the router of the page and of the choices.
pub(super) fn router() -> Router<Arc<Desk>> {
    Router::new()
        .route("/settings", get(settings))
        .route("/choose", get(choose))
}

/// What was chosen, and the page to go back to.
#[derive(Debug, Default, Deserialize)]
struct ChosenFields {
    language: Option<String>,
    scheme: Option<String>,
    size: Option<String>,
    keys: Option<String>,
    #[serde(default)]
    back: String,
}

async fn settings(wish: Wish, Asked(Fields(fields)): Asked<Fields<ChosenFields>>) -> Response {
    settings_page(&wish, &fields.back).into_response()
}

/// Keeps the choices of a reader, and leads back.
async fn choose(wish: Wish, Asked(Fields(fields)): Asked<Fields<ChosenFields>>) -> Response {
    let language = Language::ALL.map(Language::tag);
    let choices = [
        ("language", &fields.language, &language[..]),
        (
            "scheme",
            &fields.scheme,
            &ColourScheme::ALL.map(ColourScheme::name),
        ),
        ("size", &fields.size, &LetterSize::ALL.map(LetterSize::name)),
        ("keys", &fields.keys, &SingleKeys::ALL.map(SingleKeys::name)),
    ];
    let mut headers = HeaderMap::new();
    for (name, chosen, known) in choices {
        let Some(chosen) = chosen.as_deref() else {
            continue;
        };
        let cookie = known.contains(&chosen).then(|| kept(name, chosen));
        match cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
            Some(cookie) => headers.append(header::SET_COOKIE, cookie),
            None => return failed(&wish, &NoPage::NotFound),
        };
    }
    let back = Some(fields.back.as_str()).filter(|back| is_path_here(back));
    let back = HeaderValue::from_str(back.unwrap_or("/"));
    headers.insert(
        header::LOCATION,
        back.unwrap_or(HeaderValue::from_static("/")),
    );
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Tells whether an address leads to a page of this server. `//host` and `/\\host` lead elsewhere,
/// and browsers leave out tabs and line ends between.
fn is_path_here(back: &str) -> bool {
    let is_plain = back
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_plain && back.starts_with('/') && !back.starts_with("//")
}

fn settings_page(wish: &Wish, back: &str) -> Markup {
    let (words, display) = (wish.words(), wish.display);
    let schemes = [words.as_system, words.light, words.dark];
    let sizes = [words.normal, words.large, words.largest];
    let content = html! {
        h1 { (words.settings) }
        form action="/choose" {
            (choice(words.colours, "scheme", display.scheme.name(),
                ColourScheme::ALL.map(ColourScheme::name).iter().zip(schemes)))
            (choice(words.letters, "size", display.size.name(),
                LetterSize::ALL.map(LetterSize::name).iter().zip(sizes)))
            (choice(words.keys, "keys", display.keys.name(),
                SingleKeys::ALL.map(SingleKeys::name).iter().zip([words.on, words.off])))
            @if is_path_here(back) { input type="hidden" name="back" value=(back); }
            button { (words.keep) }
        }
        h2 #keys { (words.keys) }
        dl.keys {
            @for (key, what) in [
                ("j", words.key_next), ("k", words.key_former),
                ("/", words.key_search), ("?", words.key_help),
            ] { dt { kbd { (key) } } dd { (what) } }
        }
        p { (words.keys_need_script) }
        h2 { (words.for_programs) }
        ul {
            @for path in ["/feeds/all.atom", "/openapi.json", "/metrics"] {
                li { a href=(path) { (path) } }
            }
        }
    };
    page(wish, words.settings, &content)
}

/// Returns a choice of one of several values.
fn choice<'v>(
    legend: &str,
    name: &str,
    chosen: &str,
    values: impl Iterator<Item = (&'v &'static str, &'static str)>,
) -> Markup {
    html! {
        fieldset {
            legend { (legend) }
            @for (value, word) in values {
                label {
                    input type="radio" name=(name) value=(value) checked[*value == chosen];
                    " " (word)
                }
            }
        }
    }
}
