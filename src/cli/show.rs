//! `saseo show`: one article as it is kept, with its versions.

use clap::Args;
use serde_json::json;

use crate::archive::{self, ArticleVersion, FoundArticle, Reader};
use crate::cli::exit::Exit;
use crate::cli::{Common, console, hint};
use crate::export::{Provenance, Record};
use crate::history;

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The article: its id like readersnews/81193, its number, or its address
    #[arg(value_name = "ARTICLE")]
    article: String,
    /// This version; the newest where none is named
    #[arg(long, value_name = "N")]
    version: Option<u64>,
}

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
    if common.json {
        let listed = |ArticleVersion { kept, article, .. }: &ArticleVersion| {
            let (version, fetched_at, extractor) =
                (kept.version, &kept.fetched_at, &article.extractor);
            json!({"version": version, "fetched_at": fetched_at, "extractor": extractor})
        };
        let mut value = serde_json::to_value(record(shown))?;
        value["first_copy"] = json!(found.first_copy);
        value["versions"] = versions.iter().map(listed).collect();
        console::json(&value)?;
        return Ok(soundness(common, &found, &versions));
    }
    console::data(&in_words(&found, shown, &versions))?;
    if versions.len() > 1 {
        let diff = hint::command(common, &["diff", &found.id]);
        common.voice().note(&format!("`{diff}` shows what changed"));
    }
    Ok(soundness(common, &found, &versions))
}

/// Names the versions that are damaged, whose fields are empty or not what was read, and returns how the command ends.
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

/// Returns the version of that number.
pub(super) fn version<'v>(
    versions: &'v [ArticleVersion],
    found: &FoundArticle,
    n: u64,
) -> anyhow::Result<&'v ArticleVersion> {
    let known: Vec<String> = versions
        .iter()
        .map(|one| one.kept.version.to_string())
        .collect();
    let version = versions.iter().find(|one| one.kept.version == n);
    version.ok_or_else(|| {
        anyhow::anyhow!(
            "{} has no version {n}; it has {}",
            found.id,
            known.join(", ")
        )
    })
}

fn record(version: &ArticleVersion) -> Record {
    let kept = version.kept.clone();
    let provenance = Provenance {
        site: Some(kept.site),
        url: Some(kept.url),
        version: Some(kept.version),
        content_sha256: Some(kept.content_sha256),
        first_seen_at: Some(kept.first_seen_at),
        fetched_at: Some(kept.fetched_at),
        http_status: Some(kept.http_status),
    };
    Record::new(&version.article, provenance)
}

pub(super) fn in_words(
    found: &FoundArticle,
    shown: &ArticleVersion,
    versions: &[ArticleVersion],
) -> String {
    let ArticleVersion { article, kept, .. } = shown;
    let time = |time: Option<crate::time::LocalTime>| time.map(|time| time.to_string());
    let section = [&article.section, &article.subsection]
        .into_iter()
        .flatten()
        .cloned()
        .collect::<Vec<_>>();
    let fields = [
        ("title", article.title.clone()),
        ("subtitle", article.subtitle.clone()),
        ("byline", article.byline.clone()),
        ("published", article.published()),
        ("modified", time(article.modified_at)),
        ("section", Some(section.join(" > "))),
        ("tags", Some(article.tags.join(", "))),
        ("rights", article.rights.clone()),
        ("access", Some(article.access.name().to_owned())),
        ("opt-outs", Some(article.opt_outs.join(", "))),
        ("first copy", found.first_copy.clone()),
        ("address", Some(kept.url.clone())),
        ("read by", Some(article.extractor.clone())),
    ];
    let told = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    let head: String = told
        .map(|(name, value)| format!("{name:<11}{value}\n"))
        .collect();
    let photos = article.images.iter().map(|image| {
        format!(
            "[{}] {}\n",
            image.url,
            image.caption.as_deref().unwrap_or_default()
        )
    });
    let photos: String = photos.collect();
    format!(
        "{}, version {}\n{head}{}\n{}\n{photos}",
        found.id,
        kept.version,
        listed(versions),
        article.text()
    )
}

/// The versions, each with the fields in which it differs from the one before.
fn listed(versions: &[ArticleVersion]) -> String {
    let mut before: Option<&ArticleVersion> = None;
    let mut lines = String::new();
    for one in versions {
        let changed = before.map_or_else(
            || "first".to_owned(),
            |old| differences(old, one).join(", "),
        );
        lines.push_str(&format!(
            "version {:<3}fetched {}: {changed}\n",
            one.kept.version, one.kept.fetched_at
        ));
        before = Some(one);
    }
    lines
}

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
