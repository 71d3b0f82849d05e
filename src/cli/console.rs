//! The one door to stdout and stderr: data goes to the one, everything else to the other.

use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal, Write};

use serde::Serialize;

/// Writes data, and a line end, to stdout. A reader that has gone away, as `head` does, is no error.
pub(super) fn data(text: &str) -> anyhow::Result<()> {
    write_out(format!("{}\n", plain(text)).as_bytes())
}

fn write_out(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to stdout"))
        }
        _ => Ok(()),
    }
}

/// How a piece of text is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Removed,
    Added,
}

/// Writes data of several looks to stdout: in colours on a terminal (unless NO_COLOR is set, <https://no-color.org>), else with
/// marks as wdiff sets them.
pub(super) fn styled(parts: &[(Style, String)]) -> anyhow::Result<()> {
    let in_colour = std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let mut text = String::new();
    for (style, part) in parts {
        let (before, after) = match (style, in_colour) {
            (Style::Plain, _) => ("", ""),
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

/// Escapes in a JSON text what could command a terminal, as JSON does it: `\u` and four digits, of
/// a character beyond those its two surrogates. Outside of strings JSON has no such characters but
/// line ends and tabs.
pub(super) fn in_json(text: &str) -> Cow<'_, str> {
    if !text.contains(commands) {
        return Cow::Borrowed(text);
    }

    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if commands(c) {
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

/// How much is said to whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbosity {
    Usual,
    /// Errors only.
    Quiet,
}

impl Verbosity {
    /// Says something that is no error.
    pub fn note(self, text: &str) {
        match self {
            Self::Usual => note(text),
            Self::Quiet => {}
        }
    }
}

/// Says something to whoever watches.
pub(super) fn note(text: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{}", plain(text));
}

/// What servers have written must not command the terminal that it is shown on: control characters and marks of direction
/// become `\u{…}`, but for line ends and tabs.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(commands) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| {
        if commands(c) {
            c.escape_unicode().to_string()
        } else {
            c.to_string()
        }
    };
    Cow::Owned(text.chars().map(escaped).collect())
}

/// Tells a character that commands a terminal: a control character, or a mark of direction
/// (Unicode's Bidi_Control).
fn commands(c: char) -> bool {
    let is_direction = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    is_direction || (c.is_control() && !matches!(c, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_wrote_does_not_command_the_terminal() {
        assert_eq!(
            plain("책\u{1b}[2J\u{202e}방\r\u{7}"),
            "책\\u{1b}[2J\\u{202e}방\\u{d}\\u{7}"
        );
        assert!(matches!(plain("책\t방\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_stays_json_where_it_is_made_safe_for_a_terminal() {
        let title = "책\u{2066}방\u{2069}\u{202e}\u{1b}[2J\u{9b}\u{7f}";
        let printed = serde_json::to_string_pretty(&serde_json::json!({ "title": title })).unwrap();
        let safe = in_json(&printed);
        assert!(
            !safe.contains(commands) && safe.contains("\\u2066"),
            "{safe}"
        );
        let read: serde_json::Value = serde_json::from_str(&safe).unwrap();
        assert_eq!(read["title"], title);
    }
}
