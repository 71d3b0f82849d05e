//! `saseo crawl` and `saseo resume`.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::civil::Date;

use crate::archive::{self, RunEnd, RunId, SeedMode, SiteQueue, Tally};
use crate::cli::args::{at_least_one, count, some_time};
use crate::cli::crawl_report::{as_json, exit, tell};
use crate::cli::exit::Exit;
use crate::cli::plan;
use crate::cli::progress::{Watch, tell_stopping};
use crate::cli::{Common, console, hint, service};
use crate::clock::Clock;
use crate::config::Site;
use crate::config::units::{Span, day};
use crate::config_folder::{Configuration, ConfigurationError};
use crate::counts;
use crate::crawl::{Backfill, Began, Event, Report};
use crate::crawl_session::{
    CrawlOrder, PreparedSession, SignalRelay, crawl_plan, may_begin, run_session, web,
};
use crate::signals::{CaughtSignals, StopSignals};

#[derive(Debug, Args)]
pub(super) struct CrawlArgs {
    #[command(flatten)]
    shared: ResumeArgs,
    /// Look for nothing that was published before this day, YYYY-MM-DD; goes before the site file's `since`
    #[arg(long, value_name = "DATE", value_parser = day, allow_hyphen_values = true)]
    since: Option<Date>,
    /// Also read the days of the past from one to another, both included, week by week and the
    /// newest first, where the CMS has lists limited to days; what is read of it is not read again.
    /// `..TO` needs no beginning: it ends where a year has no article. `FROM..` ends today
    #[arg(long, value_name = "FROM..TO", value_parser = days, conflicts_with = "dry_run", allow_hyphen_values = true)]
    backfill: Option<Backfill>,
    /// Ask nothing: tell what the crawl would ask, as `saseo plan` does
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Default, Args)]
pub(super) struct ResumeArgs {
    /// Sites by name; where none is named, `crawl` takes all that are configured and `resume` those with something queued
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Stop after so many requests
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_hyphen_values = true)]
    max_requests: Option<u64>,
    /// Stop asking after this time, like 10m, 2h or 1h30m
    #[arg(long = "for", value_name = "TIME", value_parser = some_time, allow_hyphen_values = true)]
    at_most: Option<Span>,
    /// End with exit code 3 where more pages than this failed or had no article in them
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = count, allow_hyphen_values = true)]
    tolerate: u64,
}

pub(super) fn crawl(common: &Common, args: CrawlArgs) -> anyhow::Result<Exit> {
    if args.dry_run {
        return plan::tell(common, &args.shared.sites);
    }
    let mut caught = CaughtSignals::new()?;
    let mut configuration = Configuration::load(common.config.as_deref())?;
    for site in &mut configuration.sites {
        let site = Arc::make_mut(site);
        site.discover.since = args.since.or(site.discover.since);
    }
    let chosen = configuration.chosen(&args.shared.sites)?;
    if chosen.is_empty() {
        let usage = format!(
            "no site is configured: write one into the folder sites, or see `{}`",
            hint::command(common, &["init"])
        );
        return Err(ConfigurationError::Usage(usage).into());
    }
    if let Some(backfill) = args.backfill {
        can_be_made(&configuration, &chosen, backfill)?;
    }
    let begin = Begin {
        seeding: SeedMode::Begin,
        backfill: args.backfill,
    };
    Ok(run(
        common,
        &configuration,
        &chosen,
        &args.shared,
        begin,
        &mut caught.stops,
    )?
    .0)
}

/// A backfill of more years is a slip of the pen: there were no newspapers on the web.
const MOST_YEARS: i32 = 40;

/// What a run begins with.
#[derive(Clone, Copy)]
struct Begin {
    seeding: SeedMode,
    backfill: Option<Backfill>,
}

/// Tells what is wrong with a backfill of these sites, before anything is asked.
fn can_be_made(
    configuration: &Configuration,
    chosen: &[&Arc<Site>],
    backfill: Backfill,
) -> Result<(), ConfigurationError> {
    let wrong = |why: String| Err(ConfigurationError::Usage(format!("--backfill: {why}")));
    for site in chosen {
        let last = backfill.last_day(site, Clock::system().now());
        let first = backfill.first.unwrap_or(last);

        if first > last {
            return wrong(format!(
                "{first} is after today, {last}, and no list has days to come"
            ));
        }
        if configuration.reader(site)?.windows(last, last).is_none() {
            return wrong(format!(
                "the CMS of {} has no lists limited to days (date_window in a profile)",
                site.name
            ));
        }
    }
    Ok(())
}

