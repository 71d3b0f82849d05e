//! `saseo status`.

mod failures;
mod html_page;
mod phrases;
mod plot;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;

use crate::archive::{
    ArchiveError, HostState, LastCrawl, Lock, NumberGap, Reader, RunState, SilentSection, SiteState,
};
use crate::cli::counts;
use crate::cli::exit::Exit;
use crate::cli::truncated_lists;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config::Site;
use crate::config::site::SitePace;
use crate::config_folder::{Configuration, ConfigurationError};
use crate::export;
use crate::page_url::PageUrl;
use crate::schedule::next_start;
use crate::time::Timestamp;

/// How many of the newest runs are told.
const RUNS: u32 = 5;
/// How many of them on a page.
const RUNS_ON_PAGE: u32 = 50;
/// How many of the newest failures are told; with `--json` it is all of them.
const FAILURES: u32 = 50;
/// How many gaps in the numbers are told in words: the newest.
const GAPS: usize = 5;

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
    /// Also write it as a web page, with plots of articles and requests by day and hour; a file that is there is replaced
    #[arg(long, value_name = "FILE.html")]
    html: Option<PathBuf>,
}

/// Everything that is told.
#[derive(Debug, Serialize)]
struct State {
    sites: Vec<SiteStatus>,
    hosts: Vec<HostStatus>,
    runs: Vec<RunState>,
    /// A run holds the archive now.
    #[serde(skip)]
    is_held: bool,
    /// The sites that are being crawled, and since when.
    #[serde(skip)]
    under_way: Vec<(String, String)>,
}

/// One site, with what only its file tells.
#[derive(Debug, Serialize)]
struct SiteStatus {
    #[serde(flatten)]
    state: SiteState,
    /// When its schedule wants the next crawl.
    next_crawl: Option<String>,
    /// Why its host is in trouble.
    #[serde(skip)]
    host_trouble: Option<String>,
    /// What is told of its lists that are cut.
    #[serde(skip)]
    cut: Vec<String>,
    /// The commands that read what those lists do not show.
    reads_the_rest: Vec<String>,
}

/// One host, and why its gap is as long as it is.
#[derive(Debug, Serialize)]
struct HostStatus {
    #[serde(flatten)]
    state: HostState,
    gap_reason: &'static str,
    #[serde(skip)]
    now: Timestamp,
}

pub(super) fn run(common: &Common, args: &StatusArgs) -> anyhow::Result<Exit> {
    let reader = Reader::open(common.data())?;
    if args.failures {
        if common.json {
            let runs = reader.failed_runs(None)?;
            console::json(
                &json!({"archive": reader.path(), "failures": failures::pages(&reader, None)?, "runs": runs}),
            )?;
        } else {
            reader
                .failed_runs(Some(FAILURES))?
                .iter()
                .try_for_each(|run| console::data(&failures::of_run(run)))?;
            failures::pages(&reader, Some(FAILURES))?
                .iter()
                .try_for_each(|page| console::data(&failures::of_page(page)))?;
        }
        return Ok(Exit::Done);
    }
    let now = Clock::system().now();
    // An archive can be looked at wherever it is; what its crawls are to do next stands elsewhere.
    let sites = Configuration::load(common.config.as_deref()).map_or_else(
        |why| {
            common
                .voice()
                .note(&format!("next crawls are not told: {why}"));
            Vec::new()
        },
        |configuration| configuration.sites,
    );
    let most = if args.html.is_some() {
        RUNS_ON_PAGE
    } else {
        RUNS
    };
    let state = of_named(state(common, &reader, &sites, most, now)?, &args.sites)?;
    if let Some(path) = &args.html {
        let zone = |name: &str| {
            let site = sites.iter().find(|site| site.name == name);
            site.map_or(TimeZone::UTC, |site| site.timezone.clone())
        };
        export::write_text(&reader, path, &html_page::page(&reader, &state, zone, now)?)?;
        common.voice().note(&format!("written: {}", path.display()));
    }
    if common.json {
        let State {
            sites,
            hosts,
            runs,
            under_way,
            ..
        } = &state;
        let under_way: Vec<_> = under_way
            .iter()
            .map(|(site, since)| json!({"site": site, "since": since}))
            .collect();
        console::json(&json!({
            "archive": reader.path(), "sites": sites, "hosts": hosts, "runs": runs, "under_way": under_way,
        }))?;
    } else if args.html.is_none() {
        let told = phrases::in_words(reader.path(), &state, !args.sites.is_empty());
        console::data(&hint::as_typed(common, &told))?;
    }
    Ok(Exit::Done)
}

