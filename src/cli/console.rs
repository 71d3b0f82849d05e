//! The one door to stdout and stderr. Data goes to stdout, everything else to stderr.

use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal, Write};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;

use crate::text::is_direction_mark;

/// Writes data and a line end to stdout. A reader that has gone away, as `head` does, is no error.
pub(super) fn data(text: &str) -> anyhow::Result<()> {
    write_out(format!("{}\n", plain(text)).as_bytes())
}

/// Writes lines that end with CR LF to stdout, as RIS wants them.
pub(super) fn lines_with_crlf(text: &str) -> anyhow::Result<()> {
    let lines: Vec<Cow<'_, str>> = text.split("\r\n").map(plain).collect();
    write_out(lines.join("\r\n").as_bytes())
}

fn write_out(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to stdout"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Whether somebody reads what is written to stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readers {
    There,
    Gone,
}

/// Writes one line of JSON, which ends with its line end, to stdout at once.
pub(super) fn json_line(line: &[u8]) -> anyhow::Result<Readers> {
    let text = String::from_utf8_lossy(line);
    let mut out = std::io::stdout().lock();
    let written = out.write_all(in_json(&text).as_bytes());
    match written.and_then(|()| out.flush()) {
        Ok(()) => Ok(Readers::There),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Readers::Gone),
        Err(error) => Err(anyhow::Error::new(error).context("cannot write to stdout")),
    }
}

/// Tells whether stdout has a reader. Of a pipe, its end is known without writing to it.
pub(super) fn is_read() -> bool {
    let stdout = std::io::stdout();
    let mut polled = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec::default();
    match poll(&mut polled, Some(&at_once)) {
        Ok(_) => !polled[0].revents().contains(PollFlags::ERR),
        // Where the system does not tell, the next line does.
        Err(_) => true,
    }
}

/// The look of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Removed,
    Added,
    /// A word that was looked for.
    Found,
}

/// Writes data of several styles to stdout. On a terminal it has colours, unless NO_COLOR is set
/// (<https://no-color.org>). Elsewhere it has the marks of wdiff.
pub(super) fn styled(parts: &[(Style, String)]) -> anyhow::Result<()> {
    let in_colour = std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());

    let mut text = String::new();
    for (style, part) in parts {
        let (before, after) = match (style, in_colour) {
            (Style::Plain, _) | (Style::Found, false) => ("", ""),
            (Style::Found, true) => ("\u{1b}[1m", "\u{1b}[0m"),
            (Style::Removed, true) => ("\u{1b}[31;9m", "\u{1b}[0m"),
            (Style::Added, true) => ("\u{1b}[32m", "\u{1b}[0m"),
            (Style::Removed, false) => ("[-", "-]"),
            (Style::Added, false) => ("{+", "+}"),
        };
        text.extend([before, &plain(part), after]);
    }
    write_out(text.as_bytes())
}

/// Writes a value as JSON to stdout.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    data(&in_json(&serde_json::to_string_pretty(value)?))
}

/// Escapes the characters of a JSON text that could control a terminal, as JSON does: `\u` and four
/// digits, or two surrogates of them. Outside of its strings, JSON has none of these characters.
pub(super) fn in_json(text: &str) -> Cow<'_, str> {
    if !text.contains(controls) {
        return Cow::Borrowed(text);
    }

    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if controls(c) {
            let units = c
                .encode_utf16(&mut [0; 2])
                .iter()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect::<String>();
            escaped.push_str(&units);
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// How much is told on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbosity {
    Usual,
    /// Errors only.
    Quiet,
}

impl Verbosity {
    /// Writes a message that is no error to stderr.
    pub(super) fn note(self, text: &str) {
        match self {
            Self::Usual => note(text),
            Self::Quiet => {}
        }
    }
}

/// Writes a message to stderr.
pub(super) fn note(text: &str) {
    // Where stderr is closed, nobody reads it.
    let _ = writeln!(std::io::stderr(), "{}", plain(text));
}

/// Escapes the characters that could control a terminal as `\u{…}`: a title that a server wrote
/// must not. These are control characters, except line ends and tabs, and marks of direction.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(controls) {
        return Cow::Borrowed(text);
    }

    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if controls(c) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Returns whether a character could control a terminal: a control character, or a mark of
/// direction.
fn controls(c: char) -> bool {
    is_direction_mark(c) || (c.is_control() && !matches!(c, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_servers_cannot_control_the_terminal() {
        assert_eq!(
            plain("책\u{1b}[2J\u{202e}방\r\u{7}"),
            "책\\u{1b}[2J\\u{202e}방\\u{d}\\u{7}"
        );
        assert!(matches!(plain("책\t방\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_that_is_safe_for_a_terminal_is_the_same_json() {
        let title = "책\u{2066}방\u{2069}\u{202e}\u{1b}[2J\u{9b}\u{7f}";

        let printed = serde_json::to_string_pretty(&serde_json::json!({ "title": title })).unwrap();
        let safe = in_json(&printed);

        assert!(
            !safe.contains(controls) && safe.contains("\\u2066"),
            "{safe}"
        );
        let read: serde_json::Value = serde_json::from_str(&safe).unwrap();
        assert_eq!(read["title"], title);
    }
}
