//! How heavy a page's tree will be, estimated from its tags before it is built.
//!
//! A parser follows the HTML standard, which lets a small page unfold without bound: every element reopens all unclosed
//! formatting elements, and every selector may climb all open ones.

use memchr::{memchr, memchr_iter, memchr3};

use crate::markup::{MarkupError, Node};

/// An element's name in lower case, as one number: a page has thousands of tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Name(u128);

/// Elements that close themselves, or that pages leave open and parsers close.
const LIGHT: [Name; 24] = [
    Name::of(b"br"),
    Name::of(b"img"),
    Name::of(b"input"),
    Name::of(b"meta"),
    Name::of(b"link"),
    Name::of(b"hr"),
    Name::of(b"p"),
    Name::of(b"li"),
    Name::of(b"td"),
    Name::of(b"tr"),
    Name::of(b"th"),
    Name::of(b"dt"),
    Name::of(b"dd"),
    Name::of(b"option"),
    Name::of(b"col"),
    Name::of(b"source"),
    Name::of(b"wbr"),
    Name::of(b"area"),
    Name::of(b"base"),
    Name::of(b"embed"),
    Name::of(b"param"),
    Name::of(b"track"),
    Name::of(b"tbody"),
    Name::of(b"thead"),
];

/// Elements that the standard reopens in every block while they are unclosed.
const FORMATTING: [Name; 14] = [
    Name::of(b"a"),
    Name::of(b"b"),
    Name::of(b"big"),
    Name::of(b"code"),
    Name::of(b"em"),
    Name::of(b"font"),
    Name::of(b"i"),
    Name::of(b"nobr"),
    Name::of(b"s"),
    Name::of(b"small"),
    Name::of(b"strike"),
    Name::of(b"strong"),
    Name::of(b"tt"),
    Name::of(b"u"),
];

/// Elements that hold text, whatever looks like a tag in it: `i<a.length`.
const RAW: [Name; 2] = [Name::of(b"script"), Name::of(b"style")];

/// Elements in which the standard's exceptions end: what closes itself elsewhere nests there, and scripts hold elements.
const FOREIGN: [Name; 2] = [Name::of(b"svg"), Name::of(b"math")];

impl Name {
    /// No element of HTML has a longer name. One that has is never taken for closed.
    const LONGEST: usize = 16;
    const LONG: Self = Self(u128::MAX);

    const fn of(bytes: &[u8]) -> Self {
        if bytes.len() > Self::LONGEST {
            return Self::LONG;
        }
        let (mut number, mut at) = (0, 0);
        while at < bytes.len() {
            number = number << 8 | bytes[at].to_ascii_lowercase() as u128;
            at += 1;
        }
        Self(number)
    }
}

/// Real pages are at most some 60 deep; browsers stop at 512.
const DEEPEST: usize = 512;

/// Elements times depth: what a selector that climbs may have to look at. A large real page has 600,000.
const STEEPEST: usize = 30_000_000;

/// Elements that reopening may make; a large page has 10,000 of its own.
const MOST: usize = 2_000_000;

/// Tags that would nest if they stood in foreign elements: where those end is not known without parsing. A large page has
/// some thousands.
const MOST_HIDDEN: usize = 15_000;

/// Real pages use some 60 names of elements.
const NAMES: usize = 128;

/// A parser compares each attribute of a tag with all before it; real tags have some 30.
const MOST_ATTRIBUTES: usize = 1_000;

/// Tags lie one behind the other; looking at a page's tags costs more than this times its length only where they are
/// made to look into one another.
const LOOKS: usize = 16;

/// A tag of so many bytes may have too many attributes: each takes a letter and a gap.
const LONG_TAG: usize = 2 * MOST_ATTRIBUTES;

/// Counts what looking into tags costs. Where text ends and tags begin is not known without
/// parsing, so every `<` that may begin a tag is taken for one.
struct TagCost {
    left: usize,
}

impl TagCost {
    /// Refuses a tag of too many attributes; `tag` is the page from the tag's name on.
    fn check(&mut self, tag: &[u8]) -> Result<(), MarkupError> {
        let (attributes, looked) = match end_of_tag(&tag[..tag.len().min(LONG_TAG)]) {
            Some(end) => (0, end),
            None => attributes(tag),
        };
        self.left = self.left.checked_sub(looked).ok_or(MarkupError::Bomb)?;

        if attributes > MOST_ATTRIBUTES {
            Err(MarkupError::Bomb)
        } else {
            Ok(())
        }
    }
}

/// Returns where a tag ends: at the first `>` that stands in no quotes.
fn end_of_tag(tag: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let next = at + memchr3(b'>', b'"', b'\'', &tag[at..])?;
        let mark = tag[next];
        if mark == b'>' {
            return Some(next);
        }

        // Only behind a `=` does a quote open a value; elsewhere it is a letter of a name.
        let opens = tag[..next].trim_ascii_end().last() == Some(&b'=');
        at = next
            + 1
            + if opens {
                memchr(mark, &tag[next + 1..])? + 1
            } else {
                0
            };
    }
}

