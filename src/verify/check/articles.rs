//! The checks of articles: their versions, and their words in the full-text index.

use crate::archive::{ArchiveError, RowRead, StoredVersion, StoredWords};
use crate::verify::VerifyProgress;
use crate::verify::check::Check;
use crate::verify::damage::{Damage, DamageKind};
use crate::verify::scope::Stage;

impl<W: FnMut(&VerifyProgress)> Check<'_, W> {
    pub(crate) fn versions(&mut self) -> Result<(), ArchiveError> {
        let span = self.begin_stage(Stage::Versions)?;
        // An article has been looked at once the next one begins: it may have several versions.
        let mut last = 0;

        for looked in self.reader.stored_versions(&self.articles(), span)? {
            match looked? {
                RowRead::Lost(lost) => self.add(Damage::of_lost(DamageKind::Version, lost)),
                RowRead::Row(version) => {
                    if version.article > last {
                        self.pass(Stage::Versions, last, self.findings.versions)?;
                        last = version.article;
                    }
                    self.version(version);
                }
            }
            self.tell(Stage::Versions, self.findings.versions);
        }
        self.pass(Stage::Versions, last, self.findings.versions)?;
        self.end_stage()
    }

    fn version(&mut self, version: StoredVersion) {
        self.findings.versions += u64::from(version.n.is_some());
        if version.n.is_none() || !version.flaws.is_empty() {
            self.damaged_articles.insert(version.article);
            self.add(Damage::of_version(version));
        }
    }

    pub(crate) fn words(&mut self) -> Result<(), ArchiveError> {
        let span = self.begin_stage(Stage::Words)?;
        self.tell_step("the full-text index");

        let mut noted = Ok(());
        self.reader.stored_words(&self.articles(), span, |looked| {
            if noted.is_ok() {
                noted = self.words_of(looked);
            }
        })?;
        noted?;
        self.end_stage()
    }

    fn words_of(&mut self, looked: RowRead<StoredWords>) -> Result<(), ArchiveError> {
        let words = match looked {
            RowRead::Lost(lost) => {
                self.add(Damage::of_lost_words(lost));
                return Ok(());
            }
            RowRead::Row(words) => words,
        };

        self.findings.words += 1;
        let article = words.article;
        // A damaged text was told already, and has other words.
        let is_told = self.damaged_articles.contains(&article);
        self.is_frozen |= is_told;
        if let Some(why) = words.fault.clone().filter(|_| !is_told) {
            self.add(Damage::of_words(words, why));
        }
        self.tell(Stage::Words, self.findings.words);
        self.pass(Stage::Words, article, self.findings.words)
    }
}
