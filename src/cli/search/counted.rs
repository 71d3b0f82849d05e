//! Found articles, counted by a field.

use std::io::IsTerminal;

use clap::ValueEnum;
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
        let days: Vec<u64> = counts.iter().map(|(_, articles)| *articles).collect();
        lines = format!("{}\n", sparkline(&days));
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
    fn a_sparkline_has_a_bar_a_day_and_never_more_than_fit() {
        assert_eq!(sparkline(&[1, 7, 3]), "▂█▄");
        assert_eq!(sparkline(&[]), "");
        assert_eq!(sparkline(&[2; 1_000]).chars().count(), 72);
    }
}
