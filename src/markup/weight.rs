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

/// Real pages are at most some 60 deep.
const DEEPEST: usize = 2_000;

/// Elements that reopening may make; a large page has 10,000 of its own.
const MOST: usize = 2_000_000;

/// Refuses a page whose tree would be too deep or too large.
pub fn check(html: &str) -> Result<(), MarkupError> {
    let (mut tags, mut deepest, mut formatted) = (0_usize, 0_usize, 0_usize);
    let (mut depth, mut formatting) = (0_usize, 0_usize);
    let mut raw = "";
    for tag in html.split('<').skip(1) {
        let (name, closes) = name_of(tag);
        if !raw.is_empty() && !(closes && name.eq_ignore_ascii_case(raw)) {
            continue;
        }
        raw = RAW.into_iter().find(|raw| !closes && name.eq_ignore_ascii_case(raw)).unwrap_or_default();
        if name.is_empty() || LIGHT.iter().any(|light| name.eq_ignore_ascii_case(light)) {
            tags += usize::from(!name.is_empty());
            continue;
        }
        tags += 1;
        let is_formatting = FORMATTING.iter().any(|format| name.eq_ignore_ascii_case(format));
        if closes {
            depth = depth.saturating_sub(1);
            formatting = formatting.saturating_sub(usize::from(is_formatting));
        } else {
            depth += 1;
            formatting += usize::from(is_formatting);
        }
        deepest = deepest.max(depth);
        formatted = formatted.max(formatting);
    }
    if deepest > DEEPEST {
        return Err(MarkupError::Deep(deepest));
    }
    if formatted.saturating_mul(tags) > MOST { Err(MarkupError::Bomb) } else { Ok(()) }
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
    fn unclosed_formatting_that_would_be_reopened_without_end_is_refused() {
        let bold: String = (0..1_000).map(|n| format!("<b id={n}>")).collect();
        assert_eq!(check(&format!("{bold}{}", "<p>".repeat(10_000))), Err(MarkupError::Bomb));
    }
}
