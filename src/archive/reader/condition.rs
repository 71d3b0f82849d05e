//! A condition on the columns of articles, as `export --where` takes it: a small checked grammar
//! that becomes SQL of fixed pieces, with every value bound.
//!
//! ```text
//! condition  = and, { "OR", and }
//! and        = not, { "AND", not }
//! not        = "NOT", not | "(", condition, ")" | comparison
//! comparison = column, ( "=" | "!=" | "<>" | "<" | "<=" | ">" | ">=" ), literal
//!            | column, [ "NOT" ], ( "LIKE" | "CONTAINS" ), literal
//!            | column, [ "NOT" ], "IN", "(", literal, { ",", literal }, ")"
//!            | column, "IS", [ "NOT" ], "NULL"
//! literal    = "'text'" | number
//! ```

mod column;
mod parser;
mod token;

use std::str::FromStr;

pub use column::condition_columns;

use parser::Parser;

/// A longer condition is no condition that a person wrote.
const MAX_LENGTH: usize = 10_000;

/// A condition on the columns of articles, checked: every column and operator is known.
///
/// # Examples
///
/// ```
/// use saseo::Condition;
///
/// let condition: Condition = "section = '문화' AND version > 1".parse()?;
/// let wrong = "sction = '문화'".parse::<Condition>().unwrap_err();
/// assert!(wrong.to_string().contains("did you mean \"section\"?"));
/// # Ok::<(), saseo::ConditionError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As it was written.
    text: String,
    /// Fixed pieces, and a `?` for each value.
    sql: String,
    values: Vec<ConditionValue>,
    columns: Vec<&'static str>,
}

/// The reason why a text is no condition, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}, before {rest:?}: {why}")]
pub struct ConditionError {
    /// The character, from 1 on.
    pub at: usize,
    /// The beginning of what stands there.
    pub rest: String,
    /// What is wrong, and what to write instead.
    pub why: String,
}

/// A value that is bound to the statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ConditionValue {
    Text(String),
    Whole(i64),
    Decimal(f64),
}

impl Condition {
    /// Returns the condition as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Tells whether the condition compares a column.
    pub fn names(&self, column: &str) -> bool {
        self.columns.contains(&column)
    }

    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    pub(super) fn values(&self) -> &[ConditionValue] {
        &self.values
    }
}

impl ConditionValue {
    /// Makes a pattern of `LIKE` one of small letters, in which a backslash begins an escape. In a
    /// condition, `LIKE` takes capitals of ASCII for small letters, and a backslash for itself.
    fn become_pattern(&mut self) {
        if let Self::Text(text) = self {
            *text = text.to_ascii_lowercase().replace('\\', r"\\");
        }
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        if text.len() > MAX_LENGTH {
            let why =
                format!("the condition is longer than {MAX_LENGTH} bytes: write a shorter one");
            return Err(ConditionError::new(text, 0, why));
        }

        let parsed = Parser::of(text)?.condition()?;
        Ok(Self {
            text: text.to_owned(),
            sql: parsed.sql,
            values: parsed.values,
            columns: parsed.columns,
        })
    }
}

impl ConditionError {
    /// Makes an error at a byte of the text.
    fn new(text: &str, at: usize, why: impl Into<String>) -> Self {
        let (before, rest) = text.split_at(at);
        Self {
            at: before.chars().count() + 1,
            rest: rest.chars().take(20).collect(),
            why: why.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compiled(text: &str) -> (String, Vec<ConditionValue>) {
        let condition: Condition = text.parse().unwrap();
        (condition.sql, condition.values)
    }

    fn error(text: &str) -> ConditionError {
        text.parse::<Condition>().unwrap_err()
    }

    #[test]
    fn and_binds_stronger_than_or_and_not_stronger_than_and() {
        let (sql, _) = compiled("title = 'a' or not title = 'b' and title = 'c'");
        assert_eq!(
            sql,
            "(version.title = ? OR ((NOT version.title = ?) AND version.title = ?))"
        );
    }

    #[test]
    fn more_comparisons_than_sqlite_takes_are_refused() {
        let most = |count: usize| vec!["id = ''"; count].join(" OR ");
        assert!(most(500).parse::<Condition>().is_ok());
        let refused = error(&most(501)).to_string();
        assert!(refused.contains("more than 500 comparisons"), "{refused}");
    }

    #[test]
    fn a_value_never_becomes_sql() {
        let (sql, values) = compiled("title = '''; DROP TABLE version; --'");
        assert_eq!(sql, "version.title = ?");
        assert_eq!(
            values,
            [ConditionValue::Text("'; DROP TABLE version; --".into())]
        );
    }

    #[test]
    fn a_pattern_has_small_letters_and_its_backslashes_mean_themselves() {
        let (sql, values) = compiled(r"title LIKE 'A\_É%' AND title = 'A\'");
        assert_eq!(
            sql,
            r"(lower(version.title) LIKE ? ESCAPE '\' AND version.title = ?)"
        );
        let text = |text: &str| ConditionValue::Text(text.to_owned());
        assert_eq!(values, [text(r"a\\_É%"), text(r"A\")]);
    }

    #[test]
    fn an_unknown_column_is_named_with_its_place_and_the_nearest_one() {
        let wrong = error("title = '가나' AND sction = '문화'");
        assert_eq!((wrong.at, wrong.rest.as_str()), (18, "sction = '문화'"));
        assert!(
            wrong.why.contains("did you mean \"section\"?"),
            "{}",
            wrong.why
        );
        assert!(error("zzzzzz = 1").why.contains("columns are id, site,"));
    }

    #[test]
    fn a_literal_must_be_of_the_kind_of_its_column() {
        for wrong in [
            "title = 1",
            "number = '1'",
            "number = 1.5",
            "number LIKE '1'",
            "tags < '가'",
            "confidence = 'high'",
            "title IS 'x'",
            "title IN ()",
            "title = 'x",
            "title = \"x\"",
            "title = x",
            "(title = 'x'",
            "title = 'x')",
            "title = 'x' title = 'y'",
            "NOT",
            "",
            "title",
            "number = 99999999999999999999",
            "title = 'x'; DROP TABLE version",
        ] {
            assert!(wrong.parse::<Condition>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_condition_within_a_thousand_others_is_refused_and_no_stack_overflows() {
        let deep = format!("{}title = 'x'{}", "(".repeat(1000), ")".repeat(1000));
        assert!(error(&deep).why.contains("deep"));
        assert!(error(&"NOT ".repeat(2000)).why.contains("deep"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_condition_or_an_error_with_a_place(text in "\\PC{0,80}") {
            if let Err(error) = text.parse::<Condition>() {
                prop_assert!(error.at <= text.chars().count() + 1);
            }
        }

        #[test]
        fn any_text_can_be_compared_with(value in "\\PC{0,40}") {
            let condition = format!("title = '{}'", value.replace('\'', "''"));
            let (sql, values) = compiled(&condition);
            prop_assert_eq!(sql, "version.title = ?");
            prop_assert_eq!(values, [ConditionValue::Text(value)]);
        }
    }
}
