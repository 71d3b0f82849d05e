//! Surveys an unknown paper: a short and polite walk, and a report about the paper's CMS.

mod ask;
mod densest;
mod draft;
mod knowledge;
mod menu;
mod pager;
mod profile;
mod row_selectors;
mod selector;
mod shape;
mod story;
mod survey_archive;
mod survey_report;
mod surveyed_page;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::archive::{ArchiveError, RunEnd};
use crate::clock::Clock;
use crate::config::{Profile, Settings};
use crate::dispatch::Stop;
use crate::fetch::Web;
use crate::host_lock::HostLocks;
use crate::page_url::PageUrl;
use crate::survey::ask::{Surveyor, stopped};

pub(crate) use ask::SurveyRequest;
pub(crate) use draft::{Draft, Names, draft, long_name_of, name_of};
pub(crate) use survey_archive::SurveyArchive;
pub(crate) use survey_report::{FoundCms, SurveyReport};

/// Most requests of a survey, robots.txt and sitemap included: a paper that did not ask for a
/// survey should hardly notice one.
pub(crate) const MOST_REQUESTS: u64 = 40;

/// The paper to survey, and the limits of the survey.
#[derive(Debug)]
pub(crate) struct SurveyPlan {
    /// The paper's home page, where the walk begins.
    pub home: PageUrl,
    pub settings: Settings,
    /// The profiles of known CMSs.
    pub profiles: Vec<Profile>,
    pub gap: Duration,
    /// The user's own server: private addresses are allowed, and short gaps.
    pub own_site: bool,
    /// At most [`MOST_REQUESTS`].
    pub max_requests: u64,
    /// Where the crawls and surveys of this machine write which hosts they ask.
    pub locks: HostLocks,
    /// The name under which a host is locked: others read it.
    pub holder: String,
}

/// The surroundings of a survey: the network, the clock, and the signals to stop.
#[derive(Debug)]
pub(crate) struct SurveySurroundings<W> {
    pub web: Arc<W>,
    pub clock: Clock,
    /// [`Stop::Finish`] lets the answer under way be settled, [`Stop::Now`] drops it.
    pub stop: watch::Receiver<Stop>,
}

/// Why there is nothing to report about a paper.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SurveyError {
    #[error("{home} cannot be surveyed: {why}")]
    NoHome { home: PageUrl, why: String },
    #[error("{home} moved to another paper, {to}: survey that one")]
    Elsewhere { home: PageUrl, to: PageUrl },
    #[error("{home} is an article: give the paper's home page")]
    Article { home: PageUrl },
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Surveys a paper and returns the report, or `None` where a signal ended it. The requests are a
/// run in the archive's ledger, each announced before it leaves. `watch` is called after every
/// request. Several surveys of one archive may run side by side, of papers at different hosts.
///
/// # Errors
///
/// Where the address is no home page that can be asked for, and where the archive fails.
pub(crate) async fn run<W: Web>(
    plan: SurveyPlan,
    archive: &SurveyArchive,
    surroundings: SurveySurroundings<W>,
    watch: impl FnMut(&SurveyRequest) + Send,
) -> Result<Option<SurveyReport>, SurveyError> {
    let known = plan.profiles.clone();
    let mut dropping = surroundings.stop.clone();
    let mut surveyor = Surveyor::begin(plan, archive, surroundings, watch)?;
    let walked = tokio::select! {
        walked = walk::walked(&mut surveyor, known) => Some(walked),
        () = stopped(&mut dropping, Stop::Now) => None,
    };

    let is_stopped = *dropping.borrow() != Stop::GoOn;
    match walked {
        Some(Err(SurveyError::Archive(why))) => Err(surveyor.fail(why).into()),
        Some(Ok(knowledge)) if !is_stopped => Ok(Some(survey_report::findings(
            &knowledge,
            surveyor.end(RunEnd::Finished, None)?,
        ))),
        Some(Err(why)) if !is_stopped => {
            surveyor.end(RunEnd::Failed, Some(&why.to_string()))?;
            Err(why)
        }
        Some(_) | None => {
            surveyor.end(RunEnd::Interrupted, None)?;
            Ok(None)
        }
    }
}
