//! `saseo crawl` and `saseo resume`.

mod backfill;
mod resume;

use std::sync::Arc;

use clap::Args;
use jiff::civil::Date;

use crate::archive::{ArchiveError, ArchiveLocation, SeedMode};
use crate::cli::args::{at_least_one, count, some_time};
use crate::cli::crawl_report::{exit, tell};
use crate::cli::exit::Exit;
use crate::cli::plan;
use crate::cli::progress::{Watch, tell_stopping};
use crate::cli::{Common, console, hint, service};
use crate::clock::Clock;
use crate::config::Site;
use crate::config::units::{Span, day};
use crate::config_folder::{Config, ConfigError};
use crate::counts;
use crate::crawl::{Backfill, Began, CrawlReport, Event, Once, TakenPaper};
use crate::crawl_session::{
    CrawlOrder, PreparedSession, SignalRelay, crawl_plan, may_begin, run_session, web,
};
use crate::signals::{CaughtSignals, StopSignals};

pub(super) use resume::resume;

#[derive(Debug, Args)]
pub(super) struct CrawlArgs {
    #[command(flatten)]
    shared: ResumeArgs,
    /// Look for nothing that was published before this day, YYYY-MM-DD; goes before the site file's
    /// `since`
    #[arg(long, value_name = "DATE", value_parser = day, allow_hyphen_values = true)]
    since: Option<Date>,
    /// Also read the days of the past from one to another, both included, week by week and the
    /// newest first, where the CMS has lists limited to days; what is read of it is not read again.
    /// `..TO` needs no beginning: it ends where a year has no article. `FROM..` ends today
    #[arg(
        long,
        value_name = "FROM..TO",
        value_parser = backfill::days,
        conflicts_with = "dry_run",
        allow_hyphen_values = true
    )]
    backfill: Option<Backfill>,
    /// Ask nothing: tell what the crawl would ask, as `saseo plan` does
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Default, Args)]
pub(super) struct ResumeArgs {
    /// Sites by name; where none is named, `crawl` takes all that are configured and `resume` those
    /// with something queued
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Stop after so many requests
    #[arg(
        long,
        value_name = "N",
        value_parser = at_least_one,
        allow_hyphen_values = true
    )]
    max_requests: Option<u64>,
    /// Stop asking after this time, like 10m, 2h or 1h30m
    #[arg(
        long = "for",
        value_name = "TIME",
        value_parser = some_time,
        allow_hyphen_values = true
    )]
    at_most: Option<Span>,
    /// End with exit code 3 where more pages than this failed or had no article in them
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = count,
        allow_hyphen_values = true
    )]
    tolerate: u64,
}

/// Crawls the sites that are named, or all.
pub(super) fn crawl(common: &Common, args: CrawlArgs) -> anyhow::Result<Exit> {
    if args.dry_run {
        return plan::tell(common, &args.shared.sites);
    }

    let mut caught = CaughtSignals::new()?;
    let mut configuration = Config::find(common.config.as_deref())?;
    for site in &mut configuration.sites {
        let site = Arc::make_mut(site);
        site.discover.since = args.since.or(site.discover.since);
    }

    let sites = configuration.chosen(&args.shared.sites)?;
    if sites.is_empty() {
        let usage = format!(
            "no site is configured: write one into the folder sites, or see `{}`",
            hint::command(common, &["init"])
        );
        return Err(ConfigError::Usage(usage).into());
    }
    if let Some(backfill) = args.backfill {
        backfill::check(&configuration, &sites, backfill)?;
    }

    let command = CrawlCommand {
        common,
        configuration: &configuration,
        sites: &sites,
        args: &args.shared,
        seeding: SeedMode::Begin,
        backfill: args.backfill,
    };
    command.run(&mut caught.stops)
}

/// A crawl of sites, as it was typed.
struct CrawlCommand<'a> {
    common: &'a Common,
    configuration: &'a Config,
    sites: &'a [&'a Arc<Site>],
    args: &'a ResumeArgs,
    seeding: SeedMode,
    backfill: Option<Backfill>,
}

impl CrawlCommand<'_> {
    /// Crawls the sites, and tells how it went. Fails, too, where the disk had too little room.
    fn run(&self, stops: &mut StopSignals) -> anyhow::Result<Exit> {
        let (common, args, seeding) = (self.common, self.args, self.seeding);
        let place = common.place()?;
        let (prepared, mut once) = self.prepare(&place)?;

        let voice = common.voice();
        let told = |stopping| tell_stopping(voice, stopping);
        let mut signals = SignalRelay::of(stops, &told);
        let (mut watch, mut papers) = (Watch::new(common), Vec::new());
        let began = Clock::system().now();
        let end = run_session(prepared, &mut once, &mut signals, |event| match event {
            Event::Began(began) => announce(common, seeding, began),
            Event::Progress(progress) => {
                service::alive();
                watch.see(progress);
            }
            Event::Ended(report) => papers.push(report.clone()),
        })?;
        watch.end();
        tell_taken(&once, papers.is_empty())?;

        let report = CrawlReport::of(papers, Clock::system().now().since(began));
        let exit = exit(&report, end.signal.map(Exit::from), args.tolerate);
        tell(common, &args.sites, &report, exit)?;
        match end.full {
            Some(full) if end.signal.is_none() => Err(full.into()),
            Some(_) | None => Ok(exit),
        }
    }

    /// Prepares the session, and refuses it where it may not begin.
    fn prepare<'p>(
        &self,
        place: &'p ArchiveLocation,
    ) -> anyhow::Result<(PreparedSession<'p>, Once)> {
        self.configuration.have_contact(self.sites)?;
        let plan = crawl_plan(self.configuration, self.sites, self.order())?;
        may_begin(place.data(), plan.settings.limits.free_disk)?;

        let web = web(&plan.settings, self.sites)?;
        let (session, once) = plan.into_parts();
        let prepared = PreparedSession {
            session,
            place,
            web,
        };
        Ok((prepared, once))
    }

    fn order(&self) -> CrawlOrder {
        CrawlOrder {
            command: command(self.seeding),
            seeding: self.seeding,
            backfill: self.backfill,
            max_requests: self.args.max_requests,
            at_most: self.args.at_most.map(|span| span.0),
        }
    }
}

/// Tells which papers did not start, since other workers of the archive crawl them.
///
/// # Errors
///
/// Fails where none started.
fn tell_taken(once: &Once, is_all: bool) -> Result<(), ArchiveError> {
    let taken = once.taken_by_others();
    if let Some(TakenPaper { site, holder }) = taken.first().filter(|_| is_all) {
        let holder = format!("{holder}, which crawls {site}");
        return Err(ArchiveError::Held { holder });
    }
    for TakenPaper { site, holder } in taken {
        console::note(&format!(
            "saseo: {site} is left to another worker: {holder}"
        ));
    }
    Ok(())
}

/// Tells that a run of a paper began.
pub(super) fn announce(common: &Common, seeding: SeedMode, began: &Began) {
    let site = &began.reader.site;
    let order = if began.is_first {
        "; the first crawl reads its lists to their ends, and its articles meanwhile"
    } else {
        ""
    };

    common.voice().note(&format!(
        "{} of {} at {}: {} queued, a gap of {} or more{order}",
        command(seeding),
        site.name,
        site.home,
        counts::count(began.queued, "page(s)"),
        site.pace.gap
    ));
}

/// Returns the name of a run.
fn command(seeding: SeedMode) -> &'static str {
    match seeding {
        SeedMode::Begin => "crawl",
        SeedMode::Resume => "resume",
    }
}
