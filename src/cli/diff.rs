//! `saseo diff`: what changed in an article, word by word.

use std::ops::RangeInclusive;

use clap::Args;
use serde_json::{Value, json};

use crate::archive::{ArticleVersion, FoundArticle};
use crate::cli::console::Style;
use crate::cli::exit::Exit;
use crate::cli::show::{soundness, version};
use crate::cli::{Common, console};
use crate::history::{self, FieldChange, Paragraph, Piece};

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The article: its id like readersnews/81193, its number or text, its address, or an ending of
    /// one of these
    #[arg(value_name = "ARTICLE")]
    article: String,
    /// From one version to another, like 1..3; where none are named, from the one before the newest
    /// to the newest
    #[arg(long, value_name = "A..B", value_parser = range)]
    versions: Option<RangeInclusive<u64>>,
}

/// Prints removed words in red and added ones in green. Where there are no colours, prints them as
/// [-removed-] and {+added+}.
pub(super) fn run(common: &Common, args: &DiffArgs) -> anyhow::Result<Exit> {
    let reader = common.reader()?;
    let found = reader.find_article(&args.article)?;
    let versions = reader.versions(&found)?;

    match (&args.versions, versions.as_slice()) {
        (Some(range), versions) => {
            let old = version(versions, &found, *range.start())?;
            let new = version(versions, &found, *range.end())?;
            print(common, &found, old, new)?;
        }
        (None, [.., old, new]) => print(common, &found, old, new)?,
        (None, versions) => {
            common.voice().note(&format!(
                "{} has one version: nothing changed since it was first read",
                found.id
            ));
            if let (true, [only]) = (common.json, versions) {
                console::json(&as_json(&found.id, only, only))?;
            }
        }
    }
    Ok(soundness(common, &found, &versions))
}

fn print(
    common: &Common,
    found: &FoundArticle,
    old: &ArticleVersion,
    new: &ArticleVersion,
) -> anyhow::Result<()> {
    if common.json {
        console::json(&as_json(&found.id, old, new))
    } else {
        tell(found, old, new)
    }
}

/// Prints what changed from one version to another.
pub(super) fn tell(
    found: &FoundArticle,
    old: &ArticleVersion,
    new: &ArticleVersion,
) -> anyhow::Result<()> {
    let head = format!(
        "{}: version {} (fetched {}) to {} (fetched {})\n",
        found.id, old.kept.version, old.kept.fetched_at, new.kept.version, new.kept.fetched_at
    );

    let mut parts = vec![(Style::Plain, head)];
    for change in history::fields(&old.article, &new.article) {
        tell_field(&mut parts, &change);
    }
    tell_text(
        &mut parts,
        &history::words(&old.article.text(), &new.article.text()),
    );
    console::styled(&parts)
}

fn tell_field(parts: &mut Vec<(Style, String)>, change: &FieldChange) {
    parts.push((Style::Plain, format!("{}: ", change.field)));
    if let Some(old) = &change.old {
        parts.push((Style::Removed, old.clone()));
        parts.push((Style::Plain, " ".to_owned()));
    }
    if let Some(new) = &change.new {
        parts.push((Style::Added, new.clone()));
    }
    parts.push((Style::Plain, "\n".to_owned()));
}

/// Adds the paragraphs that changed. Of those between them, adds the number.
fn tell_text(parts: &mut Vec<(Style, String)>, text: &[Paragraph]) {
    let mut same = 0;
    for paragraph in text {
        match paragraph {
            Paragraph::Same(_) => same += 1,
            Paragraph::Changed(pieces) => {
                tell_same(parts, same);
                same = 0;

                parts.push((Style::Plain, "\n".to_owned()));
                parts.extend(pieces.iter().map(styled));
                parts.push((Style::Plain, "\n".to_owned()));
            }
        }
    }
    tell_same(parts, same);
}

fn styled(piece: &Piece) -> (Style, String) {
    match piece {
        Piece::Kept(text) => (Style::Plain, text.clone()),
        Piece::Removed(text) => (Style::Removed, text.clone()),
        Piece::Added(text) => (Style::Added, text.clone()),
    }
}

fn tell_same(parts: &mut Vec<(Style, String)>, paragraphs: usize) {
    match paragraphs {
        0 => {}
        1 => parts.push((Style::Plain, "\n… 1 paragraph as it was\n".to_owned())),
        count => parts.push((
            Style::Plain,
            format!("\n… {count} paragraphs as they were\n"),
        )),
    }
}

fn as_json(id: &str, old: &ArticleVersion, new: &ArticleVersion) -> Value {
    let fields: Vec<Value> = history::fields(&old.article, &new.article)
        .iter()
        .map(|change| json!({"field": change.field, "old": change.old, "new": change.new}))
        .collect();
    let text: Vec<Value> = history::words(&old.article.text(), &new.article.text())
        .iter()
        .map(paragraph_as_json)
        .collect();

    json!({
        "id": id, "from": old.kept.version, "to": new.kept.version,
        "fields": fields, "text": text,
    })
}

fn paragraph_as_json(paragraph: &Paragraph) -> Value {
    match paragraph {
        Paragraph::Same(text) => json!([{"kept": text}]),
        Paragraph::Changed(pieces) => pieces.iter().map(piece_as_json).collect(),
    }
}

fn piece_as_json(piece: &Piece) -> Value {
    match piece {
        Piece::Kept(text) => json!({"kept": text}),
        Piece::Removed(text) => json!({"removed": text}),
        Piece::Added(text) => json!({"added": text}),
    }
}

/// Reads a pair of versions, `1..3`.
fn range(text: &str) -> Result<RangeInclusive<u64>, String> {
    text.split_once("..")
        .and_then(|(from, to)| Some(from.trim().parse().ok()?..=to.trim().parse().ok()?))
        .ok_or_else(|| format!("{text:?} is no pair of versions: write them like 1..3"))
}
