//! Days and months with the articles that were published in them.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What articles are counted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(rename_all = "lowercase")]
pub(super) enum Period {
    Day,
    #[default]
    Month,
}

/// A day or a month with its articles.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct CountedPeriod {
    /// A day like 2026-03-07, or a month like 2026-03.
    period: String,
    articles: u64,
}

impl Period {
    /// Returns the first day of the period that has a day.
    fn begin(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Month => day.first_of_month(),
        }
    }

    /// Returns the first day of the next period; `None` at the end of the calendar.
    fn next(self, begin: Date) -> Option<Date> {
        match self {
            Self::Day => begin.tomorrow().ok(),
            Self::Month => begin.checked_add(1.month()).ok(),
        }
    }

    fn name(self, begin: Date) -> String {
        match self {
            Self::Day => begin.to_string(),
            Self::Month => begin.strftime("%Y-%m").to_string(),
        }
    }
}

/// A page of the periods.
#[derive(Clone, Copy, Debug)]
pub(super) struct PeriodPage {
    /// Periods before the first one that is told.
    pub skipped: usize,
    /// The most periods that are told.
    pub most: usize,
}

/// Counts the articles of the periods of a page, from one day to another, also where there is none.
pub(super) fn counted(
    days: &[Date],
    by: Period,
    (from, to): (Date, Date),
    page: PeriodPage,
) -> Vec<CountedPeriod> {
    let mut found: BTreeMap<Date, u64> = BTreeMap::new();
    for day in days.iter().filter(|day| (from..=to).contains(day)) {
        *found.entry(by.begin(*day)).or_default() += 1;
    }
    let begins = std::iter::successors(Some(by.begin(from)), |begin| by.next(*begin));
    begins
        .take_while(|begin| *begin <= to)
        .skip(page.skipped)
        .take(page.most)
        .map(|begin| CountedPeriod {
            period: by.name(begin),
            articles: found.get(&begin).copied().unwrap_or_default(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(days: &[&str], by: Period, from: &str, to: &str) -> Vec<String> {
        let days: Vec<Date> = days.iter().map(|day| day.parse().unwrap()).collect();
        let span = (from.parse().unwrap(), to.parse().unwrap());
        let page = PeriodPage {
            skipped: 0,
            most: 10,
        };
        let counts = counted(&days, by, span, page).into_iter();
        counts
            .map(|one| format!("{} {}", one.period, one.articles))
            .collect()
    }

    #[test]
    fn days_and_months_without_an_article_are_told() {
        let days = ["2026-01-31", "2026-03-01", "2026-03-01", "2026-03-09"];
        assert_eq!(
            told(&days, Period::Month, "2026-01-01", "2026-03-05"),
            ["2026-01 1", "2026-02 0", "2026-03 2"]
        );
        assert_eq!(
            told(&days, Period::Day, "2026-02-28", "2026-03-02"),
            ["2026-02-28 0", "2026-03-01 2", "2026-03-02 0"]
        );
    }

    #[test]
    fn a_page_begins_behind_the_one_before() {
        let span = ("0001-01-01".parse().unwrap(), "9999-12-31".parse().unwrap());
        let page = PeriodPage {
            skipped: 3_000_000,
            most: 2,
        };
        let told = counted(&[], Period::Day, span, page);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].period, "8214-09-22");
    }

    #[test]
    fn the_ends_of_the_calendar_are_days_as_others() {
        let last = ["9999-12-31"];
        let of = |by| told(&last, by, "9999-12-31", "9999-12-31");
        assert_eq!(of(Period::Day), ["9999-12-31 1"]);
        assert_eq!(of(Period::Month), ["9999-12 1"]);
        let turned = told(&last, Period::Day, "2026-01-02", "2026-01-01");
        assert_eq!(turned, Vec::<String>::new());
    }
}
