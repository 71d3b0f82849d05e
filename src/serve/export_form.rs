//! The form of `/export`: which articles, and in which format.

use maud::{Markup, html};

use crate::export::{ExportFormat, JsonSchema, LONGEST_FEED, NEWEST};
use crate::extract::Access;
use crate::rights::Purpose;
use crate::serve::export_order::{ACCESS, CODINGS, PURPOSES, formats};
use crate::serve::ledger_page::LAST_DAY;
use crate::serve::query::Wish;
use crate::serve::work_words::WorkWords;

/// What a reader may choose from.
#[derive(Debug)]
pub(super) struct ExportChoices {
    /// The papers by name and title.
    pub papers: Vec<(String, String)>,
    /// Whether others than the archive's own user read here: they choose no purpose.
    pub is_for_others: bool,
}

/// Papers that a list shows at once.
const PAPERS_SHOWN: usize = 6;

pub(super) fn export_form(wish: &Wish, choices: &ExportChoices) -> Markup {
    let words = WorkWords::of(wish.language);
    html! {
        form method="post" action="/export" {
            p { label { (words.format) " "
                select name="format" {
                    @for format in formats() {
                        option lang="en" value=(format.name()) { (format.name()) }
                    }
                } } }
            (folders(words))
            p { label { (words.papers) br;
                select name="site" multiple size=(choices.papers.len().clamp(2, PAPERS_SHOWN)) {
                    @for (name, title) in &choices.papers { option value=(name) { (title) } }
                } } }
            p {
                label { (words.from_day) " " input type="date" name="since" max=(LAST_DAY); } " "
                label { (words.to_day) " " input type="date" name="until" max=(LAST_DAY); } " "
                label { (words.seen_from) " " input type="date" name="seen_since" max=(LAST_DAY); }
            }
            p {
                label { (words.section) " " input name="section" maxlength="200"; } " "
                label { (words.author) " " input name="author" maxlength="200"; }
            }
            p { label { (words.access) " "
                select name="access" {
                    option value="" { (words.everyone) }
                    @for access in ACCESS {
                        option value=(access.name()) { (access_word(words, access)) }
                    }
                } } }
            p { label { (words.condition) " "
                input name="where" maxlength="1000" placeholder="version > 1"; } }
            (boxes(words))
            (how(words))
            @if !choices.is_for_others { (purposes(words)) }
            p { button { (words.begin_export) } }
        }
    }
}

/// The formats that a browser cannot download as one file.
fn folders(words: &WorkWords) -> Markup {
    let folders = ExportFormat::ALL.into_iter();
    let folders = folders.filter(|format| format.is_folder());
    html! {
        p { small { (words.as_folders) @for format in folders {
            " " code { "saseo export --format " (format.name()) }
        } } }
    }
}

fn boxes(words: &WorkWords) -> Markup {
    let boxes = [
        ("all_versions", words.all_versions),
        ("without_copies", words.without_copies),
        ("bom", words.bom),
        ("raw_cells", words.raw_cells),
    ];
    html! {
        @for (name, label) in boxes {
            p { label { input type="checkbox" name=(name) value="1"; " " (label) } }
        }
    }
}

fn how(words: &WorkWords) -> Markup {
    html! {
        p { label { (words.compression) " "
            select name="coding" {
                option value="" { (words.none) }
                @for coding in CODINGS { option value=(coding) { "." (coding) } }
            } } }
        p { label { (words.fields) " "
            select name="schema" {
                @for schema in JsonSchema::ALL {
                    option lang="en" value=(schema.name()) { (schema.name()) }
                }
            } } }
        p { label { (words.newest) " "
            input type="number" name="newest" min="1" max=(LONGEST_FEED) value=(NEWEST); } }
    }
}

fn purposes(words: &WorkWords) -> Markup {
    html! {
        p { label { (words.purpose) " "
            select name="for" {
                option value="" { (words.no_purpose) }
                @for purpose in PURPOSES {
                    option value=(purpose.name()) { (purpose_word(words, purpose)) }
                }
            } } }
    }
}

fn access_word(words: &WorkWords, access: Access) -> &'static str {
    match access {
        Access::Open => words.access_open,
        Access::Members => words.access_members,
        Access::Gone => words.access_gone,
    }
}

fn purpose_word(words: &WorkWords, purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::AiTraining => words.for_ai_training,
        Purpose::AiInput => words.for_ai_input,
        Purpose::Search => words.for_search,
        Purpose::Archive => words.for_archive,
        Purpose::Display => words.for_display,
    }
}