/// Reads `2020-01-01..2020-12-31`, `2020-01-01..` and `..2020-12-31`.
fn days(text: &str) -> Result<Backfill, String> {
    const FORMS: &str = "write them like 2020-01-01..2020-12-31, ..2020-12-31 (as far back as there are articles) \
        or 2020-01-01.. (until today)";
    let (first, last) = text
        .split_once("..")
        .ok_or_else(|| format!("{text:?} is no pair of days: {FORMS}"))?;
    let read = |text: &str| match text.trim() {
        "" => Ok(None),
        text => day(text).map(Some).map_err(|why| why.to_string()),
    };
    let (first, last) = (read(first)?, read(last)?);

    let Some((from, to)) = first.zip(last) else {
        return match first.or(last) {
            Some(_) => Ok(Backfill { first, last }),
            None => Err(format!("{text:?} names no day: {FORMS}")),
        };
    };
    if from > to {
        return Err(format!("{from} is after {to}: the earlier day comes first"));
    }
    if i32::from(to.year()) - i32::from(from.year()) > MOST_YEARS {
        return Err(format!(
            "these are more than {MOST_YEARS} years: read them in parts, or name no beginning: \"..{to}\""
        ));
    }
    Ok(Backfill { first, last })
}

pub(super) fn resume(common: &Common, args: ResumeArgs) -> anyhow::Result<Exit> {
    let mut caught = CaughtSignals::new()?;
    let configuration = Configuration::load(common.config.as_deref())?;
    let begun = archive::queues(common.data())?;
    let chosen = begun_sites(common, &configuration, &args, &begun)?;
    if chosen.is_empty() {
        let crawl = hint::command(common, &["crawl"]);
        common.voice().note(&format!(
            "nothing is queued; `{crawl}` asks for what is new"
        ));
        if common.json {
            console::json(&as_json(common, &nothing()))?;
        }
        return Ok(Exit::Done);
    }
    let begin = Begin {
        seeding: SeedMode::Resume,
        backfill: None,
    };
    Ok(run(
        common,
        &configuration,
        &chosen,
        &args,
        begin,
        &mut caught.stops,
    )?
    .0)
}

/// The sites to go on with: those that are named, or all with something queued. One that was never crawled is not begun.
fn begun_sites<'a>(
    common: &Common,
    configuration: &'a Configuration,
    args: &ResumeArgs,
    begun: &[SiteQueue],
) -> Result<Vec<&'a Arc<Site>>, ConfigurationError> {
    let is_begun = |site: &Arc<Site>| begun.iter().any(|queue| queue.site == site.name);
    if !args.sites.is_empty() {
        let chosen = configuration.chosen(&args.sites)?;
        return match chosen.iter().find(|site| !is_begun(site)) {
            None => Ok(chosen),
            Some(site) => {
                let crawl = hint::command(common, &["crawl", &site.name]);
                let usage = format!(
                    "site {} was never crawled, so nothing is left to go on with: `{crawl}`",
                    site.name
                );
                Err(ConfigurationError::Usage(usage))
            }
        };
    }
    let find = |queue: &SiteQueue| {
        configuration
            .sites
            .iter()
            .find(|site| site.name == queue.site)
    };
    let waiting = begun.iter().filter(|queue| queue.pages > 0);
    for orphan in waiting.clone().filter(|queue| find(queue).is_none()) {
        let SiteQueue { site, pages } = orphan;
        common.voice().note(&format!(
            "{} of {site} left queued: no site file has that name",
            counts::count(*pages, "page(s)")
        ));
    }
    Ok(waiting.filter_map(find).collect())
}

/// The report of a run that there was no need for.
fn nothing() -> Report {
    Report {
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

/// Crawls sites, and says how it went. `Err` also where the disk had too little room left.
fn run(
    common: &Common,
    configuration: &Configuration,
    chosen: &[&Arc<Site>],
    args: &ResumeArgs,
    begin: Begin,
    stops: &mut StopSignals,
) -> anyhow::Result<(Exit, Report)> {
    configuration.have_contact(chosen)?;
    let order = CrawlOrder {
        command: command(begin.seeding),
        seeding: begin.seeding,
        backfill: begin.backfill,
        max_requests: args.max_requests,
        at_most: args.at_most.map(|span| span.0),
    };
    let plan = crawl_plan(configuration, chosen, order)?;
    may_begin(common.data(), plan.settings.limits.free_disk)?;
    let web = web(&plan.settings, chosen)?;
    let (session, mut once) = plan.into_parts();
    let prepared = PreparedSession {
        session,
        data: common.data(),
        web,
    };
    let voice = common.voice();
    let told = |stopping| tell_stopping(voice, stopping);
    let (mut watch, mut papers) = (Watch::new(common), Vec::new());
    let began = Clock::system().now();
    let ran = run_session(
        prepared,
        &mut once,
        &mut SignalRelay::of(stops, &told),
        |event| match event {
            Event::Began(began) => announce(common, begin.seeding, began),
            Event::Progress(progress) => {
                service::alive();
                watch.see(progress);
            }
            Event::Ended(report) => papers.push(report.clone()),
        },
    )?;
    watch.end();

    let report = Report::of(papers, Clock::system().now().since(began));
    let exit = exit(&report, ran.signal.map(Exit::from), args.tolerate);
    tell(common, &args.sites, &report, exit)?;
    match ran.full {
        Some(full) if ran.signal.is_none() => Err(full.into()),
        _ => Ok((exit, report)),
    }
}

/// Says what was begun.
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

/// What a run is named.
fn command(seeding: SeedMode) -> &'static str {
    match seeding {
        SeedMode::Begin => "crawl",
        SeedMode::Resume => "resume",
    }
}
