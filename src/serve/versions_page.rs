//! `/a/SITE/NAME/versions`: all versions of an article in their order, and in what each differs
//! from the one before.

use maud::{Markup, html};

use crate::history::changed_fields;
use crate::serve::article_address::article_path;
use crate::serve::article_parts::ArticleParts;
use crate::serve::frame::page;
use crate::serve::moment::moment;
use crate::serve::query::Wish;
use crate::serve::quoted::quoted;
use crate::serve::rights_at_door::Shown;

pub(super) fn versions_page(wish: &Wish, parts: &ArticleParts, shown: Shown) -> Markup {
    let words = wish.words();
    let path = article_path(&parts.found.id);
    let title = parts.shown().article.title.as_deref();
    let content = html! {
        h1 { (words.versions) }
        p { a href=(path) { (quoted(title.unwrap_or(words.no_title))) } }
        div.wide role="region" aria-label=(words.versions) tabindex="0" {
            table {
                thead { tr {
                    th scope="col" { (words.version) }
                    th scope="col" { (words.fetched) }
                    @if shown == Shown::Whole { th scope="col" { (words.what_changed) } }
                } }
                tbody {
                    @for place in 0..parts.versions.len() {
                        (row(wish, (parts, shown), &path, place))
                    }
                 }
            }
        }
    };
    page(wish, words.versions, &content)
}

fn row(wish: &Wish, (parts, shown): (&ArticleParts, Shown), path: &str, place: usize) -> Markup {
    let version = &parts.versions[place];
    let before = place.checked_sub(1).map(|before| &parts.versions[before]);
    let n = version.kept.version;
    html! {
        tr {
            th scope="row" { a href={ (path) "/versions/" (n) } { (n) } }
            td.moment { (moment(&version.kept.fetched_at)) }
            @if shown == Shown::Whole {
                td {
                    @match before {
                        Some(old) => a href={ (path) "/diff/" (old.kept.version) ".." (n) }
                            {
                            (field_names(wish, &changed_fields(&old.article, &version.article)))
                        },
                        None => (wish.words().first_version),
                    }
                }
            }
        }
    }
}

/// Returns the names of fields, as far as the language of the page has words for them.
fn field_names(wish: &Wish, fields: &[&'static str]) -> Markup {
    let words = wish.words();
    html! {
        @for (place, field) in fields.iter().enumerate() {
            @if place > 0 { ", " }
            @match *field {
                "text" => (words.field_text),
                "title" => (words.field_title),
                "modified_at" => (words.field_modified),
                other => span lang="en" { (other) },
            }
        }
    }
}
