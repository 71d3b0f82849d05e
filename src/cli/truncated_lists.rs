//! Lists that their server cuts, as the run's report, `status` and `check` tell them: with the
//! command that reads the rest.

use crate::archive::TruncatedList;
use crate::cli::{Common, hint};

/// What is told of a site's lists that are cut.
pub(super) struct CutNotice {
    pub words: String,
    /// The command that reads the rest; `None` where its rows have no dates, or its CMS has no
    /// lists limited to days.
    pub command: Option<String>,
}

impl CutNotice {
    pub fn line(&self) -> String {
        match &self.command {
            Some(command) => format!("{}: `{command}` reads the rest", self.words),
            None => format!(
                "{}, and nothing is known that reads the rest: its rows have no dates, or its CMS has no lists limited to \
                 days (date_window in a profile)",
                self.words
            ),
        }
    }
}

/// Returns what is to be told: of each site's sections together, and of each week of a backfill
/// alone.
pub(super) fn told(common: &Common, lists: &[TruncatedList]) -> Vec<CutNotice> {
    let (weeks, sections): (Vec<&TruncatedList>, Vec<&TruncatedList>) =
        lists.iter().partition(|list| list.first_day.is_some());
    let sections = sections.chunk_by(|one, other| one.site == other.site);
    let sections =
        sections.filter_map(|of_site| Some(of_sections(common, of_site.first()?, of_site)));
    sections
        .chain(weeks.into_iter().map(|week| of_week(common, week)))
        .collect()
}

fn of_sections(common: &Common, first: &TruncatedList, lists: &[&TruncatedList]) -> CutNotice {
    // From the latest day on, the windows read what any of the lists does not show.
    let day = lists.iter().filter_map(|list| list.day.as_deref()).max();
    let (count, missing) = (
        lists.len(),
        lists.iter().map(|list| list.missing).sum::<u64>(),
    );
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
    let command = day.map(|day| crawl(common, &first.site, &format!("..{day}")));
    CutNotice { words, command }
}

fn of_week(common: &Common, week: &TruncatedList) -> CutNotice {
    let words = format!(
        "{}: the week {} has {} more rows than its server shows",
        week.site, week.url, week.missing
    );
    let days = week.first_day.as_ref().zip(week.day.as_ref());
    let command = days.map(|(first, day)| crawl(common, &week.site, &format!("{first}..{day}")));
    CutNotice { words, command }
}

fn crawl(common: &Common, site: &str, days: &str) -> String {
    hint::command(common, &["crawl", site, "--backfill", days])
}
