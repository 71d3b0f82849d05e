//! The tool `diff`: what changed from one version to another.

use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::archive::{ArticleVersion, Reader};
use crate::history::{self, FieldChange, Paragraph, Piece};
use crate::mcp::cut_text::{cut_some, pieces};
use crate::mcp::page_cursor::{fitting, next_cursor, skipped};
use crate::mcp::rights_told::ReservedTold;
use crate::mcp::told_article::{ArticleHead, ReadArticle};
use crate::mcp::tool_failure::ToolFailure;

/// Letters of changed paragraphs in one answer.
const PAGE: usize = 8_000;

/// Letters of a piece: a longer run of words comes in several.
const PIECE: usize = 4_000;

/// The most letters of a value of a field.
const VALUE: usize = 2_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
pub(super) struct DiffArguments {
    /// The article: its id as `search` tells it (`paper/81193`), its number, or its address at the
    /// paper.
    #[schemars(length(max = 4_096))]
    id: String,
    /// The number of the older version; the one before `to` where none is named.
    from: Option<u64>,
    /// The number of the newer version; the newest one where none is named.
    to: Option<u64>,
    /// The `next_cursor` of the answer before.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct DiffAnswer {
    /// The article in the newer version.
    #[serde(flatten)]
    head: ArticleHead,
    from: ComparedVersion,
    to: ComparedVersion,
    /// Why nothing is compared: the paper reserves one of the versions from answers of models.
    reserved: Option<ReservedTold>,
    /// The fields that differ, without the text.
    fields: Vec<FieldTold>,
    /// The words of the paragraphs that differ, in their order. All of it is quoted text.
    changes: Vec<ChangeTold>,
    /// How many paragraphs are the same in both.
    unchanged_paragraphs: usize,
    /// The cursor of further changes; null at the end.
    next_cursor: Option<String>,
}

/// A version that is compared.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ComparedVersion {
    version: u64,
    /// When its page was fetched.
    fetched_at: String,
}

/// A field that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct FieldTold {
    field: &'static str,
    old: Option<String>,
    new: Option<String>,
}

/// Words of a paragraph that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ChangeTold {
    /// The number of the paragraph among those of both texts together, from 1 on.
    paragraph: usize,
    /// `kept` in both versions, `removed` from the older one, or `added` by the newer one.
    kind: &'static str,
    text: String,
}

/// What differs between two versions.
struct Differences {
    fields: Vec<FieldTold>,
    changes: Vec<ChangeTold>,
    unchanged_paragraphs: usize,
}

/// Compares two versions, where both may be used for answers.
pub(super) fn read_diff(
    reader: &Reader,
    arguments: &DiffArguments,
) -> Result<DiffAnswer, ToolFailure> {
    let place = skipped(arguments.cursor.as_deref())?;
    let _snapshot = reader.snapshot()?;
    let read = ReadArticle::named(reader, &arguments.id)?;
    let new = read.version(arguments.to)?;
    let old = match arguments.from {
        Some(n) => read.version(Some(n))?,
        None => before(&read, new),
    };

    let reservation = read.reservation(new).or_else(|| read.reservation(old));
    let differences = match reservation {
        Some(_) => Differences::none(),
        None => Differences::between(old, new),
    };
    let mut changes: Vec<ChangeTold> = differences.changes.into_iter().skip(place).collect();
    let fitting = fitting(&changes, |change| change.text.chars().count(), PAGE);
    let (behind, all) = (
        place.saturating_add(fitting),
        place.saturating_add(changes.len()),
    );
    changes.truncate(fitting);
    Ok(DiffAnswer {
        head: read.head(new),
        from: compared(old),
        to: compared(new),
        reserved: reservation.as_ref().map(ReservedTold::from),
        fields: differences.fields,
        changes,
        unchanged_paragraphs: differences.unchanged_paragraphs,
        next_cursor: next_cursor(behind, all),
    })
}

/// Returns the version before another one; the same where there is none.
fn before<'r>(read: &'r ReadArticle, new: &'r ArticleVersion) -> &'r ArticleVersion {
    let place = read.versions.iter().position(|one| one == new);
    let before = place.and_then(|place| place.checked_sub(1));
    before.map_or(new, |before| &read.versions[before])
}

fn compared(version: &ArticleVersion) -> ComparedVersion {
    ComparedVersion {
        version: version.kept.version,
        fetched_at: version.kept.fetched_at.clone(),
    }
}

impl Differences {
    fn none() -> Self {
        Self {
            fields: Vec::new(),
            changes: Vec::new(),
            unchanged_paragraphs: 0,
        }
    }

    fn between(old: &ArticleVersion, new: &ArticleVersion) -> Self {
        let fields = history::fields(&old.article, &new.article);
        let paragraphs = history::words(&old.article.text(), &new.article.text());
        let mut found = Self::none();
        found.fields = fields.iter().map(field).collect();
        for (n, paragraph) in paragraphs.iter().enumerate() {
            match paragraph {
                Paragraph::Same(_) => found.unchanged_paragraphs += 1,
                Paragraph::Changed(words) => {
                    found
                        .changes
                        .extend(words.iter().flat_map(|piece| told(n + 1, piece)));
                }
            }
        }
        found
    }
}

fn field(change: &FieldChange) -> FieldTold {
    FieldTold {
        field: change.field,
        old: cut_some(change.old.as_deref(), VALUE),
        new: cut_some(change.new.as_deref(), VALUE),
    }
}

fn told(paragraph: usize, piece: &Piece) -> Vec<ChangeTold> {
    let (kind, text) = match piece {
        Piece::Kept(text) => ("kept", text),
        Piece::Removed(text) => ("removed", text),
        Piece::Added(text) => ("added", text),
    };
    let parts = pieces(text, PIECE).into_iter();
    parts
        .map(|text| ChangeTold {
            paragraph,
            kind,
            text,
        })
        .collect()
}
