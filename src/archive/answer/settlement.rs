//! The settlement of a page: its new state, and everything that its answer brought.

use rusqlite::params;

use crate::archive::answer::WriteEffect;
use crate::archive::answer::article_photos::add_photos;
use crate::archive::answer::found_pages::{add_pages, requeue_redirected};
use crate::archive::answer::list_step::write_list_step;
use crate::archive::backfill::note_rows;
use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::list::forget_seen_rows;
use crate::archive::page_state::write_state;
use crate::archive::revisit::revisit_origins;
use crate::archive::unended::note_ended;
use crate::frontier::{Judged, Page, Role, Settlement, Verdict};
use crate::time::Timestamp;

/// Writes a page's new state, and what its answer brought.
pub(super) fn write_settlement(
    tx: &Connection,
    page: &Page,
    settlement: &Settlement,
    now: Timestamp,
) -> Result<WriteEffect, ArchiveError> {
    let mut effect = WriteEffect::default();
    write_state(tx, page.id, page.role(), settlement, now)?;

    match settlement {
        Settlement::Retry { due, .. } => {
            note_failures(tx, page, settlement)?;
            effect.queue(page.url.host(), *due);
        }
        Settlement::Stands { .. } => effect.queue_growth -= 1,
        Settlement::Done(judged) => {
            effect.queue_growth -= 1;
            note_failures(tx, page, settlement)?;
            write_judged(tx, page, judged, now, &mut effect)?;
        }
    }

    if is_redirect_to_nothing(page, settlement) {
        for host in revisit_origins(tx, page, now)? {
            effect.queue(host, now);
            effect.queue_growth += 1;
        }
    }

    if page.unended > 0 {
        note_ended(tx, page)?;
    }
    Ok(effect)
}

/// Writes what the answer to a settled page brought: links to other pages, and how the traversal of
/// its list goes on.
fn write_judged(
    tx: &Connection,
    page: &Page,
    judged: &Judged,
    now: Timestamp,
    effect: &mut WriteEffect,
) -> Result<(), ArchiveError> {
    note_news(tx, page, judged, now)?;
    let others = judged.found.iter().filter(|one| one.role != Role::Photo);
    let others: Vec<_> = others.collect();
    let mut queued = add_photos(tx, page, judged, now)?;
    let added = add_pages(tx, &page.site, &others, now)?;
    for (found, is_added) in others.into_iter().zip(added) {
        if is_added || requeue_redirected(tx, found, now)? {
            queued.push(found);
        }
    }
    for found in queued {
        effect.queue(found.url.host(), now);
        effect.queue_growth += 1;
    }

    if page.role() == Role::ListPage {
        forget_seen_rows(tx, page.id)?;
    }
    if page.role() == Role::Window {
        note_rows(tx, page.id, judged)?;
    }

    if let Some((host, growth)) = write_list_step(tx, page, judged, now)? {
        effect.queue_growth += growth;
        effect.queue(host, now);
    }
    Ok(())
}

/// Tells whether a redirect led to this page, and no article is there.
fn is_redirect_to_nothing(page: &Page, settlement: &Settlement) -> bool {
    page.hops > 0
        && page.role() == Role::Article
        && page.kept().is_none()
        && has_no_article(page, settlement)
}

fn has_no_article(page: &Page, settlement: &Settlement) -> bool {
    match settlement {
        Settlement::Retry { misses, .. } => *misses > page.misses(),
        Settlement::Done(judged) => matches!(
            judged.verdict,
            Verdict::Gone { .. }
                | Verdict::Unextracted { .. }
                | Verdict::Refused { .. }
                | Verdict::Failed { .. }
        ),
        Settlement::Stands { .. } => false,
    }
}

/// Writes the consecutive failures of a feed or sitemap.
fn note_failures(
    tx: &Connection,
    page: &Page,
    settlement: &Settlement,
) -> Result<(), ArchiveError> {
    if page.is_source() {
        tx.prepare_cached("UPDATE page SET failures = ?2 WHERE id = ?1")?
            .execute_later(params![page.id.0, settlement.misses()])?;
    }
    Ok(())
}

/// Notes when a list, feed or sitemap last had new articles.
fn note_news(
    tx: &Connection,
    page: &Page,
    judged: &Judged,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    if judged.news && matches!(page.role(), Role::Section | Role::Feed | Role::Sitemap) {
        tx.prepare_cached("UPDATE page SET news_at = ?2 WHERE id = ?1")?
            .execute_later(params![page.id.0, now.millis()])?;
    }
    Ok(())
}
