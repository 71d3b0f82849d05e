//! The parts of a CSS selector, and what a start tag shows of them.

use crate::markup::index::{name_at, name_behind};

/// The attributes whose values selectors compare as they are written. Of some others HTML ignores
/// the case.
const EXACT: [&str; 7] = [
    "href", "src", "onclick", "property", "name", "content", "alt",
];

/// A compound of a selector: `a.more[href]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Compound {
    /// What each element that it matches has; `None` where nothing in a start tag shows it.
    pub test: Option<Test>,
    /// It may depend on the content of the element: `:has(…)`, `:contains(…)`.
    pub looks_inside: bool,
    /// What follows it is a later sibling of it, and not in it.
    pub is_sibling: bool,
}

/// A property that a start tag shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Id(String),
    Class(String),
    Attribute {
        /// In lower case.
        name: String,
        /// A part of the value, where a start tag surely shows it.
        value: Option<String>,
    },
    /// In lower case.
    Name(String),
}

impl Compound {
    /// Reads a compound and the combinator behind it. Returns `None` where a cut page could
    /// answer it in another way.
    pub(super) fn parse((compound, combinator): (&str, char)) -> Option<Self> {
        let lower = compound.to_ascii_lowercase();
        let asks_siblings = lower.contains(":has(") && lower.contains(['+', '~']);
        if compound.contains('\\') || lower.contains(":empty") || asks_siblings {
            return None;
        }

        let looks_inside = compound.contains('(');
        let is_sibling = "+~".contains(combinator);
        // What stands in the sibling may be cut.
        if is_sibling && looks_inside {
            return None;
        }

        Some(Self {
            test: test(compound),
            looks_inside,
            is_sibling,
        })
    }
}

/// Returns what best tells the elements of a compound from others.
fn test(compound: &str) -> Option<Test> {
    let known = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(str::to_owned);
    if let Some(id) = known(name_behind('#', compound)) {
        return Some(Test::Id(id));
    }
    if let Some(class) = known(name_behind('.', compound)) {
        return Some(Test::Class(class));
    }

    attribute(compound).or_else(|| {
        known(Some(name_at(compound))).map(|name| Test::Name(name.to_ascii_lowercase()))
    })
}

/// Reads the first attribute that a compound asks for outside of parentheses.
fn attribute(compound: &str) -> Option<Test> {
    let start = compound.find('[')?;
    if compound[..start].contains('(') {
        return None;
    }

    let inner = compound[start + 1..].trim_start();
    let end = inner.find(|c: char| !(c.is_alphanumeric() || "-_".contains(c)))?;
    let name = inner[..end].to_ascii_lowercase();
    if name.is_empty() || inner[end..].starts_with('|') {
        return None;
    }

    Some(Test::Attribute {
        value: part(&inner[end..]).filter(|_| EXACT.contains(&&*name)),
        name,
    })
}

/// Returns the part of the value that an attribute must have, from the operator on; `None` where it
/// needs none, or one that a page may write in several ways.
fn part(condition: &str) -> Option<String> {
    let behind = condition
        .trim_start()
        .trim_start_matches(['*', '^', '$', '~', '|'])
        .strip_prefix('=')?
        .trim_start();
    let quote = behind.chars().next().filter(|c| "\"'".contains(*c))?;
    let (value, rest) = behind[1..].split_once(quote)?;

    let is_plain = rest.trim_start().starts_with(']')
        && !value.is_empty()
        && !value.contains(['&', '\r', '\n', '\0']);
    is_plain.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(compound: &str) -> Option<Test> {
        Compound::parse((compound, ' ')).and_then(|compound| compound.test)
    }

    #[test]
    fn the_rarest_property_tells_a_compound() {
        let attribute = |name: &str, value: Option<&str>| Test::Attribute {
            name: name.to_owned(),
            value: value.map(str::to_owned),
        };
        for (compound, test) in [
            ("div#a.b", Test::Id("a".to_owned())),
            ("a.more[href]", Test::Class("more".to_owned())),
            ("a[href*='k=K']", attribute("href", Some("k=K"))),
            ("a[HREF]", attribute("href", None)),
            ("a[href*='a&b']", attribute("href", None)),
            ("a[href='x' i]", attribute("href", None)),
            ("link[rel='canonical']", attribute("rel", None)),
            ("A", Test::Name("a".to_owned())),
            ("a:not([href])", Test::Name("a".to_owned())),
        ] {
            assert_eq!(shown(compound), Some(test), "{compound}");
        }
        for compound in ["*", ":is(.a, .b)", ":not([href])", ".a\\:b", "p:empty"] {
            assert_eq!(shown(compound), None, "{compound}");
        }
    }

    #[test]
    fn what_a_compound_says_of_contents_is_noticed() {
        let looks = |compound| Compound::parse((compound, ' ')).unwrap().looks_inside;
        assert!(looks("li:has(.a)") && looks("td:contains(\"가\")"));
        assert!(!looks("li.a:first-child"));
        assert_eq!(Compound::parse(("li:has(.a)", '+')), None);
    }
}
