//! How many of the articles found were published when: a bar for each day, month or year.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::search::Query;
use crate::serve::article_address::query;
use crate::serve::query::{SearchFields, Wish};

/// The most bars: more are too narrow to tell apart on a telephone.
const MOST_BARS: usize = 62;

/// The height of the longest bar, in units of the drawing.
const HEIGHT: u64 = 60;

/// The width of a bar with the gap behind it.
const STEP: usize = 10;

/// A span of time with one bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlotUnit {
    Day,
    Month,
    Year,
}

impl PlotUnit {
    fn first_day(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Month => day.first_of_month(),
            Self::Year => day.first_of_year(),
        }
    }

    /// Returns the first day of the next span; that of the last one is its own.
    fn next(self, first: Date) -> Date {
        match self {
            Self::Day => first.saturating_add(1.day()),
            Self::Month => first.saturating_add(1.month()),
            Self::Year => first.saturating_add(1.year()),
        }
    }

    fn written(self, first: Date) -> String {
        match self {
            Self::Day => first.to_string(),
            Self::Month => first.strftime("%Y-%m").to_string(),
            Self::Year => first.strftime("%Y").to_string(),
        }
    }
}

/// The bars, from the first one with an article to the last one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TimePlot {
    unit: PlotUnit,
    bars: Vec<(Date, u64)>,
}

impl TimePlot {
    /// Returns the bars of articles that are counted by day, in the finest unit that gives no more
    /// than fit. Of years the last ones are drawn: a misread date may lie centuries away.
    pub(super) fn of(days: &[(Option<String>, u64)]) -> Self {
        let mut counts: BTreeMap<Date, u64> = BTreeMap::new();
        for (day, articles) in days {
            if let Some(day) = day.as_deref().and_then(|day| day.parse().ok()) {
                *counts.entry(day).or_default() += articles;
            }
        }
        for unit in [PlotUnit::Day, PlotUnit::Month] {
            let bars = bars(unit, &counts);
            if bars.len() <= MOST_BARS {
                return Self { unit, bars };
            }
        }
        let mut years = bars(PlotUnit::Year, &counts);
        years.drain(..years.len().saturating_sub(MOST_BARS));
        Self {
            unit: PlotUnit::Year,
            bars: years,
        }
    }

    /// Draws the bars, with a table that says the same in numbers and leads to the articles.
    pub(super) fn draw(&self, wish: &Wish, fields: &SearchFields) -> Markup {
        let words = wish.words();
        let most = self.bars.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
        let (Some((first, _)), Some((last, _))) = (self.bars.first(), self.bars.last()) else {
            return html! {};
        };
        html! {
            figure.plot {
                svg viewBox={ "0 0 " (self.bars.len() * STEP) " " (HEIGHT) } aria-hidden="true"
                    preserveAspectRatio="none" {
                    @for (place, (_, articles)) in self.bars.iter().enumerate() {
                        @let height = (articles * HEIGHT).div_ceil(most);
                        rect x=(place * STEP) y=(HEIGHT - height) height=(height) width=(STEP - 2) {}
                    }
                }
                figcaption { (self.unit.written(*first)) " – " (self.unit.written(*last)) }
            }
            details {
                summary { (words.in_numbers) }
                ul.facets {
                    @for (day, articles) in self.bars.iter().rev().filter(|(_, n)| *n > 0) {
                        li { (self.bar(fields, *day)) " " span.number { (articles) } }
                    }
                }
            }
        }
    }

    /// Returns a span of time, as the link to its articles.
    fn bar(&self, fields: &SearchFields, first: Date) -> Markup {
        let (span, next) = (self.unit.written(first), self.unit.next(first));
        let further = format!("after:{span} before:{}", self.unit.written(next));
        html! {
            @match Query::narrowed(&fields.q, &further) {
                Some(q) => a href={ "/search?" (query(&[("q", &q), ("sort", fields.sort.name())])) } {
                    (span)
                },
                None => (span),
            }
        }
    }
}

/// Counts by a unit; no more than one bar too many.
fn bars(unit: PlotUnit, counts: &BTreeMap<Date, u64>) -> Vec<(Date, u64)> {
    let (Some(first), Some(last)) = (counts.keys().next(), counts.keys().last()) else {
        return Vec::new();
    };
    let mut bars = Vec::new();
    let (mut begin, last) = (unit.first_day(*first), unit.first_day(*last));
    loop {
        let next = unit.next(begin);
        let articles = counts.range(begin..next).map(|(_, articles)| articles);
        bars.push((begin, articles.sum()));
        let is_full = bars.len() > MOST_BARS && unit != PlotUnit::Year;
        if begin >= last || next <= begin || is_full {
            return bars;
        }
        begin = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(days: &[(&str, u64)]) -> TimePlot {
        let days: Vec<_> = days
            .iter()
            .map(|(day, n)| (Some((*day).to_owned()), *n))
            .collect();
        TimePlot::of(&days)
    }

    #[test]
    fn the_unit_is_the_finest_that_fits_and_empty_spans_have_bars() {
        let day = |day: &str| day.parse::<Date>().unwrap();
        let days = plot(&[("2026-11-20", 2), ("2026-11-22", 1)]);
        assert_eq!(days.unit, PlotUnit::Day);
        assert_eq!(
            days.bars,
            [
                (day("2026-11-20"), 2),
                (day("2026-11-21"), 0),
                (day("2026-11-22"), 1)
            ]
        );

        let months = plot(&[("2024-12-31", 2), ("2024-12-01", 3), ("2026-11-22", 1)]);
        assert_eq!(months.unit, PlotUnit::Month);
        assert_eq!(months.bars.len(), 24);
        assert_eq!(months.bars[0], (day("2024-12-01"), 5));
        assert_eq!(months.bars[23], (day("2026-11-01"), 1));

        let years = plot(&[("1904-01-01", 7), ("2026-11-22", 1)]);
        assert_eq!(years.unit, PlotUnit::Year);
        assert_eq!(years.bars.len(), MOST_BARS);
        assert_eq!(years.bars.last(), Some(&(day("2026-01-01"), 1)));
    }

    #[test]
    fn odd_days_make_no_bars_and_the_last_year_ends() {
        assert_eq!(plot(&[("아침", 3)]).bars, []);
        let odd = TimePlot::of(&[(None, 4), (Some("9999-12-31".into()), 1)]);
        assert_eq!(odd.bars.len(), 1);
        assert_eq!(
            plot(&[("-009999-01-01", 1), ("9999-12-31", 1)]).bars.len(),
            MOST_BARS
        );
    }
}