fn state(
    common: &Common,
    reader: &Reader,
    sites: &[Arc<Site>],
    most: u32,
    now: Timestamp,
) -> Result<State, ArchiveError> {
    let last = reader.last_crawls(now)?;
    let with_reason = |state: HostState| HostStatus {
        gap_reason: gap_reason(&state, sites),
        now,
        state,
    };
    let hosts: Vec<HostStatus> = reader.hosts()?.into_iter().map(with_reason).collect();
    let with_file = |state: SiteState| {
        let site = sites.iter().find(|site| site.name == state.site);
        let next_crawl = site
            .and_then(|site| next_crawl(site, &last, now))
            .map(|next| next.to_string());
        let cut = truncated_lists::told(common, &state.lists_cut);
        let lines = cut.iter().map(truncated_lists::CutNotice::line).collect();
        let reads_the_rest = cut.into_iter().filter_map(|told| told.command).collect();
        let home = PageUrl::parse(&state.home).ok().map(|home| home.host());
        let host = home.and_then(|home| hosts.iter().find(|host| host.state.host == home.as_str()));
        SiteStatus {
            next_crawl,
            host_trouble: host.and_then(HostStatus::trouble),
            cut: lines,
            reads_the_rest,
            state,
        }
    };
    let sites = reader.sites(now)?.into_iter().map(with_file).collect();
    let is_held = Lock::holder(common.data()).is_some();
    let under_way = if is_held {
        reader.open_runs()?
    } else {
        Vec::new()
    };
    Ok(State {
        sites,
        hosts,
        runs: reader.runs(most)?,
        is_held,
        under_way,
    })
}

/// Leaves the sites of these names, and their hosts; all of them where none is named.
fn of_named(state: State, names: &[String]) -> anyhow::Result<State> {
    let known = |name: &&String| state.sites.iter().any(|site| site.state.site == **name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<&str> = state
            .sites
            .iter()
            .map(|site| site.state.site.as_str())
            .collect();
        let why = format!(
            "there is no paper {unknown:?} in this archive; there are: {}",
            all.join(", ")
        );
        return Err(ConfigurationError::Usage(why).into());
    }
    if names.is_empty() {
        return Ok(state);
    }

    let State {
        mut sites,
        mut hosts,
        mut runs,
        is_held,
        under_way,
    } = state;
    sites.retain(|site| names.contains(&site.state.site));
    let homes: Vec<String> = sites
        .iter()
        .filter_map(|site| Some(PageUrl::parse(&site.state.home).ok()?.host().to_string()))
        .collect();
    hosts.retain(|host| homes.contains(&host.state.host));
    runs.retain(|run| run.site.as_ref().is_none_or(|site| names.contains(site)));
    Ok(State {
        sites,
        hosts,
        runs,
        is_held,
        under_way,
    })
}

/// When a site's schedule wants its next crawl; now, where the last one was broken off.
fn next_crawl(
    site: &Site,
    last: &BTreeMap<String, LastCrawl>,
    now: Timestamp,
) -> Option<Timestamp> {
    let last = last.get(&site.name);
    let next = next_start(site, last.map(|last| last.at), now)?;
    Some(if last.is_some_and(|last| last.is_broken_off) {
        now
    } else {
        next.max(now)
    })
}

