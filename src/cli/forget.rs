//! `saseo forget`: articles are taken out of the archive.

mod removal_report;

use clap::Args;

use crate::archive::{CleaningEnd, FILE, FileRewrite, Lease, Reader, RemovalExtent, Writer};
use crate::cli::chosen::ChosenArgs;
use crate::cli::exit::Exit;
use crate::cli::forget::removal_report::RemovalReport;
use crate::cli::progress::ProgressLine;
use crate::cli::writing::open_archive;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config::units::Bytes;
use crate::config_folder::{Config, ConfigError};
use crate::counts;
use crate::crawl_session::check_free_disk;
use crate::retention::{retention_in_words, retention_rule};
use crate::signals::{CaughtSignals, StopSignal};

/// Articles in one transaction: each is removed whole or not at all, and a stopped removal goes on
/// with the others.
const SLICE: usize = 500;

#[derive(Debug, Args)]
pub(super) struct ForgetArgs {
    #[command(flatten)]
    chosen: ChosenArgs,
    /// The articles that the [retention] of their site's file removes; ARTICLE names sites then
    #[arg(long, conflicts_with_all = ["query", "site", "section", "author", "condition"])]
    retention: bool,
    /// The articles whose paper has said `noarchive` since they were stored
    #[arg(
        long,
        conflicts_with_all =
            ["retention", "names", "query", "site", "section", "author", "condition"]
    )]
    wished: bool,
    /// Go on with what an earlier takedown has left to do
    #[arg(long, conflicts_with_all = ["retention", "wished", "names", "yes", "why", "lists"])]
    finish: bool,
    /// Why: the tombstone keeps it
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Remove them; without it, tell what would go
    #[arg(long)]
    yes: bool,
    /// Remove also the kept answers of all lists, home pages, feeds and sitemaps of their papers,
    /// which may show headlines and teasers
    #[arg(long)]
    lists: bool,
    /// Do not write the file anew at the end; what earlier changes left in its free room stays
    #[arg(long)]
    quick: bool,
}

/// Articles that are removed for one reason.
struct Removal {
    extent: RemovalExtent,
    why: String,
    /// Their rows: there may be very many.
    articles: Vec<i64>,
}

/// Tells what would go, or removes it.
pub(super) fn run(common: &Common, args: &ForgetArgs) -> anyhow::Result<Exit> {
    let reader = Reader::open(common.data())?;
    if args.finish {
        return finish_earlier(common, &reader);
    }

    let removals = removals(common, args, &reader)?;
    let report = RemovalReport::of(common, &reader, &removals, !args.yes)?;
    if !args.yes {
        report.tell(common)?;
        if !report.is_empty() {
            console::note("nothing was removed: --yes removes it");
        }
        if !reader.cleaning_state()?.is_done() {
            let finish = hint::command(common, &["forget", "--finish"]);
            console::note(&format!(
                "an earlier takedown has something left to do: `{finish}` does it"
            ));
        }
        return Ok(Exit::Done);
    }
    drop(reader);
    remove(common, args, &removals, &report)
}

/// Returns what is to be removed.
fn removals(common: &Common, args: &ForgetArgs, reader: &Reader) -> anyhow::Result<Vec<Removal>> {
    if args.retention {
        return by_retention(common, args, reader);
    }
    if args.chosen.is_empty() && !args.wished {
        return Err(usage(
            "name articles, or choose them by --query, a filter, --retention or --wished",
        ));
    }
    let why = args.why.as_deref().map(str::trim).unwrap_or_default();
    if why.is_empty() && args.yes {
        return Err(usage("--why TEXT says why: the tombstone keeps it"));
    }

    let articles = if args.wished {
        reader.wished_removals()?
    } else {
        args.chosen.rows(common, reader)?
    };
    let extent = if args.lists {
        RemovalExtent::EverythingAndLists
    } else {
        RemovalExtent::Everything
    };
    Ok(vec![Removal {
        extent,
        why: why.to_owned(),
        articles,
    }])
}

