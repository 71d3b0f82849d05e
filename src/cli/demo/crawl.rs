//! The demo's crawls: one of the whole paper, one after its revision, and an export.

use serde_json::{Value, json};

use crate::archive::{ArchiveLocation, ArticleFilter, Reader, SeedMode};
use crate::cli::crawl_report::{as_json, exit, in_words, tell_reason};
use crate::cli::demo::{ARTICLES, Demo, PORT, revision};
use crate::cli::exit::Exit;
use crate::cli::export::place;
use crate::cli::progress::{Watch, tell_stopping};
use crate::cli::{console, hint};
use crate::clock::Clock;
use crate::config_folder::Config;
use crate::crawl::{CrawlReport, Event};
use crate::crawl_session::{
    CrawlOrder, PreparedSession, SessionEnd, SignalRelay, crawl_plan, run_session, web,
};
use crate::demo::{DemoCms, RevisedTitles};
use crate::export::{self, ExportFormat, ExportOptions};
use crate::signals::{CaughtSignals, StopSignals};

/// The order of each of the demo's crawls: everything that is due, without limits.
const ORDER: CrawlOrder = CrawlOrder {
    command: "demo",
    seeding: SeedMode::Begin,
    backfill: None,
    max_requests: None,
    at_most: None,
};

/// The crawls of a demo.
enum DemoCrawls {
    Done {
        revision: RevisedTitles,
        /// The report of each crawl, as JSON.
        reports: Vec<Value>,
    },
    Stopped(Exit),
}