/// How many attributes stand behind a tag's name, at most, and how many bytes were looked at.
fn attributes(tag: &[u8]) -> (usize, usize) {
    let (mut count, mut quote, mut last, mut last_sign) = (0, None, b'x', b'x');
    for (at, byte) in tag.iter().copied().enumerate() {
        match quote {
            Some(mark) if byte == mark => {
                (quote, last, last_sign) = (None, b' ', b' ');
                continue;
            }
            Some(_) => continue,
            None if byte == b'>' || count > MOST_ATTRIBUTES => return (count, at),
            // Only behind a `=` does a quote open a value; elsewhere it is a letter of a name.
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

fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/'
}

/// Refuses a page whose tree would be too deep or too large. What hides in foreign elements is only counted: the tree itself
/// must be looked at then (`is_deep`).
pub fn check(html: &str) -> Result<(), MarkupError> {
    let bytes = html.as_bytes();
    let mut looks = TagCost {
        left: LOOKS * bytes.len(),
    };
    let (mut open, mut tags, mut raw) = (OpenElements::default(), 0_usize, None);
    let (mut has_foreign, mut hidden) = (false, 0_usize);
    let mut begins = memchr_iter(b'<', bytes).peekable();

    while let Some(begin) = begins.next() {
        let tag = &bytes[begin + 1..begins.peek().copied().unwrap_or(bytes.len())];
        let Some((name, closes)) = name_of(tag) else {
            continue;
        };
        if tag[usize::from(closes)].is_ascii_alphabetic() {
            looks.check(&bytes[begin + 1 + usize::from(closes)..])?;
        }
        if raw.is_some_and(|raw| !closes || name != raw) {
            hidden += usize::from(has_foreign);
            continue;
        }
        raw = RAW.into_iter().find(|raw| !closes && name == *raw);
        has_foreign |= FOREIGN.contains(&name);
        tags += 1;

        if LIGHT.contains(&name) {
            hidden += usize::from(has_foreign);
        } else if closes_itself(tag) && !FORMATTING.contains(&name) {
            // So it does in foreign elements only, as every icon's path.
            hidden += 1;
        } else {
            open.take(name, closes);
        }
    }

    if hidden > MOST_HIDDEN {
        return Err(MarkupError::Bomb);
    }
    if open.deepest > DEEPEST {
        return Err(MarkupError::Deep(open.deepest));
    }
    let is_heavy = open.most_formatting.saturating_mul(tags) > MOST
        || open.deepest.saturating_mul(tags) > STEEPEST;
    if is_heavy {
        Err(MarkupError::Bomb)
    } else {
        Ok(())
    }
}

/// Tells how deep a tree is, where that is deeper than any page may be.
pub fn is_deep(root: Node<'_>) -> Option<usize> {
    let (mut deepest, mut open) = (0, vec![(root, 0)]);
    while let Some((node, depth)) = open.pop() {
        deepest = deepest.max(depth);
        open.extend(
            node.children_it(true)
                .filter(Node::is_element)
                .map(|child| (child, depth + 1)),
        );
    }
    // The document, html and body stand above what a page nests.
    Some(deepest).filter(|deepest| *deepest > DEEPEST + 8)
}

/// The unclosed elements by name: an end tag closes only its own kind.
#[derive(Default)]
struct OpenElements {
    names: Vec<(Name, usize)>,
    depth: usize,
    deepest: usize,
    formatting: usize,
    most_formatting: usize,
}

impl OpenElements {
    fn take(&mut self, name: Name, closes: bool) {
        let known = self
            .names
            .iter()
            .position(|(known, _)| *known == name)
            .filter(|_| name != Name::LONG);
        let is_formatting = FORMATTING.contains(&name);
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

fn closes_itself(tag: &[u8]) -> bool {
    let end = memchr(b'>', tag).unwrap_or(tag.len());
    tag[..end].ends_with(b"/")
}

/// The name behind a `<`, and whether the tag closes; `None` where no tag begins.
fn name_of(tag: &[u8]) -> Option<(Name, bool)> {
    let (rest, closes) = tag
        .strip_prefix(b"/")
        .map_or((tag, false), |rest| (rest, true));
    let length = rest
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    (length > 0).then(|| (Name::of(&rest[..length]), closes))
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
        assert_eq!(check(&values(MOST_ATTRIBUTES)), Ok(()));
        assert_eq!(check(&values(MOST_ATTRIBUTES + 2)), Err(MarkupError::Bomb));
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
    fn what_nests_only_in_foreign_elements_is_refused_before_or_after_it_is_parsed() {
        use crate::markup::Tree;
        for tag in ["link", "td", "li", "option", "col", "p"] {
            let page = format!("<svg>{}", format!("<{tag}>").repeat(14_000));
            // Some of these end the foreign element, and are then as anywhere else.
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
