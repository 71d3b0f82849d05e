//! `saseo reextract`: the archive is read again, with today's profiles. No request.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use crate::archive::{ArchiveError, Lease, Lock, RunEnd, RunId, Terms, Writer};
use crate::cli::args::count;
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config::Site;
use crate::config_folder::{Config, ConfigError};
use crate::reextract::{
    FieldChangeKind, FieldSummary, LeasedArchive, Mode, ReextractPlan, Summary, reextract,
};
use crate::signals::CaughtSignals;

#[derive(Debug, Args)]
pub(super) struct ReextractArgs {
    /// Sites by name; all that are configured where none is named
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Only sites of this profile
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Tell what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// End with exit code 3 where more articles than this are not found any more, or are unread
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = count,
        allow_hyphen_values = true
    )]
    tolerate: u64,
}

/// Reads the archive again, and tells what changed.
pub(super) fn run(common: &Common, args: &ReextractArgs) -> anyhow::Result<Exit> {
    let configuration = Config::find(common.config.as_deref())?;
    let plan = plan(&configuration, args)?;
    let signal = CaughtSignals::new()?.noted();
    let summary = read_again(common, &configuration, &plan, || signal.get().is_some())?;
    tell(common, args, &summary)?;

    let failures = summary.lost + summary.unread;
    if failures > args.tolerate {
        console::note(&format!(
            "saseo: exit code 3: in {} pages an article was known, and none is found now; \
             {} are unread, since they ended the process (what is known stands)",
            summary.lost, summary.unread
        ));
    }
    Ok(if summary.is_broken_off {
        signal
            .get()
            .map_or(Exit::Interrupted, |stop| (*stop).into())
    } else if failures > args.tolerate {
        Exit::Failures
    } else {
        Exit::Done
    })
}

fn plan(configuration: &Config, args: &ReextractArgs) -> anyhow::Result<ReextractPlan> {
    let mut readers = Vec::new();
    for site in sites(configuration, args)? {
        readers.extend(configuration.readers(site)?);
    }
    Ok(ReextractPlan {
        readers,
        mode: if args.dry_run {
            Mode::DryRun
        } else {
            Mode::Write
        },
    })
}

/// Reads the archive again. Writing is a run of its own; a dry run leaves no trace.
fn read_again(
    common: &Common,
    configuration: &Config,
    plan: &ReextractPlan,
    is_stopped: impl Fn() -> bool,
) -> anyhow::Result<Summary> {
    let clock = Clock::system();
    let holder = Lock::name_of_holder("reextract", clock.now());
    let mut archive = open(common, configuration, plan.mode, &holder)?;
    let (lease, run) = begin(&mut archive, plan.mode, &holder, &clock)?;

    let leased = LeasedArchive {
        archive: &mut archive,
        lease,
        run,
    };
    let line = ProgressLine::new(common);
    let summary = reextract(leased, plan, &clock, is_stopped, |progress| {
        line.show(&format!(
            "{} pages read again, {} to go",
            progress.captures, progress.left
        ));
    })?;
    line.end();

    if let Some(run) = run {
        let how = if summary.is_broken_off {
            RunEnd::Interrupted
        } else {
            RunEnd::Finished
        };
        archive.end_run(lease, run, how.with(&summary.tally()), clock.now())?;
        archive.check_files(clock.now())?;
    }
    Ok(summary)
}

/// Begins the run of a re-extraction that writes. A dry run has none.
fn begin(
    archive: &mut Writer,
    mode: Mode,
    holder: &str,
    clock: &Clock,
) -> Result<(Lease, Option<RunId>), ArchiveError> {
    match mode {
        Mode::Write => {
            let lease = archive.take_lease(holder, clock.now(), clock.uptime().as_ref())?;
            let run = archive.begin_run(lease, "reextract", &Terms::default(), clock.now())?;
            Ok((lease, Some(run)))
        }
        Mode::DryRun => Ok((archive.lease()?, None)),
    }
}

