//! Finds the texts that may be a story in the data of a page's scripts.
//!
//! Pages that a program builds in the browser have their story as data: JSON in an element, JSON or
//! HTML in strings of a program, those in strings again, or the rows of a React server ("flight").
//! The data of many programs is read without knowing any of them: strings are decoded until they
//! are HTML or text, and lists of objects are read by their members.
//!
//! Scripts are hostile. Every string is decoded once, at most [`DEEPEST`] levels deep, and the
//! parser gives up after [`FAILURES`] bytes that were no JSON.

use serde_json::Value;

use crate::extract::generic::flight;
use crate::extract::generic::script_lists::paragraph_lists;
use crate::extract::generic::script_strings::{
    begins_like_data, decoded, has_markup, is_data, literal_length, unescaped,
};
use crate::text::letters;

/// Deepest level of strings within strings. Real data has three: a program, JSON, HTML.
const DEEPEST: u32 = 5;

/// Deepest level of lists and objects. The JSON parser stops at 128 by itself.
const NESTED: u32 = 64;

/// Bytes that were parsed in vain: some copies of a large page.
const FAILURES: usize = 4 << 20;

/// Most texts that are kept of a page. Pages have some hundreds of longer strings.
const MOST: usize = 2_000;

/// Most bytes of those texts: some copies of a large page's data, which has a text in the list, in
/// its string, and in the string around that.
const MOST_BYTES: usize = 6 << 20;

/// Shortest string that is read, in bytes: a shorter one is no story.
const SHORT: usize = 40;

/// Shortest story without mark-up, in bytes: a shorter string is a summary.
const STORY: usize = 200;

/// How far below an object its headline may stand: `{"headlines": {"basic": "…"}}`.
const HEADLINE: u32 = 2;

/// A text in a script's data that may be a story.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ScriptText {
    pub form: TextForm,
    /// The object around it names the page's title.
    pub titled: bool,
    /// The date that the object around it names.
    pub date: Option<String>,
}

/// How a story stands in the data.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TextForm {
    /// As HTML.
    Html(String),
    /// As a whole page in HTML, with its menus.
    Page(String),
    /// As a text with line ends.
    Lines(String),
    /// As a list, where each item is a paragraph, plain or in HTML.
    List(Vec<String>),
}

impl TextForm {
    fn len(&self) -> usize {
        match self {
            Self::Html(text) | Self::Page(text) | Self::Lines(text) => text.len(),
            Self::List(items) => items.iter().map(String::len).sum(),
        }
    }
}

/// Returns the texts in the data of a page's scripts. `title` is the page's.
pub(super) fn texts(scripts: &[String], title: Option<&str>) -> Vec<ScriptText> {
    let mut search = Search {
        title: title
            .map(|title| letters(title).collect())
            .unwrap_or_default(),
        found: Vec::new(),
        failures: 0,
        bytes: 0,
    };

    for script in scripts {
        search.program(script, &Around::default(), 0);
    }
    if let Some(html) = flight::page(scripts) {
        search.keep(TextForm::Page(html), &Around::default());
    }
    search.found
}

/// Facts about the objects around a text.
#[derive(Clone, Debug, Default)]
struct Around {
    titled: bool,
    date: Option<String>,
}

struct Search {
    /// The letters of the page's title.
    title: String,
    found: Vec<ScriptText>,
    failures: usize,
    /// Bytes of the texts that were found.
    bytes: usize,
}

impl Search {
    fn keep(&mut self, form: TextForm, around: &Around) {
        self.bytes += form.len();
        if self.found.len() < MOST && self.bytes <= MOST_BYTES {
            self.found.push(ScriptText {
                form,
                titled: around.titled,
                date: around.date.clone(),
            });
        }
    }

