//! `saseo demo`.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::archive::{Filter, Reader, Seeding};
use crate::cli::configuration::Configuration;
use crate::cli::crawl::{in_words, run_plan};
use crate::cli::exit::Exit;
use crate::cli::export::place;
use crate::cli::progress::Watch;
use crate::cli::{Common, say};
use crate::crawl::Plan;
use crate::demo::{Edition, Newspaper, OriginThread};
use crate::export::{self, Format};

/// The port that is tried first, so that a second demo finds the first one's articles.
const PORT: u16 = 8750;

#[derive(Debug, Args)]
pub(in crate::cli) struct DemoArgs {
    /// Only serve the newspaper, until Ctrl-C, to try the other commands on it
    #[arg(long)]
    serve: bool,
    /// Serve on this port of 127.0.0.1
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Articles in each of the three sections
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=4000))]
    articles: u32,
    /// The Crawl-delay of its robots.txt in seconds; 0 leaves it out
    #[arg(long, value_name = "SECONDS", default_value_t = 0.1)]
    crawl_delay: f64,
}

pub(in crate::cli) fn run(common: &Common, args: &DemoArgs) -> anyhow::Result<Exit> {
    let crawl_delay = Some(args.crawl_delay).filter(|seconds| *seconds > 0.0);
    let edition = Edition { articles_per_section: args.articles, crawl_delay, ..Edition::default() };
    let origin = start(args, &edition)?;
    let folder = match origin.address().port() {
        PORT => common.data.join("demo"),
        port => common.data.join(format!("demo-{port}")),
    };
    let config = folder.join("config");
    write_config(&config, &origin.base())?;
    if args.serve {
        return serve(&origin, &config, &folder);
    }
    crawl_and_export(common, &origin, &config, &folder)
}

/// Serves on the port that was asked for, or on the usual one, or on any that is free.
fn start(args: &DemoArgs, edition: &Edition) -> anyhow::Result<OriginThread> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let newspaper = || Newspaper::new(edition);
    let started = match args.port {
        Some(port) => OriginThread::start(newspaper(), at(port)),
        None => match OriginThread::start(newspaper(), at(PORT)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => OriginThread::start(newspaper(), at(0)),
            other => other,
        },
    };
    started.context("cannot serve the demo newspaper on 127.0.0.1")
}

fn crawl_and_export(common: &Common, origin: &OriginThread, config: &Path, folder: &Path) -> anyhow::Result<Exit> {
    say::note(&format!(
        "A newspaper of {} articles is served at {}",
        origin.newspaper(|paper| paper.articles().len()),
        origin.base()
    ));
    let configuration = Configuration::load(config)?;
    let plan = Plan {
        command: "demo".to_owned(),
        sites: configuration.sites.iter().map(|site| configuration.reader(site)).collect::<Result<_, _>>()?,
        seeding: Seeding::Begin,
        settings: configuration.settings.clone(),
        max_requests: None,
        at_most: None,
    };
    let mut watch = Watch::new(common);
    let (report, signal) = run_plan(plan, folder, |progress| watch.see(progress))?;
    watch.end();
    say::note(&in_words(&report));
    if let Some(signal) = signal {
        return Ok(signal);
    }
    let out = folder.join("articles.jsonl");
    let reader = Reader::open(folder)?;
    let articles = export::write(&reader, &Filter::default(), Format::Jsonl, place(&out, Format::Jsonl)?)?;
    say::note(&told(articles, reader.path(), &out, config, folder));
    Ok(Exit::Done)
}

fn told(articles: u64, archive: &Path, out: &Path, config: &Path, folder: &Path) -> String {
    let on_it = format!("saseo --config {} --data {}", config.display(), folder.display());
    format!(
        "The archive, {articles} articles with every page as it came, is {}\nThe articles as JSON Lines are {}\n\n\
         What to type next:\n  {on_it} status\n  {on_it} export --format csv --out articles.csv\n  \
         saseo demo            (again: it asks only for what is new)\n  \
         SASEO_CONTACT=you@example.org saseo crawl readersnews    (the real paper, politely: this takes days)",
        archive.display(),
        out.display()
    )
}

fn serve(origin: &OriginThread, config: &Path, folder: &Path) -> anyhow::Result<Exit> {
    let on_it = format!("saseo --config {} --data {}", config.display(), folder.display());
    say::note(&format!(
        "Serving {} articles at {} until Ctrl-C. In another terminal:",
        origin.newspaper(|paper| paper.articles().len()),
        origin.base()
    ));
    say::data(&format!("{on_it} crawl"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tokio::signal::ctrl_c())?;
    Ok(Exit::Interrupted)
}

fn write_config(config: &Path, base: &str) -> anyhow::Result<()> {
    let sites = config.join("sites");
    let fault = |path: &Path| format!("cannot write {}", path.display());
    std::fs::create_dir_all(&sites).with_context(|| fault(&sites))?;
    let site = format!(
        "# The demo newspaper, served by `saseo demo`.\nname = \"demo\"\ntitle = \"{}\"\nhome = \"{base}/\"\nprofile = \"ndsoft\"\n\
         own_site = true\n\n[pace]\ngap = \"100ms\"\n",
        Newspaper::TITLE
    );
    for (path, text) in [(sites.join("demo.toml"), site.as_str()), (config.join("saseo.toml"), "")] {
        write_unless_there(&path, text)?;
    }
    Ok(())
}

/// Leaves a file that its user may have changed as it is.
fn write_unless_there(path: &PathBuf, text: &str) -> anyhow::Result<()> {
    if path.exists() {
        return Ok(());
    }
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
