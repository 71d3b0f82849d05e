//! `saseo cite`: articles as references for papers, catalogues and reference managers.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, ValueEnum};

use crate::archive::{ArchiveError, FoundArticle, Reader};
use crate::citation::{Citation, bibtex, csl_json, distinguish, ris};
use crate::cli::exit::Exit;
use crate::cli::show::soundness;
use crate::cli::{Common, console};

#[derive(Debug, Args)]
pub(super) struct CiteArgs {
    /// The articles: each by its id like readersnews/81193, its number or text, its address, or an
    /// ending of one of these
    #[arg(value_name = "ARTICLE", required = true)]
    articles: Vec<String>,
    /// The format; csl-json with --json
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: CitationFormat,
}

/// The formats of references.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum CitationFormat {
    /// Zotero, EndNote, Mendeley and most catalogues
    #[default]
    Ris,
    /// LaTeX
    Bibtex,
    /// Pandoc and other citation processors
    CslJson,
}

/// Prints the newest version of each article as a reference.
pub(super) fn run(common: &Common, args: &CiteArgs) -> anyhow::Result<Exit> {
    let reader = common.reader()?;
    let titles: BTreeMap<String, String> = reader.titles()?.into_iter().collect();

    let mut exit = Exit::Done;
    let mut citations = Vec::new();
    for found in each_once(common, &reader, &args.articles)? {
        let versions = reader.versions(&found)?;
        let newest = versions
            .last()
            .expect("the archive returns no article without a version");
        let capture = reader.capture_of_version(&found, newest.kept.version)?;

        let title = titles.get(&newest.kept.site).map_or("", String::as_str);
        citations.push(Citation::of(newest, &capture, title));
        if soundness(common, &found, std::slice::from_ref(newest)) != Exit::Done {
            exit = Exit::Failures;
        }
    }
    distinguish(&mut citations);

    let format = if common.json {
        CitationFormat::CslJson
    } else {
        args.format
    };
    match format {
        CitationFormat::Ris => console::lines_with_crlf(&ris(&citations))?,
        CitationFormat::Bibtex => console::data(bibtex(&citations).trim_end())?,
        CitationFormat::CslJson => console::json(&csl_json(&citations))?,
    }
    Ok(exit)
}

/// Finds the articles, each once: a reference manager would keep both of two references.
fn each_once(
    common: &Common,
    reader: &Reader,
    wanted: &[String],
) -> Result<Vec<FoundArticle>, ArchiveError> {
    let mut articles: Vec<FoundArticle> = Vec::new();
    let mut ids = BTreeSet::new();
    for name in wanted {
        let found = reader.find_article(name)?;
        if ids.insert(found.id.clone()) {
            articles.push(found);
        } else {
            common
                .voice()
                .note(&format!("{name}: {} has its reference already", found.id));
        }
    }
    Ok(articles)
}
