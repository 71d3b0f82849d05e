//! The filter of an export, as its manifest tells it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::archive::{ArticleFilter, Condition, CopyChoice, VersionChoice};
use crate::extract::Access;
use crate::rights::Purpose;
use crate::time::Timestamp;

/// Every choice of a filter by the name of its option; null or empty where all was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToldSelection {
    pub sites: Vec<String>,
    since: Option<String>,
    until: Option<String>,
    seen_since: Option<String>,
    section: Vec<String>,
    author: Vec<String>,
    access: Vec<String>,
    #[serde(rename = "where")]
    condition: Option<String>,
    all_versions: bool,
    without_copies: bool,
    #[serde(rename = "for")]
    purpose: Option<String>,
}

impl From<&ArticleFilter> for ToldSelection {
    fn from(filter: &ArticleFilter) -> Self {
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
        let access = access.iter().map(|access| access.name().to_owned());

        Self {
            sites: sites.clone(),
            since: since.map(|day| day.to_string()),
            until: until.map(|day| day.to_string()),
            seen_since: seen_since.map(|at| at.to_string()),
            section: sections.clone(),
            author: authors.clone(),
            access: access.collect(),
            condition: condition.as_ref().map(|told| told.text().to_owned()),
            all_versions: match versions {
                VersionChoice::Newest => false,
                VersionChoice::All => true,
            },
            without_copies: match copies {
                CopyChoice::Included => false,
                CopyChoice::LeftOut => true,
            },
            purpose: purpose.map(|purpose| Purpose::name(purpose).to_owned()),
        }
    }
}

impl ToldSelection {
    /// Returns the filter again.
    ///
    /// # Errors
    ///
    /// Returns what cannot be read, in a file that was written over.
    pub(crate) fn filter(&self) -> Result<ArticleFilter, String> {
        Ok(ArticleFilter {
            sites: self.sites.clone(),
            since: self.since.as_deref().map(day).transpose()?,
            until: self.until.as_deref().map(day).transpose()?,
            seen_since: self.seen_since.as_deref().map(moment).transpose()?,
            sections: self.section.clone(),
            authors: self.author.clone(),
            access: self
                .access
                .iter()
                .map(|name| access(name))
                .collect::<Result<_, _>>()?,
            condition: self.condition.as_deref().map(condition).transpose()?,
            versions: if self.all_versions {
                VersionChoice::All
            } else {
                VersionChoice::Newest
            },
            copies: if self.without_copies {
                CopyChoice::LeftOut
            } else {
                CopyChoice::Included
            },
            purpose: self
                .purpose
                .as_deref()
                .map(Purpose::from_name)
                .transpose()?,
        })
    }

    /// Returns the options by which it was typed, for messages.
    pub(crate) fn as_typed(&self) -> String {
        let mut typed = self.sites.clone();
        let single = [
            ("--since", &self.since),
            ("--until", &self.until),
            ("--seen-since", &self.seen_since),
            ("--where", &self.condition),
            ("--for", &self.purpose),
        ];
        let lists = [
            ("--section", &self.section),
            ("--author", &self.author),
            ("--access", &self.access),
        ];

        for (option, told) in single {
            typed.extend(told.iter().map(|told| format!("{option} {told:?}")));
        }
        for (option, told) in lists {
            typed.extend(told.iter().map(|told| format!("{option} {told:?}")));
        }
        let is_set = [
            ("--all-versions", self.all_versions),
            ("--without-copies", self.without_copies),
        ];
        let set = is_set.into_iter().filter(|(_, is_set)| *is_set);
        typed.extend(set.map(|(option, _)| option.to_owned()));

        if typed.is_empty() {
            return "all articles".to_owned();
        }
        typed.join(" ")
    }
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|error: jiff::Error| error.to_string())
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::from_rfc3339(text).ok_or_else(|| format!("{text:?} is no moment"))
}

fn condition(text: &str) -> Result<Condition, String> {
    text.parse::<Condition>().map_err(|error| error.to_string())
}

fn access(name: &str) -> Result<Access, String> {
    let known = [Access::Open, Access::Members, Access::Gone];
    known
        .into_iter()
        .find(|access| access.name() == name)
        .ok_or_else(|| format!("{name:?} is none of open, members and gone"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_read_again_as_it_was_chosen() {
        let filter = ArticleFilter {
            sites: vec!["paper".into()],
            since: Some(jiff::civil::date(2026, 3, 7)),
            until: Some(jiff::civil::date(2026, 3, 9)),
            seen_since: Timestamp::from_rfc3339("2026-03-07T16:50:00+09:00"),
            sections: vec!["문화".into()],
            authors: vec!["홍길동".into()],
            access: vec![Access::Members],
            condition: Some("version > 1 AND tags = '서평'".parse().unwrap()),
            versions: VersionChoice::All,
            copies: CopyChoice::LeftOut,
            purpose: Some(Purpose::AiInput),
        };

        for filter in [filter, ArticleFilter::default()] {
            let text = serde_json::to_string(&ToldSelection::from(&filter)).unwrap();
            let told: ToldSelection = serde_json::from_str(&text).unwrap();
            assert_eq!(told.filter().unwrap(), filter, "{text}");
        }
    }
}