fn gap_reason(host: &HostState, sites: &[Arc<Site>]) -> &'static str {
    let of_site = sites
        .iter()
        .find(|site| site.home.host().as_str() == host.host)
        .map(|site| site.pace.gap);
    let own = of_site.unwrap_or(SitePace::default().gap).0.as_secs_f64();
    if host.gap_seconds <= own {
        "as its site's file says"
    } else if host.slowed_seconds >= host.gap_seconds {
        "its answers were slow or failed"
    } else {
        "its robots.txt asks for it"
    }
}

impl State {
    /// Returns the sites that somebody should look at, and then the others.
    fn problems_first(&self) -> impl Iterator<Item = &SiteStatus> {
        let (problems, well): (Vec<_>, Vec<_>) = self
            .sites
            .iter()
            .partition(|site| !site.warnings().is_empty());
        problems.into_iter().chain(well)
    }
}

impl SiteStatus {
    /// What somebody should look at.
    fn warnings(&self) -> Vec<String> {
        let state = &self.state;
        let mut told: Vec<String> = self.host_trouble.iter().cloned().collect();
        if state.articles == 0 && state.last_crawl.is_some() {
            told.push(
                "it was crawled, and no article is kept: `saseo status --failures` tells why"
                    .to_owned(),
            );
        }
        told.extend(state.silent_sections.iter().map(of_silence));
        let newest = state.number_gaps.iter().rev();
        told.extend(newest.clone().take(GAPS).map(of_gap));
        if newest.len() > GAPS {
            told.push(format!(
                "{} more such gaps in older numbers",
                newest.len() - GAPS
            ));
        }
        if state.lists_unread > 0 {
            told.push(counts::count(
                state.lists_unread,
                "list(s) not yet read to the end",
            ));
        }
        if state.lists_partial > 0 {
            told.push(format!(
                "{}: the server repeats a page",
                counts::count(state.lists_partial, "list(s) only partly covered")
            ));
        }
        told.extend(self.cut.iter().cloned());
        if state.sources_retired > 0 {
            told.push(format!(
                "{}, tried once a month",
                counts::count(state.sources_retired, "dead feed(s) or sitemap(s)")
            ));
        }
        told
    }
}

fn of_silence(silent: &SilentSection) -> String {
    let SilentSection {
        section,
        since,
        expected,
    } = silent;
    format!(
        "section {section} is silent since {since}, where earlier weeks had {expected:.0} articles in such a time"
    )
}

fn of_gap(gap: &NumberGap) -> String {
    format!(
        "{} numbers between {} and {} were never seen, which is no accident",
        gap.missing, gap.after, gap.before
    )
}

impl HostStatus {
    /// Whether there is nothing to tell of it: it is in no trouble, and nothing is to be asked
    /// there.
    fn is_idle(&self) -> bool {
        let HostState {
            queued,
            strikes,
            refusals,
            rest,
            ..
        } = self.state;
        queued == 0 && strikes == 0 && refusals == 0 && rest.is_none()
    }

    /// What is wrong with it.
    fn trouble(&self) -> Option<String> {
        let HostState {
            strikes,
            refusals,
            rest,
            host,
            ..
        } = &self.state;
        let counts = counts::in_words(&[
            ((*strikes).into(), "failure(s) in a row"),
            ((*refusals).into(), "refusal(s) in a row"),
        ]);
        match (counts.is_empty(), rest) {
            (true, None) => None,
            (true, Some(_)) => Some(format!("its host {host} is {}", self.rest())),
            (false, _) => Some(format!("its host {host}: {counts}, {}", self.rest())),
        }
    }

    /// When it is asked again, and why it rests longer, if it does.
    fn rest(&self) -> String {
        let until = &self.state.not_before;
        let rests = Timestamp::from_rfc3339(until).is_some_and(|until| until > self.now);
        match self.state.rest_in_words {
            Some(why) if rests => format!("at rest until {until}: {why}"),
            _ if rests => format!("not before {until}"),
            _ => "to be asked at any time".to_owned(),
        }
    }
}
