//! `saseo export`: the articles are written into one file, or to stdout.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use crate::archive::{ArticleFilter, Reader};
use crate::cli::exit::Exit;
use crate::cli::{Common, console, hint};
use crate::config::units::day;
use crate::config_folder::ConfigError;
use crate::counts;
use crate::export::{
    self, CsvDialect, ExportFormat, ExportSummary, Formulas, LeftOut, Mark, Place,
};
use crate::rights::Purpose;
use crate::signals::CaughtSignals;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The file's format
    #[arg(long, value_enum)]
    format: ExportFormat,
    /// Where to write it; a file that is there is replaced when the new one is whole, folders that
    /// are missing are made, and "-" is stdout
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Only articles published on or after this day, YYYY-MM-DD, and those that tell no date
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Date>,
    /// Only articles of this site
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
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
    /// Fails where options of CSV are given for another format.
    fn cells(&self) -> Result<CsvDialect, ConfigError> {
        if self.format != ExportFormat::Csv && (self.bom || self.raw_cells) {
            let why = "--bom and --raw-cells are of CSV: leave them out, or choose --format csv";
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

/// Exports the articles, and names those that are damaged.
pub(super) fn run(common: &Common, args: &ExportArgs) -> anyhow::Result<Exit> {
    let cells = args.cells()?;
    let reader = Reader::open(common.data())?;
    if let Some(site) = &args.site {
        reader.knows_site(site)?;
    }
    if common.json && args.out.as_os_str() == "-" {
        let why = "--json would mix with the articles on stdout: \
            leave it out, or name a file with --out";
        return Err(ConfigError::Usage(why.to_owned()).into());
    }

    let filter = ArticleFilter {
        site: args.site.clone(),
        since: args.since,
        purpose: args.purpose,
    };
    let taken = export::write(
        &reader,
        &filter,
        args.format,
        cells,
        place(&args.out, args.format)?,
    )?;
    tell(common, args, taken.as_ref())?;

    name_reserved(args, taken.as_ref());
    let left_out = taken.map_or_else(Vec::new, |taken| taken.left_out);
    Ok(name_left_out(common, &left_out))
}

fn tell(common: &Common, args: &ExportArgs, taken: Option<&ExportSummary>) -> anyhow::Result<()> {
    let articles = taken.map(|taken| taken.articles);
    if common.json {
        let left_out: Vec<_> = taken
            .iter()
            .flat_map(|taken| &taken.left_out)
            .map(|one| json!({"id": one.id, "why": one.why}))
            .collect();
        return console::json(&json!({
            "articles": articles,
            "left_out": left_out,
            "for": args.purpose.map(Purpose::name),
            "reserved": taken.map(|taken| taken.reserved),
            "reserved_by": taken.map(|taken| &taken.reserved_by),
            "out": args.out,
        }));
    }

    let out = args.out.display();
    common.voice().note(&match articles {
        Some(articles) => format!("{} in {out}", counts::count(articles, "article(s)")),
        None => format!("the reader of {out} has gone away"),
    });
    Ok(())
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
    match &place {
        Place::File(beside) => CaughtSignals::new()?.remove_at_stop(beside.part.clone()),
        Place::Stream(_) => {}
    }
    Ok(place)
}
