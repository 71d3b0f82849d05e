//! The options that choose what is exported.

use clap::Args;
use jiff::civil::Date;

use crate::archive::{ArticleFilter, Condition, CopyChoice, Reader, VersionChoice};
use crate::cli::args::{access, moment};
use crate::config::units::day;
use crate::config_folder::ConfigError;
use crate::extract::Access;
use crate::time::Timestamp;

/// The heading of these options in the help.
const SELECTION: &str = "Which articles (all of them where nothing is chosen)";

#[derive(Debug, Args)]
#[command(next_help_heading = SELECTION)]
pub(crate) struct SelectionArgs {
    /// Only articles of these sites
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Only articles of this site, as SITE itself; may be given several times
    #[arg(long = "site", value_name = "SITE")]
    also: Vec<String>,
    /// Only articles published on or after this day, YYYY-MM-DD, and those that tell no date; of
    /// WARC and WACZ the answers that came on that day of UTC or later
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Date>,
    /// Only articles published on or before this day, YYYY-MM-DD, and those that tell no date; of
    /// WARC and WACZ the answers that came on that day of UTC or earlier
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Date>,
    /// Only articles that saseo saw for the first time at this moment or later: a day of UTC, or
    /// RFC 3339
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    seen_since: Option<Timestamp>,
    /// Only articles of this section or subsection; may be given several times
    #[arg(long, value_name = "NAME")]
    section: Vec<String>,
    /// Only articles with this author; may be given several times
    #[arg(long, value_name = "NAME")]
    author: Vec<String>,
    /// Only articles that these may read: open, members or gone; may be given several times
    #[arg(long, value_name = "ACCESS", value_parser = access)]
    access: Vec<Access>,
    /// Only articles for which this holds: "section = '문화' AND (version > 1 OR tags = '서평')".
    /// Columns are those of the export; there are = != < <= > >= LIKE CONTAINS IN and IS NULL, AND,
    /// OR, NOT and parentheses
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<Condition>,
    /// Every version of each article, not only the newest
    #[arg(long)]
    all_versions: bool,
    /// Leave out articles that another paper carried first (`first_copy`)
    #[arg(long)]
    without_copies: bool,
}

impl SelectionArgs {
    /// Refuses what cannot choose among changes: every version is one, and an article becomes a
    /// copy, or stops being one, without a change of its own.
    pub(crate) fn refuse_for_changes(&self) -> Result<(), ConfigError> {
        let why = if self.all_versions {
            "every version is a change of its own: leave out --all-versions"
        } else if self.without_copies {
            "an article becomes a copy without a change of its own: leave out --without-copies, \
             and look at `first_copy`"
        } else if self.compares("first_copy") {
            "an article becomes a copy without a change of its own: leave `first_copy` out of \
             --where, and look at it in the lines"
        } else {
            return Ok(());
        };
        Err(ConfigError::Usage(why.to_owned()))
    }

    /// Tells whether the condition compares a column.
    fn compares(&self, column: &str) -> bool {
        let condition = self.condition.as_ref();
        condition.is_some_and(|condition| condition.names(column))
    }

    /// Refuses days between which there is none: only articles without a date would be chosen.
    fn refuse_no_days(&self) -> Result<(), ConfigError> {
        match self.since.zip(self.until) {
            Some((since, until)) if since > until => Err(ConfigError::Usage(format!(
                "--since {since} is after --until {until}: no article is of a day between them"
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// Returns the versions that were asked for.
    pub(crate) fn versions(&self) -> VersionChoice {
        if self.all_versions {
            VersionChoice::All
        } else {
            VersionChoice::Newest
        }
    }

    /// Returns the filter of the articles.
    ///
    /// # Errors
    ///
    /// Fails where the archive does not know a site, and where no day is chosen.
    pub(crate) fn filter(&self, reader: &Reader) -> anyhow::Result<ArticleFilter> {
        self.refuse_no_days()?;
        let sites: Vec<String> = self.sites.iter().chain(&self.also).cloned().collect();
        for site in &sites {
            reader.knows_site(site)?;
        }

        Ok(ArticleFilter {
            sites,
            since: self.since,
            until: self.until,
            seen_since: self.seen_since,
            sections: self.section.clone(),
            authors: self.author.clone(),
            access: self.access.clone(),
            condition: self.condition.clone(),
            versions: self.versions(),
            copies: if self.without_copies {
                CopyChoice::LeftOut
            } else {
                CopyChoice::Included
            },
            purpose: None,
        })
    }
}

/// Returns a selection in words, each choice by the name of its option: `paper, since 2026-01-01`.
pub(super) fn in_words(filter: &ArticleFilter) -> String {
    let ArticleFilter {
        sites,
        since,
        until,
        seen_since,
        sections,
        authors,
        access,
        condition,
        versions,
        copies,
        purpose,
    } = filter;
    let of = if sites.is_empty() {
        "all sites".to_owned()
    } else {
        sites.join(", ")
    };
    let access: Vec<String> = access.iter().map(|one| one.name().to_owned()).collect();
    let listed =
        |name: &str, of: &[String]| (!of.is_empty()).then(|| format!("{name} {}", of.join(" or ")));

    let choices = [
        Some(of),
        since.map(|day| format!("since {day}")),
        until.map(|day| format!("until {day}")),
        seen_since.map(|at| format!("seen since {at}")),
        listed("section", sections),
        listed("author", authors),
        listed("access", &access),
        condition
            .as_ref()
            .map(|one| format!("where {}", one.text())),
        (*versions == VersionChoice::All).then(|| "all versions".to_owned()),
        (*copies == CopyChoice::LeftOut).then(|| "without copies".to_owned()),
        purpose.map(|purpose| format!("for {}", purpose.name())),
    ];
    let choices: Vec<String> = choices.into_iter().flatten().collect();
    choices.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::Purpose;

    #[test]
    fn every_choice_is_told_in_words() {
        let filter = ArticleFilter {
            sites: vec!["paper".into()],
            since: Some(jiff::civil::date(2026, 1, 1)),
            until: Some(jiff::civil::date(2026, 2, 1)),
            sections: vec!["문화".into(), "서평".into()],
            access: vec![Access::Open],
            condition: Some("version > 1".parse().unwrap()),
            copies: CopyChoice::LeftOut,
            purpose: Some(Purpose::Archive),
            ..ArticleFilter::default()
        };
        assert_eq!(
            in_words(&filter),
            "paper, since 2026-01-01, until 2026-02-01, section 문화 or 서평, access open, \
             where version > 1, without copies, for archive"
        );
        assert_eq!(in_words(&ArticleFilter::default()), "all sites");
    }
}
