//! `saseo survey`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tokio::sync::watch;

use crate::archive::{Archive, Lock};
use crate::cli::args::at_least_one;
use crate::cli::exit::Exit;
use crate::cli::init::{write_new, write_shipped};
use crate::cli::progress::tell_stopping;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config::shipped;
use crate::config::units::Span;
use crate::config::{GENTLE_GAP, is_site_name};
use crate::config_folder::{Configuration, ConfigurationError};
use crate::crawl_session::{SignalRelay, host_locks, may_begin, network, runtime};
use crate::dispatch::Stop;
use crate::page_url::PageUrl;
use crate::signals::CaughtSignals;
use crate::survey::{
    self, Draft, FoundCms, MOST_REQUESTS, Names, SurveyError, SurveyPlan, SurveyReport,
    SurveyRequest,
};

#[derive(Debug, Args)]
pub(super) struct SurveyArgs {
    /// The paper's home page
    #[arg(value_name = "URL")]
    url: String,
    /// Stop after so many requests, robots.txt included; 40 at most
    #[arg(long, value_name = "N", default_value_t = MOST_REQUESTS, value_parser = requests, allow_hyphen_values = true)]
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
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

/// Findings and files, as `--json` prints them.
#[derive(Serialize)]
struct SurveyOutput<'a> {
    name: &'a str,
    #[serde(flatten)]
    findings: &'a SurveyReport,
    site_file: &'a str,
    profile_file: Option<&'a str>,
}

fn requests(text: &str) -> Result<u64, String> {
    let count = at_least_one(text)?;
    if count > MOST_REQUESTS {
        Err(format!("a survey makes {MOST_REQUESTS} requests at most"))
    } else {
        Ok(count)
    }
}

pub(super) fn run(common: &Common, args: &SurveyArgs) -> anyhow::Result<Exit> {
    let configuration = Configuration::load(common.config.as_deref())?;
    let home = home(&args.url)?;
    let names = names(&configuration, args, &home)?;
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
    tell(common, args, &findings, &draft)?;
    Ok(if findings.gave_up {
        Exit::Failures
    } else {
        Exit::Done
    })
}

fn usage(why: String) -> anyhow::Error {
    ConfigurationError::Usage(why).into()
}

fn home(url: &str) -> anyhow::Result<PageUrl> {
    PageUrl::parse(url).map_err(|why| {
        usage(format!(
            "{why}: write the home page's address, like https://www.example.org/"
        ))
    })
}

/// What the files will be called, where that is free, and what stands in them of the user's wishes.
fn names(
    configuration: &Configuration,
    args: &SurveyArgs,
    home: &PageUrl,
) -> anyhow::Result<Names> {
    if !args.own_site && args.gap.0 < GENTLE_GAP {
        return Err(usage(
            "a gap under 1s is only for your own server: --own-site".to_owned(),
        ));
    }
    configuration.has_contact(home.host().as_str(), args.own_site)?;
    let site = args.name.clone().unwrap_or_else(|| survey::name_of(home));
    if !is_site_name(&site) {
        return Err(usage(format!(
            "{site:?} is no site's name: 1 to 64 lower-case letters, digits and `-`"
        )));
    }
    let files = ["sites", "profiles"].map(|folder| format!("{folder}/{site}.toml"));
    let taken = args
        .write
        .iter()
        .flat_map(|folder| files.iter().map(move |file| folder.join(file)));
    if let Some(taken) = taken
        .into_iter()
        .find(|path| path.symlink_metadata().is_ok())
    {
        return Err(usage(format!(
            "{} is there already, and is not overwritten: give another --name",
            taken.display()
        )));
    }
    if configuration
        .current_profiles()
        .any(|profile| profile.name == site)
    {
        return Err(usage(format!(
            "there is a profile {site:?} already: give another --name"
        )));
    }
    Ok(Names {
        site,
        gap: args.gap,
        own_site: args.own_site,
    })
}

fn plan(configuration: &Configuration, args: &SurveyArgs, home: PageUrl) -> SurveyPlan {
    SurveyPlan {
        home,
        settings: configuration.settings.clone(),
        profiles: if args.draft {
            Vec::new()
        } else {
            configuration.current_profiles().cloned().collect()
        },
        gap: args.gap.0,
        own_site: args.own_site,
        max_requests: args.max_requests,
        locks: host_locks(),
        holder: format!("survey, process {}", std::process::id()),
    }
}

