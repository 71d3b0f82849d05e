//! `saseo crawl` and `saseo resume`.

use std::future::Future;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use clap::Args;
use jiff::civil::Date;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::archive::{Archive, How, Lock, Seeding};
use crate::cli::Common;
use crate::cli::configuration::{Configuration, ConfigurationError};
use crate::cli::exit::Exit;
use crate::cli::plan;
use crate::cli::progress::Watch;
use crate::cli::say;
use crate::clock::Clock;
use crate::config::units::Span;
use crate::config::{Settings, Site};
use crate::crawl::{self, Plan, Progress, Report, SiteReader, Stop};
use crate::fetch::{Caller, Http};
use crate::host_lock::HostLocks;

#[derive(Debug, Args)]
pub(in crate::cli) struct CrawlArgs {
    #[command(flatten)]
    shared: ResumeArgs,
    /// Look for nothing that was published before this day, YYYY-MM-DD; goes before the site file's `since`
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Ask nothing: tell what the crawl would ask, as `saseo plan` does
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ResumeArgs {
    /// Sites by name; all that are configured where none is named
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Stop after so many requests
    #[arg(long, value_name = "N")]
    max_requests: Option<u64>,
    /// Stop asking after this time, like 10m or 2h
    #[arg(long = "for", value_name = "TIME")]
    at_most: Option<Span>,
    /// End with exit code 3 where more pages than this failed or had no article in them
    #[arg(long, value_name = "N", default_value_t = 0)]
    tolerate: u64,
}

pub(in crate::cli) fn crawl(common: &Common, args: CrawlArgs) -> anyhow::Result<Exit> {
    if args.dry_run {
        return plan::tell(common, &args.shared.sites);
    }
    let mut configuration = Configuration::load(&common.config)?;
    for site in &mut configuration.sites {
        site.discover.since = args.since.or(site.discover.since);
    }
    run(common, &configuration, &args.shared, "crawl", Seeding::Begin)
}

pub(in crate::cli) fn resume(common: &Common, args: ResumeArgs) -> anyhow::Result<Exit> {
    let configuration = Configuration::load(&common.config)?;
    run(common, &configuration, &args, "resume", Seeding::Resume)
}

fn run(
    common: &Common,
    configuration: &Configuration,
    args: &ResumeArgs,
    command: &str,
    seeding: Seeding,
) -> anyhow::Result<Exit> {
    let chosen = configuration.chosen(&args.sites)?;
    if chosen.is_empty() {
        let usage = "no site is configured: write one into the folder sites, or see `saseo init`".to_owned();
        return Err(ConfigurationError::Usage(usage).into());
    }
    let plan = plan(configuration, &chosen, args, command, seeding)?;
    let mut watch = Watch::new(common);
    let (report, signal) = run_plan(plan, &common.data, |progress| watch.see(progress))?;
    watch.end();
    tell(common, &report)?;
    Ok(exit(&report, signal, args.tolerate))
}

fn plan(
    configuration: &Configuration,
    chosen: &[&Site],
    args: &ResumeArgs,
    command: &str,
    seeding: Seeding,
) -> Result<Plan, ConfigurationError> {
    let nobody = configuration.settings.identity.contact.trim().is_empty();
    if let Some(site) = chosen.iter().find(|site| nobody && !site.own_site) {
        return Err(ConfigurationError::NoContact { site: site.name.clone() });
    }
    Ok(Plan {
        command: command.to_owned(),
        sites: chosen.iter().map(|site| configuration.reader(site)).collect::<Result<_, _>>()?,
        seeding,
        settings: configuration.settings.clone(),
        max_requests: args.max_requests,
        at_most: args.at_most.map(|span| span.0),
        locks: HostLocks::new(std::env::var_os("SASEO_RUNTIME_DIR")),
    })
}

/// Runs a plan on the archive in `data` until it is done or signals stop it; returns the first signal that came.
pub(in crate::cli) fn run_plan(
    plan: Plan,
    data: &Path,
    mut watch: impl FnMut(&Progress),
) -> anyhow::Result<(Report, Option<Exit>)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build()?;
    runtime.block_on(async {
        let clock = Clock::system();
        let holder = format!("{}, process {}, since {}", plan.command, std::process::id(), clock.now());
        let _lock = Lock::take(data, &holder)?;
        let mut archive = Archive::open(data, plan.settings.archive.durability)?;
        let web = Arc::new(Http::new(&caller(&plan.settings, &plan.sites))?);
        let (stop, stopped) = watch::channel(Stop::GoOn);
        let first_signal = Arc::new(OnceLock::new());
        let signals = tokio::spawn(listen(stop, Arc::clone(&first_signal))?);
        let report = crawl::run(plan, &mut archive, web, clock, holder, stopped, &mut watch).await?;
        signals.abort();
        Ok((report, first_signal.get().copied()))
    })
}

