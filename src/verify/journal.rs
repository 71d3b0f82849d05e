//! The journal of a verification: a file beside the archive that tells how far one that was
//! interrupted had come, and what the archive had when all of it was last found sound.

mod content;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

use crate::archive::{ArchiveError, FixityMarks, LedgerMark, Reader};
use crate::clock::Clock;
use crate::time::Timestamp;
use crate::verify::scope::{EarlierRuns, Stage};

use content::{JournalContent, SoundRows, SoundWhole, UnderWay, inode};

/// The journal's file name in the data folder.
const FILE: &str = "archive.verify.json";

/// A journal has some two kilobytes. Of a larger file only this much is read, so that it is
/// refused.
const MOST_BYTES: u64 = 1 << 20;

/// The time between two savings: a killed verification repeats less than that, and a saving takes
/// some microseconds.
const EVERY: Duration = Duration::from_secs(2);

/// A verification that was interrupted longer ago begins anew: what was sound then says little of
/// today's disk. A whole one is due once a month.
const OLDEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// How far verifications of an archive came.
#[derive(Debug)]
pub struct VerifyJournal {
    path: PathBuf,
    clock: Clock,
    every: Duration,
    saved_at: Timestamp,
    content: JournalContent,
    /// What was found sound before this run.
    earlier: Option<EarlierRuns>,
    /// Why the journal that stands there is not used.
    refusal: Option<String>,
    /// Why it could not be written.
    trouble: Option<String>,
}

impl VerifyJournal {
    /// Reads the journal beside an archive. One of another archive, of a restored one, and one that
    /// cannot be read are not used.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read.
    pub fn open(reader: &Reader, clock: Clock) -> Result<Self, ArchiveError> {
        let path = reader.file_place().with_file_name(FILE);
        let mut journal = Self {
            content: JournalContent::of(inode(reader.path())),
            path,
            clock,
            every: EVERY,
            saved_at: clock.now(),
            earlier: None,
            refusal: None,
            trouble: None,
        };

        match journal.read(reader)? {
            Ok(Some(content)) => journal.content = content,
            Ok(None) => {}
            Err(why) => journal.refusal = Some(why),
        }
        journal.forget_old();
        Ok(journal)
    }

    /// Saves at each step. Tests interrupt a verification anywhere.
    #[must_use]
    pub fn saving_always(mut self) -> Self {
        self.every = Duration::ZERO;
        self
    }

    /// Forgets a verification that was interrupted.
    pub fn begin_anew(&mut self) {
        self.content.under_way = None;
    }

    /// Returns what earlier runs of an interrupted verification found sound.
    pub fn interrupted(&self) -> Option<EarlierRuns> {
        self.content.under_way.as_ref().map(UnderWay::told)
    }

    /// Returns when the last whole verification began that found nothing, and the marks of then.
    pub fn last_sound(&self) -> Option<(&str, &FixityMarks)> {
        let whole = self.content.whole.as_ref()?;
        Some((&whole.began_at, &whole.marks))
    }

    /// Returns why a journal that stands there is not used.
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// Returns why it could not be written.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Reads the file: `Ok(None)` where there is none, `Err` where it is not to be used.
    fn read(
        &self,
        reader: &Reader,
    ) -> Result<Result<Option<JournalContent>, String>, ArchiveError> {
        let mut bytes = Vec::new();
        let file = File::open(&self.path).map(|file| file.take(MOST_BYTES));
        match file.and_then(|mut file| file.read_to_end(&mut bytes)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(None)),
            Err(error) => return Ok(Err(format!("it cannot be read: {error}"))),
        };
        let Some(content) = JournalContent::from_bytes(&bytes) else {
            return Ok(Err("it is damaged or of another saseo".to_owned()));
        };

