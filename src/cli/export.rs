//! `saseo export`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use crate::archive::{Filter, Reader};
use crate::cli::exit::Exit;
use crate::cli::{Common, say};
use crate::export::{self, Format};

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// The file's format
    #[arg(long, value_enum)]
    format: Format,
    /// Where to write it; a file that is there is replaced when the new one is whole
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Only articles published on or after this day, YYYY-MM-DD, and those that tell no date
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Only articles of this site
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
}

pub(in crate::cli) fn run(common: &Common, args: &ExportArgs) -> anyhow::Result<Exit> {
    let reader = Reader::open(&common.data)?;
    if let Some(site) = &args.site {
        reader.knows_site(site)?;
    }
    let filter = Filter { site: args.site.clone(), since: args.since };
    let articles = export::write(&reader, &filter, args.format, &args.out)?;
    if common.json {
        say::json(&json!({"articles": articles, "out": args.out}))?;
    } else if !common.quiet {
        say::note(&format!("{articles} articles in {}", args.out.display()));
    }
    Ok(Exit::Done)
}
