//! JSON Lines: one object a line.

use crate::export::output::Output;
use crate::export::{ExportError, FormatWriter, Record};

pub(super) struct Lines<'o> {
    output: Output<'o>,
    /// The line that is being made: in memory, since it is made of many small parts.
    line: Vec<u8>,
}

impl<'o> Lines<'o> {
    pub(super) fn of(output: Output<'o>) -> Self {
        Self {
            output,
            line: Vec::new(),
        }
    }
}

impl FormatWriter for Lines<'_> {
    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        let Self { output, line } = self;
        line.clear();

        output.put(|to| {
            serde_json::to_writer(&mut *line, record)?;
            line.push(b'\n');
            to.write_all(line)
        })
    }

    fn end(self: Box<Self>) -> Result<(), ExportError> {
        self.output.end()
    }
}
