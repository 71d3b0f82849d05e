//! The check of a page's tags before its tree is built: no page may unfold without bound.
//!
//! Parsers follow the HTML Standard, by which a small page can unfold into a huge tree: every
//! element reopens all unclosed formatting elements, and a selector may climb all open ones.

use memchr::{memchr, memchr_iter};

use crate::markup::{MarkupError, Node};

mod open_elements;
mod tag_cost;
mod tag_name;

use open_elements::OpenElements;
use tag_cost::TagCost;
use tag_name::{FOREIGN, FORMATTING, LIGHT, RAW, TagName};

/// The deepest nesting. Real pages are at most some 60 deep; browsers stop at 512.
const MAX_DEPTH: usize = 512;

/// The most elements times depth: the steps of a selector that climbs from each element. A large
/// real page has 600,000.
const MAX_CLIMBING: usize = 30_000_000;

/// The most elements that reopening may make. A large page has 10,000 of its own.
const MAX_REOPENED: usize = 2_000_000;

/// Levels above the content of a page: the document, html and body, with some to spare.
const LEVELS_ABOVE_CONTENT: usize = 8;

/// The most tags that would nest within foreign elements. Only a parser knows where foreign
/// elements end, so all tags behind the first one count. A large page has some thousands.
const MAX_HIDDEN: usize = 15_000;

/// Refuses a page whose tree would be too deep or too large.
///
/// Tags within foreign elements are only counted. The finished tree must be measured for them
/// (`too_deep`).
///
/// # Errors
///
/// [`MarkupError::Deep`] and [`MarkupError::Bomb`].
pub fn check(html: &str) -> Result<(), MarkupError> {
    let bytes = html.as_bytes();
    let mut cost = TagCost::for_page(bytes.len());
    let mut census = TagCensus::default();
    let mut begins = memchr_iter(b'<', bytes).peekable();

    while let Some(begin) = begins.next() {
        let tag = &bytes[begin + 1..begins.peek().copied().unwrap_or(bytes.len())];
        let Some((name, closes)) = name_of(tag) else {
            continue;
        };

        if tag[usize::from(closes)].is_ascii_alphabetic() {
            cost.check(&bytes[begin + 1 + usize::from(closes)..])?;
        }
        census.add(tag, name, closes);
    }

    census.judge()
}

/// The tags of a page, counted in their order.
#[derive(Default)]
struct TagCensus {
    open: OpenElements,
    tags: usize,
    /// The raw element that is open: tags in it are text.
    raw: Option<TagName>,
    has_foreign: bool,
    /// Tags that would nest within foreign elements.
    hidden: usize,
}

impl TagCensus {
    fn add(&mut self, tag: &[u8], name: TagName, closes: bool) {
        if self.raw.is_some_and(|raw| !closes || name != raw) {
            self.hidden += usize::from(self.has_foreign);
            return;
        }
        self.raw = RAW.into_iter().find(|raw| !closes && name == *raw);
        self.has_foreign |= FOREIGN.contains(&name);
        self.tags += 1;

        if LIGHT.contains(&name) {
            self.hidden += usize::from(self.has_foreign);
        } else if closes_itself(tag) && !FORMATTING.contains(&name) {
            // It closes itself only within a foreign element, as the path of every icon does.
            self.hidden += 1;
        } else {
            self.open.add(name, closes);
        }
    }

    fn judge(self) -> Result<(), MarkupError> {
        if self.hidden > MAX_HIDDEN {
            return Err(MarkupError::Bomb);
        }
        if self.open.deepest > MAX_DEPTH {
            return Err(MarkupError::Deep(self.open.deepest));
        }

        let reopened = self.open.most_formatting.saturating_mul(self.tags);
        let climbing = self.open.deepest.saturating_mul(self.tags);
        if reopened > MAX_REOPENED || climbing > MAX_CLIMBING {
            Err(MarkupError::Bomb)
        } else {
            Ok(())
        }
    }
}

/// Returns the depth of a tree that is deeper than any page may be; `None` for any other.
pub(super) fn too_deep(root: Node<'_>) -> Option<usize> {
    let (mut deepest, mut open) = (0, vec![(root, 0)]);

    while let Some((node, depth)) = open.pop() {
        deepest = deepest.max(depth);
        open.extend(
            node.children_it(true)
                .filter(Node::is_element)
                .map(|child| (child, depth + 1)),
        );
    }

    Some(deepest).filter(|deepest| *deepest > MAX_DEPTH + LEVELS_ABOVE_CONTENT)
}

/// Tells whether a tag ends with `/>`.
fn closes_itself(tag: &[u8]) -> bool {
    let end = memchr(b'>', tag).unwrap_or(tag.len());
    tag[..end].ends_with(b"/")
}

/// Returns the name behind a `<`, and whether the tag is an end tag; `None` if no tag begins there.
fn name_of(tag: &[u8]) -> Option<(TagName, bool)> {
    let (rest, closes) = tag
        .strip_prefix(b"/")
        .map_or((tag, false), |rest| (rest, true));
    let length = rest
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(rest.len());

    (length > 0).then(|| (TagName::of(&rest[..length]), closes))
}

