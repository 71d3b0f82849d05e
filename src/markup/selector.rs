//! Selectors and patterns as a user writes them, compiled when they are read.

use std::fmt;

use dom_query::Matcher;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

/// A CSS selector list that compiled; in TOML one text, or a list of texts of which any may match.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Written")]
pub struct Selector {
    written: String,
    matcher: Matcher,
}

/// A regular expression that compiled.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Regex);

#[derive(Deserialize)]
#[serde(untagged, expecting = "a CSS selector, or a list of them")]
enum Written {
    One(String),
    Any(Vec<String>),
}

impl Selector {
    pub fn compile(written: &str) -> Result<Self, String> {
        let matcher = Matcher::new(written).map_err(|why| format!("{written:?} is no CSS selector: {:?}", why.kind))?;
        Ok(Self { written: written.to_owned(), matcher })
    }

    pub fn matches(&self, node: &dom_query::NodeRef<'_>) -> bool {
        node.is_match(&self.matcher)
    }

    pub(in crate::markup) fn matcher(&self) -> &Matcher {
        &self.matcher
    }
}

impl Pattern {
    pub fn compile(written: &str) -> Result<Self, String> {
        let compiled = RegexBuilder::new(written).size_limit(1 << 20).build();
        compiled.map(Self).map_err(|why| format!("{written:?} is no regular expression: {why}"))
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Returns the first group where the pattern has one and it took part, else the whole match.
    pub fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        let found = self.0.captures(text)?;
        Some(found.get(1).or_else(|| found.get(0))?.as_str())
    }

    /// Returns `text` without any match.
    pub fn cut(&self, text: &str) -> String {
        self.0.replace_all(text, "").into_owned()
    }
}

impl TryFrom<Written> for Selector {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::One(one) => Self::compile(&one),
            Written::Any(any) => {
                // Each alone first: an error then names the one that is wrong.
                any.iter().try_for_each(|one| Self::compile(one).map(drop))?;
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
        assert!(Selector::compile("li[").unwrap_err().contains("li["));
        assert!(Pattern::compile("(").unwrap_err().contains("regular expression"));
    }
}
