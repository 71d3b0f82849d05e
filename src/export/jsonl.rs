//! JSON Lines: one object a line.

mod schema;

use serde::Serialize;

use crate::export::exported_counts::ExportedCounts;
use crate::export::output::Output;
use crate::export::{ExportError, FormatWriter, Record, WrittenFiles};

pub use schema::JsonSchema;

pub(super) struct Lines<'o> {
    output: Output<'o>,
    schema: JsonSchema,
    /// The line that is being made: in memory, since it is made of many small parts.
    line: Vec<u8>,
}

impl<'o> Lines<'o> {
    pub(super) fn of(output: Output<'o>, schema: JsonSchema) -> Self {
        Self {
            output,
            schema,
            line: Vec::new(),
        }
    }

    fn write(&mut self, object: &impl Serialize) -> Result<(), ExportError> {
        let Self { output, line, .. } = self;
        line.clear();

        output.put(|to| {
            serde_json::to_writer(&mut *line, object)?;
            line.push(b'\n');
            to.write_all(line)
        })
    }
}

impl FormatWriter for Lines<'_> {
    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        match self.schema {
            JsonSchema::Saseo => self.write(record),
            JsonSchema::NewsPlease => self.write(&schema::news_please(record)),
            JsonSchema::SchemaOrg => self.write(&schema::schema_org(record)),
            JsonSchema::CcNews => self.write(&schema::cc_news(record)),
        }
    }

    fn end(self: Box<Self>, _: &ExportedCounts) -> Result<WrittenFiles, ExportError> {
        self.output.end()?;
        Ok(WrittenFiles::default())
    }
}
