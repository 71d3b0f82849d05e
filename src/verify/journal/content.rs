//! What stands in the journal's file.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::archive::{FixityMarks, LedgerMark};
use crate::verify::scope::{EarlierRuns, RowCounts, Stage};

/// The form of the file. A file of another form is not read.
const FORM: u32 = 1;

/// The file: its content, and the SHA-256 of that, since its keys say what need not be checked.
#[derive(Serialize, Deserialize)]
struct JournalFile<C> {
    sha256: String,
    content: C,
}

/// How far verifications of an archive came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct JournalContent {
    form: u32,
    /// The number of the archive's file in its file system; a restored file has another.
    pub file: u64,
    /// The newest row of the ledger when the journal was saved.
    pub head: LedgerMark,
    pub under_way: Option<UnderWay>,
    /// The last whole verification, if it found nothing.
    pub whole: Option<SoundWhole>,
}

/// A whole verification that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UnderWay {
    pub began_at: String,
    /// How many runs it had, with the one under way.
    pub runs: u64,
    /// Of its beginning.
    pub marks: FixityMarks,
    pub structure: bool,
    ledger: SoundRows,
    /// Of the last sound row of the ledger.
    pub ledger_hash: String,
    bodies: SoundRows,
    captures: SoundRows,
    versions: SoundRows,
    words: SoundRows,
    robots: SoundRows,
}

/// Rows that are sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SoundRows {
    /// The last of them.
    pub key: i64,
    /// How many they are.
    pub rows: u64,
}

/// A whole verification that found nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SoundWhole {
    pub began_at: String,
    pub ended_at: String,
    /// Of its beginning: what came later was not looked at, or only by chance.
    pub marks: FixityMarks,
}

impl JournalContent {
    /// Begins one for a file.
    pub(super) fn of(file: u64) -> Self {
        Self {
            form: FORM,
            file,
            head: LedgerMark::default(),
            under_way: None,
            whole: None,
        }
    }

    /// Reads a file; `None` where it is not as it was written.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let JournalFile { sha256, content } =
            serde_json::from_slice::<JournalFile<Self>>(bytes).ok()?;
        (content.form == FORM && content.sha256() == sha256).then_some(content)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let file = JournalFile {
            sha256: self.sha256(),
            content: self,
        };
        let mut bytes = serde_json::to_vec_pretty(&file).expect("numbers and texts become JSON");
        bytes.push(b'\n');
        bytes
    }

    fn sha256(&self) -> String {
        let content = serde_json::to_vec(self).expect("numbers and texts become JSON");
        hex::encode(Sha256::digest(content))
    }
}

impl UnderWay {
    pub(super) fn new(began_at: String, marks: FixityMarks) -> Self {
        Self {
            began_at,
            runs: 0,
            marks,
            structure: false,
            ledger: SoundRows::default(),
            ledger_hash: String::new(),
            bodies: SoundRows::default(),
            captures: SoundRows::default(),
            versions: SoundRows::default(),
            words: SoundRows::default(),
            robots: SoundRows::default(),
        }
    }

    pub(super) fn sound(&self, stage: Stage) -> SoundRows {
        match stage {
            Stage::Ledger => self.ledger,
            Stage::Bodies => self.bodies,
            Stage::Captures => self.captures,
            Stage::Versions => self.versions,
            Stage::Words => self.words,
            Stage::Robots => self.robots,
        }
    }

    pub(super) fn set_sound(&mut self, stage: Stage, rows: SoundRows) {
        let sound = match stage {
            Stage::Ledger => &mut self.ledger,
            Stage::Bodies => &mut self.bodies,
            Stage::Captures => &mut self.captures,
            Stage::Versions => &mut self.versions,
            Stage::Words => &mut self.words,
            Stage::Robots => &mut self.robots,
        };
        *sound = rows;
    }

    pub(super) fn sound_ledger(&self) -> LedgerMark {
        LedgerMark {
            row: self.ledger.key,
            hash: self.ledger_hash.clone(),
        }
    }

    /// Returns what its runs found sound.
    pub(super) fn told(&self) -> EarlierRuns {
        EarlierRuns {
            began_at: self.began_at.clone(),
            runs: self.runs,
            structure: self.structure,
            rows: RowCounts {
                ledger_rows: self.ledger.rows,
                bodies: self.bodies.rows,
                captures: self.captures.rows,
                versions: self.versions.rows,
                words: self.words.rows,
                robots: self.robots.rows,
            },
        }
    }
}

/// Returns the number of a file in its file system; 0 where the system does not tell.
pub(super) fn inode(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.ino())
}
