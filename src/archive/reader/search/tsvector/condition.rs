//! What is looked for, as a condition on the rows of `article_words`.

use std::fmt;

use crate::archive::reader::search::sought::{SoughtColumns, SoughtPhrase, SoughtWords};
use crate::archive::word_index::lexeme;

/// Words of a phrase that the server looks for. It checks a phrase word by word, each within the
/// one before.
const MOST_TOKENS: usize = 500;

/// How exactly a condition tells which rows have the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MatchForm {
    /// In vectors with positions: those that have them.
    Exact,
    /// In any vectors: those that may have them.
    Loose,
}

/// A condition in SQL. The words in it are letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TextCondition {
    /// A query of the server's own language on one column.
    Query(SoughtColumns, String),
    Sql(String),
}

impl TextCondition {
    pub(super) fn of(sought: &SoughtWords, form: MatchForm) -> Self {
        match sought {
            SoughtWords::Phrase(phrase) => Self::Query(phrase.columns, query(phrase, form)),
            SoughtWords::Any(parts) if parts.is_empty() => Self::Sql("false".to_owned()),
            SoughtWords::Any(parts) => Self::joined(&all(parts, form), Joint::Or),
            SoughtWords::All { wanted, unwanted } => {
                let wanted = Self::joined(&all(wanted, form), Joint::And);
                match form {
                    MatchForm::Exact if !unwanted.is_empty() => {
                        wanted.without(&Self::joined(&all(unwanted, form), Joint::Or))
                    }
                    // A row that may have unwanted words may be without them as well.
                    MatchForm::Exact | MatchForm::Loose => wanted,
                }
            }
        }
    }

    /// Joins conditions: those on one column alone in the server's language, which its index
    /// answers without a look at the rows.
    fn joined(parts: &[Self], joint: Joint) -> Self {
        let mut queries = Vec::new();
        let mut columns = None;
        for part in parts {
            match part {
                Self::Query(on, query) if *columns.get_or_insert(*on) == *on => {
                    queries.push(query.as_str());
                }
                Self::Query(..) | Self::Sql(_) => {}
            }
        }
        if let Some(columns) = columns.filter(|_| queries.len() == parts.len()) {
            return Self::Query(columns, format!("({})", queries.join(joint.in_queries())));
        }
        let parts: Vec<String> = parts.iter().map(Self::to_string).collect();
        Self::Sql(format!("({})", parts.join(joint.in_sql())))
    }

    fn without(self, unwanted: &Self) -> Self {
        match (self, unwanted) {
            (Self::Query(on, wanted), Self::Query(column, unwanted)) if on == *column => {
                Self::Query(on, format!("({wanted} & !{unwanted})"))
            }
            (wanted, unwanted) => Self::Sql(format!("({wanted} AND NOT {unwanted})")),
        }
    }
}

impl fmt::Display for TextCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(columns, query) => {
                let (column, query) = (column(*columns), query.replace('\'', "''"));
                write!(f, "article_words.{column} @@ CAST('{query}' AS tsquery)")
            }
            Self::Sql(sql) => f.write_str(sql),
        }
    }
}

/// How conditions are joined.
#[derive(Clone, Copy)]
enum Joint {
    And,
    Or,
}

impl Joint {
    fn in_queries(self) -> &'static str {
        match self {
            Self::And => " & ",
            Self::Or => " | ",
        }
    }

    fn in_sql(self) -> &'static str {
        match self {
            Self::And => " AND ",
            Self::Or => " OR ",
        }
    }
}

fn all(parts: &[SoughtWords], form: MatchForm) -> Vec<TextCondition> {
    let parts = parts.iter();
    parts.map(|part| TextCondition::of(part, form)).collect()
}

fn column(columns: SoughtColumns) -> &'static str {
    match columns {
        SoughtColumns::Text => "words",
        SoughtColumns::Title => "title",
        SoughtColumns::Authors => "authors",
        SoughtColumns::Section => "section",
    }
}

/// Returns a phrase as a query.
fn query(phrase: &SoughtPhrase, form: MatchForm) -> String {
    let count = phrase.tokens.split(' ').count();
    let tokens = phrase.tokens.split(' ').take(MOST_TOKENS);
    let mut lexemes: Vec<String> = tokens.map(|token| format!("'{}'", lexeme(token))).collect();
    if let Some(last) = lexemes.last_mut()
        && phrase.is_open
        && count <= MOST_TOKENS
    {
        *last += ":*";
    }
    let between = match form {
        MatchForm::Exact => " <-> ",
        MatchForm::Loose => " & ",
    };
    format!("({})", lexemes.join(between))
}

/// Tells whether the server cannot look for a phrase, so that its own answer is not exact.
pub(super) fn is_too_large(sought: &SoughtWords) -> bool {
    let is_cut = |token: &str| lexeme(token) != token;
    sought.phrases().iter().any(|phrase| {
        let mut tokens = phrase.tokens.split(' ');
        phrase.tokens.split(' ').count() > MOST_TOKENS || tokens.any(is_cut)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(columns: SoughtColumns, tokens: &str) -> SoughtWords {
        SoughtWords::Phrase(SoughtPhrase {
            columns,
            tokens: tokens.to_owned(),
            is_open: tokens.ends_with('책'),
        })
    }

    #[test]
    fn one_column_is_asked_with_one_query() {
        let sought = SoughtWords::All {
            wanted: vec![
                SoughtWords::phrase("작은 은 책방"),
                SoughtWords::phrase("골목"),
            ],
            unwanted: vec![SoughtWords::phrase("광고")],
        };
        let query = "((('작은' <-> '은' <-> '책방') & ('골목')) & !(('광고')))";
        let exact = TextCondition::Query(SoughtColumns::Text, query.to_owned());
        assert_eq!(TextCondition::of(&sought, MatchForm::Exact), exact);

        let query = "(('작은' & '은' & '책방') & ('골목'))";
        let loose = TextCondition::Query(SoughtColumns::Text, query.to_owned());
        assert_eq!(TextCondition::of(&sought, MatchForm::Loose), loose);
    }

    #[test]
    fn several_columns_are_joined_in_sql() {
        let sought = SoughtWords::All {
            wanted: vec![phrase(SoughtColumns::Title, "책")],
            unwanted: vec![phrase(SoughtColumns::Authors, "김하 하늘")],
        };
        assert_eq!(
            TextCondition::of(&sought, MatchForm::Exact).to_string(),
            "((article_words.title @@ CAST('((''책'':*))' AS tsquery)) AND NOT \
             article_words.authors @@ CAST('((''김하'' <-> ''하늘''))' AS tsquery))"
                .replace(
                    "((article_words.title @@ CAST('((''책'':*))' AS tsquery))",
                    "(article_words.title @@ CAST('((''책'':*))' AS tsquery)"
                )
        );
    }

    #[test]
    fn a_phrase_of_very_many_words_is_too_large() {
        assert!(!is_too_large(&SoughtWords::phrase("작은 은 책방")));
        assert!(is_too_large(&SoughtWords::phrase(&"가 ".repeat(501))));
        assert!(is_too_large(&SoughtWords::phrase(&"a".repeat(2_001))));
    }
}
