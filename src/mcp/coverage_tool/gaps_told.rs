//! What is known to be missing of a paper, each with its days and its reason.

use rmcp::schemars::JsonSchema;
use serde::Serialize;

use crate::archive::{ArchiveError, NumberGap, Reader, SilentSection, SiteState, TruncatedList};
use crate::mcp::cut_text::cut;

/// The most gaps between numbers of which the days are looked up.
const MOST_LOOKED_UP: usize = 100;

/// The most letters of a name or an address within a reason.
const NAME: usize = 500;

/// Something that is missing.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct GapTold {
    /// `article_numbers` that were never seen, a `silent_section`, or a `truncated_list` whose
    /// server shows only its newest rows.
    kind: &'static str,
    /// The publication before which nothing is missing; null where that is not known.
    from: Option<String>,
    /// The publication from which on nothing is missing; null where that is not known, or where
    /// the gap goes on.
    to: Option<String>,
    /// How many articles at most are missing, where that is known.
    missing: Option<u64>,
    reason: String,
}

/// Returns what is missing of a paper, by kinds, and within one the newest first.
pub(super) fn gaps_told(reader: &Reader, state: &SiteState) -> Result<Vec<GapTold>, ArchiveError> {
    let silent = state.silent_sections.iter().map(of_section);
    let lists = state.lists_cut.iter().map(of_list);
    let mut gaps: Vec<GapTold> = silent.chain(lists).collect();
    for (n, gap) in state.number_gaps.iter().rev().enumerate() {
        gaps.push(if n < MOST_LOOKED_UP {
            of_numbers(reader, &state.site, gap)?
        } else {
            without_days(gap)
        });
    }
    Ok(gaps)
}

fn of_section(silent: &SilentSection) -> GapTold {
    let section = cut(&silent.section, NAME);
    GapTold {
        kind: "silent_section",
        from: Some(silent.since.clone()),
        to: None,
        missing: None,
        reason: format!(
            "The section {section:?} had no article since then, where the same hours of earlier \
             weeks had {:.0}. It may be read no longer, or the paper prints nothing there.",
            silent.expected
        ),
    }
}

fn of_list(list: &TruncatedList) -> GapTold {
    GapTold {
        kind: "truncated_list",
        from: list.first_day.clone(),
        to: list.day.clone(),
        missing: Some(list.missing),
        reason: format!(
            "The server of the list {} counts more rows than it shows; older articles of it were \
             not seen there.",
            cut(&list.url, NAME)
        ),
    }
}

fn of_numbers(reader: &Reader, site: &str, gap: &NumberGap) -> Result<GapTold, ArchiveError> {
    Ok(GapTold {
        from: reader.published_of_number(site, gap.after)?,
        to: reader.published_of_number(site, gap.before)?,
        ..without_days(gap)
    })
}

fn without_days(gap: &NumberGap) -> GapTold {
    GapTold {
        kind: "article_numbers",
        from: None,
        to: None,
        missing: Some(gap.missing),
        reason: format!(
            "{} article numbers between {} and {} were never seen, which is unlikely to be chance.",
            gap.missing, gap.after, gap.before
        ),
    }
}
