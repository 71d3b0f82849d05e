//! `saseo status`.

mod failures;
mod phrases;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::archive::{ArchiveError, Reader};
use crate::cli::exit::Exit;
use crate::cli::truncated_lists::{self, TruncatedListNotice};
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config::Site;
use crate::config_folder::{Config, ConfigError};
use crate::export;
use crate::status::{ArchiveStatus, SiteActivity, StatusPage};
use crate::time::Timestamp;

/// The number of newest runs that are printed. They leave a screen for the papers.
const MOST_RUNS: u32 = 5;

/// The number of newest runs on a web page, which has room for them.
const MOST_RUNS_ON_PAGE: u32 = 50;

/// The number of newest failures that are printed. `--json` prints all: programs want no selection.
const MOST_FAILURES: u32 = 50;

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// The papers to tell all of; without one, each is told in a line, and those first that need a
    /// look
    #[arg(value_name = "SITE", conflicts_with = "failures")]
    sites: Vec<String>,
    /// List the runs that failed, the pages that brought nothing, and those that wait for another
    /// try, and why: 50 of each, or all with --json
    #[arg(long, conflicts_with = "html")]
    failures: bool,
    /// Also write it as a web page, with plots of articles and requests by day and hour; a file
    /// that is there is replaced
    #[arg(long, value_name = "FILE.html")]
    html: Option<PathBuf>,
}

/// Prints the status of the archive, and writes it as a web page with `--html`.
pub(super) fn run(common: &Common, args: &StatusArgs) -> anyhow::Result<Exit> {
    let reader = common.reader()?;
    if args.failures {
        print_failures(common, &reader)?;
        return Ok(Exit::Done);
    }

    let now = Clock::system().now();
    let sites = configured_sites(common);
    let status = read(common, args, &reader, &sites, now)?;

    if let Some(path) = &args.html {
        let page = page(&reader, &status, &sites, now)?;
        export::write_text(&reader, path, &page)?;
        common.voice().note(&format!("written: {}", path.display()));
    }
    if common.json {
        print_json(reader.path(), &status)?;
    } else if args.html.is_none() {
        let told = phrases::in_words(reader.path(), &status, !args.sites.is_empty());
        console::data(&hint::as_typed(common, &told))?;
    }
    Ok(Exit::Done)
}

fn print_failures(common: &Common, reader: &Reader) -> anyhow::Result<()> {
    if common.json {
        let runs = reader.failed_runs(None)?;
        let pages = failures::pages(reader, None)?;
        return console::json(&json!({
            "archive": reader.path(), "failures": pages, "runs": runs,
        }));
    }

    for run in reader.failed_runs(Some(MOST_FAILURES))? {
        console::data(&failures::of_run(&run))?;
    }
    for page in failures::pages(reader, Some(MOST_FAILURES))? {
        console::data(&failures::of_page(&page))?;
    }
    Ok(())
}

/// Returns the configured sites. An archive can be read without its configuration: then the next
/// crawls are not known.
fn configured_sites(common: &Common) -> Vec<Arc<Site>> {
    match Config::find(common.config.as_deref()) {
        Ok(configuration) => configuration.sites,
        Err(why) => {
            common
                .voice()
                .note(&format!("next crawls are not told: {why}"));
            Vec::new()
        }
    }
}

/// Reads the status of the sites that are named, with the commands that read truncated lists.
fn read(
    common: &Common,
    args: &StatusArgs,
    reader: &Reader,
    sites: &[Arc<Site>],
    now: Timestamp,
) -> anyhow::Result<ArchiveStatus> {
    let most_runs = match args.html {
        Some(_) => MOST_RUNS_ON_PAGE,
        None => MOST_RUNS,
    };
    let mut status = ArchiveStatus::read(reader, sites, most_runs, now)?;

    for site in &mut status.sites {
        let notices = truncated_lists::notices(common, &site.state.lists_cut);
        site.truncated_lists = notices.iter().map(TruncatedListNotice::line).collect();
        site.reads_the_rest = notices.into_iter().filter_map(|one| one.command).collect();
    }
    status
        .of_sites(&args.sites)
        .map_err(|unknown| ConfigError::Usage(unknown.to_string()).into())
}

/// Returns the web page. Its plots count days by the clocks of the configured sites.
fn page(
    reader: &Reader,
    status: &ArchiveStatus,
    sites: &[Arc<Site>],
    now: Timestamp,
) -> Result<String, ArchiveError> {
    let mut activity = BTreeMap::new();
    for site in status.problems_first() {
        let name = &site.state.site;
        let zone = sites
            .iter()
            .find(|site| site.name == *name)
            .map_or(TimeZone::UTC, |site| site.timezone.clone());
        activity.insert(name.clone(), SiteActivity::read(reader, site, zone, now)?);
    }

    let page = StatusPage {
        archive: reader.path(),
        status,
        activity: &activity,
        now,
    };
    // The page may be shown on a terminal, and names of sections are what servers wrote.
    Ok(console::plain(&page.html()).into_owned())
}

fn print_json(archive: &Path, status: &ArchiveStatus) -> anyhow::Result<()> {
    let ArchiveStatus {
        sites,
        hosts,
        runs,
        under_way,
        cleaning,
        objects,
        ..
    } = status;
    console::json(&json!({
        "archive": archive, "sites": sites, "hosts": hosts, "runs": runs, "under_way": under_way,
        "takedowns_left": cleaning, "objects": objects,
    }))
}
