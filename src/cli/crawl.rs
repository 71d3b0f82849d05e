//! `saseo crawl` and `saseo resume`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::civil::Date;
use tokio::sync::watch;

use crate::archive::{self, Archive, ArchiveError, How, Lock, Queue, RunId, Seeding, Tally};
use crate::cli::args::{at_least_one, count, some_time};
use crate::cli::configuration::{Configuration, ConfigurationError};
use crate::cli::exit::Exit;
use crate::cli::interrupt::{Caught, Signals};
use crate::cli::plan;
use crate::cli::progress::Watch;
use crate::cli::report::{as_json, exit, tell};
use crate::cli::room::TooLittleRoom;
use crate::cli::say::Voice;
use crate::cli::{Common, counts, hint, room, say, service};
use crate::clock::Clock;
use crate::config::units::{Span, day};
use crate::config::{Settings, Site};
use crate::crawl::{self, Backfill, Plan, Progress, Report, Stop};
use crate::fetch::{Caller, Http};
use crate::host_lock::HostLocks;
use crate::page_url::PageUrl;

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
    let mut caught = Caught::new()?;
    let mut configuration = Configuration::load(common.config.as_deref())?;
    for site in &mut configuration.sites {
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
    let begin = Begin { seeding: Seeding::Begin, backfill: args.backfill, skipped: 0 };
    Ok(run(common, &configuration, &chosen, &args.shared, begin, &mut caught.signals)?.0)
}

/// A backfill of more years is a slip of the pen: there were no newspapers on the web.
const MOST_YEARS: i32 = 40;

/// What a run begins with.
#[derive(Clone, Copy)]
pub(super) struct Begin {
    pub seeding: Seeding,
    /// Scheduled starts that the run makes up for.
    pub skipped: u64,
    pub backfill: Option<Backfill>,
}

/// Tells what is wrong with a backfill of these sites, before anything is asked.
fn can_be_made(configuration: &Configuration, chosen: &[&Site], backfill: Backfill) -> Result<(), ConfigurationError> {
    let wrong = |why: String| Err(ConfigurationError::Usage(format!("--backfill: {why}")));
    for site in chosen {
        let last = backfill.last_day(site, Clock::system().now());
        let first = backfill.first.unwrap_or(last);

        if first > last {
            return wrong(format!("{first} is after today, {last}, and no list has days to come"));
        }
        if configuration.reader(site)?.windows(last, last).is_none() {
            return wrong(format!("the CMS of {} has no lists limited to days (date_window in a profile)", site.name));
        }
    }
    Ok(())
}

/// Reads `2020-01-01..2020-12-31`, `2020-01-01..` and `..2020-12-31`.
fn days(text: &str) -> Result<Backfill, String> {
    const FORMS: &str = "write them like 2020-01-01..2020-12-31, ..2020-12-31 (as far back as there are articles) \
        or 2020-01-01.. (until today)";
    let (first, last) = text.split_once("..").ok_or_else(|| format!("{text:?} is no pair of days: {FORMS}"))?;
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
    let mut caught = Caught::new()?;
    let configuration = Configuration::load(common.config.as_deref())?;
    let begun = archive::queues(common.data())?;
    let chosen = begun_sites(common, &configuration, &args, &begun)?;
    if chosen.is_empty() {
        let crawl = hint::command(common, &["crawl"]);
        common.voice().note(&format!("nothing is queued; `{crawl}` asks for what is new"));
        if common.json {
            say::json(&as_json(common, &nothing()))?;
        }
        return Ok(Exit::Done);
    }
    let begin = Begin { seeding: Seeding::Resume, backfill: None, skipped: 0 };
    Ok(run(common, &configuration, &chosen, &args, begin, &mut caught.signals)?.0)
}

/// The sites to go on with: those that are named, or all with something queued. One that was never crawled is not begun.
fn begun_sites<'a>(
    common: &Common,
    configuration: &'a Configuration,
    args: &ResumeArgs,
    begun: &[Queue],
) -> Result<Vec<&'a Site>, ConfigurationError> {
    let is_begun = |site: &Site| begun.iter().any(|queue| queue.site == site.name);
    if !args.sites.is_empty() {
        let chosen = configuration.chosen(&args.sites)?;
        return match chosen.iter().find(|site| !is_begun(site)) {
            None => Ok(chosen),
            Some(site) => {
                let crawl = hint::command(common, &["crawl", &site.name]);
                let usage =
                    format!("site {} was never crawled, so nothing is left to go on with: `{crawl}`", site.name);
                Err(ConfigurationError::Usage(usage))
            }
        };
    }
    let find = |queue: &Queue| configuration.sites.iter().find(|site| site.name == queue.site);
    let waiting = begun.iter().filter(|queue| queue.pages > 0);
    for orphan in waiting.clone().filter(|queue| find(queue).is_none()) {
        let Queue { site, pages } = orphan;
        common
            .voice()
            .note(&format!("{} of {site} left queued: no site file has that name", counts::count(*pages, "page(s)")));
    }
    Ok(waiting.filter_map(find).collect())
}

/// The report of a run that there was no need for.
fn nothing() -> Report {
    Report {
        run: RunId(0),
        how: How::Finished,
        tally: Tally::default(),
        elapsed: Duration::ZERO,
        queued: 0,
        due_at: None,
        given_up: Vec::new(),
        disbelieved: Vec::new(),
        lists_cut: Vec::new(),
        papers: Vec::new(),
    }
}

