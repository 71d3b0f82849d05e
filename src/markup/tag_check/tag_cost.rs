//! The cost of reading tags: attributes of one tag, and bytes read in all of them.

use memchr::{memchr, memchr3};

use crate::markup::MarkupError;

/// The most attributes of a tag. A parser compares each with all before it; real tags have some 30.
pub(super) const MAX_ATTRIBUTES: usize = 1_000;

/// The bytes that may be read in tags, as a multiple of the page's length. Tags do not overlap, so
/// only a page that makes tags contain one another needs more.
const READS_PER_BYTE: usize = 16;

/// The shortest tag in bytes that may have too many attributes: each takes a letter and a space.
const LONG_TAG: usize = 2 * MAX_ATTRIBUTES;

/// Counts the bytes that are read in tags. Only a parser knows where text ends and a tag begins, so
/// every `<` that may begin a tag counts as one.
pub(super) struct TagCost {
    left: usize,
}

impl TagCost {
    /// Starts the count for a page of so many bytes.
    pub(super) fn for_page(bytes: usize) -> Self {
        Self {
            left: READS_PER_BYTE * bytes,
        }
    }

    /// Refuses a tag of too many attributes. `tag` is the page from the tag's name on.
    pub(super) fn check(&mut self, tag: &[u8]) -> Result<(), MarkupError> {
        let (attributes, read) = match end_of_tag(&tag[..tag.len().min(LONG_TAG)]) {
            Some(end) => (0, end),
            None => attributes(tag),
        };
        self.left = self.left.checked_sub(read).ok_or(MarkupError::Bomb)?;

        if attributes > MAX_ATTRIBUTES {
            Err(MarkupError::Bomb)
        } else {
            Ok(())
        }
    }
}

/// Returns the end of a tag: its first `>` outside of quotes.
pub(super) fn end_of_tag(tag: &[u8]) -> Option<usize> {
    let mut at = 0;

    loop {
        let next = at + memchr3(b'>', b'"', b'\'', &tag[at..])?;
        let mark = tag[next];
        if mark == b'>' {
            return Some(next);
        }

        // A quote opens a value only behind `=`; elsewhere it is a letter of a name.
        let opens = tag[..next].trim_ascii_end().last() == Some(&b'=');
        at = next + 1;
        if opens {
            at += memchr(mark, &tag[at..])? + 1;
        }
    }
}

/// Returns an upper bound of a tag's attributes, and the number of bytes that were read.
fn attributes(tag: &[u8]) -> (usize, usize) {
    let (mut count, mut quote, mut last, mut last_sign) = (0, None, b'x', b'x');

    for (at, byte) in tag.iter().copied().enumerate() {
        match quote {
            Some(mark) if byte == mark => {
                (quote, last, last_sign) = (None, b' ', b' ');
                continue;
            }
            Some(_) => continue,
            None if byte == b'>' || count > MAX_ATTRIBUTES => return (count, at),
            // A quote opens a value only behind `=`; elsewhere it is a letter of a name.
            None if last_sign == b'=' && matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None => count += usize::from(is_gap(last) && !is_gap(byte)),
        }

        last = byte;
        if !byte.is_ascii_whitespace() {
            last_sign = byte;
        }
    }

    (count, tag.len())
}

/// Tells whether a byte separates attributes.
fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/'
}
