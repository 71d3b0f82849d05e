//! Lines and paragraphs as wide as a terminal. A Hangul syllable is two columns wide.

use std::io::IsTerminal;

use textwrap::{Options, WordSeparator, WordSplitter};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::cli::console;

/// The widest paragraph, in columns: longer lines are hard to read.
const WIDEST_PARAGRAPH: usize = 100;

/// The narrowest width that lines are fitted to; on a narrower terminal they are broken by it.
const NARROWEST: usize = 20;

/// The mark behind a text that was cut.
const CUT: char = '…';

/// Returns how many columns stdout has; `None` where it is no terminal. What goes into a file or
/// a pipe is not cut and not wrapped.
pub(super) fn columns() -> Option<usize> {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(&stdout).ok()?;
    let columns = usize::from(size.ws_col);
    (columns > 0).then_some(columns.max(NARROWEST))
}

/// Returns how many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Returns a text in one line, safe for a terminal: white space between words is one space.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    console::plain(&words.join(" ")).into_owned()
}

/// Cuts a line to so many columns. The mark of the cut is the last of them.
pub(super) fn fitted(line: &str, columns: usize) -> String {
    if width(line) <= columns {
        return line.to_owned();
    }

    let mut fitted = String::new();
    let mut taken = 0;
    for letter in line.chars() {
        taken += letter.width().unwrap_or(0);
        if taken >= columns {
            break;
        }
        fitted.push(letter);
    }
    fitted.push(CUT);
    fitted
}

/// Breaks a paragraph at spaces into lines of so many columns, and of 100 at most. A word that is
/// wider is broken within.
pub(super) fn wrapped(paragraph: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns else {
        return paragraph.to_owned();
    };
    let options = Options::new(columns.min(WIDEST_PARAGRAPH))
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::fill(paragraph, options)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_cut_by_columns_and_not_by_letters() {
        assert_eq!(fitted("책방 소식", 9), "책방 소식");
        assert_eq!(fitted("책방 소식", 8), "책방 소…");
        assert_eq!(fitted("책방", 3), "책…");
        assert_eq!(fitted("책방", 2), "…");
    }

    #[test]
    fn a_paragraph_is_broken_at_spaces() {
        assert_eq!(
            wrapped("작은 책방이 문을 열었다", Some(20)),
            "작은 책방이 문을\n열었다"
        );
        assert_eq!(wrapped("작은 책방", None), "작은 책방");
        // Twelve syllables without a space.
        assert_eq!(
            wrapped(&"책".repeat(12), Some(20)),
            "책책책책책책책책책책\n책책"
        );
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_it_may_be(text in "[a-z가-힣 ]{0,80}", columns in 20..120_usize) {
            prop_assert!(width(&fitted(&text, columns)) <= columns);
            for line in wrapped(&text, Some(columns)).lines() {
                prop_assert!(width(line) <= columns, "{line:?}");
            }
        }
    }
}
