//! The parser of conditions: it reads the tokens once, and writes SQL of fixed pieces.

use crate::archive::reader::condition::column::{ColumnKind, ConditionColumn};
use crate::archive::reader::condition::token::{PlacedToken, Token, tokens};
use crate::archive::reader::condition::{ConditionError, ConditionValue};

/// Conditions within conditions: more than a person writes, and far from the end of the stack.
const MAX_DEPTH: usize = 50;

/// The most comparisons: SQLite takes an expression of 1,000 levels, and each AND or OR is one.
const MAX_COMPARISONS: usize = 500;

/// The words that end or join comparisons, and so are no columns.
const KEYWORDS: [&str; 9] = [
    "AND", "OR", "NOT", "LIKE", "CONTAINS", "IN", "IS", "NULL", "BETWEEN",
];

pub(super) struct Parser<'t> {
    text: &'t str,
    tokens: Vec<PlacedToken>,
    next: usize,
    depth: usize,
    comparisons: usize,
    values: Vec<ConditionValue>,
    columns: Vec<&'static str>,
}

/// A condition that was read.
pub(super) struct ParsedCondition {
    /// Fixed pieces, and a `?` for each value.
    pub sql: String,
    pub values: Vec<ConditionValue>,
    /// The columns that it compares.
    pub columns: Vec<&'static str>,
}

/// One comparison of a column with values. `?` stands for each of them.
enum Comparison {
    /// `= ?` and its like.
    Sign(&'static str),
    Like,
    Contains,
    /// One of so many values.
    In(usize),
}

impl<'t> Parser<'t> {
    pub(super) fn of(text: &'t str) -> Result<Self, ConditionError> {
        Ok(Self {
            text,
            tokens: tokens(text)?,
            next: 0,
            depth: 0,
            comparisons: 0,
            values: Vec::new(),
            columns: Vec::new(),
        })
    }

    /// Reads all of the text as one condition.
    pub(super) fn condition(mut self) -> Result<ParsedCondition, ConditionError> {
        let sql = self.or()?;
        match self.tokens.get(self.next) {
            None => Ok(ParsedCondition {
                sql,
                values: self.values,
                columns: self.columns,
            }),
            Some(_) => {
                Err(self.error("the condition is over here: write AND or OR before more of it"))
            }
        }
    }

    fn or(&mut self) -> Result<String, ConditionError> {
        let mut sql = self.and()?;
        while self.takes("OR") {
            sql = format!("({sql} OR {})", self.and()?);
        }
        Ok(sql)
    }

    fn and(&mut self) -> Result<String, ConditionError> {
        let mut sql = self.not()?;
        while self.takes("AND") {
            sql = format!("({sql} AND {})", self.not()?);
        }
        Ok(sql)
    }

