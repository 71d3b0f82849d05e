//! The language of queries, and what an archive looks for because of them.
//!
//! Words stand side by side where all of them are wanted; `"…"` has words in their order, `OR` and
//! `NOT` stand between, brackets join; `|` is `OR`, and a minus before a word is `NOT`. `title:`,
//! `author:` and `section:` look in one field; `site:`, `after:` and `before:` choose articles, and
//! hold for the whole query. All of it may be written in full width.

mod named_field;
mod node;
mod pieces;
mod reader;

use jiff::civil::Date;
use thiserror::Error;

use crate::archive::SoughtWords;
use crate::search::query::named_field::{Chooser, day, has_unknown_field};
use crate::search::query::node::QueryNode;
use crate::search::query::pieces::pieces;
use crate::search::query::reader::QueryReader;
use crate::text::clean;
use crate::text::search_tokens::folded;

pub(crate) use node::{QueryWords, SearchField};

/// The most words of a query. More are a text that was pasted.
const MOST_WORDS: usize = 64;

/// The most queries that are tried in turn without particles: enough for all stems of four words
/// that have one each, or of two that have three.
const MOST_STEMMED: usize = 15;

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
    #[error("{value:?} behind {field} is no day, month or year, like 2026-03-07, 2026-03 or 2026")]
    Day { field: &'static str, value: String },
    #[error("a minus stands behind {0}: write it before the field, as in `-title:광고`")]
    MinusWithin(&'static str),
    #[error("nothing stands right behind {0} (its value follows without a space)")]
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
    has_unknown_field: bool,
}

impl Query {
    /// Understands a query.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn parse(written: &str) -> Result<Self, QueryError> {
        let written: String = clean(written).chars().filter_map(folded).collect();
        let pieces = pieces(&written)?;
        let mut query = Self {
            wanted: QueryNode::Any(vec![]),
            sites: vec![],
            after: None,
            before: None,
            has_unknown_field: has_unknown_field(&written),
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

    /// Returns how a query that was understood is written where it is to want more:
    /// `site:demo`, or `after:2026-03`. `None` where it can want no more.
    #[cfg(feature = "cli")]
    pub(crate) fn narrowed(written: &str, further: &str) -> Option<String> {
        let plain = format!("{written} {further}");
        let bracketed = format!("({written}) {further}");
        let unnarrowed = Self::parse(written).ok()?;
        // Marks alone are no words: what they ask for is what was asked before.
        let more = |text: &str| Self::parse(text).ok().filter(|query| *query != unnarrowed);
        match (more(&plain), more(&bracketed)) {
            (Some(one), Some(other)) if one == other => Some(plain),
            (_, Some(_)) => Some(bracketed),
            // A field for the whole query stands in no brackets, and beside no OR.
            (Some(_), None) => Some(plain),
            (None, None) => None,
        }
    }

    /// Returns the names of the sites that are asked for.
    pub fn sites(&self) -> &[String] {
        &self.sites
    }

    /// Tells whether a word has a colon, as if it named a field, and is looked for as it stands.
    pub fn has_unknown_field(&self) -> bool {
        self.has_unknown_field
    }

    /// Tells whether there are words that must not stand in an article.
    #[cfg(feature = "cli")]
    pub(crate) fn leaves_out(&self) -> bool {
        self.wanted.leaves_out()
    }

    pub(super) fn after(&self) -> Option<Date> {
        self.after
    }

    pub(super) fn before(&self) -> Option<Date> {
        self.before
    }

    /// Returns what the archive looks for.
    pub(super) fn sought(&self) -> SoughtWords {
        self.wanted.sought()
    }

    /// Returns the query without particles and plural endings of its words, in the order in which
    /// they are tried. None where no word has one.
    pub(super) fn stemmed(&self) -> impl Iterator<Item = Self> {
        losses(&self.wanted.stems()).into_iter().map(|losses| Self {
            wanted: self.wanted.stemmed(&mut losses.into_iter()),
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
            day(&value).ok_or(QueryError::Day {
                field: chooser.name(),
                value,
            })
        };
        match chooser {
            Chooser::Site => self.sites.push(value),
            Chooser::After => self.after = self.after.max(Some(day(value)?)),
            Chooser::Before => {
                let day = day(value)?;
                self.before = Some(self.before.map_or(day, |before| before.min(day)));
            }
        }
        Ok(())
    }
}

/// Returns what the parts of a query lose together, each nothing or some steps down its stems: those
/// that lose least are the first. Of very many, the last ones are those in which all lose alike.
fn losses(stems: &[usize]) -> Vec<Vec<usize>> {
    let mut tried: Vec<Vec<usize>> = Vec::new();
    let mut level = vec![vec![0; stems.len()]];
    while !level.is_empty() && tried.len() < MOST_STEMMED {
        level = level.iter().flat_map(|one| one_more(one, stems)).collect();
        tried.extend(level.iter().cloned());
    }
    tried.truncate(MOST_STEMMED);

    let longest = stems.iter().copied().max().unwrap_or(0);
    for loss in 1..=longest {
        let alike: Vec<usize> = stems.iter().map(|most| loss.min(*most)).collect();
        if !tried.contains(&alike) {
            tried.push(alike);
        }
    }
    tried
}

/// Returns the losses that are larger by one, at the last part that loses or behind it: so each
/// stands once.
fn one_more(losses: &[usize], stems: &[usize]) -> Vec<Vec<usize>> {
    let last = losses.iter().rposition(|loss| *loss > 0).unwrap_or(0);
    let parts = (last..stems.len()).filter(|part| losses[*part] < stems[*part]);
    parts
        .map(|part| {
            let mut more = losses.to_vec();
            more[part] += 1;
            more
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expression(written: &str) -> String {
        let query = Query::parse(written).expect("it is understood");
        query
            .sought()
            .in_fts5()
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
    fn a_minus_leaves_out_a_word_whatever_marks_are_around_it() {
        let out = expression("책 NOT 인터뷰");
        for minus in [
            "-[인터뷰]",
            "-'인터뷰'",
            "--인터뷰",
            "–인터뷰",
            "-‹인터뷰>",
            "\u{2212}인터뷰",
        ] {
            assert_eq!(expression(&format!("책 {minus}")), out, "{minus}");
        }
        assert_eq!(expression("책 -[5]"), expression("책 5"));
        assert_eq!(fault("title:-인터뷰 책"), QueryError::MinusWithin("title:"));
    }

    #[test]
    fn a_title_in_quotes_behind_a_word_is_a_phrase_and_and_may_follow_a_field() {
        let apart = expression("소설 『아홉 번째 계단』");
        assert_eq!(expression("소설『아홉 번째 계단』"), apart);
        assert_eq!(
            expression("소설『아홉 번째"),
            expression("\"소설 아홉\" 번째")
        );
        assert_eq!(expression("site:demo AND 책"), expression("site:demo 책"));
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
        assert_eq!(expression("책방|서점"), expression("책방 OR 서점"));
        assert_eq!(expression("책방 || 서점"), expression("책방 OR 서점"));
        // Only in capitals: they are words of other languages, too.
        assert_eq!(expression("or"), "\"or\"");
    }

    #[test]
    fn fields_look_in_one_column_or_choose_articles() {
        let query =
            Query::parse("author:김하늘 section:문화 시 site:bada after:2026-03-07").unwrap();
        assert_eq!(
            query.sought().in_fts5(),
            "({authors} : \"김하 하늘\" AND {section} : \"문화\" AND \
             {title subtitle authors text} : \"시\" *)"
        );
        assert_eq!(query.sites(), ["bada"]);
        assert_eq!(query.after().unwrap().to_string(), "2026-03-07");
        assert_eq!(query.before(), None);
        assert_eq!(expression("https://a.example"), "\"https a example\"");
        assert_eq!(
            expression("title:(책방 OR author:김하늘 -광고)"),
            expression("title:책방 OR (author:김하늘 NOT title:광고)")
        );
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_query_that_is_narrowed_wants_both() {
        let narrowed = |written, further| Query::narrowed(written, further).unwrap();
        assert_eq!(narrowed("독서", "site:bada"), "독서 site:bada");
        assert_eq!(
            narrowed("책 OR 시", "section:문화"),
            "(책 OR 시) section:문화"
        );
        assert_eq!(narrowed("책 OR 시", "after:2026"), "(책 OR 시) after:2026");
        assert_eq!(narrowed("책 -광고", "site:bada"), "책 -광고 site:bada");
        assert_eq!(
            narrowed("책 site:bada", "section:문화"),
            "책 site:bada section:문화"
        );
        let once = narrowed("책|시", "after:2026-03 before:2026-04");
        let twice = narrowed(&once, "section:문화");
        let both = "(책 OR 시) section:문화 after:2026-03 before:2026-04";
        assert_eq!(expression(&twice), expression(both));
        for nothing in ["after:아침", "author:\"(\"", "section:\" \""] {
            assert_eq!(Query::narrowed("책", nothing), None, "{nothing}");
        }
    }

    #[test]
    fn the_narrowest_of_several_days_count() {
        let query =
            Query::parse("책 after:2026-03 after:2025 before:2026.11.20 before:2027").unwrap();
        assert_eq!(query.after().unwrap().to_string(), "2026-03-01");
        assert_eq!(query.before().unwrap().to_string(), "2026-11-20");
    }

    #[test]
    fn a_minus_before_a_word_leaves_it_out() {
        for (minus, not) in [
            ("책방 -광고", "책방 NOT 광고"),
            ("책방 −광고", "책방 NOT 광고"),
            ("-광고 책방", "NOT 광고 책방"),
            ("책방 -\"작은 광고\"", "책방 NOT \"작은 광고\""),
            ("책방 -「작은 광고」", "책방 NOT \"작은 광고\""),
            ("책방 -title:광고", "책방 NOT title:광고"),
            ("책방 -(광고 OR 협찬)", "책방 NOT (광고 OR 협찬)"),
            ("책방 (서점 -광고)", "책방 (서점 NOT 광고)"),
        ] {
            assert_eq!(Query::parse(minus), Query::parse(not), "{minus}");
        }
        assert_eq!(fault("-광고"), QueryError::OnlyNot);

        // Within a word, before a number, or alone, it is a mark.
        assert_eq!(expression("책방-광고"), expression("\"책방 광고\""));
        assert_eq!(expression("\"책방\"-광고"), expression("책방 광고"));
        assert_eq!(expression("책방 -5"), expression("책방 5"));
        assert_eq!(expression("책방 - 광고"), expression("책방 광고"));
    }

    #[test]
    fn quotes_of_all_kinds_keep_their_order() {
        for quoted in [
            "“작은 책방”",
            "「작은 책방」",
            "『작은 책방』",
            "《작은 책방》",
            "＂작은 책방＂",
        ] {
            assert_eq!(expression(quoted), expression("\"작은 책방\""), "{quoted}");
        }
        // Quotes of another kind within a phrase are marks.
        for phrase in [
            "\"그는 “작은 책방” 이라고\"",
            "“그는 \"작은 책방\" 이라고”",
            "„그는 \"작은 책방\" 이라고“",
        ] {
            let plain = expression("\"그는 작은 책방 이라고\"");
            assert_eq!(expression(phrase), plain, "{phrase}");
        }
        assert_eq!(
            fault("「작은 책방"),
            QueryError::OpenQuote("작은 책방".to_owned())
        );
        // A particle behind the quotes is a part of it, and an operator is none.
        assert_eq!(expression("「책방」에서는"), expression("\"책방 에서는\""));
        assert_eq!(expression("\"책방\"OR\"서점\""), expression("책방 OR 서점"));
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
        let stemmed = |written: &str| -> Vec<String> {
            let query = Query::parse(written).unwrap();
            query.stemmed().map(|stems| stems.written()).collect()
        };
        assert_eq!(
            stemmed("혈당에서 (책방을 OR \"서점을\") NOT 광고를 NOT (책이 없다)"),
            [
                "혈당 (책방을 OR \"서점을\") NOT 광고를 NOT (책이 없다)",
                "혈당에서 (책방 OR \"서점을\") NOT 광고를 NOT (책이 없다)",
                "혈당 (책방 OR \"서점을\") NOT 광고를 NOT (책이 없다)",
            ]
        );
        assert_eq!(stemmed("혈당"), [""; 0]);
        assert_eq!(
            stemmed("title:「작은 책방」에서 KBS는").last().unwrap(),
            "title:\"작은 책방\" KBS"
        );
    }

    #[test]
    fn a_quote_within_a_phrase_does_not_end_the_query_that_is_told() {
        let query = Query::parse("「작은 \"책」 골목").unwrap();
        assert_eq!(query.written(), "\"작은  책\" 골목");
    }

    #[test]
    fn of_several_words_the_fewest_lose_something_first() {
        assert_eq!(
            losses(&[1, 0, 2]),
            [
                vec![1, 0, 0],
                vec![0, 0, 1],
                vec![1, 0, 1],
                vec![0, 0, 2],
                vec![1, 0, 2],
            ]
        );
        assert_eq!(losses(&[0, 0]), [[0; 2]; 0]);

        let many = losses(&[2; MOST_WORDS]);
        assert_eq!(many.len(), MOST_STEMMED + 2);
        assert!(many.ends_with(&[vec![1; MOST_WORDS], vec![2; MOST_WORDS]]));
    }

    /// Returns a text with all characters of ASCII in full width, blanks too.
    fn widened(text: &str) -> String {
        text.chars()
            .map(|c| match c {
                ' ' => '\u{3000}',
                '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
                _ => c,
            })
            .collect()
    }

    proptest! {
        /// A Korean or Japanese keyboard may write any part of a query in full width.
        #[test]
        fn width_does_not_count(
            parts in prop::collection::vec(
                ("(|-)(|title:|author:|site:|제목:)(책방|KBS|\"작은 책\"|librar\\*|2026)", any::<bool>()),
                1..5,
            ),
            between in "( | AND | OR | NOT | \\| | \\( | \\) | after:2026-01-0[0-4] )",
        ) {
            let narrow: Vec<&str> = parts.iter().map(|(part, _)| part.as_str()).collect();
            let wide: Vec<String> = parts
                .iter()
                .map(|(part, is_wide)| if *is_wide { widened(part) } else { part.clone() })
                .collect();
            prop_assert_eq!(
                Query::parse(&narrow.join(&between)),
                Query::parse(&wide.join(&widened(&between)))
            );
        }

        /// The query that is told in place of another one can be typed.
        #[test]
        fn a_query_is_understood_as_it_is_written(
            written in "((|-)(|title:|author:)(책방에서|KBS는|\"작은 책\"|「작은 \"책」|librar\\*|a:b|\
                        (책|시|\"말\") OR (글|-\\(책 OR 시\\)))( | OR )){1,5}",
        ) {
            if let Ok(query) = Query::parse(&written) {
                let again = Query::parse(&query.written());
                prop_assert_eq!(again.map(|query| query.sought().in_fts5()), Ok(query.sought().in_fts5()));
            }
        }

        /// Nothing of a query reaches the index's own language but in its place.
        #[test]
        fn no_query_breaks_it(
            written in "[책방a1 \"()*:\\-]{0,40}\
                        |(\\PC{0,20} (AND|OR|NOT|title:) ){0,4}\\PC{0,20}",
        ) {
            if let Ok(query) = Query::parse(&written) {
                let expression = query.sought().in_fts5();
                prop_assert_eq!(expression.matches('"').count() % 2, 0);
            }
        }
    }
}