        let is_same = content.file == self.content.file && reader.has_ledger_row(&content.head)?;
        Ok(match is_same {
            true => Ok(Some(content)),
            false => Err("it is of another file: the archive was restored or copied".to_owned()),
        })
    }

    /// Forgets a verification that was interrupted long ago.
    fn forget_old(&mut self) {
        let now = self.clock.now();
        let is_old = |under_way: &UnderWay| {
            Timestamp::from_rfc3339(&under_way.began_at)
                .is_none_or(|began| now.since(began) > OLDEST)
        };
        if let Some(old) = self
            .content
            .under_way
            .take_if(|under_way| is_old(under_way))
        {
            let why = format!(
                "the verification of {} is too old to go on with",
                old.began_at
            );
            self.refusal = Some(why);
        }
    }

    /// Begins a run of a whole verification: a new one, or one that goes on.
    pub(super) fn begin(&mut self, reader: &Reader) -> Result<(), ArchiveError> {
        self.earlier = self.interrupted();
        if self.content.under_way.is_none() {
            let began_at = self.clock.now().to_string();
            self.content.under_way = Some(UnderWay::new(began_at, reader.fixity_marks()?));
        }

        if let Some(under_way) = &mut self.content.under_way {
            under_way.runs += 1;
        }
        self.save(reader)
    }

    /// Returns what was found sound before this run.
    pub(super) fn earlier(&self) -> Option<&EarlierRuns> {
        self.earlier.as_ref()
    }

    /// Returns the key up to which the rows of a stage are sound.
    pub(super) fn sound_to(&self, stage: Stage) -> i64 {
        let under_way = self.content.under_way.as_ref();
        under_way.map_or(0, |under_way| under_way.sound(stage).key)
    }

    /// Returns the row up to which the ledger is sound.
    pub(super) fn sound_ledger(&self) -> LedgerMark {
        let under_way = self.content.under_way.as_ref();
        under_way.map_or_else(LedgerMark::default, UnderWay::sound_ledger)
    }

    /// Tells whether an earlier run found the file's structure sound.
    pub(super) fn has_structure(&self) -> bool {
        self.earlier
            .as_ref()
            .is_some_and(|earlier| earlier.structure)
    }

    /// Notes that the file's structure is sound.
    pub(super) fn note_structure(&mut self, reader: &Reader) -> Result<(), ArchiveError> {
        if let Some(under_way) = &mut self.content.under_way {
            under_way.structure = true;
        }
        self.save(reader)
    }

    /// Notes that the rows of a stage are sound up to a key, of which this run has looked at
    /// `rows`. Saves now and then.
    pub(super) fn note(
        &mut self,
        reader: &Reader,
        stage: Stage,
        key: i64,
        rows: u64,
    ) -> Result<(), ArchiveError> {
        let before = self.earlier.as_ref().map(|earlier| stage.of(&earlier.rows));
        let rows = before.unwrap_or_default().saturating_add(rows);
        if let Some(under_way) = &mut self.content.under_way {
            under_way.set_sound(stage, SoundRows { key, rows });
        }

        match self.clock.now().since(self.saved_at) >= self.every {
            true => self.save(reader),
            false => Ok(()),
        }
    }

    /// Notes the hash of the row up to which the ledger is sound.
    pub(super) fn note_ledger_hash(&mut self, hash: &[u8; 32]) {
        if let Some(under_way) = &mut self.content.under_way {
            under_way.ledger_hash = hex::encode(hash);
        }
    }

    /// Ends a whole verification. Only one that found nothing has marks to check from later.
    pub(super) fn end(&mut self, reader: &Reader, damaged: u64) -> Result<(), ArchiveError> {
        let ended_at = self.clock.now().to_string();
        let done = self.content.under_way.take();

        self.content.whole = done.filter(|_| damaged == 0).map(|done| SoundWhole {
            began_at: done.began_at,
            ended_at,
            marks: done.marks,
        });
        self.save(reader)
    }

    /// Writes the journal beside its place, and renames it. A journal that cannot be written does
    /// not end a verification.
    pub(super) fn save(&mut self, reader: &Reader) -> Result<(), ArchiveError> {
        self.saved_at = self.clock.now();
        self.content.head = reader.ledger_head()?;

        let part = self.path.with_extension("json.part");
        // A machine that only reads a database may have no folder for what belongs to it.
        let folder = self.path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = folder.and_then(|()| fs::write(&part, self.content.to_bytes()));
        let written = written.and_then(|()| fs::rename(&part, &self.path));
        if let Err(error) = written {
            self.trouble
                .get_or_insert_with(|| format!("{}: {error}", self.path.display()));
        }
        Ok(())
    }
}
