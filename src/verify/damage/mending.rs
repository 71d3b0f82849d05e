//! What a damaged thing can be made from again, and what was done about it.

use serde::{Serialize, Serializer};

use crate::archive::{CaptureOf, ChecksumKey, DictionaryId, Flaw};

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
pub(crate) enum RepairSource {
    Nothing,
    /// A row, of which only its checksum can be made anew.
    Itself(ChecksumKey),
    /// The full-text index, from the texts.
    Texts,
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
