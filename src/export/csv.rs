//! CSV (RFC 4180): a header and one line an article; lists stand in their cells as JSON.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::export::output::Output;
use crate::export::record::{images_in_json, texts_in_json, uses_in_json};
use crate::export::{ExportError, FormatWriter, Record};

/// How a spreadsheet is to take the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvDialect {
    pub formulas: Formulas,
    pub mark: Mark,
}

/// What becomes of a text that a spreadsheet would take for a formula.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Formulas {
    /// An apostrophe stands before it (OWASP, "CSV Injection").
    #[default]
    Guarded,
    /// It stands as it was read, for programs that are no spreadsheet.
    Raw,
}

/// Whether the file begins with a byte order mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    #[default]
    None,
    /// By it Excel knows the file for UTF-8.
    Utf8,
}

pub(super) struct CsvTable<'o> {
    pub output: Output<'o>,
    pub cells: CsvDialect,
}

impl FormatWriter for CsvTable<'_> {
    fn begin(&mut self) -> Result<(), ExportError> {
        let mark = match self.cells.mark {
            Mark::None => "",
            Mark::Utf8 => "\u{feff}",
        };
        self.output.put(|to| {
            to.write_all(mark.as_bytes())?;
            write(to, Record::COLUMNS.into_iter())
        })
    }

    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        let cells = cells(record, self.cells.formulas);
        self.output
            .put(|to| write(to, cells.iter().map(AsRef::as_ref)))
    }

    fn end(self: Box<Self>) -> Result<(), ExportError> {
        self.output.end()
    }
}

fn write<'c>(to: &mut dyn Write, cells: impl Iterator<Item = &'c str>) -> io::Result<()> {
    let mut line = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(to);
    // The crate's own conversion would hide what kind of failure it was.
    line.write_record(cells).map_err(|error| {
        let kind = error.into_kind();
        if let csv::ErrorKind::Io(why) = kind {
            why
        } else {
            io::Error::other(format!("{kind:?}"))
        }
    })?;
    line.flush()
}

/// Returns a record's cells in the order of [`Record::COLUMNS`]. A null is an empty cell.
fn cells(record: &Record, formulas: Formulas) -> [Cow<'_, str>; Record::COLUMNS.len()] {
    [
        text_or_null(&record.id, formulas),
        text_or_null(&record.site, formulas),
        text_or_null(&record.url, formulas),
        text_or_null(&record.canonical_url, formulas),
        number(record.number),
        text_or_null(&record.title, formulas),
        text_or_null(&record.subtitle, formulas),
        texts_in_json(&record.authors).into(),
        text_or_null(&record.byline, formulas),
        text_or_null(&record.published_at, formulas),
        text_or_null(&record.modified_at, formulas),
        record.published_precision.unwrap_or_default().into(),
        text_or_null(&record.published_source, formulas),
        text_or_null(&record.section, formulas),
        text_or_null(&record.subsection, formulas),
        text_or_null(&record.language, formulas),
        text(&record.text, formulas),
        texts_in_json(&record.paragraphs).into(),
        images_in_json(&record.images).into(),
        texts_in_json(&record.tags).into(),
        text_or_null(&record.rights, formulas),
        record.access.into(),
        texts_in_json(&record.opt_outs).into(),
        uses_in_json(record.uses).into(),
        record.use_level.unwrap_or_default().into(),
        texts_in_json(&record.licences).into(),
        number(record.version),
        text(&record.content_sha256, formulas),
        text_or_null(&record.first_seen_at, formulas),
        text_or_null(&record.fetched_at, formulas),
        number(record.http_status),
        text(&record.extractor, formulas),
        number(record.confidence.map(serde_json::Value::from)),
    ]
}

fn text_or_null(field: &Option<String>, formulas: Formulas) -> Cow<'_, str> {
    text(field.as_deref().unwrap_or_default(), formulas)
}

fn text(field: &str, formulas: Formulas) -> Cow<'_, str> {
    if formulas == Formulas::Guarded && is_formula(field) {
        format!("'{field}").into()
    } else {
        field.into()
    }
}

fn number(field: Option<impl ToString>) -> Cow<'static, str> {
    field
        .map(|number| number.to_string())
        .unwrap_or_default()
        .into()
}

/// Tells a text that a spreadsheet may run; numbers and lists never begin so, as they are no texts.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;
    use crate::export::Provenance;
    use crate::extract::{Article, Image};

    #[test]
    fn a_text_that_a_spreadsheet_would_run_is_guarded_and_a_number_is_not() {
        for formula in ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(text(formula, Formulas::Guarded), format!("'{formula}"));
            assert_eq!(text(formula, Formulas::Raw), formula);
        }
        assert_eq!(number(Some(-7)), "-7");
        assert_eq!(text("a=1", Formulas::Guarded), "a=1");
    }

    #[test]
    fn each_cell_stands_under_its_own_column() {
        let article = Article {
            number: Some(u64::MAX),
            title: Some("=title".into()),
            authors: vec!["hong".into()],
            images: vec![Image::default()],
            confidence: Some(1.0),
            ..Article::default()
        };
        let record = Record::new(article, Provenance::default());
        let fields = serde_json::to_value(&record).unwrap();

        let cells = cells(&record, Formulas::Raw);

        for (name, cell) in Record::COLUMNS.iter().zip(cells) {
            let expected = match &fields[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other
                @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                    other.to_string()
                }
            };
            assert_eq!(cell, expected, "{name}");
        }
    }

    #[test]
    fn the_byte_order_mark_is_written_once_and_only_where_it_is_wanted() {
        let header = |mark| {
            let mut out = Vec::new();
            let output = Output::new(Path::new("out.csv"), &mut out);
            let mut table = Box::new(CsvTable {
                output,
                cells: CsvDialect {
                    mark,
                    ..CsvDialect::default()
                },
            });
            table.begin().and_then(|()| table.end()).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(header(Mark::Utf8).starts_with("\u{feff}id,"));
        assert!(header(Mark::None).starts_with("id,"));
    }
}
