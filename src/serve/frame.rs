//! What every page has around its content.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::serve::article_address::query;
use crate::serve::failure::NoPage;
use crate::serve::query::Wish;
use crate::serve::work_words::WorkWords;

/// Returns a page in the language of its reader.
pub(super) fn page(wish: &Wish, title: &str, content: &Markup) -> Markup {
    page_with(wish, title, &html! {}, content)
}

/// Returns a page with further elements in its head.
pub(super) fn page_with(wish: &Wish, title: &str, head: &Markup, content: &Markup) -> Markup {
    let (words, work) = (wish.words(), WorkWords::of(wish.language));
    let other = wish.language.other().tag();
    let switch = query(&[("language", other), ("back", &wish.here)]);
    let back = query(&[("back", &wish.here)]);
    let display = wish.display;
    let page = html! {
        (DOCTYPE)
        html lang=(wish.language.tag()) data-scheme=(display.scheme.name())
            data-size=(display.size.name()) data-keys=(display.keys.name()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, noarchive";
                meta name="referrer" content="same-origin";
                title { (title) " · saseo" }
                link rel="stylesheet" href="/style.css";
                script src="/script.js" defer {}
                (head)
            }
            body {
                a.skip href="#content" { (words.skip) }
                header {
                    nav aria-label=(words.archive) {
                        a.home href="/" { "사서 saseo" }
                        // The page of searches has a form of its own.
                        @if wish.here.split('?').next() != Some("/search") {
                            form action="/search" role="search" {
                                input type="search" name="q" aria-label=(words.search)
                                    maxlength="1000";
                                button { (words.search) }
                            }
                        }
                        a href="/runs" { (words.runs) }
                        a href="/ledger" { (work.ledger) }
                        a href="/audit" { (work.audit) }
                        a href="/export" { (work.export) }
                        a lang=(other) href={ "/choose?" (switch) } { (words.other_language) }
                    }
                }
                main #content { (content) }
                footer {
                    p { small { (words.clocks) } }
                    p { a href={ "/settings?" (back) } { (words.settings) } }
                }
            }
        }
    };
    without_controls(page)
}

/// Leaves out what HTML has no place for (Unicode's control characters), which texts may have.
fn without_controls(page: Markup) -> Markup {
    let is_text = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    PreEscaped(page.into_string().chars().filter(is_text).collect())
}

/// Returns the element of a head that names a feed.
pub(super) fn feed_link(path: &str, title: &str) -> Markup {
    html! { link rel="alternate" type="application/atom+xml" title=(title) href=(path); }
}

/// Returns the page that tells why there is none.
pub(super) fn failure_page(wish: &Wish, failure: &NoPage) -> Markup {
    let words = wish.words();
    let title = match failure {
        NoPage::NotFound => words.not_found,
        NoPage::TakenDown => words.taken_down,
        NoPage::Ambiguous(_) => words.several,
        NoPage::Reserved => words.reserved,
        NoPage::BadQuery(_) => words.bad_query,
        NoPage::Archive(_) => words.unavailable,
        NoPage::Busy => words.busy,
        NoPage::Broken => words.broken,
    };
    let content = html! {
        h1 { (title) }
        @match failure {
            NoPage::BadQuery(error) => p lang="en" { (error) },
            NoPage::Archive(error) => p lang="en" { (error) },
            NoPage::Ambiguous(ids) => ul {
                @for id in ids {
                    li { a href=(crate::serve::article_address::article_path(id)) { bdi { (id) } } }
                }
            },
            NoPage::NotFound
            | NoPage::TakenDown
            | NoPage::Reserved
            | NoPage::Busy
            | NoPage::Broken => {},
        }
        p { a href="/" { (words.to_start) } }
    };
    page(wish, title, &content)
}
