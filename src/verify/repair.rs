//! Repair: extracts damaged versions again from the kept pages, and requests pages with damaged
//! bodies again.

use std::sync::Arc;

use crate::archive::{
    ArchiveError, CaptureOf, DamagedVersion, DictionaryId, KeptCapture, Lease, VersionRepair,
    Writer,
};
use crate::clock::Clock;
use crate::extract::{Article, Extraction};
use crate::site_reader::SiteReader;
use crate::verify::VerifyReport;
use crate::verify::damage::{Damage, Repair, RepairSource};

/// Repairs all that can be repaired, saves each repair by itself, and notes the result with each
/// damage.
///
/// # Errors
///
/// Returns an error if the archive cannot be written. Earlier repairs stay saved.
pub fn repair(
    archive: &mut Writer,
    lease: Lease,
    readers: &[Arc<SiteReader>],
    findings: &mut VerifyReport,
    clock: &Clock,
) -> Result<(), ArchiveError> {
    let mut repairing = Repairing {
        archive,
        lease,
        readers,
        clock,
        index: IndexState::AsItWas,
    };

    // The index is made anew from texts that are repaired.
    let is_late = |damage: &&mut Damage| damage.source == RepairSource::Texts;
    let (late, first): (Vec<_>, Vec<_>) = findings.damage.iter_mut().partition(is_late);

    for damage in first.into_iter().chain(late) {
        let repaired = repairing.repair(damage);

        damage.repair = match repaired {
            Ok(repair) => {
                repairing.archive.save()?;
                repair
            }
            Err(error) if is_of_this_one(&error) => {
                repairing.archive.abandon()?;
                Repair::NotPossible { why: told(error) }
            }
            Err(error) => return Err(error),
        };
        findings.repaired += u64::from(damage.is_repaired());
    }
    repairing.archive.check_files(clock.now())
}

/// A repair under way.
struct Repairing<'a> {
    archive: &'a mut Writer,
    lease: Lease,
    readers: &'a [Arc<SiteReader>],
    clock: &'a Clock,
    index: IndexState,
}

/// What was done with the full-text index in this repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IndexState {
    AsItWas,
    MadeAnew,
}

/// What is told of a row that only a backup has as it was.
const ACCEPTED: &str =
    "only a backup has what stood there; it stays as it is, and is not told again";

/// Changes of articles that are indexed in one transaction.
const INDEXED_AT_ONCE: u32 = 1_000;

impl Repairing<'_> {
    fn repair(&mut self, damage: &Damage) -> Result<Repair, ArchiveError> {
        match &damage.source {
            RepairSource::Nothing => Ok(Repair::NotPossible {
                why: "only a backup has it: see docs/care.md".to_owned(),
            }),
            RepairSource::Itself(row) => {
                self.archive.accept_row(self.lease, *row)?;
                Ok(Repair::NotPossible {
                    why: ACCEPTED.to_owned(),
                })
            }
            RepairSource::Texts => self.make_index_anew(),
            RepairSource::DictionaryPage { dictionary } => self.mend_dictionary(*dictionary),
            RepairSource::Pages { bodies, captures } => self.queue_pages(bodies, captures),
            RepairSource::Capture {
                article,
                n,
                capture,
                flaws,
            } => {
                let (article, n) = (*article, *n);
                self.mend(DamagedVersion { article, n, flaws }, *capture)
            }
        }
    }

    /// Makes the full-text index anew from the texts: once, however many of its words are damaged.
    /// Words that are damaged cannot be taken out one by one.
    fn make_index_anew(&mut self) -> Result<Repair, ArchiveError> {
        if self.index == IndexState::AsItWas {
            self.archive.distrust_words(self.lease)?;
            while self
                .archive
                .index_words(self.lease, INDEXED_AT_ONCE)?
                .is_some()
            {
                self.archive.save()?;
            }
            self.index = IndexState::MadeAnew;
        }
        Ok(Repair::Done {
            how: "the full-text index was made anew from the texts".to_owned(),
        })
    }

    /// Writes a dictionary again, from the page that it was made from.
    fn mend_dictionary(&mut self, id: DictionaryId) -> Result<Repair, ArchiveError> {
        Ok(if self.archive.mend_dictionary(self.lease, id)? {
            Repair::Done {
                how: "from the page that it was made from".to_owned(),
            }
        } else {
            Repair::NotPossible {
                why:
                    "only a backup has it: the page that it was made from is not kept or damaged, \
                      too (see docs/care.md)"
                        .to_owned(),
            }
        })
    }

    /// Queues the pages of damaged bodies for the next crawl.
    fn queue_pages(
        &mut self,
        bodies: &[i64],
        captures: &[CaptureOf],
    ) -> Result<Repair, ArchiveError> {
        let queued = self
            .archive
            .ask_again(self.lease, bodies, captures, self.clock.now())?;

        let why = match queued {
            0 => "only a backup has it: no page that is kept now came with it (see docs/care.md)",
            _ => "its page is asked for as a whole at the next crawl",
        };
        Ok(Repair::NotPossible {
            why: why.to_owned(),
        })
    }

    /// Extracts a damaged version again from the capture that it was read in.
    fn mend(&mut self, damaged: DamagedVersion<'_>, capture: i64) -> Result<Repair, ArchiveError> {
        let now = self.clock.now();
        let Some(kept) = self.archive.kept_capture(capture)? else {
            let why = format!(
                "of capture {capture} no body was kept; only a backup has it (see docs/care.md)"
            );
            return Ok(Repair::NotPossible { why });
        };

        match read(&kept, self.readers) {
            Ok(read) => {
                let article = kept.read_as(*read);
                let mended = self
                    .archive
                    .mend_version(self.lease, damaged, article, now)?;
                Ok(in_words(mended))
            }
            Err(why) => Ok(Repair::NotPossible { why }),
        }
    }
}

/// Tells whether an error is about what is damaged; others end the repair.
fn is_of_this_one(error: &ArchiveError) -> bool {
    matches!(error, ArchiveError::Damaged(_) | ArchiveError::Engine(_))
}

/// Says what is damaged, without the advice to verify.
fn told(error: ArchiveError) -> String {
    if let ArchiveError::Damaged(why) = error {
        why
    } else {
        error.to_string()
    }
}

fn in_words(mended: VersionRepair) -> Repair {
    let how = match mended {
        VersionRepair::Exactly => "read again from its page: the same words as before",
        VersionRepair::Fields => "the damaged fields were read again from its page",
        VersionRepair::OtherWords => {
            "read again from its page: today's reader finds other words, which stand there now"
        }
        VersionRepair::NotOnPage => {
            let why = ACCEPTED.to_owned();
            return Repair::NotPossible { why };
        }
    };
    Repair::Done {
        how: how.to_owned(),
    }
}

/// Reads a capture as the profile of its day does.
fn read(capture: &KeptCapture, readers: &[Arc<SiteReader>]) -> Result<Box<Article>, String> {
    let site = &capture.page.site;
    let Some(reader) = SiteReader::of_day(readers, site, capture.fetched_at) else {
        return Err(format!(
            "its site {site} is not configured: name its folder with --config"
        ));
    };

    let body = capture
        .body()
        .map_err(|error| format!("its page cannot be read again: {}", told(error)))?;
    let read = reader.read_capture(capture, &body);

    match read.map_err(|undone| undone.to_string())? {
        Extraction::Article(article) | Extraction::Members(article) => Ok(article),
        Extraction::Gone { why }
        | Extraction::Refused { why }
        | Extraction::NotAnArticle { why } => Err(format!(
            "today's reader finds no article in its page: {why}"
        )),
    }
}
