//! An index of a page's elements by id, class and name. A page has hundreds of elements, and dozens
//! of selectors search it.

use dom_query::{Element, NodeData, NodeId};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::markup::Node;

/// A property of every element that a selector matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IndexKey {
    Id(String),
    Class(String),
    Name(String),
    /// The selector names no id, class or element.
    Any,
}

/// The elements of one page: hashes of keys with the elements that have them, sorted.
///
/// If two keys have one hash, a wrong element is found. That costs time only, because the caller
/// matches every found element.
pub(super) struct Index(Vec<(u64, NodeId)>);

/// The kind of a hashed word: the same word may be an id, a class and a name.
#[derive(Clone, Copy)]
enum HashKind {
    Id,
    Class,
    Name,
}

impl Index {
    /// Indexes the elements below `root`.
    pub(super) fn new(root: Node<'_>) -> Self {
        let mut entries = Vec::with_capacity(4096);
        for node in root.descendants_it() {
            node.query(|data| {
                if let NodeData::Element(element) = &data.data {
                    entries.push((hash(HashKind::Name, &element.name.local), node.id));
                    if let Some(name) = attribute(element, "id") {
                        entries.push((hash(HashKind::Id, name.trim()), node.id));
                    }
                    let classes = attribute(element, "class")
                        .unwrap_or_default()
                        .split_ascii_whitespace();
                    entries.extend(classes.map(|class| (hash(HashKind::Class, class), node.id)));
                }
            });
        }

        // Nodes are numbered in the order in which the parser meets them.
        entries.sort_unstable();
        entries.dedup();
        Self(entries)
    }

    /// Returns the elements that have the key, in the page's order, and hardly any others; `None`
    /// for [`IndexKey::Any`].
    pub(super) fn with(&self, key: &IndexKey) -> Option<impl Iterator<Item = NodeId>> {
        let hash = match key {
            IndexKey::Id(id) => hash(HashKind::Id, id),
            IndexKey::Class(class) => hash(HashKind::Class, class),
            IndexKey::Name(name) => hash(HashKind::Name, name),
            IndexKey::Any => return None,
        };

        let start = self.0.partition_point(|(known, _)| *known < hash);
        Some(
            self.0[start..]
                .iter()
                .take_while(move |(known, _)| *known == hash)
                .map(|(_, id)| *id),
        )
    }
}

fn hash(kind: HashKind, word: &str) -> u64 {
    xxh3_64_with_seed(word.as_bytes(), kind as u64)
}

impl IndexKey {
    /// Returns the key of a single selector, from its last compound: the part that applies to the
    /// element itself.
    pub(super) fn of(selector: &str) -> Self {
        let compound = last_compound(selector);
        if compound.contains('\\') {
            return Self::Any;
        }

        let id = name_behind('#', compound);
        let class = name_behind('.', compound);
        match (id, class, name_at(compound)) {
            (Some(id), ..) if !id.is_empty() => Self::Id(id.to_owned()),
            (_, Some(class), _) if !class.is_empty() => Self::Class(class.to_owned()),
            (_, _, name) if !name.is_empty() => Self::Name(name.to_ascii_lowercase()),
            _ => Self::Any,
        }
    }

    /// Tells whether an element has the key. This is much cheaper than a match.
    pub(super) fn is_on(&self, element: &Element) -> bool {
        match self {
            Self::Id(id) => attribute(element, "id").is_some_and(|value| value.trim() == id),
            Self::Class(class) => attribute(element, "class")
                .is_some_and(|value| value.split_ascii_whitespace().any(|word| word == class)),
            Self::Name(name) => *element.name.local == **name,
            Self::Any => true,
        }
    }
}

/// Returns the single selectors of a list.
pub(super) fn alternatives(list: &str) -> Vec<&str> {
    let mut ends: Vec<usize> = top_level(list)
        .filter(|(_, c)| *c == ',')
        .map(|(at, _)| at)
        .collect();
    ends.push(list.len());

    let starts = std::iter::once(0).chain(ends.iter().map(|at| at + 1));
    starts
        .zip(&ends)
        .map(|(start, end)| list[start..*end].trim())
        .collect()
}

