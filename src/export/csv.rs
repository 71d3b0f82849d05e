//! CSV (RFC 4180): a header and one line an article; lists stand in their cells as JSON.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::export::exported_counts::ExportedCounts;
use crate::export::output::Output;
use crate::export::record::{
    COLUMNS, FieldValue, images_in_json, statements_in_json, texts_in_json, uses_in_json,
};
use crate::export::{ExportError, FormatWriter, Record, WrittenFiles};

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
            write_row(to, COLUMNS.iter().map(|column| column.name))
        })
    }

    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        let formulas = self.cells.formulas;
        let cells: Vec<_> = record.values().map(|value| cell(value, formulas)).collect();
        self.output
            .put(|to| write_row(to, cells.iter().map(AsRef::as_ref)))
    }

    fn end(self: Box<Self>, _: &ExportedCounts) -> Result<WrittenFiles, ExportError> {
        self.output.end()?;
        Ok(WrittenFiles::default())
    }
}

/// Writes a line whose cells a spreadsheet may open: a text that it would run is guarded.
pub(crate) fn write_guarded_row(to: &mut dyn Write, cells: &[&str]) -> io::Result<()> {
    let cells: Vec<_> = cells.iter().map(|cell| guarded(cell)).collect();
    write_row(to, cells.iter().map(AsRef::as_ref))
}

pub(super) fn write_row<'c>(
    to: &mut dyn Write,
    cells: impl Iterator<Item = &'c str>,
) -> io::Result<()> {
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

/// Returns the cell of a value. A null is an empty cell.
fn cell(value: FieldValue<'_>, formulas: Formulas) -> Cow<'_, str> {
    match value {
        FieldValue::Null => "".into(),
        FieldValue::Text(field) => text(field, formulas),
        FieldValue::Whole(number) => number.to_string().into(),
        // As JSON has it: 1.0, not 1.
        FieldValue::Decimal(number) => serde_json::Value::from(number).to_string().into(),
        FieldValue::Texts(texts) => texts_in_json(texts).into(),
        FieldValue::Uses(uses) => uses_in_json(uses).into(),
        FieldValue::Statements(statements) => statements_in_json(statements).into(),
        FieldValue::Images(images) => images_in_json(images).into(),
    }
}

fn text(field: &str, formulas: Formulas) -> Cow<'_, str> {
    match formulas {
        Formulas::Guarded => guarded(field),
        Formulas::Raw => field.into(),
    }
}

/// Returns a text as a spreadsheet may open it: one that it would run has an apostrophe before it.
fn guarded(field: &str) -> Cow<'_, str> {
    if is_formula(field) {
        format!("'{field}").into()
    } else {
        field.into()
    }
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
    use crate::export::output::FileCoding;
    use crate::extract::{Article, Image};

    #[test]
    fn a_text_that_a_spreadsheet_would_run_is_guarded() {
        assert_eq!(guarded("=cmd()"), "'=cmd()");
        assert_eq!(guarded("책"), "책");
    }

    #[test]
    fn a_text_that_a_spreadsheet_would_run_is_guarded_and_a_number_is_not() {
        for formula in ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(text(formula, Formulas::Guarded), format!("'{formula}"));
            assert_eq!(text(formula, Formulas::Raw), formula);
        }
        assert_eq!(text("a=1", Formulas::Guarded), "a=1");
    }

    #[test]
    fn each_cell_stands_under_its_own_column() {
        let article = Article {
            key: Some(u64::MAX.into()),
            title: Some("=title".into()),
            authors: vec!["hong".into()],
            images: vec![Image::default()],
            confidence: Some(1.0),
            ..Article::default()
        };
        let record = Record::new(article, Provenance::default());
        let fields = serde_json::to_value(&record).unwrap();

        // An object of serde_json has its keys in another order.
        let others = COLUMNS.iter().zip(record.values());
        for (column, value) in others.filter(|(column, _)| column.name != "uses") {
            let (name, cell) = (column.name, cell(value, Formulas::Raw));
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
            let output = Output::new(Path::new("out.csv"), &mut out, FileCoding::Plain).unwrap();
            let mut table = Box::new(CsvTable {
                output,
                cells: CsvDialect {
                    mark,
                    ..CsvDialect::default()
                },
            });
            table.begin().unwrap();
            table.end(&ExportedCounts::default()).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(header(Mark::Utf8).starts_with("\u{feff}id,"));
        assert!(header(Mark::None).starts_with("id,"));
    }
}