impl Demo<'_> {
    /// Crawls the paper, before and after its revision, shows the revision, and exports the
    /// articles. `revised` is the revision of an earlier demo.
    pub(super) fn crawl_and_export(&self, revised: Option<RevisedTitles>) -> anyhow::Result<Exit> {
        let voice = self.common.voice();
        voice.note(&format!(
            "A newspaper of {} articles is served at {}",
            self.origin.newspaper(|paper| paper.articles().len()),
            self.origin.base()
        ));
        let configuration = Config::load(self.config())?;
        let mut caught = CaughtSignals::new()?;

        let (revision, reports) = match self.crawls(&configuration, revised, &mut caught.stops)? {
            DemoCrawls::Done { revision, reports } => (revision, reports),
            DemoCrawls::Stopped(exit) => return Ok(exit),
        };
        if !self.common.json {
            revision::show(voice, &revision, &self.folder)?;
        }

        self.export(&revision, &reports)?;
        voice.note(&self.what_next(hint::contact(&configuration.settings)));
        Ok(Exit::Done)
    }

    fn crawls(
        &self,
        configuration: &Config,
        revised: Option<RevisedTitles>,
        stops: &mut StopSignals,
    ) -> anyhow::Result<DemoCrawls> {
        let voice = self.common.voice();
        let (report, stopped) = self.crawl(configuration, stops)?;
        let mut reports = vec![as_json(self.common, &report)];
        if let Some(exit) = stopped {
            return Ok(DemoCrawls::Stopped(exit));
        }
        if report.due_at.is_some() {
            voice.note(
                "What is queued are addresses at which no article was found: \
                 a day later each is asked for once more.",
            );
        }

        if let Some(revision) = revised {
            voice.note("\nAt the first demo the paper corrected an article, and took one back.");
            return Ok(DemoCrawls::Done { revision, reports });
        }
        let revision = revision::revise(voice, &self.origin, &self.folder)?;
        let (report, stopped) = self.crawl(configuration, stops)?;
        reports.push(as_json(self.common, &report));
        if let Some(exit) = stopped {
            return Ok(DemoCrawls::Stopped(exit));
        }
        revision::tell_withdrawn(voice, &revision);
        Ok(DemoCrawls::Done { revision, reports })
    }

    /// Crawls once, and tells how it went. Returns the exit, too, where it ends the demo.
    fn crawl(
        &self,
        configuration: &Config,
        stops: &mut StopSignals,
    ) -> anyhow::Result<(CrawlReport, Option<Exit>)> {
        let sites: Vec<_> = configuration.sites.iter().collect();
        let web = web(&configuration.settings, &sites)?;
        let (session, mut once) = crawl_plan(configuration, &sites, ORDER)?.into_parts();
        let prepared = PreparedSession {
            session,
            place: &ArchiveLocation::folder(&self.folder),
            web,
        };

        let voice = self.common.voice();
        let told = |stopping| tell_stopping(voice, stopping);
        let mut signals = SignalRelay::of(stops, &told);
        let (mut watch, mut papers) = (Watch::new(self.common), Vec::new());
        let began = Clock::system().now();
        let SessionEnd { signal, full } =
            run_session(prepared, &mut once, &mut signals, |event| match event {
                Event::Progress(progress) => watch.see(progress),
                Event::Began(_) => {}
                Event::Ended(report) => papers.push(report.clone()),
            })?;
        watch.end();

        let report = CrawlReport::of(papers, Clock::system().now().since(began));
        voice.note(&in_words(&report, &self.command(&["resume"])));
        match (signal, full) {
            (None, Some(full)) => Err(full.into()),
            (Some(signal), _) => Ok((report, Some(signal.into()))),
            (None, None) => {
                let failed = self.failure(&report);
                Ok((report, failed))
            }
        }
    }

    /// Returns the exit of a crawl that could not ask its paper, and tells why; `None` where the
    /// demo goes on. Pages that failed are what a paper has.
    fn failure(&self, report: &CrawlReport) -> Option<Exit> {
        let exit = exit(report, None, u64::MAX);
        if exit == Exit::Done {
            return None;
        }
        tell_reason(self.common, report, exit);
        Some(exit)
    }

    /// Exports the articles beside the archive, and tells where everything is.
    fn export(&self, revision: &RevisedTitles, reports: &[Value]) -> anyhow::Result<()> {
        let out = self.folder.join("articles.jsonl");
        let reader = Reader::open(&self.folder)?;
        let taken = export::write(
            &reader,
            &ArticleFilter::default(),
            &ExportOptions::of(ExportFormat::Jsonl),
            place(&out, ExportFormat::Jsonl)?,
        )?;
        let articles = taken.unwrap_or_default().articles;

        self.common.voice().note(&format!(
            "The archive, {articles} articles with every page as it came, is {}\n\
             The articles as JSON Lines are {}\n",
            reader.path().display(),
            out.display()
        ));
        if self.common.json {
            console::json(&json!({
                "home": self.origin.base(),
                "archive": reader.path(),
                "config": self.config(),
                "articles_jsonl": out,
                "articles": articles,
                "runs": reports,
                "corrected": revision.corrected,
                "withdrawn": revision.withdrawn,
            }))?;
        }
        Ok(())
    }

    /// Returns the commands to type next. The next demo names the port that was served on: the
    /// archive belongs to it.
    fn what_next(&self, contact: &str) -> String {
        let (args, port) = (self.args, self.origin.address().port());
        let mut again = vec!["demo".to_owned()];
        again.extend((args.cms != DemoCms::default()).then(|| format!("--cms={}", args.cms)));
        again.extend((port != PORT).then(|| format!("--port={port}")));
        again.extend((args.articles != ARTICLES).then(|| format!("--articles={}", args.articles)));
        let again: Vec<&str> = again.iter().map(String::as_str).collect();

        format!(
            "What to type next:\n  {}\n  {}\n  {}    (to read it in a browser)\n  \
             {}\n  {}    (again: it asks only for what is new)\n  \
             SASEO_CONTACT={} {}    (the real paper, politely: this takes days)",
            self.command(&["status"]),
            self.command(&["search", "책방"]),
            self.command(&["serve"]),
            self.command(&["export", "--format", "csv", "--out", "articles.csv"]),
            hint::command(self.common, &again),
            hint::quoted(contact),
            hint::command(self.common, &["crawl", "readersnews"]),
        )
    }
}
