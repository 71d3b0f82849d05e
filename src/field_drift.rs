//! Field drift: fields that a paper's articles had, and do not have any more. A paper that changes
//! its pages breaks its profile in this way, and no request fails. Pure.

use std::fmt;

use serde::Serialize;

/// The articles of the last day that are looked at, the newest ones: enough to be sure, and few to
/// read.
pub(crate) const MOST_OF_DAY: usize = 20;

/// The articles of the month before that are looked at.
pub(crate) const MOST_OF_MONTH: usize = 40;

/// With fewer articles in a day, one odd article decides.
const LEAST_OF_DAY: usize = 5;

/// With fewer articles in the month before, the usual share is not known.
pub(crate) const LEAST_OF_MONTH: usize = 20;

/// The least usual share of articles that have a field. A rarer field, as a subtitle that only long
/// stories have, may well be missing for a day.
const USUAL: f64 = 0.5;

/// A share below this part of the usual one has fallen. A busy day of short news may halve a share;
/// a selector that finds nothing any more leaves next to none.
const FALLEN: f64 = 0.2;

/// A fall that is less likely than this by chance is reported: as for silent sections, one false
/// report in a thousand days of a field is bearable. A field that half of the articles have is
/// missing in all of five by chance in one day of 32.
const UNLIKELY: f64 = 1.0 / 1_000.0;

/// What an article has, beside its title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ArticleFields {
    pub has_author: bool,
    pub has_date: bool,
    pub has_section: bool,
    pub has_tags: bool,
    pub has_subtitle: bool,
    pub has_photo: bool,
    pub text_bytes: u64,
}

/// A field that fewer articles have than before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldDrift {
    /// The field's name.
    pub field: &'static str,
    /// The share of articles that had it in the month before.
    pub before: f64,
    /// The share of articles that have it in the last day.
    pub now: f64,
    /// The articles of the last day.
    pub articles: u64,
}

impl fmt::Display for FieldDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| (share * 100.0).round();
        write!(
            f,
            "{} in {} % of {} articles of the last day, where {} % had it in the month before: \
             the paper may have changed its pages",
            self.field,
            percent(self.now),
            self.articles,
            percent(self.before)
        )
    }
}

/// A field, and how to tell whether an article has it.
type Field = (&'static str, fn(&ArticleFields, u64) -> bool);

/// The fields. A text counts as one if it is half as long as the usual one, which is given.
const FIELDS: [Field; 7] = [
    ("authors", |one, _| one.has_author),
    ("date", |one, _| one.has_date),
    ("section", |one, _| one.has_section),
    ("tags", |one, _| one.has_tags),
    ("subtitle", |one, _| one.has_subtitle),
    ("photos", |one, _| one.has_photo),
    ("text of the usual length", |one, usual| {
        one.text_bytes.saturating_mul(2) >= usual
    }),
];

/// Returns the fields that articles of the last day lack, and those of the month before had.
pub(crate) fn field_drift(day: &[ArticleFields], month: &[ArticleFields]) -> Vec<FieldDrift> {
    if day.len() < LEAST_OF_DAY || month.len() < LEAST_OF_MONTH {
        return Vec::new();
    }

    let usual_bytes = median_bytes(month);
    FIELDS
        .iter()
        .filter_map(|(field, has)| {
            let count =
                |of: &[ArticleFields]| of.iter().filter(|one| has(one, usual_bytes)).count();
            let before = share(count(month), month.len());
            let (with, now) = (count(day), share(count(day), day.len()));

            let has_fallen = before >= USUAL && now < before * FALLEN;
            // Of a field that all had, the next article has it with less than certainty.
            let likely = before.min(share(month.len(), month.len() + 1));
            (has_fallen && at_most(with, day.len(), likely) < UNLIKELY).then_some(FieldDrift {
                field,
                before,
                now,
                articles: day.len() as u64,
            })
        })
        .collect()
}

fn share(part: usize, of: usize) -> f64 {
    part as f64 / of as f64
}

fn median_bytes(articles: &[ArticleFields]) -> u64 {
    let mut bytes: Vec<u64> = articles.iter().map(|one| one.text_bytes).collect();
    bytes.sort_unstable();
    bytes[bytes.len() / 2]
}

/// Returns the probability that at most `with` of `of` articles have a field that each has with the
/// probability `likely` (the binomial distribution).
fn at_most(with: usize, of: usize, likely: f64) -> f64 {
    let mut term = (1.0 - likely).powf(of as f64);
    let mut sum = term;
    for k in 1..=with {
        term *= share(of + 1 - k, k) * likely / (1.0 - likely);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: ArticleFields = ArticleFields {
        has_author: true,
        has_date: true,
        has_section: true,
        has_tags: true,
        has_subtitle: true,
        has_photo: true,
        text_bytes: 2_000,
    };

    /// So many whole articles, and so many without authors.
    fn articles(whole: usize, without_authors: usize) -> Vec<ArticleFields> {
        let bare = ArticleFields {
            has_author: false,
            ..WHOLE
        };
        [vec![WHOLE; whole], vec![bare; without_authors]].concat()
    }

    fn drifted(day: &[ArticleFields], month: &[ArticleFields]) -> Vec<&'static str> {
        field_drift(day, month)
            .iter()
            .map(|drift| drift.field)
            .collect()
    }

    #[test]
    fn a_field_that_all_had_and_none_has_is_reported() {
        let told = field_drift(&articles(0, 5), &articles(38, 2));
        assert_eq!(told.len(), 1);
        assert_eq!(
            told[0].to_string(),
            "authors in 0 % of 5 articles of the last day, where 95 % had it in the month before: \
             the paper may have changed its pages"
        );
    }

    #[test]
    fn chance_and_habit_are_no_drift() {
        let month = articles(40, 0);
        // Too few articles, or too short a history.
        assert!(drifted(&articles(0, 4), &month).is_empty());
        assert!(drifted(&articles(0, 5), &articles(19, 0)).is_empty());
        // Fewer, but not next to none.
        assert!(drifted(&articles(2, 8), &month).is_empty());
        assert_eq!(drifted(&articles(1, 9), &month), ["authors"]);
        // Half of the articles have authors: five without any are chance, twenty are not.
        assert!(drifted(&articles(0, 5), &articles(20, 20)).is_empty());
        assert_eq!(drifted(&articles(0, 20), &articles(20, 20)), ["authors"]);
        // Most articles never had any.
        assert!(drifted(&articles(0, 20), &articles(19, 21)).is_empty());
        // As ever.
        assert!(drifted(&month, &month).is_empty());
    }

    #[test]
    fn texts_that_became_short_are_reported() {
        let cut = ArticleFields {
            text_bytes: 200,
            ..WHOLE
        };
        assert_eq!(
            drifted(&[cut; 8], &articles(40, 0)),
            ["text of the usual length"]
        );
    }

    #[test]
    fn the_binomial_sum_is_that_of_the_tables() {
        assert!((at_most(0, 5, 0.5) - 1.0 / 32.0).abs() < 1e-12);
        assert!((at_most(2, 4, 0.5) - 11.0 / 16.0).abs() < 1e-12);
        assert!((at_most(4, 4, 0.3) - 1.0).abs() < 1e-12);
    }
}
