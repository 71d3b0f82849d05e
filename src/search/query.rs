//! The language of queries, and the expressions of the full-text index that they become.
//!
//! Words stand side by side where all of them are wanted; `"…"` has words in their order, `OR` and
//! `NOT` stand between, brackets join. `title:`, `author:` and `section:` look in one field; `site:`,
//! `after:` and `before:` choose articles, and hold for the whole query.

use std::iter::Peekable;

use jiff::civil::Date;
use thiserror::Error;

use crate::search::particles::without_particle;
use crate::text::clean;
use crate::text::search_tokens::{PhraseTokens, phrase_tokens};

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
    wanted: Wanted,
    sites: Vec<String>,
    after: Option<Date>,
    before: Option<Date>,
}

/// What the articles have.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Words(Words),
    /// All of the first, and none of the second.
    All(Vec<Wanted>, Vec<Wanted>),
    Any(Vec<Wanted>),
}

/// Words in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    field: SearchField,
    text: String,
    form: WordForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WordForm {
    /// In quotes: exactly this.
    Quoted,
    Bare,
    /// The beginning of a word, `librar*`.
    Beginning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SearchField {
    Everywhere,
    Title,
    Author,
    Section,
}

impl SearchField {
    /// Returns the columns of the index.
    fn columns(self) -> &'static str {
        match self {
            // A section is the word of many articles, and says little of each.
            Self::Everywhere => "{title subtitle authors text}",
            Self::Title => "{title subtitle}",
            Self::Author => "{authors}",
            Self::Section => "{section}",
        }
    }

    fn written(self) -> &'static str {
        match self {
            Self::Everywhere => "",
            Self::Title => "title:",
            Self::Author => "author:",
            Self::Section => "section:",
        }
    }
}

/// A field that chooses articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chooser {
    Site,
    After,
    Before,
}

impl Chooser {
    fn name(self) -> &'static str {
        match self {
            Self::Site => "site:",
            Self::After => "after:",
            Self::Before => "before:",
        }
    }
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
            wanted: Wanted::Any(vec![]),
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
            Words {
                text: noun.unwrap_or(&words.text).to_owned(),
                ..words.clone()
            }
        });

        (wanted != self.wanted).then(|| Self {
            wanted,
            ..self.clone()
        })
    }

    /// Returns the words that an article has, as they are shown within it.
    pub(super) fn shown_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        self.wanted.for_each_wanted(&mut |it| {
            if it.field == SearchField::Everywhere {
                words.push(it.text.clone());
            }
        });
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

impl Wanted {
    fn expression(&self) -> String {
        match self {
            Self::Words(words) => words.expression(),
            Self::Any(parts) => joined(parts, " OR "),
            Self::All(wanted, unwanted) if unwanted.is_empty() => joined(wanted, " AND "),
            Self::All(wanted, unwanted) => {
                format!(
                    "({} NOT {})",
                    joined(wanted, " AND "),
                    joined(unwanted, " OR ")
                )
            }
        }
    }

    fn written(&self) -> String {
        let list = |parts: &[Self], between: &str| {
            let parts: Vec<String> = parts.iter().map(Self::written).collect();
            parts.join(between)
        };
        match self {
            Self::Words(words) => words.written(),
            Self::Any(parts) => format!("({})", list(parts, " OR ")),
            Self::All(wanted, unwanted) => {
                let without = unwanted
                    .iter()
                    .map(|part| format!(" NOT {}", part.written()));
                format!("{}{}", list(wanted, " "), without.collect::<String>())
            }
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Words(_) => 1,
            Self::Any(parts) => parts.iter().map(Self::count).sum(),
            Self::All(wanted, unwanted) => wanted.iter().chain(unwanted).map(Self::count).sum(),
        }
    }

