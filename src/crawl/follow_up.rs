//! The steps that follow after an answer is written.

use crate::archive::{ArchiveError, ChangeKind, Completed, RobotsCopy, WriteEffect};
use crate::crawl::Crawl;
use crate::crawl::hosts::MOST_FAILURES;
use crate::crawl::licences::rsl_addresses;
use crate::dispatch::{RobotsFetch, RobotsStep};
use crate::fetch::{Answer, Trouble, Web};
use crate::frontier::{Page, Role, Settlement};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// The step that follows after an answer is written.
pub(super) enum FollowUp {
    /// The hosts of its links are enqueued, and the RSL licences that it names are wanted.
    Page {
        site: String,
        licences: Vec<PageUrl>,
    },
    /// A file in which a host speaks for all its pages: it is read anew.
    Policy { site: String, url: PageUrl },
    /// A list limited to days: the backfill may need older ones now.
    Window { site: String },
    /// A robots.txt that counts from now on.
    Robots {
        fetch: RobotsFetch,
        copy: Box<RobotsCopy>,
    },
    /// A robots.txt that could not be fetched this time.
    AskAgain(RobotsFetch),
    /// A robots.txt that was redirected.
    Hop(RobotsFetch),
}

impl FollowUp {
    /// Returns the step that follows from a page's answer.
    pub(super) fn of(page: &Page, settlement: &Settlement) -> Self {
        let site = page.site.clone();
        match page.role() {
            Role::Policy => Self::Policy {
                site,
                url: page.url.clone(),
            },
            Role::Window => Self::Window { site },
            Role::Home
            | Role::Feed
            | Role::Section
            | Role::ListPage
            | Role::Sitemap
            | Role::Photo
            | Role::Article => {
                let article = settlement.article();
                let licences = article.map(|article| rsl_addresses(&article.declared_rights));
                let licences = licences.unwrap_or_default();
                Self::Page { site, licences }
            }
        }
    }

    /// Returns the site whose page or robots.txt it was.
    pub(super) fn site(&self) -> &str {
        match self {
            Self::Page { site, .. } | Self::Policy { site, .. } | Self::Window { site } => site,
            Self::Robots { fetch, .. } | Self::AskAgain(fetch) | Self::Hop(fetch) => &fetch.site,
        }
    }
}

impl<W: Web> Crawl<'_, W> {
    /// Counts the effect of a written answer, and takes the step that follows.
    pub(super) fn follow_up(
        &mut self,
        effect: WriteEffect,
        follow_up: FollowUp,
    ) -> Result<(), ArchiveError> {
        let site = follow_up.site().to_owned();
        match effect.article {
            Some(ChangeKind::New) => self.tally(&site, |tally| tally.articles_new += 1),
            Some(ChangeKind::Changed | ChangeKind::Back) => {
                self.tally(&site, |tally| tally.articles_changed += 1);
            }
            Some(ChangeKind::Gone | ChangeKind::TakenDown | ChangeKind::Rights) | None => {}
        }
        self.grow(&site, effect.queue_growth);

        match follow_up {
            FollowUp::Page { site, licences } => {
                self.want_licences(&site, licences, self.clock.now())?;
                self.enqueue_queued(&effect, &site)?;
            }
            FollowUp::Window { site } => {
                self.extend_backfills(&site)?;
                self.enqueue_queued(&effect, &site)?;
            }
            FollowUp::Policy { site, url } => {
                self.take_in_policy(&site, &url)?;
                self.enqueue_queued(&effect, &site)?;
            }
            FollowUp::Robots { fetch, copy } => {
                tracing::info!(origin = %fetch.origin, why = %copy.why, "robots.txt");
                self.robots.install(&copy, effect.robots, &mut self.hosts);
                self.want_sitemaps(&fetch)?;
                self.end_robots_fetch(fetch)?;
            }
            FollowUp::AskAgain(fetch) => self.end_robots_fetch(fetch)?,
            FollowUp::Hop(hop) => self.hop(hop)?,
        }
        Ok(())
    }

    /// Lets a redirected robots.txt wait for the host that it was redirected to.
    fn hop(&mut self, hop: RobotsFetch) -> Result<(), ArchiveError> {
        let (host, site) = (hop.url.host(), hop.site.clone());
        self.robots.wait(hop);
        self.enqueue(&host, &site, self.clock.now())?;

        if let Some(why) = self.hosts.skipped(&host).map(str::to_owned) {
            self.fail_robots_fetches(&host, &why)?;
        }
        Ok(())
    }

    fn enqueue_queued(&mut self, effect: &WriteEffect, site: &str) -> Result<(), ArchiveError> {
        effect
            .queued
            .iter()
            .try_for_each(|(host, due)| self.enqueue(host, site, *due))
    }
}

/// Decides on the answer to a request for a robots.txt. `failures` are those of its host in a row.
pub(super) fn judge_robots(
    fetch: RobotsFetch,
    result: Result<Answer, Trouble>,
    failures: u32,
    at: Timestamp,
) -> (Completed, FollowUp) {
    let copy = match result {
        Ok(answer) => match fetch.follow(answer, at) {
            RobotsStep::Copy(copy) => copy,
            RobotsStep::Hop(hop) => return (Completed::Unkept, FollowUp::Hop(hop)),
        },
        // RFC 9309 §2.3.1.4: a file that cannot be reached forbids everything.
        Err(trouble) if failures >= MOST_FAILURES => {
            Box::new(fetch.unreachable(&trouble.to_string(), at))
        }
        Err(_) => return (Completed::Unkept, FollowUp::AskAgain(fetch)),
    };

    (
        Completed::Robots(copy.clone()),
        FollowUp::Robots { fetch, copy },
    )
}
