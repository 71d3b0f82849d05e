//! What a search looks for: phrases of the index, joined by AND, OR and NOT.

/// What articles have that are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SoughtWords {
    Phrase(SoughtPhrase),
    All {
        wanted: Vec<SoughtWords>,
        /// None of these.
        unwanted: Vec<SoughtWords>,
    },
    Any(Vec<SoughtWords>),
}

/// Tokens that stand side by side in one column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SoughtPhrase {
    pub columns: SoughtColumns,
    /// With a space between each two.
    pub tokens: String,
    /// The last token may be the beginning of a longer one.
    pub is_open: bool,
}

/// The columns of the index in which a phrase is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SoughtColumns {
    /// All but the section, which is the word of many articles and says little of each.
    Text,
    Title,
    Authors,
    Section,
}

impl SoughtColumns {
    /// Returns the columns as FTS5 names them.
    fn in_fts5(self) -> &'static str {
        match self {
            Self::Text => "{title subtitle authors text}",
            Self::Title => "{title subtitle}",
            Self::Authors => "{authors}",
            Self::Section => "{section}",
        }
    }

    /// Tells of each column of the index whether it is one of them.
    #[cfg(feature = "postgres")]
    pub(super) fn are(self) -> [bool; 5] {
        match self {
            Self::Text => [true, true, true, false, true],
            Self::Title => [true, true, false, false, false],
            Self::Authors => [false, false, true, false, false],
            Self::Section => [false, false, false, true, false],
        }
    }
}

impl Default for SoughtWords {
    fn default() -> Self {
        Self::Any(Vec::new())
    }
}

impl SoughtWords {
    /// Returns a phrase in any column of the text, from its tokens.
    pub fn phrase(tokens: &str) -> Self {
        Self::Phrase(SoughtPhrase {
            columns: SoughtColumns::Text,
            tokens: tokens.to_owned(),
            is_open: false,
        })
    }

    /// Returns the expression of FTS5. The tokens are letters and digits, so that nothing of a
    /// query reaches the index's own language.
    pub fn in_fts5(&self) -> String {
        match self {
            Self::Phrase(phrase) => phrase.in_fts5(),
            Self::Any(parts) => joined(parts, " OR "),
            Self::All { wanted, unwanted } if unwanted.is_empty() => joined(wanted, " AND "),
            Self::All { wanted, unwanted } => {
                let (wanted, unwanted) = (joined(wanted, " AND "), joined(unwanted, " OR "));
                format!("({wanted} NOT {unwanted})")
            }
        }
    }

    /// Returns the phrases that articles are ranked by, those behind NOT left out.
    pub(super) fn wanted_phrases(&self) -> Vec<&SoughtPhrase> {
        match self {
            Self::Phrase(phrase) => vec![phrase],
            Self::Any(parts) | Self::All { wanted: parts, .. } => {
                parts.iter().flat_map(Self::wanted_phrases).collect()
            }
        }
    }

    /// Returns all phrases.
    #[cfg(feature = "postgres")]
    pub(super) fn phrases(&self) -> Vec<&SoughtPhrase> {
        match self {
            Self::Phrase(phrase) => vec![phrase],
            Self::Any(parts) => parts.iter().flat_map(Self::phrases).collect(),
            Self::All { wanted, unwanted } => {
                let all = wanted.iter().chain(unwanted);
                all.flat_map(Self::phrases).collect()
            }
        }
    }

    /// Tells whether an article has what is looked for. Adds how often each wanted phrase counts in
    /// it, in their order: none within a part that the article has not.
    #[cfg(feature = "postgres")]
    pub(super) fn count_in(
        &self,
        count: &impl Fn(&SoughtPhrase) -> f64,
        counts: &mut Vec<f64>,
    ) -> bool {
        let before = counts.len();
        let is_met = match self {
            Self::Phrase(phrase) => {
                let found = count(phrase);
                counts.push(found);
                found > 0.0
            }
            Self::Any(parts) => {
                let mut is_met = false;
                for part in parts {
                    is_met |= part.count_in(count, counts);
                }
                is_met
            }
            Self::All { wanted, unwanted } => {
                let mut is_met = true;
                for part in wanted {
                    is_met &= part.count_in(count, counts);
                }
                let has = |part: &Self| part.count_in(count, &mut Vec::new());
                is_met && !unwanted.iter().any(has)
            }
        };
        if !is_met {
            counts[before..].fill(0.0);
        }
        is_met
    }
}

impl SoughtPhrase {
    pub(super) fn in_fts5(&self) -> String {
        let star = if self.is_open { " *" } else { "" };
        format!("{} : \"{}\"{star}", self.columns.in_fts5(), self.tokens)
    }
}

fn joined(parts: &[SoughtWords], between: &str) -> String {
    let parts: Vec<String> = parts.iter().map(SoughtWords::in_fts5).collect();
    format!("({})", parts.join(between))
}
