//! One damaged thing, in words: what it is, where it came from, and what became of it.

use serde::{Serialize, Serializer};

use crate::archive::{
    BadText, CaptureOf, DictionaryId, Flaw, RunId, StoredCapture, StoredRobots, StoredVersion,
    UnreadableRows, in_words,
};

/// What is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DamageKind {
    /// The SQLite file itself: its pages, its indexes, rows that refer to nothing.
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
    /// A text in another table.
    Text,
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
    #[serde(flatten)]
    pub repair: Repair,
    #[serde(skip)]
    pub(super) source: RepairSource,
}

/// What was done about a damaged thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    NotTried,
    Done {
        how: String,
    },
    /// It stays damaged, and this is what to do or what was begun.
    NotPossible {
        why: String,
    },
}

/// What a damaged thing could be made from again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RepairSource {
    Nothing,
    /// A version, from the capture that it was read in.
    Capture {
        article: i64,
        n: i64,
        capture: i64,
        flaws: Vec<Flaw>,
    },
    /// A dictionary, from the page that it was made from.
    DictionaryPage {
        dictionary: DictionaryId,
    },
    /// Bodies, from their pages: by asking for them again.
    Pages {
        bodies: Vec<i64>,
        captures: Vec<CaptureOf>,
    },
}

impl Serialize for Repair {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (repaired, said) = match self {
            Self::NotTried => (false, None),
            Self::Done { how } => (true, Some(how)),
            Self::NotPossible { why } => (false, Some(why)),
        };

        #[derive(Serialize)]
        struct DamageRow<'a> {
            repaired: bool,
            repair: Option<&'a String>,
        }

        DamageRow {
            repaired,
            repair: said,
        }
        .serialize(to)
    }
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
            repair,
            source: RepairSource::Nothing,
        }
    }

    pub(super) fn of_file(fault: String) -> Self {
        Self::new(DamageKind::File, "the file".to_owned(), fault)
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
        Self::new(kind, what, format!("SQLite cannot read it: {why}"))
    }

    pub(super) fn of_body(id: i64, why: String) -> Self {
        let source = RepairSource::Pages {
            bodies: vec![id],
            captures: Vec::new(),
        };
        Self {
            source,
            ..Self::new(DamageKind::Body, format!("body {id}"), why)
        }
    }

    pub(super) fn of_dictionary(id: DictionaryId, why: String) -> Self {
        Self {
            source: RepairSource::DictionaryPage { dictionary: id },
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
            ..Self::new(DamageKind::Robots, what, fault.to_owned())
        }
    }

    pub(super) fn of_ledger(id: i64, run: RunId, why: String) -> Self {
        Self {
            run: Some(run.0),
            ..Self::new(DamageKind::Ledger, format!("row {id} of the ledger"), why)
        }
    }

    pub(super) fn of_text(bad: BadText) -> Self {
        let what = format!("row {} of {}", bad.row, bad.table);
        Self {
            url: bad.url,
            ..Self::new(
                DamageKind::Text,
                what,
                format!("`{}` is no UTF-8", bad.column),
            )
        }
    }

    /// SQLite reports a table's failed check without its row.
    pub(super) fn is_echo_of_version(&self) -> bool {
        self.kind == DamageKind::File && self.why == "CHECK constraint failed in version"
    }

    pub fn is_repaired(&self) -> bool {
        matches!(self.repair, Repair::Done { .. })
    }
}
