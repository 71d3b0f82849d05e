//! `saseo demo`.

mod revision;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::archive::{self, Filter, Reader, SeedMode};
use crate::cli::args::{articles, cms, port, seconds, some_time};
use crate::cli::crawl_report::{as_json, in_words};
use crate::cli::exit::Exit;
use crate::cli::export::place;
use crate::cli::init::write_new;
use crate::cli::progress::{Watch, tell_stopping};
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config::units::Span;
use crate::config_folder::Configuration;
use crate::crawl::{Event, Report};
use crate::crawl_session::{
    CrawlOrder, PreparedSession, SessionEnd, SignalRelay, crawl_plan, run_session, web,
};
use crate::demo::{DemoCms, Edition, Newspaper, OriginThread, RevisedTitles};
use crate::export::{self, CsvDialect, Format};
use crate::signals::{CaughtSignals, StopSignals};

/// The port that is tried first, so that a second demo finds the first one's articles.
const PORT: u16 = 8750;
/// Articles in each section, unless somebody says otherwise.
const ARTICLES: u32 = 40;

/// The order of each of the demo's crawls: everything that is due, without limits.
const ORDER: CrawlOrder = CrawlOrder {
    command: "demo",
    seeding: SeedMode::Begin,
    backfill: None,
    max_requests: None,
    at_most: None,
};

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Only serve the newspaper, until Ctrl-C, to try the other commands on it
    #[arg(long)]
    serve: bool,
    /// While it is served, publish another article so often, like 2s
    #[arg(long, value_name = "TIME", value_parser = some_time, allow_hyphen_values = true, requires = "serve")]
    publish: Option<Span>,
    /// Serve on this port of 127.0.0.1
    #[arg(long, value_name = "PORT", value_parser = port, allow_hyphen_values = true)]
    port: Option<u16>,
    /// The CMS that the newspaper is made with: one that a profile of that name reads, or `plain`,
    /// which none knows
    #[arg(long, value_name = "CMS", default_value_t, value_parser = cms)]
    cms: DemoCms,
    /// Articles in each of the three sections
    #[arg(long, value_name = "N", default_value_t = ARTICLES, value_parser = articles, allow_hyphen_values = true)]
    articles: u32,
    /// The Crawl-delay of its robots.txt in seconds; 0 leaves it out
    #[arg(long, value_name = "SECONDS", default_value_t = 0.1, value_parser = seconds, allow_hyphen_values = true)]
    crawl_delay: f64,
}

pub(super) fn run(common: &Common, args: &DemoArgs) -> anyhow::Result<Exit> {
    let crawl_delay = Some(args.crawl_delay).filter(|seconds| *seconds > 0.0);
    let edition = Edition {
        articles_per_section: args.articles,
        crawl_delay,
        ..Edition::default()
    };
    let origin = start(common, args, &edition)?;
    let name = if args.cms == DemoCms::default() {
        "demo".to_owned()
    } else {
        format!("demo-{}", args.cms)
    };
    let folder = match origin.address().port() {
        PORT => common.data().join(name),
        port => common.data().join(format!("{name}-{port}")),
    };
    // What the paper revised at the end of the first demo stays so.
    let revision = folder
        .join(archive::FILE)
        .exists()
        .then(|| origin.newspaper(Newspaper::revise));
    let config = folder.join("config");
    write_config(&config, &origin.base(), args.cms)?;
    if args.serve {
        return serve(common, &origin, args.publish, &config, &folder);
    }
    crawl_and_export(common, args, &origin, revision, &folder)
}

/// Serves on the port that was asked for, or on the usual one, or on any that is free.
fn start(common: &Common, args: &DemoArgs, edition: &Edition) -> anyhow::Result<OriginThread> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let newspaper = || Newspaper::new(edition).on(args.cms);
    let started = match args.port {
        Some(port) => OriginThread::start(newspaper(), at(port)),
        None => match OriginThread::start(newspaper(), at(PORT)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                common.voice().note(&format!(
                    "Port {PORT} is taken, so another is used, and an archive of its own."
                ));
                OriginThread::start(newspaper(), at(0))
            }
            other => other,
        },
    };
    let wanted = args.port.unwrap_or(PORT);
    started.with_context(|| {
        format!("cannot serve the demo newspaper on 127.0.0.1:{wanted}; name another with --port")
    })
}

/// `revised` is what the paper revised before.
fn crawl_and_export(
    common: &Common,
    args: &DemoArgs,
    origin: &OriginThread,
    revised: Option<RevisedTitles>,
    folder: &Path,
) -> anyhow::Result<Exit> {
    let (voice, config) = (common.voice(), folder.join("config"));
    voice.note(&format!(
        "A newspaper of {} articles is served at {}",
        origin.newspaper(|paper| paper.articles().len()),
        origin.base()
    ));
    let configuration = Configuration::load(Some(&config))?;
    let mut caught = CaughtSignals::new()?;
    let mut runs = Vec::new();
    let (report, stopped) = crawl(common, &configuration, folder, &mut caught.stops)?;
    runs.push(as_json(common, &report));
    if let Some(exit) = stopped {
        return Ok(exit);
    }
    if report.due_at.is_some() {
        voice.note(
            "What is queued are addresses at which no article was found: a day later each is asked for once more.",
        );
    }

    let revision = match revised {
        Some(revision) => {
            voice.note("\nAt the first demo the paper corrected an article, and took one back.");
            revision
        }
        None => {
            let revision = revision::revise(voice, origin, folder)?;
            let (report, stopped) = crawl(common, &configuration, folder, &mut caught.stops)?;
            runs.push(as_json(common, &report));
            if let Some(exit) = stopped {
                return Ok(exit);
            }
            revision::tell_withdrawn(voice, &revision);
            revision
        }
    };
    if !common.json {
        revision::show(voice, &revision, folder)?;
    }

    let out = folder.join("articles.jsonl");
    let reader = Reader::open(folder)?;
    let taken = export::write(
        &reader,
        &Filter::default(),
        Format::Jsonl,
        CsvDialect::default(),
        place(&out, Format::Jsonl)?,
    )?;
    let articles = taken.unwrap_or_default().articles;
    voice.note(&format!(
        "The archive, {articles} articles with every page as it came, is {}\nThe articles as JSON Lines are {}\n",
        reader.path().display(),
        out.display()
    ));
    if common.json {
        console::json(&json!({
            "home": origin.base(), "archive": reader.path(), "config": config, "articles_jsonl": out,
            "articles": articles, "runs": runs, "corrected": revision.corrected, "withdrawn": revision.withdrawn,
        }))?;
    }
    let contact = hint::contact(&configuration.settings);
    voice.note(&what_next(
        common,
        args,
        origin.address().port(),
        folder,
        contact,
    ));
    Ok(Exit::Done)
}

