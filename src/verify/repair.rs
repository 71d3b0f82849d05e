//! Repair: extracts damaged versions again from the kept pages, and requests pages with damaged
//! bodies again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::archive::{ArchiveError, DamagedVersion, KeptCapture, Lease, VersionRepair, Writer};
use crate::clock::Clock;
use crate::deadline::Undone;
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
    for damage in &mut findings.damage {
        let repaired = repair_one(archive, lease, readers, damage, clock);

        damage.repair = match repaired {
            Ok(repair) => {
                archive.save()?;
                repair
            }
            Err(error) if is_of_this_one(&error) => {
                archive.abandon()?;
                Repair::NotPossible { why: told(error) }
            }
            Err(error) => return Err(error),
        };
        findings.repaired += u64::from(damage.is_repaired());
    }
    archive.check_files(clock.now())
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

fn repair_one(
    archive: &mut Writer,
    lease: Lease,
    readers: &[Arc<SiteReader>],
    damage: &Damage,
    clock: &Clock,
) -> Result<Repair, ArchiveError> {
    let now = clock.now();

    match &damage.source {
        RepairSource::Nothing => Ok(Repair::NotPossible {
            why: "only a backup has it: see docs/care.md".to_owned(),
        }),
        RepairSource::Pages { bodies, captures } => {
            let queued = archive.ask_again(lease, bodies, captures, now)?;

            let why = match queued {
                0 => {
                    "only a backup has it: no page that is kept now came with it (see docs/care.md)"
                }
                _ => "its page is asked for as a whole at the next crawl",
            };

            Ok(Repair::NotPossible {
                why: why.to_owned(),
            })
        }
        RepairSource::Capture {
            article,
            n,
            capture,
            flaws,
        } => {
            let Some(kept) = archive.kept_capture(*capture)? else {
                let why = format!(
                    "of capture {capture} no body was kept; only a backup has it (see docs/care.md)"
                );
                return Ok(Repair::NotPossible { why });
            };

            match read(&kept, readers) {
                Ok(read) => {
                    let (article, n) = (*article, *n);
                    let damaged = DamagedVersion { article, n, flaws };
                    let mended = archive.mend_version(lease, damaged, kept.read_as(*read), now)?;
                    Ok(Repair::Done {
                        how: in_words(mended).to_owned(),
                    })
                }
                Err(why) => Ok(Repair::NotPossible { why }),
            }
        }
    }
}

fn in_words(mended: VersionRepair) -> &'static str {
    match mended {
        VersionRepair::Exactly => "read again from its page: the same words as before",
        VersionRepair::Fields => "the damaged fields were read again from its page",
        VersionRepair::OtherWords => {
            "read again from its page: today's reader finds other words, which stand there now"
        }
    }
}

/// Reads a capture as the profile of its day does.
fn read(capture: &KeptCapture, readers: &[Arc<SiteReader>]) -> Result<Box<Article>, String> {
    let of_site = || {
        readers
            .iter()
            .filter(|reader| reader.site.name == capture.page.site)
    };

    let of_day = of_site().find(|reader| reader.is_for(capture.fetched_at));
    let Some(reader) = of_day.or_else(|| of_site().next_back()) else {
        return Err(format!(
            "its site {} is not configured: name its folder with --config",
            capture.page.site
        ));
    };

    let body = capture
        .body()
        .map_err(|error| format!("its page cannot be read again: {}", told(error)))?;
    let content_type = capture.header("content-type").unwrap_or_default();
    let reading = AssertUnwindSafe(|| {
        reader.read_again(&capture.page.url, content_type, &body, capture.fetched_at)
    });

    match catch_unwind(reading).map_err(|_| Undone::Panicked.to_string())? {
        Extraction::Article(article) | Extraction::Members(article) => Ok(article),
        Extraction::Gone { why }
        | Extraction::Refused { why }
        | Extraction::NotAnArticle { why } => Err(format!(
            "today's reader finds no article in its page: {why}"
        )),
    }
}