/// Crawls sites, and says how it went. `Err` also where the disk had too little room left.
pub(super) fn run(
    common: &Common,
    configuration: &Configuration,
    chosen: &[&Site],
    args: &ResumeArgs,
    begin: Begin,
    signals: &mut Signals,
) -> anyhow::Result<(Exit, Report)> {
    let plan = plan(configuration, chosen, args, begin)?;
    let least = plan.settings.limits.free_disk;
    room::check(common.data(), least)?;
    if let Some(holder) = Lock::holder(common.data()) {
        return Err(ArchiveError::Held { holder }.into());
    }
    announce(common, &plan);
    let mut watch = Watch::new(common);
    let Ran { report, signal, full } = run_plan(plan, common.data(), common.voice(), signals, |progress| {
        service::alive();
        watch.see(progress);
    })?;
    watch.end();
    let exit = exit(&report, signal, args.tolerate);
    tell(common, &args.sites, &report, exit)?;
    match full {
        Some(full) if signal.is_none() => Err(full.into()),
        _ => Ok((exit, report)),
    }
}

/// Says what is about to be done.
fn announce(common: &Common, plan: &Plan) {
    // What is wrong with the archive is told when the run opens it.
    let queues = archive::queues(common.data()).unwrap_or_default();
    for reader in &plan.sites {
        let site = &reader.site;
        let queued = queues.iter().find(|queue| queue.site == site.name).map_or(0, |queue| queue.pages);
        let is_first = plan.seeding == Seeding::Begin && !queues.iter().any(|queue| queue.site == site.name);
        let order = if is_first { "; the first crawl reads all its lists, and then its articles" } else { "" };
        common.voice().note(&format!(
            "{} of {} at {}: {} queued, a gap of {} or more{order}",
            plan.command,
            site.name,
            site.home,
            counts::count(queued, "page(s)"),
            site.pace.gap
        ));
    }
}

fn plan(
    configuration: &Configuration,
    chosen: &[&Site],
    args: &ResumeArgs,
    Begin { seeding, backfill, skipped }: Begin,
) -> Result<Plan, ConfigurationError> {
    chosen.iter().try_for_each(|site| configuration.has_contact(&site.name, site.own_site))?;
    Ok(Plan {
        command: match seeding {
            Seeding::Begin => "crawl".to_owned(),
            Seeding::Resume => "resume".to_owned(),
        },
        sites: chosen.iter().map(|site| configuration.reader(site)).collect::<Result<_, _>>()?,
        seeding,
        settings: configuration.settings.clone(),
        skipped,
        max_requests: args.max_requests,
        at_most: args.at_most.map(|span| span.0),
        locks: HostLocks::new(std::env::var_os("SASEO_RUNTIME_DIR")),
        backfill,
    })
}

/// A signal came, and then the run failed.
#[derive(Debug, thiserror::Error)]
#[error("it was told to stop, and failed: {why:#}")]
pub(super) struct ToldToStop {
    pub why: anyhow::Error,
}

/// How a run went, and what stopped it, if something did.
pub(super) struct Ran {
    pub report: Report,
    /// The first signal that came.
    pub signal: Option<Exit>,
    pub full: Option<TooLittleRoom>,
}

/// Runs a plan on the archive in `data` until it is done, or signals or too little room on the disk stop it. The first signal lets
/// answers under way be settled; the second drops them.
pub(super) fn run_plan(
    plan: Plan,
    data: &Path,
    voice: Voice,
    signals: &mut Signals,
    mut watch: impl FnMut(&Progress),
) -> anyhow::Result<Ran> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build()?;
    let (stop, stopped) = watch::channel(Stop::GoOn);
    let least = plan.settings.limits.free_disk;
    let (mut signal, mut full) = (None, None);
    let done = runtime.block_on(async {
        let hears = async {
            loop {
                let exit = signals.next().await;
                let is_first = signal.is_none();
                signal.get_or_insert(exit);
                voice.note(if is_first {
                    "stopping: no new requests; waiting for answers under way (once more to drop them)"
                } else {
                    "dropping requests under way"
                });
                stop.send_replace(if is_first { Stop::Finish } else { Stop::Now });
            }
        };
        let crawls = async {
            let clock = Clock::system();
            let holder = format!("{}, process {}, since {}", plan.command, std::process::id(), clock.now());
            let _lock = Lock::take(data, &holder)?;
            let mut archive = Archive::open(data, plan.settings.archive.durability)?;
            let homes = plan.sites.iter().map(|reader| &reader.site.home);
            let web = Arc::new(Http::new(&caller(&plan.settings, homes))?);
            let watch = |progress: &Progress| {
                if let (None, Err(too_little)) = (&full, room::check(data, least)) {
                    full = Some(too_little);
                    stop.send_if_modified(|stop| std::mem::replace(stop, (*stop).max(Stop::Finish)) == Stop::GoOn);
                }
                watch(progress);
            };
            anyhow::Ok(crawl::run(plan, &mut archive, web, clock, holder, stopped, watch).await?)
        };
        tokio::select! {
            biased;
            never = hears => match never {},
            done = crawls => done,
        }
    });
    // A page that is being read cannot be interrupted, and is not worth waiting for.
    runtime.shutdown_background();
    let report = match (done, signal) {
        (Err(why), Some(_)) => return Err(ToldToStop { why }.into()),
        (done, _) => done?,
    };
    let full = full.filter(|_| report.how == How::Interrupted);
    Ok(Ran { report, signal, full })
}

/// A site's own port is one that its user named.
pub(super) fn caller<'a>(settings: &Settings, homes: impl Iterator<Item = &'a PageUrl>) -> Caller {
    let own = homes.filter_map(|home| home.as_url().port());
    let ports = own.chain(settings.limits.ports.iter().copied()).collect();
    Caller {
        agent: settings.identity.agent.clone(),
        contact: settings.identity.contact.trim().to_owned(),
        connect: settings.limits.connect.0,
        answer: settings.limits.answer.0,
        body: settings.limits.body.0,
        ports,
    }
}