    fn not(&mut self) -> Result<String, ConditionError> {
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS {
            let why = "there are more than 500 comparisons: use IN (…), or several exports";
            return Err(self.error(why));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(
                self.error("conditions stand too deep within one another: write it flatter")
            );
        }

        let sql = if self.takes("NOT") {
            format!("(NOT {})", self.not()?)
        } else if self.takes_sign("(") {
            let inner = self.or()?;
            self.expect(")")?;
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(sql)
    }

    fn comparison(&mut self) -> Result<String, ConditionError> {
        let column = self.column()?;
        if self.takes("IS") {
            let is = if self.takes("NOT") { "IS NOT" } else { "IS" };
            if !self.takes("NULL") {
                return Err(self.error("behind IS or IS NOT stands NULL"));
            }
            return Ok(null_test(column, is));
        }

        let is_negated = self.takes("NOT");
        let test = self.test(column, is_negated)?;
        let sql = compiled(column, &test);
        Ok(if is_negated {
            format!("(NOT {sql})")
        } else {
            sql
        })
    }

    fn column(&mut self) -> Result<ConditionColumn, ConditionError> {
        let Some(PlacedToken {
            token: Token::Word(name),
            ..
        }) = self.tokens.get(self.next)
        else {
            return Err(self.error("here the name of a column is expected, like section"));
        };
        if KEYWORDS.contains(&name.to_uppercase().as_str()) {
            return Err(self.error("here the name of a column is expected, like section"));
        }

        let column = ConditionColumn::named(name).map_err(|why| self.error(why))?;
        self.next += 1;
        self.columns.push(column.name);
        Ok(column)
    }

    fn test(
        &mut self,
        column: ConditionColumn,
        is_negated: bool,
    ) -> Result<Comparison, ConditionError> {
        for (word, test) in [
            ("LIKE", Comparison::Like),
            ("CONTAINS", Comparison::Contains),
        ] {
            if self.is_at(word) {
                if !matches!(column.kind, ColumnKind::Text | ColumnKind::Texts) {
                    return Err(self.error(format!("{} is no text: use =, < or >", column.name)));
                }
                self.next += 1;
                self.literal(column)?;
                if let (Comparison::Like, Some(value)) = (&test, self.values.last_mut()) {
                    value.become_pattern();
                }
                return Ok(test);
            }
        }
        if self.takes("IN") {
            return self.list(column).map(Comparison::In);
        }

        let signs: &[&'static str] = match column.kind {
            ColumnKind::Texts => &["=", "!=", "<>"],
            ColumnKind::Text | ColumnKind::Whole | ColumnKind::Decimal => {
                &["=", "!=", "<>", "<", "<=", ">", ">="]
            }
        };
        let sign = signs
            .iter()
            .find(|sign| !is_negated && self.takes_sign(sign));
        let Some(sign) = sign else {
            let why = format!(
                "behind {} stands {}, LIKE, CONTAINS, IN or IS NULL",
                column.name,
                signs.join(", ")
            );
            return Err(self.error(why));
        };
        self.literal(column)?;
        Ok(Comparison::Sign(sign))
    }

    fn list(&mut self, column: ConditionColumn) -> Result<usize, ConditionError> {
        self.expect("(")?;
        let mut count = 0;
        loop {
            self.literal(column)?;
            count += 1;
            if !self.takes_sign(",") {
                self.expect(")")?;
                return Ok(count);
            }
        }
    }

    /// Reads a literal of the column's kind into the values.
    fn literal(&mut self, column: ConditionColumn) -> Result<(), ConditionError> {
        let token = self.tokens.get(self.next).map(|placed| &placed.token);
        let value = match (column.kind, token) {
            (ColumnKind::Text | ColumnKind::Texts, Some(Token::Quoted(text))) => {
                Ok(ConditionValue::Text(text.clone()))
            }
            (ColumnKind::Whole, Some(Token::Number(digits))) => digits
                .parse::<u64>()
                .map(|number| ConditionValue::Whole(number.cast_signed()))
                .map_err(|_| "is compared with a whole number of 0 or more, like 7"),
            (ColumnKind::Decimal, Some(Token::Number(digits))) => digits
                .parse()
                .map(ConditionValue::Decimal)
                .map_err(|_| "is compared with a number, like 0.5"),
            (ColumnKind::Text | ColumnKind::Texts, _) => {
                Err("is compared with a text in single quotes, like '문화'")
            }
            (ColumnKind::Whole, _) => Err("is compared with a whole number, like 7"),
            (ColumnKind::Decimal, _) => Err("is compared with a number, like 0.5"),
        };

        let value = value.map_err(|why| self.error(format!("{} {why}", column.name)))?;
        self.values.push(value);
        self.next += 1;
        Ok(())
    }

    fn is_at(&self, keyword: &str) -> bool {
        match self.tokens.get(self.next).map(|placed| &placed.token) {
            Some(Token::Word(word)) => word.eq_ignore_ascii_case(keyword),
            Some(Token::Quoted(_) | Token::Number(_) | Token::Sign(_)) | None => false,
        }
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let is_there = self.is_at(keyword);
        self.next += usize::from(is_there);
        is_there
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let token = self.tokens.get(self.next).map(|placed| &placed.token);
        let is_there = matches!(token, Some(Token::Sign(there)) if *there == sign);
        self.next += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, sign: &str) -> Result<(), ConditionError> {
        if self.takes_sign(sign) {
            return Ok(());
        }
        Err(self.error(format!("here {sign:?} is expected")))
    }

    /// Returns an error at the next token.
    fn error(&self, why: impl Into<String>) -> ConditionError {
        let end = self.text.len();
        let at = self.tokens.get(self.next).map_or(end, |placed| placed.at);
        ConditionError::new(self.text, at, why)
    }
}

/// Compiles `IS NULL`. A list is never null, but may have nothing in it.
fn null_test(column: ConditionColumn, is: &str) -> String {
    match column.kind {
        ColumnKind::Texts => format!("(nullif({}, '[]') {is} NULL)", column.sql),
        ColumnKind::Text | ColumnKind::Whole | ColumnKind::Decimal => {
            format!("({} {is} NULL)", column.sql)
        }
    }
}

fn compiled(column: ConditionColumn, test: &Comparison) -> String {
    let sql = column.sql;
    match column.kind {
        ColumnKind::Text | ColumnKind::Decimal => compared(sql, test),
        ColumnKind::Whole => unsigned(sql, test),
        // "Not equal" is no tag that is another one, but no tag that is equal.
        ColumnKind::Texts => match test {
            Comparison::Sign("!=" | "<>") => {
                format!("(NOT {})", any_of(sql, &Comparison::Sign("=")))
            }
            Comparison::Sign(_) | Comparison::Like | Comparison::Contains | Comparison::In(_) => {
                any_of(sql, test)
            }
        },
    }
}

fn compared(sql: &str, test: &Comparison) -> String {
    match test {
        Comparison::Sign(sign) => format!("{sql} {sign} ?"),
        Comparison::Like => format!("lower({sql}) LIKE ? ESCAPE '\\'"),
        Comparison::Contains => format!("instr({sql}, ?) > 0"),
        Comparison::In(count) => format!("{sql} IN ({})", vec!["?"; *count].join(", ")),
    }
}

/// Compares an unsigned number that stands bit by bit in a signed one: negative ones are the
/// largest. The value is bound twice by its number.
fn unsigned(sql: &str, test: &Comparison) -> String {
    match test {
        Comparison::Sign(sign @ ("=" | "!=" | "<>")) => format!("{sql} {sign} ?"),
        Comparison::Sign(sign) => {
            format!(
                "(SELECT ({sql} < 0, {sql}) {sign} (value < 0, value)
                  FROM (SELECT CAST(? AS bigint) AS value) AS wanted)"
            )
        }
        Comparison::In(_) | Comparison::Like | Comparison::Contains => compared(sql, test),
    }
}

/// Compares each text of a list that is kept as JSON. A damaged list passes, so that its article is
/// named as damaged.
fn any_of(sql: &str, test: &Comparison) -> String {
    format!(
        "(NOT json_valid({sql}) OR EXISTS (SELECT 1
          FROM json_each(CASE WHEN json_valid({sql}) THEN {sql} ELSE '[]' END) AS one WHERE {}))",
        compared("one.value", test)
    )
}
