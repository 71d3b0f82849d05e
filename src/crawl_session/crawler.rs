//! A crawl as a program starts it: papers of a configuration, into an archive.

use std::time::Duration;

use tokio::sync::watch;

use crate::archive::{Lock, SeedMode, Writer};
use crate::clock::Clock;
use crate::config_folder::Config;
use crate::crawl::{self, CrawlReport, Event, Stop, Surroundings};
use crate::crawl_session::error::CrawlError;
use crate::crawl_session::free_disk::{DiskWatch, check_free_disk};
use crate::crawl_session::network::web;
use crate::crawl_session::plan::{CrawlOrder, crawl_plan};

/// The name of the runs of a [`Crawler`] in the archive.
const COMMAND: &str = "crawl";

/// The limits of one crawl, of all its papers together. Without any, it ends when nothing more is
/// due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrawlLimits {
    /// The most requests.
    pub max_requests: Option<u64>,
    /// The time after which nothing more is requested.
    pub at_most: Option<Duration>,
}

/// A crawl of papers into an archive.
///
/// It obeys robots.txt, keeps the gaps of the configuration, announces every request in the
/// archive's ledger before it is sent, and saves each answer in one transaction. A killed crawl
/// loses nothing: the next one goes on.
///
/// # Examples
///
/// ```no_run
/// use saseo::{Archive, Config, CrawlLimits, Crawler};
///
/// # async fn crawl() -> Result<(), Box<dyn std::error::Error>> {
/// let config = Config::load("config")?;
/// let writer = Archive::lock("data")?;
///
/// let report = Crawler::new(writer, &config)
///     .sites(["readersnews"])
///     .limits(CrawlLimits { max_requests: Some(100), ..CrawlLimits::default() })
///     .run(async { tokio::signal::ctrl_c().await.unwrap() })
///     .await?;
/// println!("{} new articles", report.tally.articles_new);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Crawler<'c> {
    writer: Writer,
    config: &'c Config,
    /// The names of the sites; empty for all.
    sites: Vec<String>,
    limits: CrawlLimits,
}

impl<'c> Crawler<'c> {
    /// Makes a crawl of all sites of a configuration, without limits.
    ///
    /// # Examples
    ///
    /// A configuration without sites has nothing to crawl.
    ///
    /// ```
    /// # let data = tempfile::tempdir()?;
    /// use saseo::{Archive, Config, Crawler};
    ///
    /// # async fn crawl(data: &std::path::Path) -> Result<(), saseo::CrawlError> {
    /// let config = Config::of_sites([]);
    /// let crawler = Crawler::new(Archive::lock(data)?, &config);
    /// let report = crawler.run(std::future::pending()).await?;
    /// assert_eq!(report.tally.requests, 0);
    /// # Ok(())
    /// # }
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(crawl(data.path()))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(writer: Writer, config: &'c Config) -> Self {
        Self {
            writer,
            config,
            sites: Vec::new(),
            limits: CrawlLimits::default(),
        }
    }

    /// Crawls these sites only, by their names.
    pub fn sites<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.sites = names.into_iter().map(Into::into).collect();
        self
    }

    /// Limits the crawl.
    pub fn limits(mut self, limits: CrawlLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Crawls until nothing more is due within ten minutes, a limit is reached, or `stop` is ready.
    /// Answers under way are settled then. Must run within a tokio runtime with time and network.
    ///
    /// A dropped future is a killed crawl: nothing that was stored is lost.
    ///
    /// # Errors
    ///
    /// Fails where a site is unknown, where the configuration has no contact and a site is not
    /// one's own, where the disk has too little room, and where the archive cannot go on.
    pub async fn run(mut self, stop: impl Future<Output = ()>) -> Result<CrawlReport, CrawlError> {
        let data = self.writer.folder().to_owned();
        let sites = self.config.chosen(&self.sites)?;
        self.config.have_contact(&sites)?;
        let plan = crawl_plan(self.config, &sites, self.order())?;

        let least = plan.settings.limits.free_disk;
        check_free_disk(&data, least)?;
        self.writer
            .set_durability(plan.settings.archive.durability)?;

        let clock = Clock::system();
        let began = clock.now();
        let (stopper, stopped) = watch::channel(Stop::GoOn);
        let surroundings = Surroundings {
            web: web(&plan.settings, &sites)?,
            clock,
            holder: Lock::name_of_holder(COMMAND, began),
            stop: stopped,
        };

        let (session, mut once) = plan.into_parts();
        let (mut disk, mut papers) = (DiskWatch::new(&data, least, &stopper), Vec::new());
        let crawls = crawl::serve(
            session,
            &mut once,
            &mut self.writer,
            surroundings,
            |event| {
                disk.check(&event);
                if let Event::Ended(report) = event {
                    papers.push(report.clone());
                }
            },
        );
        ended_by(crawls, stop, &stopper).await?;

        match disk.interrupted_by() {
            Some(full) => Err(full.into()),
            None => Ok(CrawlReport::of(papers, clock.now().since(began))),
        }
    }

    fn order(&self) -> CrawlOrder {
        CrawlOrder {
            command: COMMAND,
            seeding: SeedMode::Begin,
            backfill: None,
            max_requests: self.limits.max_requests,
            at_most: self.limits.at_most,
        }
    }
}

/// Returns what a crawl returns. It is told to stop when `stop` is ready.
async fn ended_by<T>(
    crawl: impl Future<Output = T>,
    stop: impl Future<Output = ()>,
    stopper: &watch::Sender<Stop>,
) -> T {
    tokio::pin!(crawl);
    tokio::select! {
        biased;
        done = &mut crawl => return done,
        () = stop => {}
    }

    stopper.send_modify(|stop| *stop = (*stop).max(Stop::Finish));
    crawl.await
}
