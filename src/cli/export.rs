//! `saseo export`: the articles are written into one file, or to stdout.

mod selection;

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::archive::{ArticleFilter, Reader};
use crate::cli::exit::Exit;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config_folder::ConfigError;
use crate::counts;
use crate::export::{
    self, CsvDialect, ExportFormat, ExportOptions, ExportSummary, Formulas, JsonSchema, LeftOut,
    Mark, NEWEST, Place,
};
use crate::rights::Purpose;
use crate::signals::CaughtSignals;
use crate::web_archive::{BagFolder, BagInfo, WebArchiveSummary};

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The format
    #[arg(long, value_enum)]
    format: ExportFormat,
    /// Where to write it; a file or a former export that is there is replaced when the new one is
    /// whole, folders that are missing are made, and "-" is stdout. A manifest stands beside it (of
    /// WARC and WACZ none does)
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Write a BagIt bag around the export, as libraries take it: PATH is its folder
    #[arg(long)]
    bag: bool,
    #[command(flatten)]
    selection: selection::SelectionArgs,
    /// JSON Lines only: the names of fields
    #[arg(long, value_enum, value_name = "SCHEMA", default_value_t)]
    schema: JsonSchema,
    /// Feeds only: so many articles, the newest ones
    #[arg(long, value_name = "N", value_parser = feed_length, default_value_t = NEWEST as u64)]
    newest: u64,
    /// Leave out the articles that their paper reserves against a purpose: ai-training, ai-input,
    /// search or archive. How many and by which signals is told. An article whose paper says
    /// nothing about the purpose is not left out
    #[arg(long = "for", value_name = "PURPOSE", value_parser = Purpose::from_name)]
    purpose: Option<Purpose>,
    /// CSV only: begin the file with a byte order mark, by which Excel knows it for UTF-8
    #[arg(long)]
    bom: bool,
    /// CSV only: write texts that begin with =, +, -, @, a tab or a carriage return as they are.
    /// Without it an apostrophe stands before them, so that no spreadsheet runs them as formulas
    #[arg(long)]
    raw_cells: bool,
}

impl ExportArgs {
    /// Returns how cells of a table are written.
    ///
    /// # Errors
    ///
    /// Fails where options of one format are given for another one.
    fn cells(&self) -> Result<CsvDialect, ConfigError> {
        if self.format != ExportFormat::Csv && (self.bom || self.raw_cells) {
            let why = "--bom and --raw-cells are of CSV: leave them out, or choose --format csv";
            return Err(ConfigError::Usage(why.to_owned()));
        }

        let is_renamed = self.schema != JsonSchema::default();
        if is_renamed && self.format != ExportFormat::Jsonl {
            let why = "--schema is of JSON Lines: leave it out, or choose --format jsonl";
            return Err(ConfigError::Usage(why.to_owned()));
        }

        Ok(CsvDialect {
            formulas: if self.raw_cells {
                Formulas::Raw
            } else {
                Formulas::Guarded
            },
            mark: if self.bom { Mark::Utf8 } else { Mark::None },
        })
    }
}

/// The longest feed: it is made in memory.
const LONGEST_FEED: u64 = 10_000;

/// Reads the number of articles of a feed.
fn feed_length(text: &str) -> Result<u64, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=LONGEST_FEED).contains(count))
        .ok_or_else(|| format!("{text:?} is no number of articles from 1 to {LONGEST_FEED}"))
}

/// Exports the articles, and names those that are damaged.
pub(super) fn run(common: &Common, args: &ExportArgs) -> anyhow::Result<Exit> {
    let cells = args.cells()?;
    let reader = Reader::open(common.data())?;
    let filter = ArticleFilter {
        purpose: args.purpose,
        ..args.selection.filter(&reader)?
    };
    if common.json && args.out.as_os_str() == "-" {
        let why = "--json would mix with the articles on stdout: \
            leave it out, or name a file with --out";
        return Err(ConfigError::Usage(why.to_owned()).into());
    }

    let options = ExportOptions {
        cells,
        schema: args.schema,
        newest: usize::try_from(args.newest).unwrap_or(NEWEST),
        made_at: Some(Clock::system().now()),
        ..ExportOptions::of(args.format)
    };
    let bag = args.bag.then(|| begin_bag(&args.out)).transpose()?;
    let place = match &bag {
        Some(bag) => Place::at(&bag.payload().join(payload_name(args.format)), args.format)?,
        None => place(&args.out, args.format)?,
    };
    let taken = export::write(&reader, &filter, &options, place)?;
    if let Some(bag) = bag {
        bag.finish(&bag_info(args.format, &filter))?;
    }
    tell(common, args, taken.as_ref())?;

    name_reserved(args, taken.as_ref());
    let left_out = taken.map_or_else(Vec::new, |taken| taken.left_out);
    Ok(name_left_out(common, &left_out))
}

/// Begins a bag. At a signal, a half-written one is removed.
fn begin_bag(out: &Path) -> anyhow::Result<BagFolder> {
    let bag = BagFolder::begin(out)?;
    CaughtSignals::new()?.remove_at_stop(bag.part.clone());
    Ok(bag)
}