#[cfg(test)]
mod tests {
    use super::tag_cost::{MAX_ATTRIBUTES, end_of_tag};
    use super::*;

    #[test]
    fn an_ordinary_page_passes() {
        let row = "<div><p>글<br><img src=a><a href=b><b>굵게</b></a><li>하나<li>둘</div>";
        assert_eq!(check(&row.repeat(2_000)), Ok(()));
    }

    #[test]
    fn a_tag_of_countless_attributes_is_refused_however_it_is_hidden() {
        let many = |attribute: &str| attribute.repeat(2_000);
        for bomb in [
            format!("<div {}>", many("a0= ")),
            format!("<div {}>", many("a=\"x\"")),
            format!("</div {}>", many("a=b ")),
            format!("<svg><script></svg><div {}>", many("a=b ")),
            format!("<svg><style/><div {}>", many("a/")),
            format!("<div {}>", many("a<b=c ")),
            format!("<textarea><a b=\"</textarea><div {}>", many("a=b ")),
            format!("<div a=\"<\" {}>", many("a=b\n")),
            "<a b=\"".repeat(20_000),
        ] {
            assert_eq!(check(&bomb), Err(MarkupError::Bomb), "{}", &bomb[..60]);
        }

        let long = format!(
            "<img alt=\"{}\" src='data:{}'>",
            "낱말 ".repeat(5_000),
            "x".repeat(100_000)
        );
        assert_eq!(check(&long), Ok(()));
    }

    #[test]
    fn a_long_tag_counts_its_attributes_and_not_its_bytes() {
        let values =
            |count: usize| format!("<div {}>", "a=\"낱말과 > 글\" b='x' ".repeat(count / 2));
        assert_eq!(check(&values(MAX_ATTRIBUTES)), Ok(()));
        assert_eq!(check(&values(MAX_ATTRIBUTES + 2)), Err(MarkupError::Bomb));
    }

    #[test]
    fn a_tag_ends_at_the_first_sign_that_stands_in_no_quotes() {
        for (tag, end) in [
            ("a>b", Some(1)),
            ("a b=\">\">", Some(7)),
            ("a b = '>\">'>", Some(11)),
            ("a b\">\"", Some(4)),
            ("a b='>", None),
            ("a b=x", None),
        ] {
            assert_eq!(end_of_tag(tag.as_bytes()), end, "{tag}");
        }
    }

    #[test]
    fn scripts_compare_without_opening_elements() {
        let script = format!(
            "<script>{}</script><p>글</p>",
            "if(i<a.length&&j<b)x('<div>');".repeat(5_000)
        );

        assert_eq!(check(&script), Ok(()));
        assert_eq!(
            check(&format!("{script}{}", "<div>".repeat(3_000))),
            Err(MarkupError::Deep(3_000))
        );
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert_eq!(
            check(&"<div>".repeat(10_000)),
            Err(MarkupError::Deep(10_000))
        );
    }

    #[test]
    fn an_end_tag_closes_only_its_own_kind() {
        assert_eq!(
            check(&"<div></b></x>".repeat(3_000)),
            Err(MarkupError::Deep(3_000))
        );
        assert_eq!(check(&"<DIV></div>".repeat(3_000)), Ok(()));
    }

    #[test]
    fn tags_that_nest_in_foreign_elements_only_are_refused_before_or_after_parsing() {
        use crate::markup::Tree;

        for tag in ["link", "td", "li", "option", "col", "p"] {
            let page = format!("<svg>{}", format!("<{tag}>").repeat(14_000));
            // Some of these end the foreign element, and nest no more: any result is right.
            let _ = Tree::parse(&page);
            assert!(
                Tree::parse(&format!("<svg>{}", format!("<{tag}>").repeat(20_000))).is_err(),
                "{tag}"
            );
        }

        for bomb in [
            format!("<svg>{}", "<link>".repeat(14_000)),
            format!("<svg><style>{}", "<g>".repeat(14_000)),
            format!("<math>{}", "<input>".repeat(2_000)),
            "<path/>".repeat(14_000),
        ] {
            assert!(
                matches!(Tree::parse(&bomb), Err(MarkupError::Deep(_))),
                "{}",
                &bomb[..40]
            );
        }

        let icons = "<li><svg><path/><path/></svg><p>글</p><br><img src=a></li>".repeat(500);
        assert_eq!(
            Tree::parse(&format!(
                "{icons}<script>{}</script>",
                "if(i<n&&n>2)x();".repeat(2_000)
            ))
            .err(),
            None
        );
    }

    #[test]
    fn a_name_that_is_too_long_is_never_closed() {
        let (one, other) = ("a".repeat(40), format!("{}b", "a".repeat(39)));
        assert_eq!(
            check(&format!("<{one}></{other}>").repeat(3_000)),
            Err(MarkupError::Deep(3_000))
        );
    }

    #[test]
    fn unclosed_formatting_that_would_be_reopened_without_end_is_refused() {
        let bold: String = (0..400).map(|n| format!("<b id={n}>")).collect();
        assert_eq!(
            check(&format!("{bold}{}", "<p>".repeat(10_000))),
            Err(MarkupError::Bomb)
        );
    }
}
