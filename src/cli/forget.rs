//! `saseo forget`: articles are taken out of the archive.

mod finishing;
mod removal_report;

use clap::Args;

use crate::archive::{ArchiveError, Lease, Reader, RemovalExtent, UnreadableBodies, Writer};
use crate::cli::chosen::ChosenArgs;
use crate::cli::exit::Exit;
use crate::cli::forget::finishing::{finish, finish_earlier};
use crate::cli::forget::removal_report::RemovalReport;
use crate::cli::writing::open_archive;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config_folder::{Config, ConfigError};
use crate::retention::{retention_in_words, retention_rule};
use crate::signals::CaughtSignals;
use crate::time::Timestamp;

/// Articles in one transaction: each is removed whole or not at all, and a stopped removal goes on
/// with the others.
const SLICE: usize = 500;

#[derive(Debug, Args)]
pub(super) struct ForgetArgs {
    #[command(flatten)]
    chosen: ChosenArgs,
    /// The articles that the [retention] of their site's file removes; ARTICLE names sites then.
    /// The reason is that rule, and lists stay
    #[arg(
        long,
        conflicts_with_all =
            ["why", "lists", "query", "site", "section", "author", "condition"]
    )]
    retention: bool,
    /// The articles whose paper has said `noarchive` since they were stored
    #[arg(
        long,
        conflicts_with_all =
            ["retention", "names", "query", "site", "section", "author", "condition"]
    )]
    wished: bool,
    /// Go on with what an earlier takedown has left to do
    #[arg(
        long,
        conflicts_with_all = [
            "retention", "wished", "names", "query", "site", "section", "author", "condition",
            "yes", "why", "lists", "quick",
        ]
    )]
    finish: bool,
    /// With --finish, also where other pages in the objects of removed ones cannot be read now: the
    /// object is missing or cut off. They are lost then; `verify` names them
    #[arg(long, requires = "finish")]
    give_up_unreadable: bool,
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

fn unreadable(args: &ForgetArgs) -> UnreadableBodies {
    if args.give_up_unreadable {
        UnreadableBodies::GivenUp
    } else {
        UnreadableBodies::WaitFor
    }
}

/// Tells what would go, or removes it.
pub(super) fn run(common: &Common, args: &ForgetArgs) -> anyhow::Result<Exit> {
    let reader = common.reader()?;
    if args.finish {
        return finish_earlier(common, &reader, unreadable(args));
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
            match remove_slice((&mut archive, lease), (args, removal), slice, clock.now()) {
                Ok(articles) => removed += articles,
                Err(ArchiveError::DiskFull) if removed > 0 => {
                    let finish = hint::command(common, &["forget", "--finish"]);
                    console::note(&format!(
                        "saseo: the disk is full after {removed} articles were removed: make \
                         room, then the same command goes on with the others, and `{finish}` \
                         overwrites what is left of these"
                    ));
                    return Ok(Exit::Failures);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    report.tell(common)?;
    finish(common, (&mut archive, lease), &clock, || {
        signal.get().copied()
    })
}

/// Removes some of the articles: all of these or none. Returns how many that are.
fn remove_slice(
    (archive, lease): (&mut Writer, Lease),
    (args, removal): (&ForgetArgs, &Removal),
    slice: &[i64],
    now: Timestamp,
) -> Result<u64, ArchiveError> {
    let how = (removal.extent, removal.why.as_str());
    let plan = archive.take_down(lease, slice, how, now)?;
    if !args.quick && removal.extent != RemovalExtent::Bodies {
        archive.ask_for_rewrite(lease)?;
    }
    archive.save()?;
    Ok(plan.articles)
}
