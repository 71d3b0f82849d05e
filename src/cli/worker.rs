//! `saseo worker`: crawls what is due, beside the workers of other machines.

use clap::Args;

use crate::archive::SeedMode;
use crate::cli::crawl::announce;
use crate::cli::exit::Exit;
use crate::cli::progress::tell_stopping;
use crate::cli::{Common, console, service};
use crate::config_folder::Config;
use crate::counts;
use crate::crawl::{Event, PaperReport};
use crate::schedule::{
    AwaitedLease, Bell, ScheduleMode, WorkerEnd, WorkerEvent, WorkerOptions, work,
};

#[derive(Debug, Args)]
pub(super) struct WorkerArgs {
    /// Sites by name; all of the configuration where none is named
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// End when nothing is due that no other worker crawls
    #[arg(long)]
    once: bool,
}

/// Crawls what is due of the papers that no other worker crawls, until it is stopped.
pub(super) fn run(common: &Common, args: &WorkerArgs) -> anyhow::Result<Exit> {
    let mut bell = Bell::new()?;
    let configuration = Config::find(common.config.as_deref())?;
    configuration.have_contact(&configuration.chosen(&args.sites)?)?;

    let place = common.place()?;
    let options = WorkerOptions {
        place: &place,
        sites: &args.sites,
        mode: ScheduleMode::of_once(args.once),
    };
    service::ready();
    let end = work(options, &configuration, &mut bell, &mut |event| {
        tell(common, &event);
    })?;

    service::stopping();
    Ok(match end {
        WorkerEnd::Stopped(signal) => signal.into(),
        WorkerEnd::NothingDue => Exit::Done,
    })
}

fn tell(common: &Common, event: &WorkerEvent<'_>) {
    match event {
        WorkerEvent::Crawl(Event::Progress(_)) => service::alive(),
        WorkerEvent::Crawl(Event::Began(began)) => announce(common, SeedMode::Resume, began),
        WorkerEvent::Crawl(Event::Ended(report)) => common.voice().note(&ended(report)),
        WorkerEvent::Stopping(stopping) => tell_stopping(common.voice(), *stopping),
        WorkerEvent::Waits(lease) => common.voice().note(&awaited(lease)),
        WorkerEvent::Failed { error, retry_in } => console::note(&format!(
            "saseo: {error}; what this worker had claimed is free, and it begins again in {} s",
            retry_in.as_secs()
        )),
    }
}

fn ended(report: &PaperReport) -> String {
    format!(
        "{}: {}, {}, {} queued",
        report.site,
        counts::count(report.tally.requests, "request(s)"),
        counts::count(report.tally.articles_new, "new article(s)"),
        report.queued
    )
}

fn awaited(lease: &AwaitedLease) -> String {
    format!(
        "{} has {}: its lease ends in {} s unless it goes on, and this worker waits until then",
        lease.holder,
        counts::count(lease.papers as u64, "paper(s) that (is|are) due"),
        lease.left.as_secs() + 1
    )
}
