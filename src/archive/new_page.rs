//! Statements that add pages. Each stands behind `WITH linked AS (…)`, whose rows are the pages with
//! their columns, and their `place` among each other.
//!
//! An address is unique without an index that `ON CONFLICT (url) DO UPDATE` could name: in
//! PostgreSQL a hash keeps it so, which takes a quarter of the room of a B-tree of addresses. What
//! changes pages that are known is a statement of its own, before that which adds the others.

/// Makes a photo that turns out to be a page of a paper that page. An article may name any address
/// of the web as its photo.
pub(super) const TAKE_OVER_PHOTO: &str = "UPDATE page SET
       site_id = linked.site_id, role = linked.role, number = linked.number,
       text_id = linked.text_id, priority = linked.priority, hops = linked.hops,
       discovered_at = linked.at, due_at = linked.at, attempts = 0,
       verdict = NULL, reason = NULL, settled_at = NULL, shown_by = NULL
     FROM linked
     WHERE page.url = linked.url AND page.role = 'photo' AND linked.role <> 'photo'";

/// Queues pages whose addresses are not known.
pub(super) const ADD_UNKNOWN: &str = "INSERT INTO page (site_id, host, url, role, number, text_id,
                       priority, discovered_at, due_at, hops)
     SELECT site_id, host, url, role, number, text_id, priority, at, at, hops
     FROM linked WHERE true ORDER BY place
     ON CONFLICT DO NOTHING";
