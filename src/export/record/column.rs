//! The columns of every export: name, kind, meaning, and where a record has the value. A new field
//! of [`Record`] is one row here, and each format has it.

use crate::export::record::{Record, RightsStatement};
use crate::extract::Image;
use crate::rights::Uses;

/// The kind of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Text,
    /// An unsigned number of 64 bits.
    Whole,
    Decimal,
    /// RFC 3339 in whole seconds.
    Moment,
    /// A list of texts.
    Texts,
    /// Each use with its state: a JSON object, `{"search":"unsaid",…}`.
    Uses,
    /// A list of statements about uses.
    Statements,
    /// A list of photos.
    Images,
}

/// A value of a record. Moments are texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FieldValue<'r> {
    Null,
    Text(&'r str),
    Whole(u64),
    Decimal(f64),
    Texts(&'r [String]),
    Uses(Uses),
    Statements(&'r [RightsStatement]),
    Images(&'r [Image]),
}

/// A column of exports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordColumn {
    pub name: &'static str,
    pub kind: ValueKind,
    /// Its meaning in one line, without a full stop.
    pub about: &'static str,
    value: for<'r> fn(&'r Record) -> FieldValue<'r>,
}

impl RecordColumn {
    /// Returns the value that a record has in this column.
    pub(crate) fn value<'r>(&self, record: &'r Record) -> FieldValue<'r> {
        (self.value)(record)
    }
}

