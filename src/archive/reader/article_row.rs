//! An article's row, read column by column: a damaged column is named, and does not keep the others
//! from being read.

use rusqlite::types::{FromSql, ValueRef};
use serde::de::DeserializeOwned;

use crate::archive::engine::Row;
use crate::archive::named_columns::NamedColumns;
use crate::archive::store::kept_key;
use crate::extract::{Access, Article};
use crate::time::{LocalTime, Precision};

/// The archive's own fields of an article, beside those that were extracted from the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleRecord {
    /// The name of the site.
    pub site: String,
    /// The address that it was fetched from.
    pub url: String,
    /// The number among the article's versions, from 1 on.
    pub version: u64,
    /// The SHA-256 of title and text, in hexadecimal.
    pub content_sha256: String,
    /// When saseo first fetched it, RFC 3339 in UTC.
    pub first_seen_at: String,
    /// When the version's page was fetched, RFC 3339 in UTC.
    pub fetched_at: String,
    /// The status of the answer that brought it.
    pub http_status: u16,
    /// The id of the article of another paper that carried the same story first.
    pub first_copy: Option<String>,
}

/// A damaged column, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The column of the archive's view `articles`.
    pub column: &'static str,
    /// What is wrong with its value.
    pub why: String,
}

/// Returns in one line what is wrong with a row.
pub fn in_words(flaws: &[Flaw]) -> String {
    let said: Vec<String> = flaws
        .iter()
        .map(|flaw| format!("`{}` {}", flaw.column, flaw.why))
        .collect();
    said.join("; ")
}

/// A row whose columns are read by name, with the flaws that were found so far.
pub(super) struct CheckedColumns<'c, 'row> {
    columns: NamedColumns<'c, 'row>,
    pub flaws: Vec<Flaw>,
}

impl<'c, 'row> CheckedColumns<'c, 'row> {
    /// Begins with no flaws.
    pub(super) fn of(row: &'c Row<'row>) -> Self {
        Self {
            columns: NamedColumns::of(row),
            flaws: Vec::new(),
        }
    }

    fn flaw(&mut self, column: &'static str, why: impl Into<String>) {
        self.flaws.push(Flaw {
            column,
            why: why.into(),
        });
    }

    /// Returns a text that may be null.
    pub(super) fn text_or_null(&mut self, column: &'static str) -> Option<String> {
        let why = match self.columns.value(column) {
            Ok(ValueRef::Null) => return None,
            Ok(ValueRef::Text(bytes)) => match str::from_utf8(bytes) {
                Ok(text) => return Some(text.to_owned()),
                Err(error) => format!("is no UTF-8 from byte {} on", error.valid_up_to()),
            },
            Ok(ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_)) => {
                "is no text".to_owned()
            }
            Err(error) => error.to_string(),
        };

        self.flaw(column, why);
        None
    }

    /// Returns a text that is never null.
    pub(super) fn text(&mut self, column: &'static str) -> String {
        let flaws = self.flaws.len();
        self.text_or_null(column).unwrap_or_else(|| {
            if self.flaws.len() == flaws {
                self.flaw(column, "is null");
            }
            String::new()
        })
    }

    /// Returns a value of the type that the column must have.
    pub(super) fn value<T: FromSql + Default>(&mut self, column: &'static str) -> T {
        self.columns.get(column).unwrap_or_else(|error| {
            self.flaw(column, error.to_string());
            T::default()
        })
    }

    /// Returns a value that is kept as JSON.
    fn json<T: DeserializeOwned + Default>(&mut self, column: &'static str) -> T {
        let flaws = self.flaws.len();
        let text = self.text(column);

        serde_json::from_str(&text).unwrap_or_else(|error| {
            if self.flaws.len() == flaws {
                self.flaw(column, format!("is not the JSON that was written: {error}"));
            }
            T::default()
        })
    }

    fn time(&mut self, column: &'static str) -> Option<LocalTime> {
        self.read_by(column, "moment", LocalTime::from_rfc3339)
    }

    fn precision(&mut self, column: &'static str) -> Option<Precision> {
        self.read_by(column, "precision", Precision::from_name)
    }

    /// Reads a text, or null, by a function that returns `None` for a text of another kind.
    fn read_by<T>(
        &mut self,
        column: &'static str,
        kind: &str,
        read: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text_or_null(column)?;
        let read = read(&text);
        if read.is_none() {
            self.flaw(column, format!("is no {kind}: {text:?}"));
        }
        read
    }

    /// Reads the article, and compares its title and text with their hash.
    pub(super) fn article(&mut self) -> Article {
        let before = self.flaws.len();
        let (title, text) = (self.text_or_null("title"), self.text("text"));
        let (sha256, are_words_read) = (self.text("content_sha256"), self.flaws.len() == before);

        let article = Article {
            key: kept_key(self.value("number"), self.text_or_null("text_id")),
            canonical_url: self.text_or_null("canonical_url"),
            title,
            subtitle: self.text_or_null("subtitle"),
            authors: self.json("authors"),
            byline: self.text_or_null("byline"),
            published_at: self.time("published_at"),
            published_precision: self.precision("published_precision"),
            modified_at: self.time("modified_at"),
            published_source: self.text_or_null("published_source"),
            section: self.text_or_null("section"),
            subsection: self.text_or_null("subsection"),
            language: self.text_or_null("language"),
            paragraphs: paragraphs(&text),
            images: self.json("images"),
            tags: self.json("tags"),
            rights: self.text_or_null("rights"),
            access: access(&self.text("access")),
            opt_outs: self.json("opt_outs"),
            declared_rights: self.json("statements"),
            words: Vec::new(),
            noindex: false,
            noimageindex: false,
            extractor: self.text("extractor"),
            confidence: self.value("confidence"),
        };

        if are_words_read && article.content_sha256() != sha256 {
            self.flaw(
                "text",
                "and `title` are not those that `content_sha256` was made of",
            );
        }
        article
    }

    /// Reads the archive's own fields of the article.
    pub(super) fn kept(&mut self) -> ArticleRecord {
        ArticleRecord {
            site: self.text("site"),
            url: self.text("url"),
            version: self.value("version"),
            content_sha256: self.text("content_sha256"),
            first_seen_at: self.text("first_seen_at"),
            fetched_at: self.text("fetched_at"),
            http_status: self.value("http_status"),
            first_copy: self.text_or_null("first_copy"),
        }
    }

    /// Reads a text as far as possible, to name a row by it.
    pub(super) fn name(&mut self, column: &str) -> String {
        match self.columns.value(column) {
            Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            Ok(_) | Err(_) => "?".to_owned(),
        }
    }
}

/// Splits a kept text at its blank lines.
fn paragraphs(text: &str) -> Vec<String> {
    let mut from = 0;
    memchr::memmem::find_iter(text.as_bytes(), "\n\n")
        .chain([text.len()])
        .map(|end| (std::mem::replace(&mut from, end + 2), end))
        .map(|(from, end)| text[from..end].to_owned())
        .filter(|paragraph| !paragraph.is_empty())
        .collect()
}

fn access(name: &str) -> Access {
    match name {
        "members" => Access::Members,
        "gone" => Access::Gone,
        _ => Access::Open,
    }
}
