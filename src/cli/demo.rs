//! `saseo demo`: a small newspaper on this machine, crawled, exported, revised and crawled again.

mod crawl;
mod revision;
mod serve;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::archive;
use crate::cli::args::{articles, cms, port, seconds, some_time};
use crate::cli::exit::Exit;
use crate::cli::init::write_new;
use crate::cli::{Common, hint};
use crate::config::units::Span;
use crate::demo::{DemoCms, Edition, Newspaper, OriginThread};

/// The port that is tried first. It is fixed, so that a second demo finds the archive of the first.
const PORT: u16 = 8750;

/// The usual number of articles in each section. Three sections have 120, which take less than half
/// a minute at the demo's ten requests a second.
const ARTICLES: u32 = 40;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Only serve the newspaper, until Ctrl-C, to try the other commands on it
    #[arg(long)]
    serve: bool,
    /// While it is served, publish another article so often, like 2s
    #[arg(
        long,
        value_name = "TIME",
        value_parser = some_time,
        allow_hyphen_values = true,
        requires = "serve"
    )]
    publish: Option<Span>,
    /// Serve on this port of 127.0.0.1
    #[arg(
        long,
        value_name = "PORT",
        value_parser = port,
        allow_hyphen_values = true
    )]
    port: Option<u16>,
    /// The CMS that the newspaper is made with: one that a profile of that name reads, or `plain`,
    /// which none knows
    #[arg(long, value_name = "CMS", default_value_t, value_parser = cms)]
    cms: DemoCms,
    /// Articles in each of the three sections
    #[arg(
        long,
        value_name = "N",
        default_value_t = ARTICLES,
        value_parser = articles,
        allow_hyphen_values = true
    )]
    articles: u32,
    /// While it is served, have N newer articles, too, as if the paper had published them meanwhile
    #[arg(
        long,
        value_name = "N",
        value_parser = articles,
        allow_hyphen_values = true,
        requires = "serve"
    )]
    more: Option<u32>,
    /// The Crawl-delay of its robots.txt in seconds; 0 leaves it out
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0.1,
        value_parser = seconds,
        allow_hyphen_values = true
    )]
    crawl_delay: f64,
}

/// The demo's newspaper, with the folder of its archive and its configuration.
struct Demo<'a> {
    common: &'a Common,
    args: &'a DemoArgs,
    origin: OriginThread,
    folder: PathBuf,
}

/// Serves the newspaper, and crawls and exports it, or serves it until Ctrl-C.
pub(super) fn run(common: &Common, args: &DemoArgs) -> anyhow::Result<Exit> {
    let edition = Edition {
        articles_per_section: args.articles,
        crawl_delay: Some(args.crawl_delay).filter(|seconds| *seconds > 0.0),
        ..Edition::default()
    };
    let origin = start(common, args, &edition)?;
    let folder = common
        .data()
        .join(folder_name(args.cms, origin.address().port()));
    let demo = Demo {
        common,
        args,
        origin,
        folder,
    };

    // An article that the paper revised at the end of the first demo stays revised.
    let is_first = !demo.folder.join(archive::FILE).exists();
    let revised = (!is_first).then(|| demo.origin.newspaper(Newspaper::revise));
    write_config(&demo.config(), &demo.origin.base(), args.cms)?;
    if args.serve {
        let more = args.more.unwrap_or_default() as usize;
        demo.origin.newspaper(|paper| paper.publish(more));
        demo.serve()
    } else {
        demo.crawl_and_export(revised)
    }
}

/// Returns the name of the demo's folder. Each CMS and each port has an archive of its own.
fn folder_name(cms: DemoCms, port: u16) -> String {
    let name = if cms == DemoCms::default() {
        "demo".to_owned()
    } else {
        format!("demo-{cms}")
    };
    if port == PORT {
        name
    } else {
        format!("{name}-{port}")
    }
}

/// Serves on the port that was asked for. Without one, serves on the usual port, or on any that is
/// free.
fn start(common: &Common, args: &DemoArgs, edition: &Edition) -> anyhow::Result<OriginThread> {
    let paper = Newspaper::new(edition).on(args.cms);
    let wanted = args.port.unwrap_or(PORT);
    let started = match OriginThread::start(paper, on_loopback(wanted)) {
        Err(error) if args.port.is_none() && error.kind() == ErrorKind::AddrInUse => {
            common.voice().note(&format!(
                "Port {PORT} is taken, so another is used, and an archive of its own."
            ));
            let paper = Newspaper::new(edition).on(args.cms);
            OriginThread::start(paper, on_loopback(0))
        }
        started => started,
    };

    started.with_context(|| {
        format!("cannot serve the demo newspaper on 127.0.0.1:{wanted}; name another with --port")
    })
}

fn on_loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Writes the demo's configuration. Files that are there stay: their user may have changed them.
fn write_config(config: &Path, base: &str, cms: DemoCms) -> anyhow::Result<()> {
    let profile = match cms.profile() {
        Some(name) => format!("profile = \"{name}\"\n"),
        None => String::new(),
    };
    let site = format!(
        "# The demo newspaper, served by `saseo demo`.\n\
         name = \"demo\"\ntitle = \"{}\"\nhome = \"{base}/\"\n{profile}\
         own_site = true\n\n[pace]\ngap = \"100ms\"\n",
        Newspaper::TITLE
    );

    write_new(&config.join("sites").join("demo.toml"), site.as_bytes())?;
    write_new(&config.join("saseo.toml"), b"")?;
    Ok(())
}

impl Demo<'_> {
    fn config(&self) -> PathBuf {
        self.folder.join("config")
    }

    /// Returns a command on the demo's archive, as it is to be typed.
    fn command(&self, words: &[&str]) -> String {
        hint::on(Some(&self.config()), Some(&self.folder), words)
    }
}
