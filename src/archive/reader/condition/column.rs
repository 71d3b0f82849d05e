//! The columns that a condition may name, and what each of them is compared with.

use crate::archive::reader::newest_declared::newest_declared;

/// How near a word must be to a column to be taken for a slip of it.
const MAX_TYPOS: usize = 3;

/// What a column has, and so what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Text,
    /// A whole number. It stands bit by bit in SQLite's signed integer.
    Whole,
    Decimal,
    /// A list of texts: a comparison holds where it holds for one of them.
    Texts,
}

/// A column, and the fixed SQL that reads it within [`super::super::articles`].
#[derive(Clone, Copy, Debug)]
pub(super) struct ConditionColumn {
    pub name: &'static str,
    pub kind: ColumnKind,
    pub sql: &'static str,
}

const fn text(name: &'static str, sql: &'static str) -> ConditionColumn {
    ConditionColumn {
        name,
        kind: ColumnKind::Text,
        sql,
    }
}

const fn whole(name: &'static str, sql: &'static str) -> ConditionColumn {
    ConditionColumn {
        name,
        kind: ColumnKind::Whole,
        sql,
    }
}

const fn texts(name: &'static str, sql: &'static str) -> ConditionColumn {
    ConditionColumn {
        name,
        kind: ColumnKind::Texts,
        sql,
    }
}

/// The SQL of what is declared about a use. Of an article without declarations it is unsaid.
macro_rules! use_of {
    ($name:literal) => {
        concat!(
            "coalesce(",
            newest_declared!("uses"),
            " ->> '",
            $name,
            "', 'unsaid')"
        )
    };
}

/// The columns in the order of exports; each use has a column of its own. Left out are
/// `paragraphs`, whose words `text` has, and `images` and `statements`, which have several fields.
const COLUMNS: [ConditionColumn; 35] = [
    text("id", "(ordered.site || '/' || article.name)"),
    text("site", "ordered.site"),
    text("url", "article.url"),
    text("canonical_url", "version.canonical_url"),
    whole("number", "article.number"),
    text("title", "version.title"),
    text("subtitle", "version.subtitle"),
    texts("authors", "version.authors"),
    text("byline", "version.byline"),
    text("published_at", "version.published_at"),
    text("modified_at", "version.modified_at"),
    text("published_precision", "version.published_precision"),
    text("published_source", "version.published_source"),
    text("section", "version.section"),
    text("subsection", "version.subsection"),
    text("language", "version.language"),
    text("text", "version.text"),
    texts("tags", "version.tags"),
    text("rights", "version.rights"),
    text("access", "article.access"),
    texts("opt_outs", "version.opt_outs"),
    text("uses_search", use_of!("search")),
    text("uses_ai_input", use_of!("ai_input")),
    text("uses_ai_train", use_of!("ai_train")),
    text("uses_tdm", use_of!("tdm")),
    text("use_level", newest_declared!("use_level")),
    texts(
        "licences",
        concat!("coalesce(", newest_declared!("licences"), ", '[]')"),
    ),
    text(
        "first_copy",
        "(SELECT s.name || '/' || a.name
          FROM article AS a JOIN site AS s ON s.id = a.site_id WHERE a.id = article.first_copy)",
    ),
    whole("version", "version.n"),
    text("content_sha256", "version.content_sha256"),
    text(
        "first_seen_at",
        "strftime('%Y-%m-%dT%H:%M:%SZ', article.first_seen_at / 1000, 'unixepoch')",
    ),
    text(
        "fetched_at",
        "strftime('%Y-%m-%dT%H:%M:%SZ', capture.fetched_at / 1000, 'unixepoch')",
    ),
    whole("http_status", "capture.status"),
    text("extractor", "version.extractor"),
    ConditionColumn {
        name: "confidence",
        kind: ColumnKind::Decimal,
        sql: "version.confidence",
    },
];

/// Returns the names of the columns that a condition may compare.
pub fn condition_columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|column| column.name)
}

impl ConditionColumn {
    /// Returns the column of a name.
    ///
    /// # Errors
    ///
    /// Returns what to write instead, where there is none of that name.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let lower = name.to_lowercase();
        if let Some(column) = COLUMNS.iter().find(|column| column.name == lower) {
            return Ok(*column);
        }

        let distance = |known: &str| strsim::damerau_levenshtein(known, &lower);
        let nearest = condition_columns().min_by_key(|known| distance(known));
        Err(match nearest {
            Some(known) if distance(known) <= MAX_TYPOS => {
                format!("there is no column {name:?}; did you mean {known:?}?")
            }
            _ => {
                let known: Vec<&str> = condition_columns().collect();
                format!(
                    "there is no column {name:?}; the columns are {}",
                    known.join(", ")
                )
            }
        })
    }
}
