//! How heavy a page's tree will be, estimated from its tags before it is built.
//!
//! A parser follows the HTML standard, which lets a small page unfold without bound: every element reopens all unclosed
//! formatting elements, and every selector may climb all open ones.

use crate::markup::MarkupError;

/// Elements that close themselves, or that pages leave open and parsers close.
const LIGHT: [&str; 24] = [
    "br", "img", "input", "meta", "link", "hr", "p", "li", "td", "tr", "th", "dt", "dd", "option", "col", "source",
    "wbr", "area", "base", "embed", "param", "track", "tbody", "thead",
];

/// Elements that the standard reopens in every block while they are unclosed.
const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// Elements that hold text, whatever looks like a tag in it: `i<a.length`.
const RAW: [&str; 2] = ["script", "style"];

/// Real pages are at most some 60 deep; browsers stop at 512.
const DEEPEST: usize = 512;

/// Elements times depth: what a selector that climbs may have to look at. A large real page has 600,000.
const STEEPEST: usize = 30_000_000;

/// Elements that reopening may make; a large page has 10,000 of its own.
const MOST: usize = 2_000_000;

/// Real pages use some 60 names of elements.
const NAMES: usize = 128;

/// A parser compares each attribute of a tag with all before it; real tags have some 30.
const MOST_ATTRIBUTES: usize = 1_000;

/// How many attributes a tag has at most: parted by white space or slashes, outside of quoted values.
fn attributes(tag: &str) -> usize {
    if tag.len() < MOST_ATTRIBUTES {
        return 0;
    }
    let (mut count, mut quote, mut last) = (0, None, b' ');
    for byte in tag.bytes() {
        match quote {
            Some(mark) if byte == mark => quote = None,
            Some(_) => {}
            None if byte == b'>' => break,
            // Only behind a `=` does a quote open a value; elsewhere it is a letter of a name.
            None if last == b'=' && matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None => count += usize::from(is_gap(last) && !is_gap(byte)),
        }
        last = byte;
    }
    count
}

fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/'
}

/// Refuses a page whose tree would be too deep or too large.
pub fn check(html: &str) -> Result<(), MarkupError> {
    let (mut open, mut tags, mut raw) = (Open::default(), 0_usize, "");
    for tag in html.split('<').skip(1) {
        let (name, closes) = name_of(tag);
        if name.is_empty() || !(raw.is_empty() || closes && name.eq_ignore_ascii_case(raw)) {
            continue;
        }
        if raw.is_empty() && !closes && attributes(tag) > MOST_ATTRIBUTES {
            return Err(MarkupError::Bomb);
        }
        raw = RAW.into_iter().find(|raw| !closes && name.eq_ignore_ascii_case(raw)).unwrap_or_default();
        tags += 1;
        if !is_one_of(&LIGHT, name) {
            open.take(name, closes);
        }
    }
    if open.deepest > DEEPEST {
        return Err(MarkupError::Deep(open.deepest));
    }
    let is_heavy = open.most_formatting.saturating_mul(tags) > MOST || open.deepest.saturating_mul(tags) > STEEPEST;
    if is_heavy { Err(MarkupError::Bomb) } else { Ok(()) }
}

/// The unclosed elements by name: an end tag closes only its own kind.
#[derive(Default)]
struct Open<'h> {
    names: Vec<(&'h str, usize)>,
    depth: usize,
    deepest: usize,
    formatting: usize,
    most_formatting: usize,
}

impl<'h> Open<'h> {
    fn take(&mut self, name: &'h str, closes: bool) {
        let known = self.names.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let is_formatting = is_one_of(&FORMATTING, name);
        match (known, closes) {
            (Some(at), true) if self.names[at].1 > 0 => {
                self.names[at].1 -= 1;
                self.depth -= 1;
                self.formatting -= usize::from(is_formatting);
            }
            (_, true) => {}
            (known, false) => {
                match known {
                    Some(at) => self.names[at].1 += 1,
                    None if self.names.len() < NAMES => self.names.push((name, 1)),
                    // Of a page that invents names without end, nothing is taken for closed.
                    None => {}
                }
                self.depth += 1;
                self.formatting += usize::from(is_formatting);
                self.deepest = self.deepest.max(self.depth);
                self.most_formatting = self.most_formatting.max(self.formatting);
            }
        }
    }
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn name_of(tag: &str) -> (&str, bool) {
    let (rest, closes) = tag.strip_prefix('/').map_or((tag, false), |rest| (rest, true));
    let length = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
    (&rest[..length], closes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_page_passes() {
        let row = "<div><p>글<br><img src=a><a href=b><b>굵게</b></a><li>하나<li>둘</div>";
        assert_eq!(check(&row.repeat(2_000)), Ok(()));
    }

    #[test]
    fn scripts_compare_without_opening_elements() {
        let script = format!("<script>{}</script><p>글</p>", "if(i<a.length&&j<b)x('<div>');".repeat(5_000));
        assert_eq!(check(&script), Ok(()));
        assert_eq!(check(&format!("{script}{}", "<div>".repeat(3_000))), Err(MarkupError::Deep(3_000)));
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert_eq!(check(&"<div>".repeat(10_000)), Err(MarkupError::Deep(10_000)));
    }

    #[test]
    fn an_end_tag_closes_only_its_own_kind() {
        assert_eq!(check(&"<div></b></x>".repeat(3_000)), Err(MarkupError::Deep(3_000)));
        assert_eq!(check(&"<DIV></div>".repeat(3_000)), Ok(()));
    }

    #[test]
    fn unclosed_formatting_that_would_be_reopened_without_end_is_refused() {
        let bold: String = (0..400).map(|n| format!("<b id={n}>")).collect();
        assert_eq!(check(&format!("{bold}{}", "<p>".repeat(10_000))), Err(MarkupError::Bomb));
    }
}
