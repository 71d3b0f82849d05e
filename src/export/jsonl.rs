//! JSON Lines: one object a line.

use std::io::Write;

use crate::export::{Layout, Record};

pub(super) struct Lines;

impl Layout for Lines {
    fn begin(&self, _to: &mut dyn Write) -> std::io::Result<()> {
        Ok(())
    }

    fn add(&self, record: &Record, to: &mut dyn Write) -> std::io::Result<()> {
        serde_json::to_writer(&mut *to, record)?;
        to.write_all(b"\n")
    }
}