/// A site's own port is one that its user named.
fn caller(settings: &Settings, sites: &[Arc<SiteReader>]) -> Caller {
    let homes = sites.iter().filter_map(|reader| reader.site.home.as_url().port());
    let ports = homes.chain(settings.limits.ports.iter().copied()).collect();
    Caller {
        agent: settings.identity.agent.clone(),
        contact: settings.identity.contact.trim().to_owned(),
        connect: settings.limits.connect.0,
        answer: settings.limits.answer.0,
        body: settings.limits.body.0,
        ports,
    }
}

/// The first SIGINT or SIGTERM lets answers under way be settled; the second drops them.
fn listen(stop: watch::Sender<Stop>, first: Arc<OnceLock<Exit>>) -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        loop {
            let exit = tokio::select! {
                _ = interrupt.recv() => Exit::Interrupted,
                _ = terminate.recv() => Exit::Terminated,
            };
            let is_first = first.set(exit).is_ok();
            say::note(if is_first {
                "stopping: no new requests; waiting for answers under way (once more to drop them)"
            } else {
                "dropping requests under way"
            });
            stop.send_replace(if is_first { Stop::Finish } else { Stop::Now });
        }
    })
}

/// Says how a crawl went: one object on stdout with `--json`, else a few lines.
fn tell(common: &Common, report: &Report) -> anyhow::Result<()> {
    if common.json {
        say::json(&as_json(report))?;
    } else if !common.quiet {
        say::note(&in_words(report));
    }
    for (host, why) in &report.given_up {
        say::note(&format!("saseo: gave up {host} for this run: {why}"));
    }
    if !report.given_up.is_empty() {
        say::note("Nothing is lost: `saseo resume` goes on from here.");
    }
    Ok(())
}

fn as_json(report: &Report) -> serde_json::Value {
    let tally = &report.tally;
    let given_up: Vec<_> =
        report.given_up.iter().map(|(host, why)| json!({"host": host.as_str(), "why": why})).collect();
    json!({
        "run": report.run.0,
        "how": report.how.name(),
        "requests": tally.requests,
        "not_modified": tally.not_modified,
        "articles_new": tally.articles_new,
        "articles_changed": tally.articles_changed,
        "articles_gone": tally.articles_gone,
        "refused": tally.refused,
        "failed": tally.failed,
        "bytes": tally.bytes,
        "seconds": report.elapsed.as_secs_f64(),
        "queued": report.queued,
        "given_up": given_up,
    })
}

/// Returns what a crawl brought, in a line.
pub(in crate::cli) fn in_words(report: &Report) -> String {
    let tally = &report.tally;
    let mut words = format!(
        "run {} {}: {} requests in {}, {} new articles, {} changed, {} gone, {} refused, {} failed, {:.1} MB, {} queued",
        report.run.0,
        report.how.name(),
        tally.requests,
        crate::cli::progress::in_words(report.elapsed),
        tally.articles_new,
        tally.articles_changed,
        tally.articles_gone,
        tally.refused,
        tally.failed,
        tally.bytes as f64 / 1e6,
        report.queued,
    );
    if report.queued > 0 {
        words.push_str(" (`saseo resume` goes on)");
    }
    words
}

fn exit(report: &Report, signal: Option<Exit>, tolerate: u64) -> Exit {
    match report.how {
        How::Interrupted => signal.unwrap_or(Exit::Interrupted),
        How::Failed => Exit::Failed,
        How::Finished | How::Stopped if report.tally.failed > tolerate || !report.given_up.is_empty() => Exit::Failures,
        How::Finished | How::Stopped => Exit::Done,
    }
}
