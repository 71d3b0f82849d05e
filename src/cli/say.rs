//! The one door to stdout and stderr: data goes to the one, everything else to the other.

use std::io::{ErrorKind, Write};

use serde::Serialize;

/// Writes data, and a line end, to stdout. A reader that has gone away, as `head` does, is no error.
pub(in crate::cli) fn data(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to stdout"))
        }
        _ => Ok(()),
    }
}

/// Writes a value as JSON to stdout.
pub(in crate::cli) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    data(&serde_json::to_string_pretty(value)?)
}

/// How much is said to whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Voice {
    Usual,
    /// Errors only.
    Quiet,
}

impl Voice {
    /// Says something that is no error.
    pub fn note(self, text: &str) {
        match self {
            Self::Usual => note(text),
            Self::Quiet => {}
        }
    }
}

/// Says something to whoever watches.
pub(in crate::cli) fn note(text: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Says why a command failed, cause by cause.
pub(in crate::cli) fn error(error: &anyhow::Error) {
    note(&format!("saseo: {error:#}"));
}
