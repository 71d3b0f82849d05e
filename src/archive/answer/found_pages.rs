//! Pages that an answer links to: new ones are added to the queue, and entry pages are queued
//! again.

use std::collections::{HashMap, HashSet};

use rusqlite::params;
use serde_json::{Value, json};

use crate::archive::engine::{AskedRows, Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::new_page::{ADD_UNKNOWN, TAKE_OVER_PHOTO};
use crate::archive::store::stored_key;
use crate::article_key::ArticleKey;
use crate::frontier::recrawl::is_suspended;
use crate::frontier::{Discovered, Role};
use crate::time::Timestamp;

/// At most so many sitemaps of a site are known: a sitemap index may name others without end.
const MAX_SITEMAPS: u32 = 5_000;

/// At most so many links are written by one statement, which bounds its text.
const MOST_LINKS: usize = 1_000;

/// Adds pages that are not known, and returns of each whether it was added. An article is known by
/// its key, except that the target of a redirect is always a page of its own.
pub(super) fn add_pages(
    tx: &Connection,
    site: &str,
    found: &[&Discovered],
    now: Timestamp,
) -> Result<Vec<bool>, ArchiveError> {
    let (known_photos, all) = (linked(IS_PHOTO_YET), linked("true"));
    let mut take_over = tx.prepare_cached(&format!(
        "{known_photos} {TAKE_OVER_PHOTO} RETURNING page.url"
    ))?;
    let mut add = tx.prepare_cached(&format!("{all} {ADD_UNKNOWN} RETURNING url"))?;

    let mut asked = Vec::new();
    for set in separate_sets(found) {
        let links = set.iter().map(|place| link_row(found[*place]));
        let links = Value::Array(links.collect()).to_string();
        let mut urls: Vec<AskedRows<'_, String>> = Vec::with_capacity(2);
        for statement in [&mut take_over, &mut add] {
            let values = params![site, links, now.millis(), MAX_SITEMAPS];
            urls.push(statement.ask_rows(values, Box::new(|row| row.get(0).map(Some)))?);
        }
        asked.push((set, urls));
    }

    let mut is_added = vec![false; found.len()];
    for (set, urls) in asked {
        let mut added = HashSet::new();
        for urls in urls {
            added.extend(urls.wait()?);
        }
        for place in set {
            is_added[place] = added.contains(found[place].url.as_str());
        }
    }
    Ok(is_added)
}

/// Begins a statement about links of an answer, which are given as JSON, see [`link_row`]: those
/// that meet a condition are `linked`, where they are to be pages.
fn linked(condition: &str) -> String {
    format!(
        "WITH found AS MATERIALIZED
           (SELECT CAST(key AS bigint) AS place, value ->> 0 AS url, value ->> 1 AS host,
                   value ->> 2 AS role, CAST(value ->> 3 AS bigint) AS number,
                   value ->> 4 AS text_id, CAST(value ->> 5 AS bigint) AS priority,
                   CAST(value ->> 6 AS bigint) AS hops
            FROM json_each(?2) WHERE {condition}),
         {LINKED}"
    )
}

/// A link to a page that was taken for a photo. Where no photos are kept, no link is looked at.
const IS_PHOTO_YET: &str = "EXISTS (SELECT 1 FROM page WHERE role = 'photo')
  AND value ->> 2 <> 'photo'
  AND EXISTS (SELECT 1 FROM page WHERE page.url = value ->> 0 AND page.role = 'photo')";

/// Those of `found` that no page of a known article has, and that were not taken down. An article
/// is known by its key, except that the target of a redirect is always a page of its own.
const LINKED: &str = "linked AS
  (SELECT site.id AS site_id, found.*, CAST(?3 AS bigint) AS at
   FROM found JOIN site ON site.name = ?1
   WHERE (found.hops > 0
          OR NOT EXISTS (SELECT 1 FROM page
                         WHERE page.site_id = site.id AND page.number = found.number)
             AND NOT EXISTS (SELECT 1 FROM page
                             WHERE page.site_id = site.id AND page.text_id = found.text_id))
     AND NOT EXISTS (SELECT 1 FROM taken_down_address
                     WHERE taken_down_address.url = found.url)
     AND NOT EXISTS
       (SELECT 1 FROM tombstone JOIN article ON article.id = tombstone.article_id
        WHERE article.site_id = site.id
          AND (article.number = found.number OR article.text_id = found.text_id))
     AND (found.role <> 'sitemap'
          OR (SELECT count(*) FROM page
              WHERE page.site_id = site.id AND page.role = 'sitemap') < ?4))";

/// Divides links into sets, by their places. A statement does not see the rows that it adds, so no
/// set has an address, an article's key or the role of a sitemap twice, and what comes again is in
/// a later set.
fn separate_sets(found: &[&Discovered]) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    // In how many of the first sets an address or key may not stand again.
    let mut behind_url: HashMap<&str, usize> = HashMap::new();
    let mut behind_key: HashMap<&ArticleKey, usize> = HashMap::new();
    let mut behind_sitemap = 0;

    for (place, link) in found.iter().enumerate() {
        let of_url = behind_url.entry(link.url.as_str()).or_default();
        let mut first = *of_url;
        let of_key = link
            .key
            .as_ref()
            .map(|key| behind_key.entry(key).or_default());
        first = first.max(of_key.as_deref().copied().unwrap_or_default());
        if link.role == Role::Sitemap {
            first = first.max(behind_sitemap);
        }
        let set = (first..sets.len()).find(|set| sets[*set].len() < MOST_LINKS);
        let set = set.unwrap_or(sets.len());
        if set == sets.len() {
            sets.push(Vec::new());
        }
        sets[set].push(place);
        *of_url = set + 1;
        if let Some(of_key) = of_key {
            *of_key = set + 1;
        }
        if link.role == Role::Sitemap {
            behind_sitemap = set + 1;
        }
    }
    sets
}

/// Returns a link as a row of values, in the order in which its statement reads them.
fn link_row(found: &Discovered) -> Value {
    let (number, text) = stored_key(found.key.as_ref());
    let (host, role) = (found.url.host(), found.role);
    json!([
        found.url.as_str(),
        host.as_str(),
        role.name(),
        number,
        text,
        role.priority(),
        found.hops
    ])
}

/// Queues a settled entry page again to which a redirect leads: it is read as often as the page
/// that redirects. Returns whether it was queued.
pub(super) fn requeue_redirected(
    tx: &Connection,
    found: &Discovered,
    now: Timestamp,
) -> Result<bool, ArchiveError> {
    // Articles and photos that are kept are not requested again.
    if found.hops == 0 || matches!(found.role, Role::Article | Role::Photo) {
        return Ok(false);
    }

    let mut select = tx.prepare_cached(
        "SELECT id, failures, settled_at FROM page
         WHERE url = ?1 AND role = ?2 AND hops > 0 AND verdict IS NOT NULL",
    )?;
    let settled = select.query_row(params![found.url.as_str(), found.role.name()], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get(1)?,
            Timestamp::from_millis(row.get(2)?),
        ))
    });
    let Some((id, failures, settled_at)) = settled.optional()? else {
        return Ok(false);
    };
    if is_suspended(failures, settled_at, now) {
        return Ok(false);
    }

    tx.prepare_cached(
        "UPDATE page SET due_at = ?2, attempts = 0, verdict = NULL, reason = NULL,
                settled_at = NULL, hops = ?3 WHERE id = ?1",
    )?
    .execute_later(params![id, now.millis(), found.hops])?;
    Ok(true)
}
