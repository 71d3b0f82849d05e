//! CSV (RFC 4180): a header and one line an article; lists stand in their cells as JSON.

use std::io::Write;

use serde_json::Value;

use crate::export::output::Output;
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
            write(to, Record::COLUMNS.iter().map(|name| (*name).to_owned()))
        })
    }

    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        let formulas = self.cells.formulas;
        self.output.put(|to| {
            let fields = serde_json::to_value(record)?;
            write(
                to,
                Record::COLUMNS
                    .iter()
                    .map(|name| cell(&fields[*name], formulas)),
            )
        })
    }

    fn end(self: Box<Self>) -> Result<(), ExportError> {
        self.output.end()
    }
}

fn write(to: &mut dyn Write, cells: impl Iterator<Item = String>) -> std::io::Result<()> {
    let mut line = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(to);
    // The crate's own conversion would hide what kind of failure it was.
    line.write_record(cells).map_err(|error| {
        let kind = error.into_kind();
        if let csv::ErrorKind::Io(why) = kind {
            why
        } else {
            std::io::Error::other(format!("{kind:?}"))
        }
    })?;
    line.flush()
}

fn cell(field: &Value, formulas: Formulas) -> String {
    match field {
        Value::Null => String::new(),
        Value::String(text) if formulas == Formulas::Guarded && is_formula(text) => {
            format!("'{text}")
        }
        Value::String(text) => text.clone(),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            other.to_string()
        }
    }
}

/// Tells a text that a spreadsheet may run; numbers and lists never begin so, as they are no texts.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_a_spreadsheet_would_run_is_guarded_and_a_number_is_not() {
        for text in ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(cell(&json!(text), Formulas::Guarded), format!("'{text}"));
            assert_eq!(cell(&json!(text), Formulas::Raw), text);
        }
        assert_eq!(cell(&json!(-7), Formulas::Guarded), "-7");
        assert_eq!(cell(&json!("a=1"), Formulas::Guarded), "a=1");
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
