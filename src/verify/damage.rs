//! One damaged thing, in words: what it is, where it came from, and what became of it.

mod mending;

use std::ops::RangeInclusive;

use serde::Serialize;

use crate::archive::{
    BadText, CaptureOf, Dependents, DictionaryId, Parent, RunId, StoredCapture, StoredRobots,
    StoredVersion, StoredWords, UnreadableRows, in_words,
};

pub use mending::Repair;
pub(super) use mending::RepairSource;

/// What is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DamageKind {
    /// The SQLite file itself: its schema, its pages, its indexes, rows that refer to nothing.
    File,
    /// A page as it came.
    Body,
    /// A page that others are compressed with.
    Dictionary,
    /// An answer: which body it brought, and with what status.
    Capture,
    /// A version of an article.
    Version,
    /// A copy of a robots.txt.
    Robots,
    Ledger,
    /// An article's words in the full-text index.
    Words,
    /// A text in another table.
    Text,
    /// A row of another table that does not agree with other rows, or with its checksum.
    Row,
}

/// One damaged thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damage {
    pub kind: DamageKind,
    /// By a name that leads to it, `article paper/7, version 1`.
    pub what: String,
    pub why: String,
    pub url: Option<String>,
    /// The answer that it came with.
    pub capture: Option<i64>,
    /// The run that wrote it, of robots.txt copies and of the ledger.
    pub run: Option<i64>,
    /// What is made from it, or needs it.
    pub hangs_on_it: Option<Dependents>,
    #[serde(flatten)]
    pub repair: Repair,
    /// The damaged rows, where others refer to them.
    #[serde(skip)]
    pub(super) rows: Option<(Parent, RangeInclusive<i64>)>,
    #[serde(skip)]
    pub(super) source: RepairSource,
}

impl Damage {
    fn new(kind: DamageKind, what: String, why: String) -> Self {
        let repair = Repair::NotTried;
        Self {
            kind,
            what,
            why,
            url: None,
            capture: None,
            run: None,
            hangs_on_it: None,
            repair,
            rows: None,
            source: RepairSource::Nothing,
        }
    }

    /// What SQLite finds in the file. Of the full-text index it tells the name of its table.
    pub(super) fn of_file(fault: String) -> Self {
        let is_of_index = fault.contains("article_words");
        let damage = Self::new(DamageKind::File, "the file".to_owned(), fault);
        match is_of_index {
            true => Self {
                what: "the full-text index".to_owned(),
                source: RepairSource::Texts,
                ..damage
            },
            false => damage,
        }
    }

    /// What the schema's text lacks, or has otherwise.
    pub(super) fn of_schema(fault: String) -> Self {
        Self::new(DamageKind::File, "the schema".to_owned(), fault)
    }

    pub(super) fn of_lost(kind: DamageKind, lost: UnreadableRows) -> Self {
        let UnreadableRows {
            table,
            first,
            last,
            why,
        } = lost;
        let what = match last {
            _ if last == first => format!("row {first} of {table}"),
            i64::MAX => format!("the rows of {table} from {first} on"),
            _ => format!("the rows {first} to {last} of {table}"),
        };
        // `article, with its versions,` is of the table `article`.
        let parent = table.split(',').next().and_then(Parent::of_table);
        Self {
            rows: parent.map(|parent| (parent, first..=last)),
            ..Self::new(kind, what, format!("SQLite cannot read it: {why}"))
        }
    }

    /// The full-text index as a whole, or rows that tell which articles it has.
    pub(super) fn of_lost_words(lost: UnreadableRows) -> Self {
        Self {
            source: RepairSource::Texts,
            ..Self::of_lost(DamageKind::Words, lost)
        }
    }

    pub(super) fn of_words(words: StoredWords, why: String) -> Self {
        Self {
            url: words.url,
            source: RepairSource::Texts,
            ..Self::new(
                DamageKind::Words,
                format!("article {} in the full-text index", words.id),
                why,
            )
        }
    }

    pub(super) fn of_body(id: i64, why: String) -> Self {
        let source = RepairSource::Pages {
            bodies: vec![id],
            captures: Vec::new(),
        };
        Self {
            source,
            rows: Some((Parent::Body, id..=id)),
            ..Self::new(DamageKind::Body, format!("body {id}"), why)
        }
    }

