//! The one door to stdout and stderr: data goes to the one, everything else to the other.

use std::borrow::Cow;
use std::io::{ErrorKind, Write};

use serde::Serialize;

/// Writes data, and a line end, to stdout. A reader that has gone away, as `head` does, is no error.
pub(in crate::cli) fn data(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(plain(text).as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
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
    let _ = writeln!(std::io::stderr(), "{}", plain(text));
}

/// What servers have written must not command the terminal that it is shown on: control characters and marks of direction
/// become `\u{…}`, but for line ends and tabs.
fn plain(text: &str) -> Cow<'_, str> {
    let commands = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(commands) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if commands(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escaped).collect())
}

/// Says why a command failed, cause by cause.
pub(in crate::cli) fn error(error: &anyhow::Error) {
    note(&format!("saseo: {error:#}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_wrote_does_not_command_the_terminal() {
        assert_eq!(plain("책\u{1b}[2J\u{202e}방\r\u{7}"), "책\\u{1b}[2J\\u{202e}방\\u{d}\\u{7}");
        assert!(matches!(plain("책\t방\n"), Cow::Borrowed(_)));
    }
}
