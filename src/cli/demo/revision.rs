//! The demo's revision: its paper corrects one article and takes one back, and a later crawl finds
//! both.

use std::path::Path;

use crate::archive::{Lock, Reader, Writer};
use crate::cli::console::{self, Verbosity};
use crate::cli::show::ArticlePrint;
use crate::cli::{diff, layout};
use crate::clock::Clock;
use crate::config::settings::Durability;
use crate::demo::{OriginThread, RevisedTitles};

/// The newest articles that are revisited, among them the two that the paper revises. There are a
/// few more: with one gone among two, a mass deletion would be suspected.
const REVISITED: u32 = 6;

/// Revises the paper, and schedules revisits of the newest articles for the next crawl.
pub(super) fn revise(
    voice: Verbosity,
    origin: &OriginThread,
    folder: &Path,
) -> anyhow::Result<RevisedTitles> {
    let revision = origin.newspaper(|paper| paper.revise());
    let told = match &revision.withdrawn {
        Some(withdrawn) => format!(
            "corrects {:?} and takes back {withdrawn:?}",
            revision.corrected
        ),
        None => format!("corrects {:?}", revision.corrected),
    };

    voice.note(&format!(
        "\nNow the paper {told}. A real paper's articles are asked for again an hour, six hours, \
         a day, a week and a month after their publication; \
         the demo does not wait, and asks again for the {REVISITED} newest:"
    ));

    let now = Clock::system().now();
    let mut archive = Writer::open(Lock::take(folder, "demo")?, Durability::Normal)?;
    let lease = archive.take_lease("demo", now, None)?;
    archive.revisit_newest(lease, "demo", REVISITED, now)?;
    archive.save()?;
    Ok(revision)
}

/// Tells what follows for an article that was just taken back.
pub(super) fn tell_withdrawn(voice: Verbosity, revision: &RevisedTitles) {
    if revision.withdrawn.is_some() {
        voice.note(
            "The article that was taken back stays in the archive. \
             It counts as gone when it is missing a day later, too.",
        );
    }
}

/// Shows the article that the paper corrected, and what changed in it.
pub(super) fn show(
    voice: Verbosity,
    revision: &RevisedTitles,
    folder: &Path,
) -> anyhow::Result<()> {
    let reader = Reader::open(folder)?;
    // A crawl that was stopped may not have kept it.
    let Some(id) = reader.newest_titled(&revision.corrected)? else {
        return Ok(());
    };

    let found = reader.find_article(&id)?;
    let versions = reader.versions(&found)?;
    let [.., newest] = versions.as_slice() else {
        anyhow::bail!("the archive returned an article without a version")
    };

    voice.note("\nOne article, as `saseo show` tells it:\n");
    let capture = reader.capture_of_version(&found, newest.kept.version)?;
    let print = ArticlePrint {
        found: &found,
        shown: newest,
        versions: &versions,
        photos: &[],
        capture: &capture,
    };
    console::data(&print.in_words(layout::columns()))?;

    if let [.., old, new] = versions.as_slice() {
        voice.note("What changed in it, as `saseo diff` tells it:\n");
        diff::tell(&found, old, new)?;
        console::data("")?;
    }
    Ok(())
}
