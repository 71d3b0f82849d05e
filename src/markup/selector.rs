//! Selectors and patterns as a user writes them, compiled when they are read.

use std::fmt;

use dom_query::{Matcher, NodeRef};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::markup::index::{IndexKey, alternatives};

/// A CSS selector list that compiled; in TOML one text, or a list of texts of which any may match.
#[derive(Clone, Deserialize)]
#[serde(try_from = "SelectorText")]
pub struct Selector {
    written: String,
    alternatives: Vec<Alternative>,
}

/// A single selector of a list.
#[derive(Clone)]
pub struct Alternative {
    pub key: IndexKey,
    pub matcher: Matcher,
}

/// A regular expression that compiled.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Regex);

#[derive(Deserialize)]
#[serde(untagged, expecting = "a CSS selector, or a list of them")]
enum SelectorText {
    One(String),
    Any(Vec<String>),
}

impl Selector {
    pub fn compile(written: &str) -> Result<Self, String> {
        let told = |why: String| format!("{written:?} is no CSS selector: {why}");
        let compile =
            |one| Matcher::new(one).map_err(|why| told(in_words(&format!("{:?}", why.kind))));
        compile(written)?;
        let alternative = |one| {
            Ok(Alternative {
                key: IndexKey::of(one),
                matcher: compile(one)?,
            })
        };
        let alternatives = alternatives(written)
            .into_iter()
            .map(alternative)
            .collect::<Result<_, String>>()?;
        Ok(Self {
            written: written.to_owned(),
            alternatives,
        })
    }

    pub fn matches(&self, node: &NodeRef<'_>) -> bool {
        let has_key = |key: &IndexKey| {
            node.element_ref()
                .is_some_and(|element| key.is_on(&element))
        };
        self.alternatives
            .iter()
            .any(|one| has_key(&one.key) && node.is_match(&one.matcher))
    }

    pub(super) fn alternatives(&self) -> &[Alternative] {
        &self.alternatives
    }
}

/// Says in words what the parser calls by the names of its own types, which no other module can name.
fn in_words(kind: &str) -> String {
    let name = kind
        .trim_start_matches("Custom(")
        .trim_start_matches("Basic(");
    let name = name.split(['(', ')', '{']).next().unwrap_or_default();
    let words = match name {
        "EndOfInput" => "it ends too early",
        "EmptySelector" => "a selector is missing, before or after a comma perhaps",
        "DanglingCombinator" => "nothing stands after a `>`, `+`, `~` or space",
        "UnexpectedToken" | "UnexpectedIdent" => "something stands where it may not",
        "NoQualifiedNameInAttributeSelector" | "InvalidQualNameInAttr" | "ExpectedBarInAttr" => {
            "an attribute's name is missing or malformed between `[` and `]`"
        }
        "UnexpectedTokenInAttributeSelector" | "BadValueInAttr" => {
            "what stands between `[` and `]` is malformed"
        }
        "PseudoElementExpectedColon" | "PseudoElementExpectedIdent" | "NoIdentForPseudo" => {
            "a name is missing after `:`"
        }
        "UnsupportedPseudoClassOrElement" => "it uses a `:name` that is not known here",
        "ClassNeedsIdent" => "a class's name is missing after `.`",
        _ => "it is malformed",
    };
    words.to_owned()
}

impl Pattern {
    pub fn compile(written: &str) -> Result<Self, String> {
        let compiled = RegexBuilder::new(written).size_limit(1 << 20).build();
        compiled
            .map(Self)
            .map_err(|why| format!("{written:?} is no regular expression: {why}"))
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Returns the first group where the pattern has one and it took part, else the whole match.
    pub fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        let found = self.0.captures(text)?;
        Some(found.get(1).or_else(|| found.get(0))?.as_str())
    }

    pub fn has_group(&self) -> bool {
        self.0.captures_len() > 1
    }

    /// Returns `text` without any match.
    pub fn cut(&self, text: &str) -> String {
        self.0.replace_all(text, "").into_owned()
    }
}

impl TryFrom<SelectorText> for Selector {
    type Error = String;
    fn try_from(written: SelectorText) -> Result<Self, String> {
        match written {
            SelectorText::One(one) => Self::compile(&one),
            SelectorText::Any(any) => {
                // Each alone first: an error then names the one that is wrong.
                any.iter()
                    .try_for_each(|one| Self::compile(one).map(drop))?;
                Self::compile(&any.join(", "))
            }
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;
    fn try_from(written: String) -> Result<Self, String> {
        Self::compile(&written)
    }
}

impl PartialEq for Selector {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Selector({:?})", self.written)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_shared<T: Send + Sync>() {}

    #[test]
    fn compiled_selectors_go_between_tasks() {
        is_shared::<Selector>();
        is_shared::<Pattern>();
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (selector, words) in [
            ("li[", "it ends too early"),
            ("li >", "nothing stands after a `>`"),
            ("li,", "a selector is missing"),
            ("", "a selector is missing"),
            ("li:foo", "`:name` that is not known"),
            ("li.", "it ends too early"),
        ] {
            let said = Selector::compile(selector).unwrap_err();
            assert!(
                said.starts_with(&format!("{selector:?} is no CSS selector: "))
                    && said.contains(words),
                "{said}"
            );
        }
        assert!(
            Pattern::compile("(")
                .unwrap_err()
                .contains("regular expression")
        );
    }
}
