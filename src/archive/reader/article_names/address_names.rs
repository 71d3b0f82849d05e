//! Articles by their addresses, from the exact one to one that only has the article's key.

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_names::typed_address::{TypedAddress, bare_host};
use crate::archive::reader::article_names::{ArticleRows, MOST_FOUND};
use crate::article_key::ArticleKey;
use crate::page_url::PageUrl;

impl Reader {
    /// Returns the articles of an address, or of one that differs by its scheme, by `www.` or `m.`.
    pub(super) fn rows_of_address(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let Some(typed) = TypedAddress::read(wanted) else {
            return Ok(ArticleRows::new());
        };

        for address in typed.spellings() {
            let rows = self.rows(
                "SELECT id FROM article WHERE url = ?1 AND number IS NULL AND text_id IS NULL
                 UNION SELECT article.id FROM page CROSS JOIN article
                   WHERE article.site_id = page.site_id AND article.number = page.number
                     AND page.url = ?1
                 UNION SELECT article.id FROM page CROSS JOIN article
                   WHERE article.site_id = page.site_id AND article.text_id = page.text_id
                     AND page.url = ?1
                 LIMIT ?2",
                params![address.as_str(), MOST_FOUND],
            )?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(ArticleRows::new())
    }

    /// Returns the articles that name an address of their own host as canonical. Any page may name
    /// any address.
    pub(super) fn rows_of_canonical(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let Some(typed) = TypedAddress::read(wanted) else {
            return Ok(ArticleRows::new());
        };
        let mut select = self.connection.prepare_cached(
            "SELECT article.id, article.url FROM canonical
             JOIN article ON article.id = canonical.article_id WHERE canonical.url = ?1
             LIMIT 100",
        )?;

        let mut rows = ArticleRows::new();
        for address in typed.spellings() {
            let mut found = select.query([address.as_str()])?;
            while let Some(row) = found.next()? {
                let (id, url): (i64, String) = (row.get(0)?, row.get(1)?);
                if PageUrl::from_stored(&url)
                    .is_ok_and(|own| bare_host(&own) == bare_host(typed.address()))
                {
                    rows.insert(id);
                }
            }
        }
        Ok(rows)
    }

    /// Returns the articles at an address without its parameters: whoever copies one may have more
    /// behind it than the paper needs.
    pub(super) fn rows_of_bare_address(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        match wanted.split_once('?') {
            Some((bare, _)) => self.rows_of_address(bare),
            None => Ok(ArticleRows::new()),
        }
    }

    /// Returns the articles whose number or text stands in an address of their paper, in the same
    /// parameter or as the same part of the path as in their own addresses.
    pub(super) fn rows_of_key_in_address(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let Some(typed) = TypedAddress::read(wanted) else {
            return Ok(ArticleRows::new());
        };
        let sites = self.sites_at(bare_host(typed.address()))?;
        let mut select = self.connection.prepare_cached(
            "SELECT id, url FROM article WHERE site_id = ?1 AND number = ?2
             UNION ALL SELECT id, url FROM article WHERE site_id = ?1 AND text_id = ?3",
        )?;

        let mut rows = ArticleRows::new();
        for site in sites {
            for piece in typed.pieces() {
                let Some(key) = ArticleKey::text(&piece.value) else {
                    continue;
                };
                let values = params![site, key.as_number().map(u64::cast_signed), key.as_text()];
                let mut found = select.query(values)?;
                while let Some(row) = found.next()? {
                    let (id, url): (i64, String) = (row.get(0)?, row.get(1)?);
                    if TypedAddress::read(&url).is_some_and(|own| own.pieces().contains(&piece)) {
                        rows.insert(id);
                    }
                }
            }
        }
        Ok(rows)
    }

    /// Returns the sites whose home page is at a host, be it with `www.`, `m.` or neither.
    fn sites_at(&self, host: &str) -> Result<Vec<i64>, ArchiveError> {
        let mut select = self.connection.prepare("SELECT id, home FROM site")?;
        let homes = select.query_map([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?;

        let mut sites = Vec::new();
        for home in homes {
            let (site, home) = home?;
            // A damaged home page names no host.
            if PageUrl::from_stored(&home).is_ok_and(|home| bare_host(&home) == host) {
                sites.push(site);
            }
        }
        Ok(sites)
    }
}