/// Returns what the retention of the named sites removes; of all sites where none is named.
fn by_retention(
    common: &Common,
    args: &ForgetArgs,
    reader: &Reader,
) -> anyhow::Result<Vec<Removal>> {
    let configuration = Config::find(common.config.as_deref())?;
    let now = Clock::system().now();
    let mut removals = Vec::new();
    for site in configuration.chosen(&args.chosen.names)? {
        if let Some(rule) = retention_rule(site) {
            removals.push(Removal {
                extent: rule.extent,
                why: retention_in_words(&site.retention),
                articles: reader.retention_due(&rule, now)?,
            });
        }
    }
    if removals.is_empty() {
        return Err(usage(
            "no site file has [retention] with `after_days`: nothing is removed by its age",
        ));
    }
    Ok(removals)
}

fn usage(why: &str) -> anyhow::Error {
    ConfigError::Usage(why.to_owned()).into()
}

/// Removes the articles, slice by slice, and cleans the file.
fn remove(
    common: &Common,
    args: &ForgetArgs,
    removals: &[Removal],
    report: &RemovalReport,
) -> anyhow::Result<Exit> {
    let signal = CaughtSignals::new()?.noted();
    let clock = Clock::system();
    let (mut archive, lease) = open_archive(common, "forget", &clock)?;

    let mut removed = 0;
    for removal in removals {
        for slice in removal.articles.chunks(SLICE) {
            if let Some(stop) = signal.get() {
                console::note(&format!(
                    "stopped after {removed} articles: the same command goes on with the others, \
                     and `saseo forget --finish` overwrites what is left of these"
                ));
                return Ok((*stop).into());
            }
            let how = (removal.extent, removal.why.as_str());
            let plan = archive.take_down(lease, slice, how, clock.now())?;
            if !args.quick && removal.extent != RemovalExtent::Bodies {
                archive.ask_for_rewrite(lease)?;
            }
            archive.save()?;
            removed += plan.articles;
        }
    }

    report.tell(common)?;
    finish(common, (&mut archive, lease), &clock, || {
        signal.get().copied()
    })
}

/// Does what earlier takedowns have left to do.
fn finish_earlier(common: &Common, reader: &Reader) -> anyhow::Result<Exit> {
    if reader.cleaning_state()?.is_done() {
        console::data("nothing is left to do")?;
        return Ok(Exit::Done);
    }
    let signal = CaughtSignals::new()?.noted();
    let clock = Clock::system();
    let (mut archive, lease) = open_archive(common, "forget", &clock)?;
    finish(common, (&mut archive, lease), &clock, || {
        signal.get().copied()
    })
}

/// Does what is left to do, and tells what is not done yet.
fn finish(
    common: &Common,
    (archive, lease): (&mut Writer, Lease),
    clock: &Clock,
    stopped: impl Fn() -> Option<StopSignal>,
) -> anyhow::Result<Exit> {
    let (rewrite, wanted) = rewrite(common);
    let line = ProgressLine::new(common);
    let end = archive.clean(lease, rewrite, clock.now(), |left| {
        line.show(&format!("cleaning: {left} pages to compress anew"));
        stopped().is_none()
    })?;
    line.end();

    let again = hint::command(common, &["forget", "--finish"]);
    let left = match end {
        CleaningEnd::Done(done) if done.damaged == 0 => return Ok(Exit::Done),
        CleaningEnd::Done(done) => format!(
            "{} that needed a removed page could not be read: `saseo verify` names them",
            counts::count(done.damaged, "page(s)")
        ),
        CleaningEnd::Stopped => format!("stopped: `{again}` goes on"),
        CleaningEnd::LogInUse => format!(
            "another program reads the archive, so that bytes of what was removed may stand in \
             {FILE}-wal: close it, then `{again}`"
        ),
        CleaningEnd::RewriteLeft => format!(
            "to write the file anew, SQLite needs {} on the disk for a while: make room, then \
             `{again}`; until then, free room of the file may have former bytes",
            counts::size(wanted)
        ),
    };
    console::note(&format!("saseo: {left}"));
    Ok(stopped().map_or(Exit::Failures, Exit::from))
}

/// Returns whether the disk has room for the file to be written anew, and how much that takes.
fn rewrite(common: &Common) -> (FileRewrite, u64) {
    let size = std::fs::metadata(common.data().join(FILE)).map_or(0, |file| file.len());
    // The whole file is written anew, to SQLite's log and then to its place.
    let wanted = size.saturating_mul(2);
    match check_free_disk(common.data(), Bytes(wanted)) {
        Ok(()) => (FileRewrite::AsAsked, wanted),
        Err(_) => (FileRewrite::Later, wanted),
    }
}
