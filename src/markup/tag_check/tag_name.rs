//! Names of elements, and the kinds of elements that the check distinguishes.

/// An element's name in lower case, as one number. A page has thousands of tags, and numbers
/// compare faster than texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TagName(u128);

/// Elements that close themselves, or that pages leave open and parsers close (HTML Standard, void
/// elements and optional tags).
pub(super) const LIGHT: [TagName; 24] = [
    TagName::of(b"br"),
    TagName::of(b"img"),
    TagName::of(b"input"),
    TagName::of(b"meta"),
    TagName::of(b"link"),
    TagName::of(b"hr"),
    TagName::of(b"p"),
    TagName::of(b"li"),
    TagName::of(b"td"),
    TagName::of(b"tr"),
    TagName::of(b"th"),
    TagName::of(b"dt"),
    TagName::of(b"dd"),
    TagName::of(b"option"),
    TagName::of(b"col"),
    TagName::of(b"source"),
    TagName::of(b"wbr"),
    TagName::of(b"area"),
    TagName::of(b"base"),
    TagName::of(b"embed"),
    TagName::of(b"param"),
    TagName::of(b"track"),
    TagName::of(b"tbody"),
    TagName::of(b"thead"),
];

/// Elements that a parser reopens in every block while they are unclosed (HTML Standard, list of
/// active formatting elements).
pub(super) const FORMATTING: [TagName; 14] = [
    TagName::of(b"a"),
    TagName::of(b"b"),
    TagName::of(b"big"),
    TagName::of(b"code"),
    TagName::of(b"em"),
    TagName::of(b"font"),
    TagName::of(b"i"),
    TagName::of(b"nobr"),
    TagName::of(b"s"),
    TagName::of(b"small"),
    TagName::of(b"strike"),
    TagName::of(b"strong"),
    TagName::of(b"tt"),
    TagName::of(b"u"),
];

/// Elements whose content is text, even if parts of it look like tags: `i<a.length`.
pub(super) const RAW: [TagName; 2] = [TagName::of(b"script"), TagName::of(b"style")];

/// Foreign elements. Elements that close themselves elsewhere nest in them, and scripts in them
/// contain elements.
pub(super) const FOREIGN: [TagName; 2] = [TagName::of(b"svg"), TagName::of(b"math")];

impl TagName {
    /// The longest name in bytes, which is what the number holds. No element of HTML has a longer
    /// one.
    const MAX_LENGTH: usize = 16;

    /// Any longer name. Such elements count as never closed, since their names cannot be compared.
    pub(super) const LONG: Self = Self(u128::MAX);

    /// Returns the name in these bytes.
    pub(super) const fn of(bytes: &[u8]) -> Self {
        if bytes.len() > Self::MAX_LENGTH {
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
