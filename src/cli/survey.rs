//! `saseo survey`: an unknown paper is explored, and its site file is drafted.

mod list;
mod names;
mod report;

use std::path::PathBuf;

use clap::Args;
use tokio::sync::watch;

use crate::archive::{Lock, Writer};
use crate::cli::Common;
use crate::cli::args::at_least_one;
use crate::cli::exit::Exit;
use crate::cli::progress::tell_stopping;
use crate::cli::survey::report::Drafts;
use crate::clock::Clock;
use crate::config::units::Span;
use crate::config_folder::{Config, ConfigError};
use crate::crawl_session::{SignalRelay, host_locks, may_begin, network, runtime};
use crate::dispatch::Stop;
use crate::page_url::PageUrl;
use crate::signals::{CaughtSignals, StopSignal, StopSignals};
use crate::survey::{
    self, MOST_REQUESTS, SurveyArchive, SurveyError, SurveyPlan, SurveyReport, SurveyRequest,
    SurveySurroundings,
};

#[derive(Debug, Args)]
pub(super) struct SurveyArgs {
    /// The paper's home page
    #[arg(value_name = "URL", required_unless_present = "list")]
    url: Option<String>,
    /// Survey the papers of a list, several side by side: a home page a line; `#` begins a comment.
    /// Papers whose site file is in the folder already are skipped, so that the same command goes
    /// on after Ctrl-C or failures
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["url", "name"],
        requires = "write"
    )]
    list: Option<PathBuf>,
    /// Stop after so many requests, robots.txt included; 40 at most
    #[arg(
        long,
        value_name = "N",
        default_value_t = MOST_REQUESTS,
        value_parser = requests,
        allow_hyphen_values = true
    )]
    max_requests: u64,
    /// The least rest from the end of an answer to the next request; under 1s only with --own-site
    #[arg(long, value_name = "TIME", default_value = "2s")]
    gap: Span,
    /// It is your own server: private addresses are allowed, and short gaps
    #[arg(long)]
    own_site: bool,
    /// Draft a profile although the CMS is known
    #[arg(long)]
    draft: bool,
    /// The site's name; by default made from the host's
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Write the files into this configuration folder, instead of printing them; overwrite nothing.
    /// A new folder also gets the shipped settings and profiles
    #[arg(long, value_name = "DIR", visible_alias = "out")]
    write: Option<PathBuf>,
}

fn requests(text: &str) -> Result<u64, String> {
    let count = at_least_one(text)?;
    if count > MOST_REQUESTS {
        Err(format!("a survey makes {MOST_REQUESTS} requests at most"))
    } else {
        Ok(count)
    }
}

/// Surveys a paper, and prints or writes its files.
pub(super) fn run(common: &Common, args: &SurveyArgs) -> anyhow::Result<Exit> {
    if let (Some(list), Some(folder)) = (&args.list, &args.write) {
        return list::run(common, args, list, folder);
    }

    let configuration = Config::find(common.config.as_deref())?;
    let home = home(args.url.as_deref().unwrap_or_default())?;
    let site = args.name.clone();
    let site = site.unwrap_or_else(|| survey::name_of(&home));
    let names = names::choose(&configuration, args, &home, site)?;
    let plan = plan(&configuration, args, home);
    common.voice().note(&format!(
        "survey of {}: at most {} requests, a gap of {} or more",
        plan.home, plan.max_requests, args.gap
    ));

    let findings = match survey(common, plan)? {
        Ok(findings) => findings,
        Err(signal) => return Ok(signal),
    };
    let draft = survey::draft(&findings, &names);
    let drafts = Drafts {
        common,
        args,
        findings: &findings,
        draft: &draft,
    };
    drafts.tell()?;
    Ok(if findings.gave_up {
        Exit::Failures
    } else {
        Exit::Done
    })
}

fn home(url: &str) -> Result<PageUrl, ConfigError> {
    PageUrl::parse(url).map_err(|why| {
        ConfigError::Usage(format!(
            "{why}: write the home page's address, like https://www.example.org/"
        ))
    })
}

fn plan(configuration: &Config, args: &SurveyArgs, home: PageUrl) -> SurveyPlan {
    let profiles = if args.draft {
        Vec::new()
    } else {
        configuration.current_profiles().cloned().collect()
    };

    SurveyPlan {
        home,
        settings: configuration.settings.clone(),
        profiles,
        gap: args.gap.0,
        own_site: args.own_site,
        max_requests: args.max_requests,
        locks: host_locks(),
        holder: format!("survey, process {}", std::process::id()),
    }
}

/// Surveys until it is done. Returns the exit where a signal comes first.
fn survey(common: &Common, plan: SurveyPlan) -> anyhow::Result<Result<SurveyReport, Exit>> {
    may_begin(common.data(), plan.settings.limits.free_disk)?;
    let place = common.place()?;
    let lock = Lock::take(place.data(), &plan.holder)?;
    let writer = Writer::at(&place, lock, plan.settings.archive.durability)?;
    let archive = SurveyArchive::lease(writer, &plan.holder, &Clock::system())?;
    let mut caught = CaughtSignals::new()?;
    let runtime = runtime()?;

    let done = runtime.block_on(survey_until_stopped(
        common,
        plan,
        &archive,
        &mut caught.stops,
    ));
    // A page that is being parsed cannot be interrupted, and is not worth waiting for.
    runtime.shutdown_background();
    Ok(done?.map_err(|signal| signal.map_or(Exit::Interrupted, Exit::from)))
}

/// Surveys on a runtime. Returns the signal that came first where one stopped the survey.
async fn survey_until_stopped(
    common: &Common,
    plan: SurveyPlan,
    archive: &SurveyArchive,
    stops: &mut StopSignals,
) -> anyhow::Result<Result<SurveyReport, Option<StopSignal>>> {
    let voice = common.voice();
    let web = network(&plan.settings, std::iter::once(&plan.home))?;
    let (stop, stopped) = watch::channel(Stop::GoOn);
    let told = |stopping| tell_stopping(voice, stopping);
    let mut signals = SignalRelay::of(stops, &told);
    let mut first_signal = None;
    let surroundings = SurveySurroundings {
        web,
        clock: Clock::system(),
        stop: stopped,
    };
    let tell_request = move |asked: &SurveyRequest| voice.note(&format!("  {}", in_words(asked)));

    let found = tokio::select! {
        biased;
        never = signals.relay(&stop, &mut first_signal) => match never {},
        found = survey::run(plan, archive, surroundings, tell_request) => found,
    };
    match found {
        Ok(Some(findings)) => Ok(Ok(findings)),
        Ok(None) => Ok(Err(first_signal)),
        // The exit code depends on what is wrong with the archive.
        Err(SurveyError::Archive(why)) => Err(why.into()),
        Err(why) => Err(why.into()),
    }
}

fn in_words(asked: &SurveyRequest) -> String {
    match (asked.status, &asked.trouble) {
        (Some(status), _) => format!("{status} {}", asked.url),
        (None, Some(why)) => format!("--- {} ({why})", asked.url),
        (None, None) => format!("--- {}", asked.url),
    }
}