/// Returns the part of a selector behind its last combinator.
fn last_compound(selector: &str) -> &str {
    let selector = selector.trim();
    let start = top_level(selector)
        .filter(|(_, c)| c.is_whitespace() || ">+~".contains(*c))
        .map(|(at, c)| at + c.len_utf8())
        .last();
    &selector[start.unwrap_or(0)..]
}

/// Returns the compounds of a selector, each with the combinator behind it: a space, or a sign.
pub(super) fn compounds(selector: &str) -> impl Iterator<Item = (&str, char)> {
    let mut parts: Vec<(&str, char)> = Vec::new();
    let mut start = 0;

    let ends = top_level(selector).filter(|(_, c)| c.is_whitespace() || ">+~".contains(*c));
    for (at, sign) in ends.chain([(selector.len(), ' ')]) {
        let compound = &selector[start..at];
        start = (at + sign.len_utf8()).min(selector.len());

        if !compound.is_empty() {
            parts.push((compound, ' '));
        }
        if let Some((_, behind)) = parts.last_mut().filter(|_| !sign.is_whitespace()) {
            *behind = sign;
        }
    }

    parts.into_iter()
}

/// Returns the name behind the first `mark` of a compound.
pub(super) fn name_behind(mark: char, compound: &str) -> Option<&str> {
    top_level(compound)
        .find(|(_, c)| *c == mark)
        .map(|(at, _)| name_at(&compound[at + 1..]))
}

/// Returns the name at the beginning of a text.
pub(super) fn name_at(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || "-_".contains(c)))
        .unwrap_or(text.len());
    &text[..end]
}

/// Returns the characters outside of brackets and quotes, with their places.
fn top_level(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut depth, mut quote) = (0_u32, None);

    text.char_indices().filter(move |(_, c)| {
        match (quote, *c) {
            (Some(open), _) if open == *c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(*c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, _) => return depth == 0,
        }
        false
    })
}

fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    element
        .attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name)
        .map(|attribute| &*attribute.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_selector_is_in_its_last_compound() {
        let (id, class, name) = (IndexKey::Id, IndexKey::Class, IndexKey::Name);

        for (selector, key) in [
            ("#story", id("story".into())),
            ("div > p.lead", class("lead".into())),
            ("ul.a li:has(.b)", name("li".into())),
            ("H2.titles a", name("a".into())),
            (r#"a[href*="x.y#z"] img[alt="책 방"]"#, name("img".into())),
            (r#"td:contains("가 나"):not(:has(td))"#, name("td".into())),
            ("table:has(> tbody > tr > td.c)", name("table".into())),
            ("[rel=tag]", IndexKey::Any),
            (":is(.a, .b)", IndexKey::Any),
            ("*", IndexKey::Any),
            ("li+li", name("li".into())),
            (".a\\:b", IndexKey::Any),
        ] {
            assert_eq!(IndexKey::of(selector), key, "{selector}");
        }
    }

    #[test]
    fn a_selector_is_split_at_its_own_combinators_only() {
        let split = |selector| compounds(selector).collect::<Vec<_>>();
        assert_eq!(
            split(r#"#a > li:has(> b + i) + .c  [title="x > y"]~p"#),
            [
                ("#a", '>'),
                ("li:has(> b + i)", '+'),
                (".c", ' '),
                (r#"[title="x > y"]"#, '~'),
                ("p", ' ')
            ]
        );
    }

    #[test]
    fn a_list_is_split_at_its_own_commas_only() {
        assert_eq!(
            alternatives(r#"a, b:is(c, d), e[f="g,h"]"#),
            ["a", "b:is(c, d)", r#"e[f="g,h"]"#]
        );
    }
}