    pub(super) fn of_dictionary(id: DictionaryId, why: String) -> Self {
        Self {
            source: RepairSource::DictionaryPage { dictionary: id },
            rows: Some((Parent::Dictionary, id.row()..=id.row())),
            ..Self::new(DamageKind::Dictionary, format!("dictionary {id}"), why)
        }
    }

    /// Names the answers that brought a damaged body.
    pub(super) fn with_captures(mut self, all: &[CaptureOf]) -> Self {
        if let RepairSource::Pages { bodies, captures } = &mut self.source {
            captures.extend(all.iter().filter(|one| bodies.contains(&one.body)).cloned());
            if let Some(newest) = captures.last() {
                self.url = Some(newest.url.clone());
                self.capture = Some(newest.capture);
            }
        }
        self
    }

    pub(super) fn of_capture(capture: StoredCapture, why: String) -> Self {
        let StoredCapture { id, url, run, .. } = capture;
        Self {
            url: Some(url),
            run,
            rows: Some((Parent::Capture, id..=id)),
            ..Self::new(DamageKind::Capture, format!("capture {id}"), why)
        }
    }

    pub(super) fn of_version(version: StoredVersion) -> Self {
        let StoredVersion {
            article,
            id,
            url,
            n,
            capture,
            flaws,
            ..
        } = version;

        let (what, why) = match n {
            Some(n) => (format!("article {id}, version {n}"), in_words(&flaws)),
            None => (
                format!("article {id}"),
                "it has no version that can be read".to_owned(),
            ),
        };

        let source = match (n, capture) {
            (Some(n), Some(capture)) => RepairSource::Capture {
                article,
                n,
                capture,
                flaws,
            },
            _ => RepairSource::Nothing,
        };

        Self {
            url: Some(url),
            capture,
            source,
            ..Self::new(DamageKind::Version, what, why)
        }
    }

    pub(super) fn of_robots(copy: &StoredRobots, fault: &str) -> Self {
        let request = copy.announced.map_or_else(String::new, |row| {
            format!(", asked for by row {row} of the ledger")
        });
        let what = format!("robots.txt copy {} of {}{request}", copy.id, copy.origin);
        Self {
            run: copy.run,
            rows: Some((Parent::Robots, copy.id..=copy.id)),
            ..Self::new(DamageKind::Robots, what, fault.to_owned())
        }
    }

    pub(super) fn of_ledger(id: i64, run: RunId, why: String) -> Self {
        Self {
            run: Some(run.0),
            ..Self::new(DamageKind::Ledger, format!("row {id} of the ledger"), why)
        }
    }

    pub(super) fn of_row(kind: DamageKind, bad: BadText) -> Self {
        let what = match bad.row {
            0 => format!("a row of {}", bad.table),
            row => format!("row {row} of {}", bad.table),
        };
        Self {
            url: bad.url,
            rows: Parent::of_table(&bad.table).map(|parent| (parent, bad.row..=bad.row)),
            source: bad
                .checksum
                .map_or(RepairSource::Nothing, RepairSource::Itself),
            ..Self::new(kind, what, bad.why)
        }
    }

    /// Tells whether the row of another damage is among its rows.
    pub(super) fn is_of_row(&self, other: &Self) -> bool {
        let (Some((parent, rows)), Some((of, row))) = (&self.rows, &other.rows) else {
            return false;
        };
        parent == of && rows.contains(row.start())
    }

    /// Tells whether SQLite reports by this what another damage tells better: a table's failed
    /// check without its row, or an answer's missing body without its address.
    pub(super) fn is_echo_of(&self, told: &Self) -> bool {
        let echo = match (&told.kind, &told.rows) {
            (DamageKind::Version, _) => "CHECK constraint failed in version".to_owned(),
            (DamageKind::Capture, Some((Parent::Capture, rows))) => format!(
                "row {} of capture refers to a row of body that is not there",
                rows.start()
            ),
            _ => return false,
        };
        self.kind == DamageKind::File && self.why == echo
    }

    pub fn is_repaired(&self) -> bool {
        matches!(self.repair, Repair::Done { .. })
    }
}
