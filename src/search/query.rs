//! The language of queries, and the expressions of the full-text index that they become.
//!
//! Words stand side by side where all of them are wanted; `"…"` has words in their order, `OR` and
//! `NOT` stand between, brackets join. `title:`, `author:` and `section:` look in one field;
//! `site:`, `after:` and `before:` choose articles, and hold for the whole query.

mod node;
mod pieces;
mod reader;

use jiff::civil::Date;
use thiserror::Error;

use crate::search::particles::without_particle;
use crate::search::query::node::{QueryNode, WordForm};
use crate::search::query::pieces::{Chooser, pieces};
use crate::search::query::reader::QueryReader;
use crate::text::clean;

pub(crate) use node::{QueryWords, SearchField};

/// The most words of a query. More are a text that was pasted.
const MOST_WORDS: usize = 64;

/// The deepest brackets.
const DEEPEST: usize = 16;

/// A fault in a query.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum QueryError {
    #[error("nothing is looked for: name a word, as in `saseo search 독서`")]
    Empty,
    #[error("the quote before {0:?} has no end")]
    OpenQuote(String),
    #[error("a bracket is open at the end of the query")]
    OpenBracket,
    #[error("a bracket is closed that was not opened")]
    ClosedBracket,
    #[error("{0} stands alone: it needs words on both of its sides")]
    Alone(&'static str),
    #[error("NOT leaves nothing to look for: say what the articles do have, as in `책 NOT 광고`")]
    OnlyNot,
    #[error("{field} holds for the whole query: it cannot stand in brackets, nor beside OR or NOT")]
    Within { field: &'static str },
    #[error("{value:?} behind {field} is no day like 2026-03-07")]
    Day { field: &'static str, value: String },
    #[error("nothing stands behind {0}")]
    NoValue(&'static str),
    #[error("a query of more than {MOST_WORDS} words is a text: name the most telling ones")]
    TooLong,
    #[error("brackets stand deeper than {DEEPEST} times within each other")]
    TooDeep,
}

/// A query, as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    wanted: QueryNode,
    sites: Vec<String>,
    after: Option<Date>,
    before: Option<Date>,
}

impl Query {
    /// Understands a query.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn parse(written: &str) -> Result<Self, QueryError> {
        let pieces = pieces(&clean(written))?;
        let mut query = Self {
            wanted: QueryNode::Any(vec![]),
            sites: vec![],
            after: None,
            before: None,
        };

        let mut reader = QueryReader {
            pieces: pieces.into_iter().peekable(),
            chosen: vec![],
            depth: 0,
        };
        let wanted = reader.any()?;
        if reader.pieces.next().is_some() {
            return Err(QueryError::ClosedBracket);
        }
        for (chooser, value) in reader.chosen {
            query.choose(chooser, value)?;
        }

        query.wanted = wanted.ok_or(QueryError::Empty)?;
        if query.wanted.count() > MOST_WORDS {
            return Err(QueryError::TooLong);
        }
        Ok(query)
    }

    /// Returns the names of the sites that are asked for.
    pub fn sites(&self) -> &[String] {
        &self.sites
    }

    pub(super) fn after(&self) -> Option<Date> {
        self.after
    }

    pub(super) fn before(&self) -> Option<Date> {
        self.before
    }

    /// Returns the expression of FTS5.
    pub(super) fn expression(&self) -> String {
        self.wanted.expression()
    }

    /// Returns the query without the particles of its words; `None` where none has one.
    pub(super) fn without_particles(&self) -> Option<Self> {
        let wanted = self.wanted.map_words(&|words| {
            let noun = match words.form {
                WordForm::Bare => without_particle(&words.text),
                WordForm::Quoted | WordForm::Beginning => None,
            };
            QueryWords {
                text: noun.unwrap_or(&words.text).to_owned(),
                ..words.clone()
            }
        });

        (wanted != self.wanted).then(|| Self {
            wanted,
            ..self.clone()
        })
    }

    /// Returns the words that an article may have, those behind NOT left out.
    pub(super) fn wanted_words(&self) -> Vec<QueryWords> {
        let mut words = Vec::new();
        self.wanted
            .for_each_wanted(&mut |it| words.push(it.clone()));
        words
    }

    /// Writes the words of the query, as a user would.
    pub(super) fn written(&self) -> String {
        self.wanted.written()
    }

    fn choose(&mut self, chooser: Chooser, value: String) -> Result<(), QueryError> {
        let day = |value: String| {
            value.parse().map_err(|_| QueryError::Day {
                field: chooser.name(),
                value,
            })
        };
        match chooser {
            Chooser::Site => self.sites.push(value),
            Chooser::After => self.after = Some(day(value)?),
            Chooser::Before => self.before = Some(day(value)?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expression(written: &str) -> String {
        let query = Query::parse(written).expect("it is understood");
        query
            .expression()
            .replace("{title subtitle authors text} : ", "")
    }

    fn fault(written: &str) -> QueryError {
        Query::parse(written).expect_err("it is refused")
    }

    #[test]
    fn words_side_by_side_are_all_wanted_and_quotes_keep_their_order() {
        assert_eq!(expression("독서"), "\"독서\"");
        assert_eq!(expression("독서 책"), "(\"독서\" AND \"책\" *)");
        assert_eq!(expression("\"작은 책방\""), "\"작은 은 책방\"");
        assert_eq!(expression("“작은 책방”"), "\"작은 은 책방\"");
        assert_eq!(expression("librar* KBS"), "(\"librar\" * AND \"kbs\")");
        assert_eq!(expression("책방 AND 골목"), expression("책방 골목"));
    }

    #[test]
    fn or_not_and_brackets_join() {
        assert_eq!(
            expression("책방 OR 서점 골목"),
            "(\"책방\" OR (\"서점\" AND \"골목\"))"
        );
        assert_eq!(
            expression("(책방 OR 서점) 골목 NOT 광고 NOT 협찬"),
            "(((\"책방\" OR \"서점\") AND \"골목\") NOT (\"광고\" OR \"협찬\"))"
        );
        // Only in capitals: they are words of other languages, too.
        assert_eq!(expression("or"), "\"or\"");
    }

    #[test]
    fn fields_look_in_one_column_or_choose_articles() {
        let query =
            Query::parse("author:김하늘 section:문화 시 site:bada after:2026-03-07").unwrap();
        assert_eq!(
            query.expression(),
            "({authors} : \"김하 하늘\" AND {section} : \"문화\" AND \
             {title subtitle authors text} : \"시\" *)"
        );
        assert_eq!(query.sites(), ["bada"]);
        assert_eq!(query.after().unwrap().to_string(), "2026-03-07");
        assert_eq!(query.before(), None);
        assert_eq!(expression("https://a.example"), "\"https a example\"");
    }

    #[test]
    fn what_cannot_be_understood_is_said() {
        assert_eq!(fault(""), QueryError::Empty);
        assert_eq!(fault("?! ()"), QueryError::Empty);
        assert_eq!(fault("site:bada"), QueryError::Empty);
        assert_eq!(fault("\"작은"), QueryError::OpenQuote("작은".to_owned()));
        assert_eq!(fault("(책"), QueryError::OpenBracket);
        assert_eq!(fault("책)"), QueryError::ClosedBracket);
        assert_eq!(fault("NOT 책"), QueryError::OnlyNot);
        assert_eq!(fault("책 OR"), QueryError::Alone("OR"));
        assert_eq!(fault("OR 책"), QueryError::Alone("OR"));
        assert_eq!(fault("AND 책"), QueryError::Alone("AND"));
        assert_eq!(fault("책 NOT"), QueryError::Alone("NOT"));
        assert_eq!(fault("title:"), QueryError::NoValue("title:"));
        let within = QueryError::Within { field: "site:" };
        assert_eq!(fault("책 OR site:bada"), within);
        assert_eq!(fault("책 (site:bada)"), within);
        assert_eq!(fault("책 NOT site:bada"), within);
        let day = |value: &str| QueryError::Day {
            field: "after:",
            value: value.to_owned(),
        };
        assert_eq!(fault("책 after:gestern"), day("gestern"));
        assert_eq!(fault(&"책 ".repeat(MOST_WORDS + 1)), QueryError::TooLong);
        assert_eq!(fault(&"(".repeat(DEEPEST + 1)), QueryError::TooDeep);
    }

    #[test]
    fn a_query_without_particles_is_written_as_one_would() {
        let query = Query::parse("혈당에서 (책방을 OR \"서점을\") NOT 광고를").unwrap();
        let stems = query.without_particles().unwrap();
        assert_eq!(stems.written(), "혈당 (책방 OR \"서점을\") NOT 광고를");
        assert_eq!(Query::parse("혈당").unwrap().without_particles(), None);
    }

    proptest! {
        /// Nothing of a query reaches the index's own language but in its place.
        #[test]
        fn no_query_breaks_it(
            written in "[책방a1 \"()*:\\-]{0,40}\
                        |(\\PC{0,20} (AND|OR|NOT|title:) ){0,4}\\PC{0,20}",
        ) {
            if let Ok(query) = Query::parse(&written) {
                let expression = query.expression();
                prop_assert_eq!(expression.matches('"').count() % 2, 0);
            }
        }
    }
}
