//! The conditions of a filter as SQL: fixed pieces, and the values that are bound to them.

use jiff::civil::Date;

use crate::archive::engine::{self, PreparedStatement};
use crate::archive::reader::article_filter::{ArticleFilter, CopyChoice};
use crate::archive::reader::condition::ConditionValue;

/// What a filter asks of a version, but for its site. The tables have the names that
/// [`super::articles`] gives them.
pub(super) struct FilterConditions {
    conditions: Vec<String>,
    values: Vec<ConditionValue>,
}

impl FilterConditions {
    pub(super) fn of(filter: &ArticleFilter) -> Self {
        let mut conditions = Self {
            conditions: Vec::new(),
            values: Vec::new(),
        };
        conditions.add_days(filter);
        conditions.add_names(filter);
        if let Some(condition) = &filter.condition {
            conditions.require(condition.sql());
            conditions.values.extend_from_slice(condition.values());
        }

        match filter.copies {
            CopyChoice::Included => {}
            CopyChoice::LeftOut => conditions.require("article.first_copy IS NULL"),
        }
        conditions
    }

    /// Adds a condition without a value.
    pub(super) fn require(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    /// Returns all of them as one expression.
    pub(super) fn sql(&self) -> String {
        if self.conditions.is_empty() {
            return "TRUE".to_owned();
        }
        self.conditions.join(" AND ")
    }

    /// Binds the values from a parameter on.
    pub(super) fn bind(
        &self,
        first: usize,
        select: &mut PreparedStatement<'_>,
    ) -> engine::Result<()> {
        for (place, value) in (first..).zip(&self.values) {
            match value {
                ConditionValue::Text(text) => select.raw_bind_parameter(place, text)?,
                ConditionValue::Whole(number) => select.raw_bind_parameter(place, number)?,
                ConditionValue::Decimal(number) => select.raw_bind_parameter(place, number)?,
            }
        }
        Ok(())
    }

    fn add(&mut self, condition: &str, value: ConditionValue) {
        self.conditions.push(condition.to_owned());
        self.values.push(value);
    }

    fn add_days(&mut self, filter: &ArticleFilter) {
        let day = |day: Date| ConditionValue::Text(day.to_string());
        if let Some(since) = filter.since {
            let from = "(published_at IS NULL OR substr(published_at, 1, 10) >= ?)";
            self.add(from, day(since));
        }
        if let Some(until) = filter.until {
            let to = "(published_at IS NULL OR substr(published_at, 1, 10) <= ?)";
            self.add(to, day(until));
        }
        if let Some(seen_since) = filter.seen_since {
            let value = ConditionValue::Whole(seen_since.millis());
            self.add("article.first_seen_at >= ?", value);
        }
    }

    fn add_names(&mut self, filter: &ArticleFilter) {
        if !filter.sections.is_empty() {
            // One parameter for both columns.
            let of_either = "EXISTS (SELECT 1 FROM json_each(?) AS wanted
                WHERE wanted.value IN (version.section, version.subsection))";
            self.add(of_either, listed(&filter.sections));
        }
        if !filter.authors.is_empty() {
            // A damaged list passes, so that its article is named as damaged.
            let of_one = "(NOT json_valid(version.authors) OR EXISTS (SELECT 1
                FROM json_each(CASE WHEN json_valid(version.authors) THEN version.authors
                               ELSE '[]' END) AS author
                WHERE author.value IN (SELECT value FROM json_each(?))))";
            self.add(of_one, listed(&filter.authors));
        }
        if !filter.access.is_empty() {
            let names: Vec<String> = filter
                .access
                .iter()
                .map(|access| access.name().to_owned())
                .collect();
            self.add(
                "article.access IN (SELECT value FROM json_each(?))",
                listed(&names),
            );
        }
    }
}

/// Returns the names of a filter's sites as a JSON array; `None` where it takes all of them.
pub(super) fn sites_in_json(filter: &ArticleFilter) -> Option<String> {
    (!filter.sites.is_empty()).then(|| names_in_json(&filter.sites))
}

fn listed(names: &[String]) -> ConditionValue {
    ConditionValue::Text(names_in_json(names))
}

fn names_in_json(names: &[String]) -> String {
    serde_json::json!(names).to_string()
}
