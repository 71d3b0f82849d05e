//! `saseo reextract`: reads again what was kept, with today's profiles. No request.

use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::archive::{Archive, FILE, Lock, Reader, RunEnd, Terms};
use crate::cli::args::count;
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config::Site;
use crate::config_folder::{Configuration, ConfigurationError};
use crate::reextract::{Mode, ReextractPlan, ReextractProgress, Summary, reextract};
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
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = count, allow_hyphen_values = true)]
    tolerate: u64,
}

pub(super) fn run(common: &Common, args: &ReextractArgs) -> anyhow::Result<Exit> {
    let configuration = Configuration::load(common.config.as_deref())?;
    let sites = sites(&configuration, args)?;
    let mode = if args.dry_run {
        Mode::DryRun
    } else {
        Mode::Write
    };
    let readers = sites
        .iter()
        .map(|site| configuration.readers(site))
        .collect::<Result<Vec<_>, _>>()?;
    let plan = ReextractPlan {
        readers: readers.concat(),
        mode,
    };
    let signal = CaughtSignals::new()?.noted();
    let summary = read_again(common, &configuration, &plan, || signal.get().is_some())?;
    tell(common, args, &summary)?;
    let failures = summary.lost + summary.unread;
    if failures > args.tolerate {
        console::note(&format!(
            "saseo: exit code 3: in {} pages an article was known, and none is found now; {} are unread, since they ended the \
             process (what is known stands)",
            summary.lost, summary.unread
        ));
    }
    Ok(match summary.is_broken_off {
        true => signal
            .get()
            .map_or(Exit::Interrupted, |stop| (*stop).into()),
        false if failures > args.tolerate => Exit::Failures,
        false => Exit::Done,
    })
}

/// Does it as a run of its own; a dry run leaves no trace.
fn read_again(
    common: &Common,
    configuration: &Configuration,
    plan: &ReextractPlan,
    is_stopped: impl Fn() -> bool,
) -> anyhow::Result<Summary> {
    let clock = Clock::system();
    let holder = format!(
        "reextract, process {}, since {}",
        std::process::id(),
        clock.now()
    );
    if !common.data().join(FILE).exists() {
        let crawl = hint::command(common, &["crawl"]);
        anyhow::bail!(
            "there is no archive in {} to read again; `{crawl}` makes one",
            common.data().display()
        );
    }
    let lock = Lock::take(common.data(), &holder)?;
    if plan.mode == Mode::DryRun {
        // An older archive would be brought up to date: it is refused instead.
        Reader::open(common.data())?;
    }
    let mut archive = Archive::open(lock, configuration.settings.archive.durability)?;
    let (lease, run) = match plan.mode {
        Mode::Write => {
            let lease = archive.take_lease(&holder, clock.now(), clock.uptime().as_ref())?;
            (
                lease,
                Some(archive.begin_run(lease, "reextract", &Terms::default(), clock.now())?),
            )
        }
        Mode::DryRun => (archive.lease()?, None),
    };
    let line = ProgressLine::new(common);
    let told = |progress: &ReextractProgress| {
        line.show(&format!(
            "{} pages read again, {} to go",
            progress.captures, progress.left
        ))
    };
    let summary = reextract(&mut archive, lease, run, plan, &clock, is_stopped, told)?;
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

fn sites<'c>(
    configuration: &'c Configuration,
    args: &ReextractArgs,
) -> anyhow::Result<Vec<&'c Arc<Site>>> {
    let mut sites = configuration.chosen(&args.sites)?;
    if let Some(profile) = &args.profile {
        configuration.knows(profile)?;
        sites.retain(|site| site.profile.as_ref() == Some(profile));
        if sites.is_empty() {
            let why = format!("none of the sites has the profile {profile:?}");
            return Err(ConfigurationError::Usage(why)).context("--profile");
        }
    }
    Ok(sites)
}

fn tell(common: &Common, args: &ReextractArgs, summary: &Summary) -> anyhow::Result<()> {
    let Summary {
        captures,
        same,
        changed,
        found,
        none,
        lost,
        unread,
        fields,
        is_broken_off,
        ..
    } = summary;
    if common.json {
        let named = |pages: &[(String, String)]| -> Vec<_> {
            pages
                .iter()
                .map(|(url, why)| json!({"url": url, "why": why}))
                .collect()
        };
        return console::json(&json!({
            "dry_run": args.dry_run, "captures": captures, "same": same, "articles_changed": changed, "articles_new": found,
            "without_article": none, "lost": lost, "lost_pages": named(&summary.lost_pages), "unread": unread,
            "unread_pages": named(&summary.unread_pages), "fields": fields, "broken_off": is_broken_off,
        }));
    }
    let would = if args.dry_run { "would be " } else { "" };
    console::data(&format!(
        "{captures} pages read again: {same} as they were, {changed} articles {would}changed, {found} {would}found, {none} without an article as before, {lost} not found any more"
    ))?;
    for (field, count) in fields {
        console::data(&format!("  {field:<16} {count}"))?;
    }
    for (url, why) in &summary.lost_pages {
        console::data(&format!("  lost {url}: {why} (what is known stands)"))?;
    }
    for (url, why) in &summary.unread_pages {
        console::data(&format!("  unread {url}: {why} (what is known stands)"))?;
    }
    if *is_broken_off && !args.dry_run {
        common
            .voice()
            .note("broken off; the same command goes on from here");
    }
    Ok(())
}
