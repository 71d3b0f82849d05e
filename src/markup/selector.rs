//! CSS selectors and regular expressions of profiles, compiled when a profile is read.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use dom_query::{Matcher, NodeRef};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::markup::index::{IndexKey, alternatives};
use crate::markup::needed::{self, LetterCase, NeededWords};

/// A compiled list of CSS selectors. In TOML it is one text, or a list of texts of which any may
/// match.
#[derive(Clone, Deserialize)]
#[serde(try_from = "SelectorText")]
pub struct Selector {
    written: String,
    alternatives: Vec<Alternative>,
}

/// A single selector of a list.
#[derive(Clone)]
pub(super) struct Alternative {
    pub key: IndexKey,
    pub matcher: Matcher,
}

/// A regular expression. It is compiled when a text has the words that it needs: a profile has
/// some hundreds of patterns, and most pages need few of them.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Arc<LazyPattern>);

struct LazyPattern {
    written: String,
    case: LetterCase,
    needed: NeededWords,
    has_group: bool,
    /// Empty until it is needed.
    compiled: OnceLock<Option<Regex>>,
}

/// The largest compiled pattern, in bytes: far more than a profile's patterns need, and little
/// beside a page's tree.
const MAX_PATTERN: usize = 1 << 20;

/// Bytes of the longest text that is searched for a pattern's words first. A longer one is a page
/// or a script: a compiled pattern searches it faster.
const LINE: usize = 4_000;

/// A pattern of so many states, by a rough count, is compiled at once: it may be over
/// [`MAX_PATTERN`], which its author should be told. One of fewer takes less than that.
const MANY_STATES: usize = 10_000;

#[derive(Deserialize)]
#[serde(untagged, expecting = "a CSS selector, or a list of them")]
enum SelectorText {
    One(String),
    Any(Vec<String>),
}

impl Selector {
    /// Compiles a list of selectors.
    ///
    /// # Errors
    ///
    /// Says in words what is wrong in `written`.
    pub fn compile(written: &str) -> Result<Self, String> {
        // The whole list first: it may be wrong though each of its parts is right.
        matcher(written, written)?;
        let alternatives = alternatives(written)
            .into_iter()
            .map(|one| Alternative::compile(one, written))
            .collect::<Result<_, String>>()?;

        Ok(Self {
            written: written.to_owned(),
            alternatives,
        })
    }

    /// Tells whether a node is an element that one of the selectors matches.
    pub fn matches(&self, node: &NodeRef<'_>) -> bool {
        self.alternatives.iter().any(|one| one.matches(node))
    }

    /// Returns the list as it was written.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Returns the single selectors of the list.
    pub(super) fn alternatives(&self) -> &[Alternative] {
        &self.alternatives
    }
}

impl Alternative {
    /// Compiles a single selector. An error names the whole list, `written`.
    fn compile(one: &str, written: &str) -> Result<Self, String> {
        Ok(Self {
            key: IndexKey::of(one),
            matcher: matcher(one, written)?,
        })
    }

    fn matches(&self, node: &NodeRef<'_>) -> bool {
        let has_key = node
            .element_ref()
            .is_some_and(|element| self.key.is_on(&element));
        has_key && node.is_match(&self.matcher)
    }
}

/// Compiles `selector`, one of the list `written`.
fn matcher(selector: &str, written: &str) -> Result<Matcher, String> {
    Matcher::new(selector).map_err(|why| {
        let why = in_words(&format!("{:?}", why.kind));
        format!("{written:?} is no CSS selector: {why}")
    })
}

/// Explains an error of the CSS parser. Its types are private, so they are known by their printed
/// names only.
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
    /// Compiles a regular expression.
    ///
    /// # Errors
    ///
    /// Says in words what is wrong in `written`.
    pub fn compile(written: &str) -> Result<Self, String> {
        let wrong = |why: &dyn fmt::Display| format!("{written:?} is no regular expression: {why}");
        let hir = regex_syntax::parse(written).map_err(|why| wrong(&why))?;

        let case = LetterCase::in_pattern(written);
        let pattern = LazyPattern {
            written: written.to_owned(),
            case,
            needed: NeededWords::of(&hir, case),
            has_group: hir.properties().explicit_captures_len() > 0,
            compiled: OnceLock::new(),
        };
        if needed::states(&hir) > MANY_STATES {
            let regex = compiled(written).map_err(|why| wrong(&why))?;
            pattern.compiled.get_or_init(|| Some(regex));
        }
        Ok(Self(Arc::new(pattern)))
    }

    /// Returns the compiled expression, where a text may match it.
    fn for_text(&self, text: &str) -> Option<&Regex> {
        // A compiled pattern that ignores the case is faster than lower case of the text.
        let is_searched = match self.0.case {
            LetterCase::Told => true,
            LetterCase::Ignored => self.0.compiled.get().is_none(),
        };
        if is_searched && text.len() <= LINE && !self.0.needed.are_in(text, self.0.case) {
            return None;
        }
        // A pattern of few states is parsed already, and never too large.
        let compile = || compiled(&self.0.written).ok();
        self.0.compiled.get_or_init(compile).as_ref()
    }

    /// Tells whether the pattern matches anywhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.for_text(text)
            .is_some_and(|regex| regex.is_match(text))
    }

    /// Returns the first match: its first group, or all of it if no group took part.
    pub fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        Some(&text[self.find_at(text)?])
    }

    /// Returns where the first match stands, as [`Pattern::find`] returns it.
    pub fn find_at(&self, text: &str) -> Option<Range<usize>> {
        let found = self.for_text(text)?.captures(text)?;
        Some(found.get(1).or_else(|| found.get(0))?.range())
    }

    /// Tells whether the pattern has a group.
    pub fn has_group(&self) -> bool {
        self.0.has_group
    }

    /// Returns `text` without its matches.
    pub fn cut(&self, text: &str) -> String {
        match self.for_text(text) {
            Some(regex) => regex.replace_all(text, "").into_owned(),
            None => text.to_owned(),
        }
    }
}

fn compiled(written: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(written).size_limit(MAX_PATTERN).build()
}

impl TryFrom<SelectorText> for Selector {
    type Error = String;
    fn try_from(written: SelectorText) -> Result<Self, String> {
        match written {
            SelectorText::One(one) => Self::compile(&one),
            SelectorText::Any(any) => {
                // Each alone first, so that an error names the wrong one.
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
        self.0.written == other.0.written
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Selector({:?})", self.written)
    }
}

/// The pattern as it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.written)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.0.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_shared<T: Send + Sync>() {}

    #[test]
    fn compiled_selectors_can_be_shared_between_tasks() {
        is_shared::<Selector>();
        is_shared::<Pattern>();
    }

    #[test]
    fn an_error_explains_what_is_wrong_in_a_selector() {
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