    fn map_words(&self, change: &impl Fn(&Words) -> Words) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.map_words(change)).collect();
        match self {
            Self::Words(words) => Self::Words(change(words)),
            Self::Any(parts) => Self::Any(all(parts)),
            // What must not stand there stays as it was asked.
            Self::All(wanted, unwanted) => Self::All(all(wanted), unwanted.clone()),
        }
    }

    fn for_each_wanted(&self, visit: &mut impl FnMut(&Words)) {
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

fn joined(parts: &[Wanted], between: &str) -> String {
    let parts: Vec<String> = parts.iter().map(Wanted::expression).collect();
    format!("({})", parts.join(between))
}

impl Words {
    /// Returns the words as a phrase of the index. The tokens are letters and digits, so that
    /// nothing of the query reaches the index's own language.
    fn expression(&self) -> String {
        let phrase = phrase_tokens(&self.text);
        let PhraseTokens { tokens, is_open } = phrase.expect("only words with a letter are kept");
        let star = if is_open || self.form == WordForm::Beginning {
            " *"
        } else {
            ""
        };
        format!("{} : \"{tokens}\"{star}", self.field.columns())
    }

    fn written(&self) -> String {
        let field = self.field.written();
        match self.form {
            WordForm::Quoted => format!("{field}\"{}\"", self.text),
            WordForm::Bare => format!("{field}{}", self.text),
            WordForm::Beginning => format!("{field}{}*", self.text),
        }
    }
}

/// A piece of a query's text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Open,
    Close,
    And,
    Or,
    Not,
    Words(Words),
    Chosen(Chooser, String),
}

/// Cuts a query into its pieces. What has no letter or digit is left out.
fn pieces(written: &str) -> Result<Vec<Piece>, QueryError> {
    let (mut pieces, mut rest) = (Vec::new(), written.trim_start());
    while let Some(first) = rest.chars().next() {
        match first {
            '(' => pieces.push(Piece::Open),
            ')' => pieces.push(Piece::Close),
            _ => {
                let (piece, behind) = word(rest)?;
                pieces.extend(piece);
                rest = behind.trim_start();
                continue;
            }
        }
        rest = rest[first.len_utf8()..].trim_start();
    }
    Ok(pieces)
}

/// Reads a word, a phrase or an operator at the beginning of a text.
fn word(text: &str) -> Result<(Option<Piece>, &str), QueryError> {
    let (field, value) = field_of(text);
    if let Some(phrase) = value.strip_prefix(['"', '“', '”']) {
        let Some((inside, behind)) = phrase.split_once(['"', '“', '”']) else {
            return Err(QueryError::OpenQuote(phrase.to_owned()));
        };
        return Ok((piece(field, inside, WordForm::Quoted)?, behind));
    }

    let end = value
        .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
        .unwrap_or(value.len());
    let (bare, behind) = value.split_at(end);
    let operator = match (field, bare) {
        (None, "AND") => Some(Piece::And),
        (None, "OR") => Some(Piece::Or),
        (None, "NOT") => Some(Piece::Not),
        _ => None,
    };
    if operator.is_some() {
        return Ok((operator, behind));
    }

    let read = match bare.strip_suffix('*') {
        Some(beginning) => piece(field, beginning, WordForm::Beginning)?,
        None => piece(field, bare, WordForm::Bare)?,
    };
    Ok((read, behind))
}

/// A field of a query, with its colon.
#[derive(Clone, Copy)]
enum NamedField {
    Searched(SearchField),
    Chosen(Chooser),
}

impl NamedField {
    const ALL: [(&str, Self); 6] = [
        ("title:", Self::Searched(SearchField::Title)),
        ("author:", Self::Searched(SearchField::Author)),
        ("section:", Self::Searched(SearchField::Section)),
        ("site:", Self::Chosen(Chooser::Site)),
        ("after:", Self::Chosen(Chooser::After)),
        ("before:", Self::Chosen(Chooser::Before)),
    ];
}

