//! `saseo show`: one article of the archive, with its versions.

mod print;

use clap::Args;
use serde_json::{Value, json};

use crate::archive::{self, ArticleVersion, FoundArticle, PhotoState, VersionCapture};
use crate::article_markdown::markdown;
use crate::cli::exit::Exit;
use crate::cli::{Common, console, hint, layout};
use crate::export::{Provenance, Record};

pub(crate) use print::ArticlePrint;

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The article: its id like readersnews/81193, its number or text, its address, or an ending of
    /// one of these
    #[arg(value_name = "ARTICLE")]
    article: String,
    /// This version; the newest where none is named
    #[arg(long, value_name = "N")]
    version: Option<u64>,
    /// Print Markdown
    #[arg(long)]
    markdown: bool,
}

/// Prints the newest version, or the one that is named.
pub(super) fn run(common: &Common, args: &ShowArgs) -> anyhow::Result<Exit> {
    let reader = common.reader()?;
    let found = reader.find_article(&args.article)?;
    let versions = reader.versions(&found)?;
    let shown = match args.version {
        None => versions
            .last()
            .expect("the archive returns no article without a version"),
        Some(n) => version(&versions, &found, n)?,
    };

    let photos = reader.photos(&shown.article)?;
    let capture = reader.capture_of_version(&found, shown.kept.version)?;
    if common.json {
        console::json(&as_json(shown, &versions, &photos, &capture)?)?;
        return Ok(soundness(common, &found, &versions));
    }
    if args.markdown {
        console::data(markdown(shown, &capture).trim_end())?;
        return Ok(soundness(common, &found, &versions));
    }

    let page = ArticlePrint {
        found: &found,
        shown,
        versions: &versions,
        photos: &photos,
        capture: &capture,
    };
    console::data(&page.in_words(layout::columns()))?;
    if versions.len() > 1 {
        let diff = hint::command(common, &["diff", &found.id]);
        common.voice().note(&format!("`{diff}` shows what changed"));
    }
    Ok(soundness(common, &found, &versions))
}

/// Names the damaged versions, whose fields may be empty or wrong, and returns the exit.
pub(super) fn soundness(
    common: &Common,
    found: &FoundArticle,
    versions: &[ArticleVersion],
) -> Exit {
    let mut exit = Exit::Done;
    let verify = hint::command(common, &["verify"]);
    for one in versions.iter().filter(|one| !one.flaws.is_empty()) {
        let (id, n, flaws) = (&found.id, one.kept.version, archive::in_words(&one.flaws));
        console::note(&format!(
            "saseo: version {n} of {id} is damaged: {flaws}; see `{verify}`"
        ));
        exit = Exit::Failures;
    }
    exit
}

/// Returns the version of a number.
///
/// # Errors
///
/// Fails where there is none, and names those that there are.
pub(super) fn version<'v>(
    versions: &'v [ArticleVersion],
    found: &FoundArticle,
    n: u64,
) -> anyhow::Result<&'v ArticleVersion> {
    let version = versions.iter().find(|one| one.kept.version == n);
    version.ok_or_else(|| {
        let known: Vec<String> = versions
            .iter()
            .map(|one| one.kept.version.to_string())
            .collect();
        anyhow::anyhow!(
            "{} has no version {n}; it has {}",
            found.id,
            known.join(", ")
        )
    })
}

fn record(version: &ArticleVersion) -> Record {
    let provenance = Provenance::from(version.kept.clone());
    Record::new(version.article.clone(), provenance)
}

fn as_json(
    shown: &ArticleVersion,
    versions: &[ArticleVersion],
    photos: &[PhotoState],
    capture: &VersionCapture,
) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(record(shown))?;
    value["versions"] = versions.iter().map(version_as_json).collect();
    value["photos"] = serde_json::to_value(photos)?;
    value["page_sha256"] = json!(capture.sha256);
    Ok(value)
}

fn version_as_json(one: &ArticleVersion) -> Value {
    json!({
        "version": one.kept.version,
        "fetched_at": one.kept.fetched_at,
        "extractor": one.article.extractor,
    })
}