/// Opens the archive, and locks it.
///
/// # Errors
///
/// Fails where there is none: an empty one is not made. A dry run fails for an older archive, too,
/// which opening would bring up to date.
fn open(
    common: &Common,
    configuration: &Config,
    mode: Mode,
    holder: &str,
) -> anyhow::Result<Writer> {
    let place = common.place()?;
    match common.reader() {
        Err(error) if error.is_missing() => {
            let crawl = hint::command(common, &["crawl"]);
            return Err(anyhow::Error::from(error).context(format!(
                "there is nothing to read again; `{crawl}` makes an archive"
            )));
        }
        Err(error) if mode == Mode::DryRun => return Err(error.into()),
        Err(_) | Ok(_) => {}
    }

    let lock = Lock::take(place.data(), holder)?;
    let durability = configuration.settings.archive.durability;
    Ok(match mode {
        Mode::Write => Writer::at(&place, lock, durability)?,
        Mode::DryRun => Writer::for_dry_run(&place, lock, durability)?,
    })
}

fn sites<'c>(
    configuration: &'c Config,
    args: &ReextractArgs,
) -> anyhow::Result<Vec<&'c Arc<Site>>> {
    let mut sites = configuration.chosen(&args.sites)?;
    let Some(profile) = &args.profile else {
        return Ok(sites);
    };

    configuration.knows(profile)?;
    sites.retain(|site| site.profile.as_ref() == Some(profile));
    if sites.is_empty() {
        let why = format!("none of the sites has the profile {profile:?}");
        return Err(ConfigError::Usage(why)).context("--profile");
    }
    Ok(sites)
}

fn tell(common: &Common, args: &ReextractArgs, summary: &Summary) -> anyhow::Result<()> {
    if common.json {
        return console::json(&as_json(args, summary));
    }

    console::data(&in_words(args, summary))?;
    if summary.photos_queued > 0 {
        console::data(&photos_in_words(args, summary.photos_queued))?;
    }
    for (field, changes) in &summary.fields {
        tell_field(field, changes)?;
    }
    for (url, why) in &summary.lost_pages {
        console::data(&format!("  lost {url}: {why} (what is known stands)"))?;
    }
    for (url, why) in &summary.unread_pages {
        console::data(&format!("  unread {url}: {why} (what is known stands)"))?;
    }

    if summary.is_broken_off && !args.dry_run {
        common
            .voice()
            .note("broken off; the same command goes on from here");
    }
    Ok(())
}

/// Tells how a field changed, with an example of each kind of change.
fn tell_field(field: &str, changes: &FieldSummary) -> anyhow::Result<()> {
    let FieldSummary {
        changed,
        added,
        removed,
        ..
    } = changes;
    let line = format!("  {field:<19} {changed:>6}: {added} had none, {removed} have none now");
    console::data(&line)?;

    let kinds = [
        FieldChangeKind::Removed,
        FieldChangeKind::Replaced,
        FieldChangeKind::Added,
    ];
    for kind in kinds {
        let Some(example) = changes.examples.iter().find(|one| one.kind() == kind) else {
            continue;
        };
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let (before, after) = (value(&example.before), value(&example.after));
        console::data(&format!("    {}", example.url))?;
        console::data(&format!("      - {before}"))?;
        console::data(&format!("      + {after}"))?;
    }
    Ok(())
}

fn in_words(args: &ReextractArgs, summary: &Summary) -> String {
    let would = if args.dry_run { "would be " } else { "" };
    format!(
        "{} pages read again: {} as they were, {} articles {would}changed, {} {would}found, \
         {} without an article as before, {} not found any more",
        summary.captures, summary.same, summary.changed, summary.found, summary.none, summary.lost
    )
}

fn photos_in_words(args: &ReextractArgs, queued: u64) -> String {
    if args.dry_run {
        format!("{queued} photos would be queued for the next crawl")
    } else {
        format!("{queued} photos are queued for the next crawl")
    }
}

fn as_json(args: &ReextractArgs, summary: &Summary) -> Value {
    let fields = summary.fields.iter();
    let counts: BTreeMap<&str, u64> = fields.map(|(field, one)| (*field, one.changed)).collect();
    json!({
        "dry_run": args.dry_run,
        "captures": summary.captures,
        "same": summary.same,
        "articles_changed": summary.changed,
        "articles_new": summary.found,
        "without_article": summary.none,
        "lost": summary.lost,
        "lost_pages": pages_as_json(&summary.lost_pages),
        "unread": summary.unread,
        "unread_pages": pages_as_json(&summary.unread_pages),
        "photos_queued": summary.photos_queued,
        "fields": counts,
        "field_changes": summary.fields,
        "broken_off": summary.is_broken_off,
    })
}

fn pages_as_json(pages: &[(String, String)]) -> Vec<Value> {
    pages
        .iter()
        .map(|(url, why)| json!({"url": url, "why": why}))
        .collect()
}