/// The columns in their order.
pub(crate) const COLUMNS: [RecordColumn; 35] = [
    RecordColumn {
        name: "id",
        kind: ValueKind::Text,
        about: "the site's name, and the article's number, its text, or its address",
        value: |record| text_or_null(&record.id),
    },
    RecordColumn {
        name: "site",
        kind: ValueKind::Text,
        about: "the name of the paper's site file",
        value: |record| text_or_null(&record.site),
    },
    RecordColumn {
        name: "url",
        kind: ValueKind::Text,
        about: "the address that it was fetched from",
        value: |record| text_or_null(&record.url),
    },
    RecordColumn {
        name: "canonical_url",
        kind: ValueKind::Text,
        about: "the address that the page names",
        value: |record| text_or_null(&record.canonical_url),
    },
    RecordColumn {
        name: "number",
        kind: ValueKind::Whole,
        about: "the article's number in its paper",
        value: |record| record.number.map_or(FieldValue::Null, FieldValue::Whole),
    },
    RecordColumn {
        name: "title",
        kind: ValueKind::Text,
        about: "the headline, without the paper's name",
        value: |record| text_or_null(&record.title),
    },
    RecordColumn {
        name: "subtitle",
        kind: ValueKind::Text,
        about: "the lines under the headline",
        value: |record| text_or_null(&record.subtitle),
    },
    RecordColumn {
        name: "authors",
        kind: ValueKind::Texts,
        about: "names only, without title or mail",
        value: |record| FieldValue::Texts(&record.authors),
    },
    RecordColumn {
        name: "byline",
        kind: ValueKind::Text,
        about: "the writer as printed",
        value: |record| text_or_null(&record.byline),
    },
    RecordColumn {
        name: "published_at",
        kind: ValueKind::Moment,
        about: "when it was published, with the paper's own offset",
        value: |record| text_or_null(&record.published_at),
    },
    RecordColumn {
        name: "modified_at",
        kind: ValueKind::Moment,
        about: "when it was changed, with the paper's own offset",
        value: |record| text_or_null(&record.modified_at),
    },
    RecordColumn {
        name: "published_precision",
        kind: ValueKind::Text,
        about: "day, minute or second: how exactly the page tells published_at",
        value: |record| {
            record
                .published_precision
                .map_or(FieldValue::Null, FieldValue::Text)
        },
    },
    RecordColumn {
        name: "published_source",
        kind: ValueKind::Text,
        about: "where the date stood, and dates that contradict it",
        value: |record| text_or_null(&record.published_source),
    },
    RecordColumn {
        name: "section",
        kind: ValueKind::Text,
        about: "the section, as printed",
        value: |record| text_or_null(&record.section),
    },
    RecordColumn {
        name: "subsection",
        kind: ValueKind::Text,
        about: "the section within the section, as printed",
        value: |record| text_or_null(&record.subsection),
    },
    RecordColumn {
        name: "language",
        kind: ValueKind::Text,
        about: "the language, as BCP 47 names it",
        value: |record| text_or_null(&record.language),
    },
    RecordColumn {
        name: "text",
        kind: ValueKind::Text,
        about: "the paragraphs, joined by blank lines",
        value: |record| FieldValue::Text(&record.text),
    },
    RecordColumn {
        name: "paragraphs",
        kind: ValueKind::Texts,
        about: "the paragraphs one by one",
        value: |record| FieldValue::Texts(&record.paragraphs),
    },
    RecordColumn {
        name: "images",
        kind: ValueKind::Images,
        about: "the photos in the text: url, caption, credit",
        value: |record| FieldValue::Images(&record.images),
    },
    RecordColumn {
        name: "tags",
        kind: ValueKind::Texts,
        about: "as the page gives them",
        value: |record| FieldValue::Texts(&record.tags),
    },
    RecordColumn {
        name: "rights",
        kind: ValueKind::Text,
        about: "the copyright line under the story",
        value: |record| text_or_null(&record.rights),
    },
    RecordColumn {
        name: "access",
        kind: ValueKind::Text,
        about: "open, members (only the public part is kept) or gone",
        value: |record| FieldValue::Text(record.access),
    },
    RecordColumn {
        name: "opt_outs",
        kind: ValueKind::Texts,
        about: "what was said against uses of the page",
        value: |record| FieldValue::Texts(&record.opt_outs),
    },
    RecordColumn {
        name: "uses",
        kind: ValueKind::Uses,
        about: "whether search, ai_input, ai_train and tdm are allowed, reserved or unsaid",
        value: |record| FieldValue::Uses(record.uses),
    },
    RecordColumn {
        name: "use_level",
        kind: ValueKind::Text,
        about: "immediate, reference or full: how much of it may be used at once",
        value: |record| record.use_level.map_or(FieldValue::Null, FieldValue::Text),
    },
    RecordColumn {
        name: "licences",
        kind: ValueKind::Texts,
        about: "addresses of the licences that the paper names",
        value: |record| FieldValue::Texts(&record.licences),
    },
    RecordColumn {
        name: "statements",
        kind: ValueKind::Statements,
        about: "each statement about uses: what it is about, what it says, its source and words",
        value: |record| FieldValue::Statements(&record.statements),
    },
    RecordColumn {
        name: "first_copy",
        kind: ValueKind::Text,
        about: "the id of the article of another paper that carried the same story first",
        value: |record| text_or_null(&record.first_copy),
    },
    RecordColumn {
        name: "version",
        kind: ValueKind::Whole,
        about: "the number among the article's versions",
        value: |record| record.version.map_or(FieldValue::Null, FieldValue::Whole),
    },
    RecordColumn {
        name: "content_sha256",
        kind: ValueKind::Text,
        about: "the SHA-256 of title and text",
        value: |record| FieldValue::Text(&record.content_sha256),
    },
    RecordColumn {
        name: "first_seen_at",
        kind: ValueKind::Moment,
        about: "when saseo fetched the article for the first time, in UTC",
        value: |record| text_or_null(&record.first_seen_at),
    },
    RecordColumn {
        name: "fetched_at",
        kind: ValueKind::Moment,
        about: "when this version's page was fetched, in UTC",
        value: |record| text_or_null(&record.fetched_at),
    },
    RecordColumn {
        name: "http_status",
        kind: ValueKind::Whole,
        about: "the status of the answer that brought it",
        value: |record| whole(record.http_status),
    },
    RecordColumn {
        name: "extractor",
        kind: ValueKind::Text,
        about: "the profile and skin that read it",
        value: |record| FieldValue::Text(&record.extractor),
    },
    RecordColumn {
        name: "confidence",
        kind: ValueKind::Decimal,
        about: "without a profile, how sure the reading is, from 0 to 1",
        value: |record| {
            record
                .confidence
                .map_or(FieldValue::Null, FieldValue::Decimal)
        },
    },
];

fn text_or_null(text: &Option<String>) -> FieldValue<'_> {
    text.as_deref().map_or(FieldValue::Null, FieldValue::Text)
}

fn whole(number: Option<u16>) -> FieldValue<'static> {
    number.map_or(FieldValue::Null, |number| FieldValue::Whole(number.into()))
}
