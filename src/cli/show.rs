//! `saseo show`: one article of the archive, with its versions.

use clap::Args;
use serde_json::{Value, json};

use crate::archive::{self, ArticleVersion, FoundArticle, PhotoState, Reader};
use crate::cli::exit::Exit;
use crate::cli::{Common, console, hint};
use crate::export::{Provenance, Record};
use crate::history;

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The article: its id like readersnews/81193, its number or text, or its address
    #[arg(value_name = "ARTICLE")]
    article: String,
    /// This version; the newest where none is named
    #[arg(long, value_name = "N")]
    version: Option<u64>,
}

/// Prints the newest version, or the one that is named.
pub(super) fn run(common: &Common, args: &ShowArgs) -> anyhow::Result<Exit> {
    let reader = Reader::open(common.data())?;
    let found = reader.find_article(&args.article)?;
    let versions = reader.versions(&found)?;
    let shown = match args.version {
        None => versions
            .last()
            .expect("the archive returns no article without a version"),
        Some(n) => version(&versions, &found, n)?,
    };

    let photos = reader.photos(&shown.article)?;
    if common.json {
        console::json(&as_json(shown, &versions, &photos)?)?;
        return Ok(soundness(common, &found, &versions));
    }
    console::data(&in_words(&found, shown, &versions, &photos))?;
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
) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(record(shown))?;
    value["versions"] = versions.iter().map(version_as_json).collect();
    value["photos"] = serde_json::to_value(photos)?;
    Ok(value)
}

fn version_as_json(one: &ArticleVersion) -> Value {
    json!({
        "version": one.kept.version,
        "fetched_at": one.kept.fetched_at,
        "extractor": one.article.extractor,
    })
}

/// Writes one version of an article as lines, with a list of all its versions.
pub(super) fn in_words(
    found: &FoundArticle,
    shown: &ArticleVersion,
    versions: &[ArticleVersion],
    kept: &[PhotoState],
) -> String {
    let fields: String = fields(found, shown)
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .map(|(name, value)| format!("{name:<11}{value}\n"))
        .collect();
    let photos: String = shown
        .article
        .images
        .iter()
        .map(|image| {
            let caption = image.caption.as_deref().unwrap_or_default();
            let state = kept.iter().find(|photo| photo.url == image.url);
            let state = state.map(photo_in_words).unwrap_or_default();
            format!("[{}] {caption}{state}\n", image.url)
        })
        .collect();

    format!(
        "{}, version {}\n{fields}{}\n{}\n{photos}",
        found.id,
        shown.kept.version,
        listed(versions),
        shown.article.text()
    )
}

/// Tells what became of a photo, behind its caption.
fn photo_in_words(photo: &PhotoState) -> String {
    match (photo.bytes, &photo.sha256, &photo.reason) {
        (Some(bytes), Some(sha256), _) => format!(" ({bytes} bytes, sha256 {sha256})"),
        (_, _, Some(why)) => format!(" ({}: {why})", photo.verdict),
        (_, _, None) => format!(" ({})", photo.verdict),
    }
}

/// Returns the fields above the text, each with its name.
fn fields(found: &FoundArticle, shown: &ArticleVersion) -> [(&'static str, Option<String>); 14] {
    let ArticleVersion { article, kept, .. } = shown;
    let section = [&article.section, &article.subsection]
        .into_iter()
        .flatten()
        .cloned()
        .collect::<Vec<_>>()
        .join(" > ");
    let modified = article.modified_at.map(|time| time.to_string());

    [
        ("title", article.title.clone()),
        ("subtitle", article.subtitle.clone()),
        ("byline", article.byline.clone()),
        ("published", article.published()),
        ("modified", modified),
        ("section", Some(section)),
        ("tags", Some(article.tags.join(", "))),
        ("rights", article.rights.clone()),
        ("access", Some(article.access.name().to_owned())),
        ("opt-outs", Some(article.opt_outs.join(", "))),
        ("uses", Some(article.declared_rights.to_string())),
        ("first copy", found.first_copy.clone()),
        ("address", Some(kept.url.clone())),
        ("read by", Some(article.extractor.clone())),
    ]
}

/// Lists the versions, each with the fields in which it differs from the one before.
fn listed(versions: &[ArticleVersion]) -> String {
    let mut before: Option<&ArticleVersion> = None;
    let mut lines = String::new();

    for one in versions {
        let changed = match before {
            None => "first".to_owned(),
            Some(old) => differences(old, one).join(", "),
        };
        lines.push_str(&format!(
            "version {:<3}fetched {}: {changed}\n",
            one.kept.version, one.kept.fetched_at
        ));
        before = Some(one);
    }
    lines
}

/// Returns the names of the fields that differ. The text comes first.
fn differences(old: &ArticleVersion, new: &ArticleVersion) -> Vec<&'static str> {
    let mut fields: Vec<&'static str> = history::fields(&old.article, &new.article)
        .into_iter()
        .map(|change| change.field)
        .collect();
    if old.article.text() != new.article.text() {
        fields.insert(0, "text");
    }
    fields
}
