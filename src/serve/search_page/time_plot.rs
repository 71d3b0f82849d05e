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

/// Of so many articles, one may lie outside the bars.
const MOST_OUTSIDE: u64 = 50;

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

    /// Returns the number of a span: neighbours differ by one.
    fn number(self, first: Date) -> i64 {
        let (year, month) = (i64::from(first.year()), i64::from(first.month()));
        match self {
            Self::Day => i64::from((first - jiff::civil::date(1970, 1, 1)).get_days()),
            Self::Month => year * 12 + month,
            Self::Year => year,
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
    /// Articles that no bar has: without a day, or far from the others.
    outside: u64,
}

impl TimePlot {
    /// Returns the bars of articles that are counted by day, in the finest unit whose bars have
    /// nearly all of them. A misread date may lie centuries away, and makes no other day vanish.
    pub(super) fn of(days: &[(Option<String>, u64)]) -> Self {
        let mut counts: BTreeMap<Date, u64> = BTreeMap::new();
        for (day, articles) in days {
            if let Some(day) = day.as_deref().and_then(|day| day.parse().ok()) {
                *counts.entry(day).or_default() += articles;
            }
        }
        let dated: u64 = counts.values().sum();
        let all: u64 = days.iter().map(|(_, articles)| articles).sum();

        let plots = [PlotUnit::Day, PlotUnit::Month, PlotUnit::Year].map(|unit| {
            let bars = fullest_bars(unit, &counts);
            let drawn: u64 = bars.iter().map(|(_, articles)| articles).sum();
            Self {
                unit,
                bars,
                outside: all - drawn,
            }
        });
        let has_nearly_all = |plot: &Self| plot.outside - (all - dated) <= dated / MOST_OUTSIDE;
        let [days, months, years] = plots;
        let mut finest = [days, months].into_iter().filter(has_nearly_all);
        finest.next().unwrap_or(years)
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
                        rect x=(place * STEP) y=(HEIGHT - height)
                            height=(height) width=(STEP - 2) {}
                    }
                }
                figcaption {
                    (self.unit.written(*first)) " – " (self.unit.written(*last))
                    @if self.outside > 0 { "; " (self.outside) (words.not_drawn) }
                }
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
                Some(q) => a href={
                    "/search?" (query(&[("q", &q), ("sort", fields.sort.name())]))
                } {
                    (span)
                },
                None => (span),
            }
        }
    }
}

/// Returns the bars of the span that has most articles, the latest of several, and no more bars
/// than fit.
fn fullest_bars(unit: PlotUnit, counts: &BTreeMap<Date, u64>) -> Vec<(Date, u64)> {
    let mut spans: BTreeMap<Date, u64> = BTreeMap::new();
    for (day, articles) in counts {
        *spans.entry(unit.first_day(*day)).or_default() += articles;
    }
    let spans: Vec<(Date, u64)> = spans.into_iter().collect();

    let (mut first, mut articles) = (0, 0);
    let mut fullest = (0, 0..0);
    for (last, (day, count)) in spans.iter().enumerate() {
        articles += count;
        while unit.number(*day) - unit.number(spans[first].0) >= MOST_BARS as i64 {
            articles -= spans[first].1;
            first += 1;
        }
        if articles >= fullest.0 {
            fullest = (articles, first..last + 1);
        }
    }
    with_empty_spans(unit, &spans[fullest.1])
}

/// Returns spans with the empty ones between them.
fn with_empty_spans(unit: PlotUnit, spans: &[(Date, u64)]) -> Vec<(Date, u64)> {
    let mut bars: Vec<(Date, u64)> = Vec::new();
    for (day, articles) in spans {
        while let Some(next) = bars.last().map(|(last, _)| unit.next(*last))
            && next < *day
        {
            bars.push((next, 0));
        }
        bars.push((*day, *articles));
    }
    bars
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

        let years = plot(&[("1994-01-01", 7), ("2026-11-22", 1)]);
        assert_eq!(years.unit, PlotUnit::Year);
        assert_eq!(years.bars.len(), 33);
        assert_eq!(years.bars[32], (day("2026-01-01"), 1));
    }

    #[test]
    fn a_date_that_was_misread_hides_no_other_one() {
        let day = |day: &str| day.parse::<Date>().unwrap();
        let odd = plot(&[("2026-11-20", 80), ("2026-11-22", 70), ("2126-11-20", 1)]);
        assert_eq!((odd.unit, odd.outside), (PlotUnit::Day, 1));
        assert_eq!(odd.bars[0], (day("2026-11-20"), 80));
        assert_eq!(odd.bars[2], (day("2026-11-22"), 70));

        let last = TimePlot::of(&[(None, 4), (Some("9999-12-31".into()), 3)]);
        assert_eq!((last.bars, last.outside), (vec![(day("9999-12-31"), 3)], 4));
        let far = plot(&[("-009999-01-01", 1), ("9999-12-31", 1)]);
        assert_eq!(
            (far.unit, far.bars.len(), far.outside),
            (PlotUnit::Year, 1, 1)
        );
        assert_eq!(plot(&[("아침", 3)]).bars, []);
        assert_eq!(TimePlot::of(&[]).bars, []);
    }
}
