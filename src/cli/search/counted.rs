//! Found articles, counted by a field.

use std::io::IsTerminal;

use clap::ValueEnum;
use jiff::civil::Date;
use serde_json::json;

use crate::archive::CountKey;
use crate::cli::{Common, console};
use crate::search::ArticleCounts;

/// The fields that articles are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CountField {
    Day,
    Site,
    Section,
    Author,
}

impl CountField {
    pub(super) fn key(self) -> CountKey {
        match self {
            Self::Day => CountKey::Day,
            Self::Site => CountKey::Site,
            Self::Section => CountKey::Section,
            Self::Author => CountKey::Author,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Site => "site",
            Self::Section => "section",
            Self::Author => "author",
        }
    }
}

/// Shows how many articles have each value of a field.
pub(super) fn tell_counts(
    common: &Common,
    field: CountField,
    counted: &ArticleCounts,
) -> anyhow::Result<()> {
    let counts = &counted.counts;
    if common.json {
        let counts = counts
            .iter()
            .map(|(value, articles)| json!({ field.name(): value, "articles": articles }));
        return console::json(&json!({
            "instead": counted.instead,
            "counts": counts.collect::<Vec<_>>(),
        }));
    }
    if counts.is_empty() {
        return Ok(());
    }

    let mut lines = String::new();
    if field == CountField::Day && std::io::stdout().is_terminal() {
        lines = format!("{}\n", sparkline(&by_day(counts)));
    }
    let mut counts: Vec<_> = counts.iter().collect();
    if field != CountField::Day {
        counts.sort_by_key(|(_, articles)| std::cmp::Reverse(*articles));
    }
    for (value, articles) in counts {
        let value = value.as_deref().unwrap_or("(none)");
        lines.push_str(&format!("{articles:>7}  {value}\n"));
    }
    console::data(lines.trim_end_matches('\n'))
}

/// Returns the counts of all days from the first one to the last one, also of those that have none.
/// Articles without a day are on none.
fn by_day(counts: &[(Option<String>, u64)]) -> Vec<u64> {
    let days: Vec<(Date, u64)> = counts
        .iter()
        .filter_map(|(day, articles)| Some((day.as_ref()?.parse().ok()?, *articles)))
        .collect();
    let (Some((first, _)), Some((last, _))) = (days.iter().min(), days.iter().max()) else {
        return Vec::new();
    };

    let place = |day: &Date| usize::try_from((*day - *first).get_days()).unwrap_or_default();
    // A date that was misread may lie centuries away: then only the days with articles are drawn.
    if place(last) > MOST_DAYS {
        return days.iter().map(|(_, articles)| *articles).collect();
    }
    let mut by_day = vec![0; place(last) + 1];
    for (day, articles) in &days {
        by_day[place(day)] += articles;
    }
    by_day
}

/// The most days that are drawn with those that have no article: a century.
const MOST_DAYS: usize = 36_525;

/// Columns of a sparkline.
const COLUMNS: usize = 72;

/// Draws counts as one line of bars. Where there are more than fit, neighbours are added up.
fn sparkline(counts: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

    let width = counts.len().div_ceil(COLUMNS).max(1);
    let sums: Vec<u64> = counts.chunks(width).map(|days| days.iter().sum()).collect();
    let most = sums.iter().max().copied().unwrap_or(0).max(1);
    let bar = |sum: &u64| BARS[usize::try_from(sum * 7 / most).unwrap_or(7).min(7)];
    sums.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_without_articles_are_drawn_and_articles_without_a_day_are_not() {
        let on = |day: Option<&str>, articles| (day.map(str::to_owned), articles);
        let counts = [
            on(None, 9),
            on(Some("2026-11-20"), 2),
            on(Some("2026-11-23"), 1),
        ];
        assert_eq!(by_day(&counts), [2, 0, 0, 1]);
        assert_eq!(by_day(&counts[..1]), [0_u64; 0]);
    }

    #[test]
    fn a_sparkline_has_a_bar_a_day_and_never_more_than_fit() {
        assert_eq!(sparkline(&[1, 7, 3]), "▂█▄");
        assert_eq!(sparkline(&[]), "");
        assert_eq!(sparkline(&[2; 1_000]).chars().count(), 72);
    }
}