/// Returns the name of the export in a bag.
fn payload_name(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Jsonl => "articles.jsonl",
        ExportFormat::Csv => "articles.csv",
        ExportFormat::Sqlite => "articles.db",
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => "articles.parquet",
        #[cfg(feature = "parquet")]
        ExportFormat::Dataset => "dataset",
        ExportFormat::Atom => "articles.atom",
        ExportFormat::JsonFeed => "feed.json",
        ExportFormat::Text => "texts",
        ExportFormat::Warc => "captures.warc.gz",
        ExportFormat::Wacz => "captures.wacz",
    }
}

fn bag_info(format: ExportFormat, filter: &ArticleFilter) -> BagInfo {
    let content = payload_name(format);
    BagInfo {
        bagged_at: Clock::system().now(),
        description: format!("{content} of {}", selection::in_words(filter)),
    }
}

fn tell(common: &Common, args: &ExportArgs, taken: Option<&ExportSummary>) -> anyhow::Result<()> {
    let articles = taken.map(|taken| taken.articles);
    if common.json {
        let left_out: Vec<_> = taken
            .iter()
            .flat_map(|taken| &taken.left_out)
            .map(|one| json!({"id": one.id, "why": one.why}))
            .collect();
        let mut told = json!({
            "articles": articles,
            "left_out": left_out,
            "for": args.purpose.map(Purpose::name),
            "reserved": taken.map(|taken| taken.reserved),
            "reserved_by": taken.map(|taken| &taken.reserved_by),
            "out": args.out,
        });
        if let Some(captures) = taken.and_then(|taken| taken.captures.as_ref()) {
            told["captures"] = captures_in_json(captures);
        }
        return console::json(&told);
    }

    let out = args.out.display();
    let captures = taken.and_then(|taken| taken.captures.as_ref());
    if let Some(captures) = captures {
        common
            .voice()
            .note(&format!("{} in {out}", captures_in_words(captures)));
        return Ok(());
    }
    common.voice().note(&match articles {
        Some(articles) => format!("{} in {out}", counts::count(articles, "article(s)")),
        None => format!("the reader of {out} has gone away"),
    });
    Ok(())
}

fn captures_in_json(captures: &WebArchiveSummary) -> serde_json::Value {
    json!({
        "responses": captures.responses,
        "revisits": captures.revisits,
        "robots": captures.robots,
        "files": captures.parts,
        "withheld": captures.withheld,
        "not_kept": captures.not_kept,
        "same_as_before": captures.same_as_before,
    })
}

fn captures_in_words(captures: &WebArchiveSummary) -> String {
    let written = counts::in_words(&[
        (captures.responses, "response(s)"),
        (captures.revisits, "revisit(s)"),
        (captures.robots, "robots.txt"),
    ]);
    let left_out = counts::in_words(&[
        (captures.withheld, "answer(s) whose paper forbids archiving"),
        (captures.not_kept, "answer(s) whose bytes are not kept"),
        (
            captures.same_as_before,
            "revisit(s) of answers before the selection",
        ),
    ]);
    let written = if written.is_empty() {
        "no answers"
    } else {
        &written
    };
    if left_out.is_empty() {
        written.to_owned()
    } else {
        format!("{written} (left out: {left_out})")
    }
}

/// Tells how many articles are reserved, and by which signals, even with `--quiet` and `--json`.
fn name_reserved(args: &ExportArgs, taken: Option<&ExportSummary>) {
    let (Some(purpose), Some(taken)) = (args.purpose, taken) else {
        return;
    };
    let by: Vec<String> = taken
        .reserved_by
        .iter()
        .map(|(source, articles)| format!("{source}: {articles}"))
        .collect();

    let count = counts::count(taken.reserved, "article(s)");
    let by = if by.is_empty() {
        String::new()
    } else {
        format!(" ({})", by.join(", "))
    };
    console::note(&format!(
        "saseo: left out {count} reserved against {}{by}",
        purpose.name()
    ));
}

/// Names the articles that were left out, even with `--quiet`, and returns the exit.
fn name_left_out(common: &Common, left_out: &[LeftOut]) -> Exit {
    if left_out.is_empty() {
        return Exit::Done;
    }

    for LeftOut { id, why } in left_out {
        console::note(&format!("saseo: left out {id}, which is damaged: {why}"));
    }
    let verify = hint::command(common, &["verify"]);
    console::note(&format!(
        "saseo: exit code 3: left out {} that are damaged; \
         `{verify}` tells more, and `{verify} --repair` reads again what can be",
        left_out.len()
    ));
    Exit::Failures
}

/// Opens the place to export to. At a signal, a half-written file is removed. A stream has no such
/// file: a signal ends the program as usual.
pub(super) fn place(out: &Path, format: ExportFormat) -> anyhow::Result<Place> {
    let place = Place::at(out, format)?;
    if let Some(part) = place.part() {
        CaughtSignals::new()?.remove_at_stop(part.to_owned());
    }
    Ok(place)
}