/// Surveys until it is done or a signal comes.
fn survey(common: &Common, plan: SurveyPlan) -> anyhow::Result<Result<SurveyReport, Exit>> {
    let voice = common.voice();
    may_begin(common.data(), plan.settings.limits.free_disk)?;
    let lock = Lock::take(common.data(), &plan.holder)?;
    let mut archive = Archive::open(lock, plan.settings.archive.durability)?;
    let mut caught = CaughtSignals::new()?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let web = network(&plan.settings, std::iter::once(&plan.home))?;
        let (stop, stopped) = watch::channel(Stop::GoOn);
        let mut came = None;
        let told = |stopping| tell_stopping(voice, stopping);
        let mut ears = SignalRelay::of(&mut caught.stops, &told);
        let hears = ears.relay(&stop, &mut came);
        let watch = move |asked: &SurveyRequest| voice.note(&format!("  {}", in_words(asked)));
        let found = tokio::select! {
            biased;
            never = hears => match never {},
            found = survey::run(plan, &mut archive, web, Clock::system(), stopped, watch) => found,
        };
        match found {
            Ok(Some(findings)) => Ok(Ok(findings)),
            Ok(None) => Ok(Err(came.map_or(Exit::Interrupted, Exit::from))),
            // Exit codes and hints go by what is wrong with the archive.
            Err(SurveyError::Archive(why)) => Err(why.into()),
            Err(why) => Err(why.into()),
        }
    });
    // A page that is being read cannot be interrupted, and is not worth waiting for.
    runtime.shutdown_background();
    done
}

fn in_words(asked: &SurveyRequest) -> String {
    match (asked.status, &asked.trouble) {
        (Some(status), _) => format!("{status} {}", asked.url),
        (None, Some(why)) => format!("--- {} ({why})", asked.url),
        (None, None) => format!("--- {}", asked.url),
    }
}

fn tell(
    common: &Common,
    args: &SurveyArgs,
    findings: &SurveyReport,
    draft: &Draft,
) -> anyhow::Result<()> {
    common.voice().note(&found(findings, args.draft));
    if let Some(why) = &findings.ended {
        // Whoever reads no more than errors must know that not all was seen.
        console::note(&format!("The survey ended early: {why}."));
    }
    if common.json {
        let (site_file, profile_file) = (draft.site.as_str(), draft.profile.as_deref());
        console::json(&SurveyOutput {
            name: &draft.name,
            findings,
            site_file,
            profile_file,
        })?;
    }
    // A folder that names no profiles and no settings would be a configuration without them. The
    // paper that was shipped is another one.
    if let Some(folder) = args.write.as_deref().filter(|folder| !folder.exists()) {
        let mut files = shipped::files();
        files.retain(|file| !file.path.starts_with("sites/"));
        write_shipped(common, folder, &files)?;
    }

    let name = &draft.name;
    let files = [
        ("sites", Some(&draft.site)),
        ("profiles", draft.profile.as_ref()),
    ];
    let files = files
        .into_iter()
        .filter_map(|(folder, text)| Some((format!("{folder}/{name}.toml"), text?)));
    for (file, text) in files {
        match &args.write {
            Some(folder) => {
                let path = folder.join(file);
                let said = if write_new(&path, text.as_bytes())? {
                    "written"
                } else {
                    "there already, left as it is"
                };
                common.voice().note(&format!("{}: {said}", path.display()));
            }
            None if !common.json => console::data(&format!("# ---- {file}\n{text}"))?,
            None => {}
        }
    }
    if let Some(folder) = &args.write {
        let crawl = hint::on(Some(folder), common.data.as_deref(), &["crawl", name]);
        common
            .voice()
            .note(&format!("Look the files over, then: {crawl}"));
    }
    Ok(())
}

/// What was found, in lines; `is_asked_for` tells a draft that was wanted, whatever the CMS is.
fn found(findings: &SurveyReport, is_asked_for: bool) -> String {
    let cms = match &findings.cms {
        FoundCms::Known { profile } => format!("recognised, profile {profile}"),
        FoundCms::Drafted { .. } if is_asked_for => {
            "not looked up (--draft), a profile was drafted".to_owned()
        }
        FoundCms::Drafted { .. } => "unknown, a profile was drafted".to_owned(),
        FoundCms::Unsupported { why } => {
            format!("not supported by a profile, pages are read generically: {why}")
        }
    };
    let article = findings.article.as_ref().map_or_else(
        || "none found".to_owned(),
        |pattern| match &pattern.number {
            Some(number) => format!("{}?{number}=#", pattern.path),
            None => pattern.path.clone(),
        },
    );
    let forbidden: String = findings
        .forbidden
        .iter()
        .map(|told| format!("\nleft alone: {told}"))
        .collect();
    format!(
        "title: {}\nCMS: {cms}\nsections: {}\nfeeds: {}\nsitemaps: {}\narticles: {article}; {} of {} that were asked for were read\n\
         dates: {}\nrequests: {}{forbidden}",
        findings.title.as_deref().unwrap_or("none found"),
        findings.sections.len(),
        findings.feeds.len(),
        findings.sitemaps.len(),
        findings.articles_read,
        findings.articles_asked,
        findings.dates.as_deref().unwrap_or("none found"),
        findings.requests.len(),
    )
}
