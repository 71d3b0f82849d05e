//! Notices of truncated lists, for the report of a run, `status` and `check`. They name the command
//! that reads the rest.

use crate::archive::TruncatedList;
use crate::cli::{Common, hint};

/// A notice of a site's truncated lists.
pub(super) struct TruncatedListNotice {
    pub words: String,
    /// The command that reads the rest; `None` where the rows have no dates, or the CMS has no
    /// lists limited to days.
    pub command: Option<String>,
}

impl TruncatedListNotice {
    /// Returns the notice as one line.
    pub(super) fn line(&self) -> String {
        match &self.command {
            Some(command) => format!("{}: `{command}` reads the rest", self.words),
            None => format!(
                "{}, and nothing is known that reads the rest: its rows have no dates, \
                 or its CMS has no lists limited to days (date_window in a profile)",
                self.words
            ),
        }
    }
}

/// Returns the notices of truncated lists: one for all sections of a site, and one for each week of
/// a backfill. The lists of a site stand together in `lists`.
pub(super) fn notices(common: &Common, lists: &[TruncatedList]) -> Vec<TruncatedListNotice> {
    let (weeks, sections): (Vec<&TruncatedList>, Vec<&TruncatedList>) =
        lists.iter().partition(|list| list.first_day.is_some());
    let of_sections = sections
        .chunk_by(|one, other| one.site == other.site)
        .filter_map(|of_site| Some(of_sections(common, of_site.first()?, of_site)));

    of_sections
        .chain(weeks.into_iter().map(|week| of_week(common, week)))
        .collect()
}

fn of_sections(
    common: &Common,
    first: &TruncatedList,
    lists: &[&TruncatedList],
) -> TruncatedListNotice {
    let count = lists.len();
    let missing: u64 = lists.iter().map(|list| list.missing).sum();
    let words = match lists {
        [one] => format!(
            "{}: the list {} has {missing} more rows than its server shows",
            one.site, one.url
        ),
        _ => format!(
            "{}: {count} lists have {missing} more rows than their server shows",
            first.site
        ),
    };

    // A backfill from the latest day on reads what any of the lists does not show.
    let day = lists.iter().filter_map(|list| list.day.as_deref()).max();
    let command = day.map(|day| backfill(common, &first.site, &format!("..{day}")));
    TruncatedListNotice { words, command }
}

fn of_week(common: &Common, week: &TruncatedList) -> TruncatedListNotice {
    let words = format!(
        "{}: the week {} has {} more rows than its server shows",
        week.site, week.url, week.missing
    );
    let days = week.first_day.as_ref().zip(week.day.as_ref());
    let command = days.map(|(first, day)| backfill(common, &week.site, &format!("{first}..{day}")));
    TruncatedListNotice { words, command }
}

fn backfill(common: &Common, site: &str, days: &str) -> String {
    hint::command(common, &["crawl", site, "--backfill", days])
}
