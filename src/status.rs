//! The status of an archive: its sites, their hosts, the newest runs, and the warnings that people
//! should act on.

mod activity;
mod board;
mod host;
mod html_page;
mod plot;
mod site;
mod tables;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::archive::{ArchiveError, CleaningState, Lock, ObjectsState, Reader, RunState};
use crate::config::Site;
use crate::config::units::Span;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

pub(crate) use activity::SiteActivity;
pub(crate) use board::StatusBoard;
pub(crate) use host::{GapReason, HostStatus};
pub(crate) use html_page::StatusPage;
pub(crate) use site::{SiteStatus, SiteWarning};

/// The status of an archive.
#[derive(Debug)]
pub(crate) struct ArchiveStatus {
    pub sites: Vec<SiteStatus>,
    pub hosts: Vec<HostStatus>,
    /// The newest runs, the newest first.
    pub runs: Vec<RunState>,
    /// Whether a run holds the archive now.
    pub is_held: bool,
    pub under_way: Vec<PaperUnderWay>,
    /// What takedowns have left to do.
    pub cleaning: CleaningState,
    /// What is in object storage, where the archive has one.
    pub objects: Option<ObjectsState>,
}

/// A paper that is being crawled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PaperUnderWay {
    pub site: String,
    pub since: String,
}

/// A name that no site of the archive has.
#[derive(Debug, thiserror::Error)]
#[error("there is no paper {name:?} in this archive; there are: {}", known.join(", "))]
pub(crate) struct UnknownPaper {
    pub name: String,
    pub known: Vec<String>,
}

impl ArchiveStatus {
    /// Reads the status from an archive, with at most `most_runs` runs. The configured `sites` tell
    /// the next crawls and the usual gaps. Sees saved changes only.
    pub(crate) fn read(
        reader: &Reader,
        sites: &[Arc<Site>],
        most_runs: u32,
        now: Timestamp,
    ) -> Result<Self, ArchiveError> {
        // Of thousands of papers, each is looked up, and not looked for.
        let configured: HashMap<&str, &Arc<Site>> = sites
            .iter()
            .map(|site| (site.name.as_str(), site))
            .collect();
        let gaps = gaps_of_hosts(sites);
        let last_crawls = reader.last_crawls(now)?;

        let hosts: Vec<HostStatus> = reader
            .hosts()?
            .into_iter()
            .map(|state| HostStatus::new(state, &gaps, now))
            .collect();
        let by_name: HashMap<&str, &HostStatus> = hosts
            .iter()
            .map(|host| (host.state.host.as_str(), host))
            .collect();
        let sites = reader
            .sites(now)?
            .into_iter()
            .map(|state| {
                let site = configured.get(state.site.as_str());
                let next = site.and_then(|site| site::next_crawl(site, &last_crawls, now));
                SiteStatus::new(state, next, &by_name)
            })
            .collect();

        let is_held = reader
            .path()
            .parent()
            .is_some_and(|data| Lock::holder(data).is_some());
        let under_way = if is_held {
            papers_under_way(reader)?
        } else {
            Vec::new()
        };
        Ok(Self {
            sites,
            hosts,
            runs: reader.runs(most_runs)?,
            is_held,
            under_way,
            cleaning: reader.cleaning_state()?,
            objects: reader.objects_state()?,
        })
    }

    /// Keeps the sites of these names with their hosts and runs. Keeps all where no name is given.
    ///
    /// # Errors
    ///
    /// Fails where the archive has no site of one of the names.
    pub(crate) fn of_sites(mut self, names: &[String]) -> Result<Self, UnknownPaper> {
        if let Some(unknown) = names.iter().find(|name| !self.has(name)) {
            return Err(UnknownPaper {
                name: unknown.clone(),
                known: self.sites.into_iter().map(|site| site.state.site).collect(),
            });
        }
        if names.is_empty() {
            return Ok(self);
        }

        self.sites.retain(|site| names.contains(&site.state.site));
        let homes: Vec<String> = self
            .sites
            .iter()
            .filter_map(|site| Some(PageUrl::parse(&site.state.home).ok()?.host().to_string()))
            .collect();
        self.hosts.retain(|host| homes.contains(&host.state.host));
        self.runs
            .retain(|run| run.site.as_ref().is_none_or(|site| names.contains(site)));
        Ok(self)
    }

    fn has(&self, name: &str) -> bool {
        self.sites.iter().any(|site| site.state.site == name)
    }

    /// Returns a warning where a takedown was not ended. A run that holds the archive may be at it.
    pub(crate) fn takedown_warning(&self) -> Option<&'static str> {
        (!self.is_held && !self.cleaning.is_done()).then_some(
            "a takedown is not ended: bytes of what was removed may still stand in the file \
             or in object storage; `saseo forget --finish` overwrites or deletes them",
        )
    }

    /// Returns the sites with warnings, and then the others.
    pub(crate) fn problems_first(&self) -> impl Iterator<Item = &SiteStatus> {
        let (problems, well): (Vec<_>, Vec<_>) = self
            .sites
            .iter()
            .partition(|site| !site.warnings().is_empty());
        problems.into_iter().chain(well)
    }
}

/// Returns the gaps of the site files by the hosts of their home pages. Of several papers at one
/// host the first counts.
fn gaps_of_hosts(sites: &[Arc<Site>]) -> HashMap<String, Span> {
    let mut gaps = HashMap::new();
    for site in sites {
        let host = site.home.host().to_string();
        gaps.entry(host).or_insert(site.pace.gap);
    }
    gaps
}

fn papers_under_way(reader: &Reader) -> Result<Vec<PaperUnderWay>, ArchiveError> {
    let runs = reader.open_runs()?;
    Ok(runs
        .into_iter()
        .map(|(site, since)| PaperUnderWay { site, since })
        .collect())
}
