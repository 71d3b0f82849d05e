//! `saseo resume`: an interrupted crawl goes on, and nothing new begins.

use std::sync::Arc;
use std::time::Duration;

use crate::archive::{self, RunEnd, RunId, SeedMode, SiteQueue, Tally};
use crate::cli::crawl::{CrawlCommand, ResumeArgs};
use crate::cli::crawl_report::as_json;
use crate::cli::exit::Exit;
use crate::cli::{Common, console, hint};
use crate::config::Site;
use crate::config_folder::{Config, ConfigError};
use crate::counts;
use crate::crawl::CrawlReport;
use crate::signals::CaughtSignals;

/// Crawls the sites that are named, or all with something queued.
pub(crate) fn resume(common: &Common, args: ResumeArgs) -> anyhow::Result<Exit> {
    let mut caught = CaughtSignals::new()?;
    let configuration = Config::find(common.config.as_deref())?;
    let queues = archive::queues(&common.place()?)?;
    let sites = begun_sites(common, &configuration, &args, &queues)?;

    if sites.is_empty() {
        tell_nothing_queued(common)?;
        return Ok(Exit::Done);
    }
    let command = CrawlCommand {
        common,
        configuration: &configuration,
        sites: &sites,
        args: &args,
        seeding: SeedMode::Resume,
        backfill: None,
    };
    command.run(&mut caught.stops)
}

/// Returns the sites to go on with: those that are named, or all with something queued. A site that
/// was never crawled is not begun.
fn begun_sites<'a>(
    common: &Common,
    configuration: &'a Config,
    args: &ResumeArgs,
    queues: &[SiteQueue],
) -> Result<Vec<&'a Arc<Site>>, ConfigError> {
    if args.sites.is_empty() {
        return Ok(queued_sites(common, configuration, queues));
    }

    let sites = configuration.chosen(&args.sites)?;
    let new = sites
        .iter()
        .find(|site| !queues.iter().any(|queue| queue.site == site.name));
    match new {
        None => Ok(sites),
        Some(site) => {
            let crawl = hint::command(common, &["crawl", &site.name]);
            Err(ConfigError::Usage(format!(
                "site {} was never crawled, so nothing is left to go on with: `{crawl}`",
                site.name
            )))
        }
    }
}

/// Returns the configured sites with something queued. Tells of queues whose site has no file.
fn queued_sites<'a>(
    common: &Common,
    configuration: &'a Config,
    queues: &[SiteQueue],
) -> Vec<&'a Arc<Site>> {
    let mut sites = Vec::new();
    for SiteQueue { site, pages } in queues.iter().filter(|queue| queue.pages > 0) {
        match configuration.sites.iter().find(|one| one.name == *site) {
            Some(found) => sites.push(found),
            None => common.voice().note(&format!(
                "{} of {site} left queued: no site file has that name",
                counts::count(*pages, "page(s)")
            )),
        }
    }
    sites
}

fn tell_nothing_queued(common: &Common) -> anyhow::Result<()> {
    let crawl = hint::command(common, &["crawl"]);
    common.voice().note(&format!(
        "nothing is queued; `{crawl}` asks for what is new"
    ));
    if common.json {
        console::json(&as_json(common, &no_run()))?;
    }
    Ok(())
}

/// Returns the report of a crawl that had nothing to do.
fn no_run() -> CrawlReport {
    CrawlReport {
        run: RunId(0),
        how: RunEnd::Finished,
        tally: Tally::default(),
        elapsed: Duration::ZERO,
        queued: 0,
        due_at: None,
        skipped: Vec::new(),
        mass_deletion_suspected: Vec::new(),
        lists_cut: Vec::new(),
        papers: Vec::new(),
    }
}
