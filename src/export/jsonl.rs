//! JSON Lines: one object a line.

use crate::export::output::Output;
use crate::export::{ExportError, FormatWriter, Record};

pub(super) struct Lines<'o>(pub Output<'o>);

impl FormatWriter for Lines<'_> {
    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        self.0.put(|to| {
            serde_json::to_writer(&mut *to, record)?;
            to.write_all(b"\n")
        })
    }

    fn end(self: Box<Self>) -> Result<(), ExportError> {
        self.0.end()
    }
}
