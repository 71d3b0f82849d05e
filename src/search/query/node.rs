//! What the articles of a query have: words, joined by AND, OR and NOT.

use crate::archive::{SoughtColumns, SoughtPhrase, SoughtWords};
use crate::search::particles::stems;
use crate::text::search_tokens::{PhraseTokens, phrase_tokens};

/// What the articles have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum QueryNode {
    Words(QueryWords),
    /// All of the first, and none of the second.
    All(Vec<QueryNode>, Vec<QueryNode>),
    Any(Vec<QueryNode>),
}

/// Words in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QueryWords {
    pub field: SearchField,
    pub text: String,
    pub form: WordForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordForm {
    /// In quotes: exactly this.
    Quoted,
    Bare,
    /// The beginning of a word, `librar*`.
    Beginning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SearchField {
    Everywhere,
    Title,
    Author,
    Section,
}

impl SearchField {
    /// Returns the columns of the index.
    fn columns(self) -> SoughtColumns {
        match self {
            Self::Everywhere => SoughtColumns::Text,
            Self::Title => SoughtColumns::Title,
            Self::Author => SoughtColumns::Authors,
            Self::Section => SoughtColumns::Section,
        }
    }

    /// Returns the name that a query has for it, with its colon.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Everywhere => "",
            Self::Title => "title:",
            Self::Author => "author:",
            Self::Section => "section:",
        }
    }
}

impl QueryNode {
    /// Returns what the archive looks for.
    pub(super) fn sought(&self) -> SoughtWords {
        let all = |parts: &[Self]| parts.iter().map(Self::sought).collect();
        match self {
            Self::Words(words) => SoughtWords::Phrase(words.sought()),
            Self::Any(parts) => SoughtWords::Any(all(parts)),
            Self::All(wanted, unwanted) => SoughtWords::All {
                wanted: all(wanted),
                unwanted: all(unwanted),
            },
        }
    }

    pub(super) fn written(&self) -> String {
        let list = |parts: &[Self], between: &str| {
            let parts: Vec<String> = parts.iter().map(Self::written).collect();
            parts.join(between)
        };
        match self {
            Self::Words(words) => words.written(),
            Self::Any(parts) => format!("({})", list(parts, " OR ")),
            Self::All(wanted, unwanted) => {
                let without = unwanted.iter().map(|part| match part {
                    Self::Words(_) | Self::Any(_) => format!(" NOT {}", part.written()),
                    Self::All(..) => format!(" NOT ({})", part.written()),
                });
                format!("{}{}", list(wanted, " "), without.collect::<String>())
            }
        }
    }

    pub(super) fn count(&self) -> usize {
        match self {
            Self::Words(_) => 1,
            Self::Any(parts) => parts.iter().map(Self::count).sum(),
            Self::All(wanted, unwanted) => wanted.iter().chain(unwanted).map(Self::count).sum(),
        }
    }

    /// Tells whether there is something that must not stand in an article.
    #[cfg(feature = "cli")]
    pub(super) fn leaves_out(&self) -> bool {
        match self {
            Self::Words(_) => false,
            Self::Any(parts) => parts.iter().any(Self::leaves_out),
            Self::All(wanted, unwanted) => {
                !unwanted.is_empty() || wanted.iter().any(Self::leaves_out)
            }
        }
    }

    /// Returns how many stems each part of the node has that must be there. The words around an OR
    /// are one part: each of them may be what is looked for.
    pub(super) fn stems(&self) -> Vec<usize> {
        match self {
            Self::Words(words) => vec![words.stems().len()],
            Self::Any(parts) => {
                let stems = parts.iter().flat_map(Self::stems);
                vec![stems.max().unwrap_or(0)]
            }
            Self::All(wanted, _) => wanted.iter().flat_map(Self::stems).collect(),
        }
    }

    /// Returns the node with what each of these parts loses, in their order: nothing, or so many
    /// steps down its stems. A word that has no further stem keeps its last.
    pub(super) fn stemmed(&self, losses: &mut impl Iterator<Item = usize>) -> Self {
        match self {
            Self::Words(words) => Self::Words(words.stemmed(losses.next().unwrap_or(0))),
            Self::Any(parts) => {
                let loss = losses.next().unwrap_or(0);
                let alike = |part: &Self| part.stemmed(&mut std::iter::repeat(loss));
                Self::Any(parts.iter().map(alike).collect())
            }
            // What must not stand there stays as it was asked.
            Self::All(wanted, unwanted) => {
                let wanted = wanted.iter().map(|part| part.stemmed(losses));
                Self::All(wanted.collect(), unwanted.clone())
            }
        }
    }

    /// Returns the node with a field for all words that name none themselves.
    pub(super) fn within(self, field: SearchField) -> Self {
        let all = |parts: Vec<Self>| parts.into_iter().map(|part| part.within(field)).collect();
        match self {
            Self::Words(words) if words.field == SearchField::Everywhere => {
                Self::Words(QueryWords { field, ..words })
            }
            Self::Words(words) => Self::Words(words),
            Self::Any(parts) => Self::Any(all(parts)),
            Self::All(wanted, unwanted) => Self::All(all(wanted), all(unwanted)),
        }
    }

    pub(super) fn for_each_wanted(&self, visit: &mut impl FnMut(&QueryWords)) {
        match self {
            Self::Words(words) => visit(words),
            Self::Any(parts) | Self::All(parts, _) => {
                for part in parts {
                    part.for_each_wanted(visit);
                }
            }
        }
    }
}

impl QueryWords {
    /// Returns the words as a phrase of the index.
    fn sought(&self) -> SoughtPhrase {
        let PhraseTokens { tokens, is_open } = self.phrase();
        SoughtPhrase {
            columns: self.field.columns(),
            tokens,
            is_open,
        }
    }

    /// Returns the words without their particles and endings, the longest first.
    fn stems(&self) -> Vec<&str> {
        match self.form {
            WordForm::Bare => stems(&self.text),
            WordForm::Quoted | WordForm::Beginning => Vec::new(),
        }
    }

    fn stemmed(&self, loss: usize) -> Self {
        let stems = self.stems();
        let stem = stems[..loss.min(stems.len())].last();
        Self {
            text: stem.unwrap_or(&self.text.as_str()).to_string(),
            ..self.clone()
        }
    }

    /// Returns the tokens that stand side by side where an article has the words.
    pub(crate) fn phrase(&self) -> PhraseTokens {
        let phrase = phrase_tokens(&self.text).expect("only words with a letter are kept");
        let is_open = phrase.is_open || self.form == WordForm::Beginning;
        PhraseTokens { is_open, ..phrase }
    }

    fn written(&self) -> String {
        let field = self.field.name();
        // A quote within the words would end them. It is no word, so that a blank is as good.
        let quoted = || format!("{field}\"{}\"", self.text.replace(['"', '“', '”'], " "));
        match self.form {
            // A phrase with a particle behind its quotes lost the particle.
            WordForm::Bare if self.text.contains(' ') => quoted(),
            WordForm::Quoted => quoted(),
            WordForm::Bare => format!("{field}{}", self.text),
            WordForm::Beginning => format!("{field}{}*", self.text),
        }
    }
}
