//! CSV (RFC 4180): a header and one line an article; lists stand in their cells as JSON.

use std::io::Write;

use serde_json::Value;

use crate::export::{Layout, Record};

pub(in crate::export) struct Table;

impl Layout for Table {
    fn begin(&self, to: &mut dyn Write) -> std::io::Result<()> {
        write(to, Record::COLUMNS.iter().map(|name| (*name).to_owned()))
    }

    fn add(&self, record: &Record, to: &mut dyn Write) -> std::io::Result<()> {
        let fields = serde_json::to_value(record)?;
        write(to, Record::COLUMNS.iter().map(|name| cell(&fields[*name])))
    }
}

fn write(to: &mut dyn Write, cells: impl Iterator<Item = String>) -> std::io::Result<()> {
    let mut line = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    // The crate's own conversion would hide what kind of failure it was.
    line.write_record(cells).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(why) => why,
        other => std::io::Error::other(format!("{other:?}")),
    })?;
    line.flush()
}

fn cell(field: &Value) -> String {
    match field {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
