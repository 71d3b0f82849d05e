//! One change of an article as a line: what happened, and the article in the fields of every
//! export.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::archive::{ArticleVersion, ChangeKind, ChangedArticle, in_words};
use crate::export::record::COLUMNS;
use crate::export::{Provenance, Record, reserved_by};
use crate::rights::Purpose;
use crate::time::Timestamp;

/// The fields of a line before those of the article, each with its meaning.
pub(super) const FIELDS: [(&str, &str); 4] = [
    ("seq", "the change's position in the archive's sequence"),
    ("change", "new, changed, gone, back, taken_down or rights"),
    ("changed_at", "when saseo noted it"),
    (
        "left_out",
        "null; else why the article's fields are null: selection, reserved, taken_down or damaged",
    ),
];

/// The reason why a line has no article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Omission {
    /// It is not, or no longer, in the selection.
    Selection,
    /// Its paper reserves the purpose of the export.
    Reserved,
    /// The archive has it no more.
    TakenDown,
    /// Its row is damaged.
    Damaged,
}

impl Omission {
    /// Returns its name in the line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Selection => "selection",
            Self::Reserved => "reserved",
            Self::TakenDown => "taken_down",
            Self::Damaged => "damaged",
        }
    }
}

/// A change of an article as a line.
#[derive(Debug, Serialize)]
pub struct ChangeLine {
    pub seq: u64,
    change: &'static str,
    changed_at: String,
    left_out: Option<&'static str>,
    #[serde(flatten)]
    article: LineArticle,
    /// What is wrong with a damaged row.
    #[serde(skip)]
    pub damage: Option<String>,
}

/// The article of a line.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum LineArticle {
    Whole(Box<Record>),
    /// Its id, site, address and number; all else is null.
    Named(Map<String, Value>),
}

impl ChangeLine {
    /// Returns the line of a change; `None` where an article is new and not in the selection, so
    /// that nobody has it. `at` is the moment of the export.
    ///
    /// All other changes have a line: a receiver may have the article from a former one.
    pub fn of(
        changed: ChangedArticle,
        purpose: Option<Purpose>,
        at: Option<Timestamp>,
    ) -> Option<Self> {
        let (change, is_selected) = (changed.change.clone(), changed.is_selected);
        let named = named(&changed);
        let (omission, damage, article) = match changed.version {
            None if changed.is_taken_down => (Some(Omission::TakenDown), None, named),
            None => {
                let damage = format!("version {} is missing", change.version);
                (Some(Omission::Damaged), Some(damage), named)
            }
            Some(version) if !version.flaws.is_empty() => {
                let damage = in_words(&version.flaws);
                (Some(Omission::Damaged), Some(damage), named)
            }
            Some(_) if !is_selected && change.kind == ChangeKind::New => return None,
            Some(_) if !is_selected => (Some(Omission::Selection), None, named),
            Some(version) => match whole(version, purpose, at) {
                Some(record) => (None, None, LineArticle::Whole(record)),
                None => (Some(Omission::Reserved), None, named),
            },
        };

        Some(Self {
            seq: change.seq,
            change: change.kind.name(),
            changed_at: change.at.to_second().to_string(),
            left_out: omission.map(Omission::name),
            article,
            damage,
        })
    }

    /// Returns the name of the kind of change.
    pub(super) fn change(&self) -> &'static str {
        self.change
    }

    /// Returns why it has no article.
    pub(super) fn left_out(&self) -> Option<&'static str> {
        self.left_out
    }

    /// Returns the whole article.
    pub(super) fn record(&self) -> Option<&Record> {
        match &self.article {
            LineArticle::Whole(record) => Some(record),
            LineArticle::Named(_) => None,
        }
    }

    /// Returns the article's id.
    pub fn id(&self) -> Option<&str> {
        match &self.article {
            LineArticle::Whole(record) => record.id.as_deref(),
            LineArticle::Named(fields) => fields.get("id").and_then(Value::as_str),
        }
    }

    /// Returns the name of the article's site.
    pub(super) fn site(&self) -> Option<&str> {
        match &self.article {
            LineArticle::Whole(record) => record.site.as_deref(),
            LineArticle::Named(fields) => fields.get("site").and_then(Value::as_str),
        }
    }

    /// Returns it as one JSON object with a line end.
    pub fn to_line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).expect("texts and numbers can always be written");
        line.push(b'\n');
        line
    }
}

/// Returns the article; `None` where its paper reserves the purpose at that moment.
fn whole(
    version: ArticleVersion,
    purpose: Option<Purpose>,
    at: Option<Timestamp>,
) -> Option<Box<Record>> {
    let ArticleVersion { article, kept, .. } = version;
    let is_reserved = !reserved_by(purpose, &article.declared_rights, at).is_empty();
    (!is_reserved).then(|| Box::new(Record::new(article, Provenance::from(kept))))
}

fn named(changed: &ChangedArticle) -> LineArticle {
    let mut fields: Map<String, Value> = COLUMNS
        .iter()
        .map(|column| (column.name.to_owned(), Value::Null))
        .collect();
    fields.insert("id".to_owned(), changed.change.id.as_str().into());
    fields.insert("site".to_owned(), changed.site.as_str().into());
    fields.insert("url".to_owned(), changed.url.as_str().into());
    fields.insert("number".to_owned(), changed.number.into());
    LineArticle::Named(fields)
}
