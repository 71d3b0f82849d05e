//! The articles of a paper day by day, in weeks.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp as Moment, ToSpan};
use maud::{Markup, html};

use crate::serve::query::Wish;
use crate::time::Timestamp;

/// Weeks of the calendar.
pub(super) const WEEKS: i64 = 13;

/// The days of the last weeks with their articles, by the paper's clock.
#[derive(Debug)]
pub(super) struct PaperCalendar {
    /// Whole weeks from Monday on.
    days: Vec<(Date, u64)>,
    today: Date,
}

impl PaperCalendar {
    pub(super) fn of(published: &[Timestamp], now: Timestamp, zone: &TimeZone) -> Self {
        let today = day_of(now.millis(), zone);
        let published = published.iter().map(|at| day_of(at.millis(), zone));
        Self {
            days: whole_weeks(published, today),
            today,
        }
    }

    /// Draws a row for each week, whose days lead to their articles below `path`.
    pub(super) fn draw(&self, wish: &Wish, chosen: Option<Date>, path: &str) -> Markup {
        let words = wish.words();
        html! {
            div.wide role="region" aria-label=(words.by_day) tabindex="0" {
                table.calendar {
                    thead { tr {
                        th scope="col" { (words.week) }
                        @for day in words.weekdays { th.number scope="col" { (day) } }
                    } }
                    tbody {
                        @for week in weeks_with_articles(&self.days) {
                            tr {
                                th scope="row" {
                                    @if let Some((monday, _)) = week.first() { (monday) }
                                }
                                @for (day, count) in week {
                                    td.number
                                        aria-current=[(Some(*day) == chosen).then_some("date")] {
                                        @if *count > 0 {
                                            a href={ (path) "?day=" (day) "#articles" }
                                                aria-label={ (day) ": " (count) } { (count) }
                                        } @else if *day <= self.today { "·" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn day_of(millis: i64, zone: &TimeZone) -> Date {
    let moment = Moment::from_millisecond(millis).unwrap_or_default();
    zone.to_datetime(moment).date()
}

/// Counts the articles of each day of whole weeks, of which the last has today.
fn whole_weeks(published: impl Iterator<Item = Date>, today: Date) -> Vec<(Date, u64)> {
    let back = i64::from(today.weekday().to_monday_zero_offset()) + 7 * (WEEKS - 1);
    let first = today.saturating_sub(back.days());
    let mut counts: BTreeMap<Date, u64> = BTreeMap::new();
    for day in published {
        *counts.entry(day).or_default() += 1;
    }
    let days = (0..7 * WEEKS).map(|k| first.saturating_add(k.days()));
    days.map(|day| (day, counts.get(&day).copied().unwrap_or_default()))
        .collect()
}

/// Returns the weeks from the first one with an article on, the last one in any case.
fn weeks_with_articles(days: &[(Date, u64)]) -> impl Iterator<Item = &[(Date, u64)]> {
    let is_empty = |week: &&[(Date, u64)]| week.iter().all(|(_, articles)| *articles == 0);
    let weeks = days.chunks(7);
    let empty = weeks.clone().take_while(is_empty).count();
    weeks.skip(empty.min(days.len().div_ceil(7).saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_has_whole_weeks_and_the_days_of_the_papers_clock() {
        let today: Date = "2026-11-30".parse().unwrap();
        let days = whole_weeks(
            ["2026-11-30", "2026-11-30", "2026-09-07"]
                .map(|day| day.parse().unwrap())
                .into_iter(),
            today,
        );
        assert_eq!(days.len(), 91);
        // 2026-11-30 is a Monday.
        assert_eq!(days[0], ("2026-09-07".parse().unwrap(), 1));
        assert_eq!(days[84], (today, 2));
        assert_eq!(days.iter().map(|(_, count)| count).sum::<u64>(), 3);

        let seoul = TimeZone::get("Asia/Seoul").unwrap();
        // 2026-11-29T15:00:00Z
        assert_eq!(day_of(1_795_964_400_000, &seoul), today);
        assert_eq!(
            day_of(1_795_964_399_999, &seoul),
            "2026-11-29".parse().unwrap()
        );
    }
}