/// Splits the name of a field from what stands behind it. Other words with a colon are words.
fn field_of(text: &str) -> (Option<(&'static str, NamedField)>, &str) {
    for (name, field) in NamedField::ALL {
        let begins = text
            .get(..name.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(name));
        if begins {
            return (Some((name, field)), &text[name.len()..]);
        }
    }
    (None, text)
}

fn piece(
    field: Option<(&'static str, NamedField)>,
    text: &str,
    form: WordForm,
) -> Result<Option<Piece>, QueryError> {
    let field = match field {
        Some((name, _)) if text.is_empty() => return Err(QueryError::NoValue(name)),
        Some((_, NamedField::Chosen(chooser))) => {
            return Ok(Some(Piece::Chosen(chooser, text.to_owned())));
        }
        Some((_, NamedField::Searched(field))) => field,
        None => SearchField::Everywhere,
    };

    Ok(phrase_tokens(text).map(|_| {
        Piece::Words(Words {
            field,
            text: text.to_owned(),
            form,
        })
    }))
}

/// Reads the pieces of a query: `OR` binds less than words side by side.
struct QueryReader<I: Iterator<Item = Piece>> {
    pieces: Peekable<I>,
    chosen: Vec<(Chooser, String)>,
    depth: usize,
}

impl<I: Iterator<Item = Piece>> QueryReader<I> {
    /// Reads parts with `OR` between them; `None` where there is none.
    fn any(&mut self) -> Result<Option<Wanted>, QueryError> {
        let chosen = self.chosen.len();
        let mut parts: Vec<Wanted> = self.all()?.into_iter().collect();
        let mut is_any = false;
        while self.pieces.next_if_eq(&Piece::Or).is_some() {
            is_any = true;
            match self.all()? {
                Some(part) => parts.push(part),
                None if self.chosen.len() > chosen => {}
                None => return Err(QueryError::Alone("OR")),
            }
        }

        let chooses = self.chosen.get(chosen).map(|(chooser, _)| chooser.name());
        if let Some(field) = chooses.filter(|_| is_any || self.depth > 0) {
            return Err(QueryError::Within { field });
        }
        if is_any && parts.len() < 2 {
            return Err(QueryError::Alone("OR"));
        }
        Ok(if parts.len() > 1 {
            Some(Wanted::Any(parts))
        } else {
            parts.pop()
        })
    }

    /// Reads parts side by side; `None` where there is none.
    fn all(&mut self) -> Result<Option<Wanted>, QueryError> {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        loop {
            let is_and = self.pieces.next_if_eq(&Piece::And).is_some();
            if is_and && wanted.is_empty() && unwanted.is_empty() {
                return Err(QueryError::Alone("AND"));
            }
            if self.pieces.next_if_eq(&Piece::Not).is_some() {
                unwanted.push(self.not()?);
                continue;
            }
            match self.one()? {
                Some(part) => wanted.extend(part),
                None if is_and => return Err(QueryError::Alone("AND")),
                None => break,
            }
        }

        if unwanted.is_empty() && wanted.len() < 2 {
            return Ok(wanted.pop());
        }
        if wanted.is_empty() {
            return Err(QueryError::OnlyNot);
        }
        Ok(Some(Wanted::All(wanted, unwanted)))
    }

    /// Reads the part behind a `NOT`.
    fn not(&mut self) -> Result<Wanted, QueryError> {
        let chosen = self.chosen.len();
        let part = self.one()?.flatten().ok_or(QueryError::Alone("NOT"));
        match self.chosen.get(chosen) {
            Some((chooser, _)) => Err(QueryError::Within {
                field: chooser.name(),
            }),
            None => part,
        }
    }

    /// Reads one part; `None` where none follows. A field that chooses articles is a part without
    /// words.
    fn one(&mut self) -> Result<Option<Option<Wanted>>, QueryError> {
        let is_part = |piece: &Piece| match piece {
            Piece::Open | Piece::Words(_) | Piece::Chosen(..) => true,
            Piece::Close | Piece::And | Piece::Or | Piece::Not => false,
        };
        Ok(match self.pieces.next_if(is_part) {
            Some(Piece::Words(words)) => Some(Some(Wanted::Words(words))),
            Some(Piece::Chosen(chooser, value)) => {
                self.chosen.push((chooser, value));
                Some(None)
            }
            Some(Piece::Open) => Some(self.bracket()?),
            Some(Piece::Close | Piece::And | Piece::Or | Piece::Not) | None => None,
        })
    }

    /// Reads what stands in brackets, behind the first one.
    fn bracket(&mut self) -> Result<Option<Wanted>, QueryError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(QueryError::TooDeep);
        }

        let inside = self.any()?;
        self.depth -= 1;
        match self.pieces.next_if_eq(&Piece::Close) {
            Some(_) => Ok(inside),
            None => Err(QueryError::OpenBracket),
        }
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
        fn no_query_breaks_it(written in "[책방a1 \"()*:\\-]{0,40}|(\\PC{0,20} (AND|OR|NOT|title:) ){0,4}\\PC{0,20}") {
            if let Ok(query) = Query::parse(&written) {
                let expression = query.expression();
                prop_assert_eq!(expression.matches('"').count() % 2, 0);
            }
        }
    }
}