    /// Reads the JSON values and the strings in a program, or in anything that holds some.
    fn program(&mut self, text: &str, around: &Around, depth: u32) {
        let mut at = 0;
        while let Some(step) = text[at..].find(['"', '\'', '`', '{', '[']) {
            at += step;
            let rest = &text[at..];
            let read = if rest.starts_with(['{', '[']) {
                self.json(rest, around, depth)
            } else {
                self.literal(rest, around, depth)
            };
            // All five begin with one byte.
            at += read.unwrap_or(1);
        }
    }

    /// Reads the JSON value that a text begins with, and returns its length.
    fn json(&mut self, text: &str, around: &Around, depth: u32) -> Option<usize> {
        let inner = text[1..].trim_start();
        if !inner.starts_with(['"', '{', '[']) || self.failures > FAILURES {
            return None;
        }

        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        match values.next()? {
            Ok(value) => {
                let length = values.byte_offset();
                self.value(&value, around, depth, NESTED);
                Some(length)
            }
            Err(why) => {
                self.failures += offset(text, why.line(), why.column());
                None
            }
        }
    }

    /// Reads the string that a text begins with, and returns its length with the quotes.
    fn literal(&mut self, text: &str, around: &Around, depth: u32) -> Option<usize> {
        if self.failures > FAILURES {
            return None;
        }
        let length = match literal_length(text) {
            Ok(length) => length,
            Err(read) => {
                self.failures += read;
                return None;
            }
        };

        if length > SHORT
            && let Some(string) = decoded(&text[..length])
        {
            self.text(&string, around, depth + 1);
        }
        Some(length)
    }

    fn value(&mut self, value: &Value, around: &Around, depth: u32, nested: u32) {
        let Some(nested) = nested.checked_sub(1) else {
            return;
        };

        match value {
            Value::String(string) => self.text(string, around, depth + 1),
            Value::Array(items) => {
                self.list(items, around);
                items
                    .iter()
                    .for_each(|item| self.value(item, around, depth, nested));
            }
            Value::Object(members) => {
                let around = Around {
                    titled: around.titled || self.names_title(value, HEADLINE),
                    date: date(members).or_else(|| around.date.clone()),
                };
                members
                    .values()
                    .for_each(|member| self.value(member, &around, depth, nested));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Tells whether an object has the page's title, in a member or just below.
    fn names_title(&self, value: &Value, depth: u32) -> bool {
        match value {
            Value::String(text) => !self.title.is_empty() && letters(text).eq(self.title.chars()),
            Value::Object(members) if depth > 0 => members
                .values()
                .any(|member| self.names_title(member, depth - 1)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => false,
        }
    }

    /// Keeps the paragraphs that a list has.
    fn list(&mut self, items: &[Value], around: &Around) {
        for paragraphs in paragraph_lists(items) {
            self.keep(TextForm::List(paragraphs), around);
        }
    }

    /// Reads a decoded string: HTML, text, or data again.
    fn text(&mut self, text: &str, around: &Around, depth: u32) {
        if text.len() < SHORT || depth > DEEPEST {
            return;
        }

        if let Some(inner) = unescaped(text) {
            return self.text(&inner, around, depth + 1);
        }

        if is_data(text) {
            self.program(text, around, depth);
        }
        if begins_like_data(text) {
            return;
        }
        if has_markup(text) {
            self.keep(TextForm::Html(text.to_owned()), around);
        } else if text.len() >= STORY {
            self.keep(TextForm::Lines(text.to_owned()), around);
        }
    }
}

/// Returns when an object was published, by the members that tell it in most systems.
fn date(members: &serde_json::Map<String, Value>) -> Option<String> {
    let names = members.iter().filter(|(name, _)| {
        let name: String = letters(name).collect();
        matches!(
            name.as_str(),
            "displaydate"
                | "publishdate"
                | "publisheddate"
                | "publishedat"
                | "publishedtime"
                | "datepublished"
                | "firstpublishdate"
                | "publicationdate"
                | "pubdate"
                | "regdate"
        )
    });
    let mut dates = names.filter_map(|(_, value)| value.as_str());
    dates.next().map(str::to_owned)
}

/// Returns the bytes before a line and column, both counted from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    before.map(str::len).sum::<usize>() + column
}
