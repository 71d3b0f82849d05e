//! `saseo export`: the articles are written into one file, or to stdout.

mod changes;
mod selection;
mod told;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::archive::{ArticleFilter, VersionChoice};
use crate::cli::Common;
use crate::cli::args::{export_name, part_size};
use crate::cli::exit::Exit;
use crate::clock::Clock;
use crate::config::units::Bytes;
use crate::config_folder::ConfigError;
use crate::export::{
    self, CsvDialect, ExportFormat, ExportName, ExportOptions, Formulas, JsonSchema, LONGEST_FEED,
    Mark, NEWEST, Place,
};
use crate::rights::Purpose;
use crate::signals::CaughtSignals;
use crate::web_archive::{BagFolder, BagInfo};

pub(super) use selection::SelectionArgs;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The format
    #[arg(long, value_enum, required_unless_present = "incremental")]
    format: Option<ExportFormat>,
    /// Where to write it; a file or a former export that is there is replaced when the new one is
    /// whole, folders that are missing are made, and "-" is stdout. A manifest stands beside it
    #[arg(long, value_name = "PATH", required_unless_present = "incremental")]
    out: Option<PathBuf>,
    /// Write what changed since this export ran last, as further files of JSON Lines in its folder:
    /// every change once, in order. The first run names the folder with --out; later ones need
    /// nothing but the name. `saseo exports` lists them
    #[arg(long, value_name = "NAME", value_parser = export_name, conflicts_with = "bag")]
    incremental: Option<ExportName>,
    /// Incremental exports only: begin another file at this size
    #[arg(long, value_name = "SIZE", value_parser = part_size, requires = "incremental")]
    part_size: Option<Bytes>,
    /// Write a BagIt bag around the export, as libraries take it: PATH is its folder
    #[arg(long)]
    bag: bool,
    #[command(flatten)]
    selection: SelectionArgs,
    /// JSON Lines only: the names of fields
    #[arg(long, value_enum, value_name = "SCHEMA", default_value_t)]
    schema: JsonSchema,
    /// Feeds only: so many articles, the newest ones; 50 where nothing is said
    #[arg(long, value_name = "N", value_parser = feed_length)]
    newest: Option<usize>,
    /// Leave out the articles that their paper reserves against a purpose: ai-training, ai-input,
    /// search, archive or display (the whole text for other readers). How many and by which
    /// signals is told. An article whose paper says nothing about the purpose is not left out
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

/// An export that is wanted whole: its format and place are known.
struct WholeExport<'a> {
    args: &'a ExportArgs,
    format: ExportFormat,
    out: &'a Path,
}

impl WholeExport<'_> {
    /// Fails where options are given that the format would ignore.
    fn refuse_ignored(&self) -> Result<(), ConfigError> {
        let args = self.args;
        let is_csv = self.format == ExportFormat::Csv;
        let is_feed = self.format.is_feed();
        let is_renamed = args.schema != JsonSchema::default();
        let has_versions = args.selection.versions() == VersionChoice::All;

        if !is_csv && (args.bom || args.raw_cells) {
            return usage(
                "--bom and --raw-cells are of CSV: leave them out, or choose --format csv",
            );
        }
        if is_renamed && self.format != ExportFormat::Jsonl {
            return usage("--schema is of JSON Lines: leave it out, or choose --format jsonl");
        }
        if !is_feed && args.newest.is_some() {
            return usage(
                "--newest is of feeds: leave it out, or choose --format atom or --format jsonfeed",
            );
        }
        if is_feed && has_versions {
            return usage("a feed names each article once: leave out --all-versions");
        }
        if self.format == ExportFormat::Sqlite && has_versions {
            return usage(
                "an SQLite export has all versions in a table of their own: leave out \
                 --all-versions",
            );
        }
        if args.bag && self.out == Path::new("-") {
            return usage("a bag is a folder: name a new one with --out");
        }
        Ok(())
    }

    /// Returns how cells of a table are written.
    fn cells(&self) -> CsvDialect {
        CsvDialect {
            formulas: if self.args.raw_cells {
                Formulas::Raw
            } else {
                Formulas::Guarded
            },
            mark: if self.args.bom {
                Mark::Utf8
            } else {
                Mark::None
            },
        }
    }
}

fn usage(why: &str) -> Result<(), ConfigError> {
    Err(ConfigError::Usage(why.to_owned()))
}

/// Reads the number of articles of a feed.
fn feed_length(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=LONGEST_FEED).contains(count))
        .ok_or_else(|| format!("{text:?} is no number of articles from 1 to {LONGEST_FEED}"))
}

/// Exports the articles, and names those that are damaged.
pub(super) fn run(common: &Common, args: &ExportArgs) -> anyhow::Result<Exit> {
    match (&args.incremental, args.format, &args.out) {
        (Some(name), _, _) => changes::run(common, args, name),
        (None, Some(format), Some(out)) => run_whole(common, &WholeExport { args, format, out }),
        (None, _, _) => Ok(
            usage("name the format with --format, and the place with --out")
                .map(|()| Exit::Usage)?,
        ),
    }
}

fn run_whole(common: &Common, wanted: &WholeExport<'_>) -> anyhow::Result<Exit> {
    let WholeExport { args, format, out } = *wanted;
    wanted.refuse_ignored()?;
    let reader = common.reader()?;
    let filter = ArticleFilter {
        purpose: args.purpose,
        ..args.selection.filter(&reader)?
    };
    if common.json && is_stdout(out) {
        let why = "--json would mix with the articles on stdout: \
            leave it out, or name a file with --out";
        return Err(ConfigError::Usage(why.to_owned()).into());
    }

    let options = ExportOptions {
        cells: wanted.cells(),
        schema: args.schema,
        newest: args.newest.unwrap_or(NEWEST),
        made_at: Some(Clock::system().now()),
        ..ExportOptions::of(format)
    };
    let bag = args.bag.then(|| begin_bag(out)).transpose()?;
    let place = match &bag {
        Some(bag) => Place::at(&bag.payload().join(format.usual_name()), format)?,
        None => place(out, format)?,
    };
    let taken = export::write(&reader, &filter, &options, place)?;
    if let Some(bag) = bag {
        bag.finish(&bag_info(format, &filter))?;
    }
    told::tell(common, wanted, taken.as_ref())?;

    let reserved = taken
        .as_ref()
        .map(|taken| (taken.reserved, &taken.reserved_by));
    told::name_reserved(args.purpose, reserved);
    let left_out = taken.map_or_else(Vec::new, |taken| taken.left_out);
    Ok(told::name_left_out(common, &left_out))
}

/// Tells whether a place is standard output, by any of its usual names.
fn is_stdout(out: &Path) -> bool {
    let names = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    names.into_iter().any(|name| out == Path::new(name))
}

/// Begins a bag. At a signal, a half-written one is removed.
fn begin_bag(out: &Path) -> anyhow::Result<BagFolder> {
    let bag = BagFolder::begin(out)?;
    CaughtSignals::new()?.remove_at_stop(bag.part.clone());
    Ok(bag)
}

fn bag_info(format: ExportFormat, filter: &ArticleFilter) -> BagInfo {
    let content = format.usual_name();
    BagInfo {
        bagged_at: Clock::system().now(),
        description: format!("{content} of {}", selection::in_words(filter)),
    }
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