/// Crawls once, and says how it went; with the exit where a signal ended it.
fn crawl(
    common: &Common,
    configuration: &Configuration,
    folder: &Path,
    stops: &mut StopSignals,
) -> anyhow::Result<(Report, Option<Exit>)> {
    let (mut watch, mut papers) = (Watch::new(common), Vec::new());
    let sites: Vec<_> = configuration.sites.iter().collect();
    let web = web(&configuration.settings, &sites)?;
    let plan = crawl_plan(configuration, &sites, ORDER)?;
    let (session, mut once) = plan.into_parts();
    let prepared = PreparedSession {
        session,
        data: folder,
        web,
    };
    let voice = common.voice();
    let told = |stopping| tell_stopping(voice, stopping);
    let began = Clock::system().now();
    let SessionEnd { signal, full } = run_session(
        prepared,
        &mut once,
        &mut SignalRelay::of(stops, &told),
        |event| match event {
            Event::Progress(progress) => watch.see(progress),
            Event::Began(_) => {}
            Event::Ended(report) => papers.push(report.clone()),
        },
    )?;
    watch.end();
    let report = Report::of(papers, Clock::system().now().since(began));
    common.voice().note(&in_words(
        &report,
        &hint::on(Some(&folder.join("config")), Some(folder), &["resume"]),
    ));
    match (signal, full) {
        (None, Some(full)) => Err(full.into()),
        (signal, _) => Ok((report, signal.map(Exit::from))),
    }
}

/// The archive belongs to the port that was served on, whatever was asked for.
fn what_next(common: &Common, args: &DemoArgs, port: u16, folder: &Path, contact: &str) -> String {
    let config = folder.join("config");
    let on_it = |words: &[&str]| hint::on(Some(&config), Some(folder), words);
    let mut again = vec!["demo".to_owned()];
    again.extend((args.cms != DemoCms::default()).then(|| format!("--cms={}", args.cms)));
    again.extend((port != PORT).then(|| format!("--port={port}")));
    again.extend((args.articles != ARTICLES).then(|| format!("--articles={}", args.articles)));
    let again: Vec<&str> = again.iter().map(String::as_str).collect();
    format!(
        "What to type next:\n  {}\n  {}\n  {}    (again: it asks only for what is new)\n  \
         SASEO_CONTACT={} {}    (the real paper, politely: this takes days)",
        on_it(&["status"]),
        on_it(&["export", "--format", "csv", "--out", "articles.csv"]),
        hint::command(common, &again),
        hint::quoted(contact),
        hint::command(common, &["crawl", "readersnews"]),
    )
}

fn serve(
    common: &Common,
    origin: &OriginThread,
    publish: Option<Span>,
    config: &Path,
    folder: &Path,
) -> anyhow::Result<Exit> {
    common.voice().note(&format!(
        "Serving {} articles at {} until Ctrl-C. In another terminal:",
        origin.newspaper(|paper| paper.articles().len()),
        origin.base()
    ));
    let crawl = hint::on(Some(config), Some(folder), &["crawl"]);
    match common.json {
        true => console::json(
            &json!({ "home": origin.base(), "archive": folder.join(archive::FILE), "crawl": crawl }),
        )?,
        false => console::data(&crawl)?,
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let clock = Clock::system();
    let publishes = async {
        match publish {
            Some(Span(every)) => loop {
                clock.sleep_until(clock.now() + every).await;
                origin.newspaper(|paper| paper.publish_at(clock.now()));
            },
            None => std::future::pending::<std::convert::Infallible>().await,
        }
    };
    runtime.block_on(async {
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped,
            never = publishes => match never {},
        }
    })?;
    Ok(Exit::Interrupted)
}

/// Leaves files that their user may have changed as they are.
fn write_config(config: &Path, base: &str, cms: DemoCms) -> anyhow::Result<()> {
    let sites = config.join("sites");
    let profile = cms
        .profile()
        .map(|name| format!("profile = \"{name}\"\n"))
        .unwrap_or_default();
    let site = format!(
        "# The demo newspaper, served by `saseo demo`.\nname = \"demo\"\ntitle = \"{}\"\nhome = \"{base}/\"\n{profile}\
         own_site = true\n\n[pace]\ngap = \"100ms\"\n",
        Newspaper::TITLE
    );
    for (path, text) in [
        (sites.join("demo.toml"), site.as_str()),
        (config.join("saseo.toml"), ""),
    ] {
        write_new(&path, text.as_bytes())?;
    }
    Ok(())
}
