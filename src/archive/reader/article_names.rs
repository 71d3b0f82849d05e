//! The one place that knows which article a person means: by its id, its number or text, an address
//! of it, or the ending of one of these.
//!
//! Each way is tried in turn, from the exact names to the loose ones. The first way that finds
//! something decides. Exact names are looked up in indexes. Endings cannot be: they are looked for
//! in the narrowest index that has the names, and the search ends at the eleventh article.

mod found_article;
mod typed_address;

use std::collections::BTreeSet;

use rusqlite::params;
use rusqlite::types::ToSql;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_names::typed_address::{TypedAddress, bare_host, escaped};
use crate::article_key::ArticleKey;
use crate::page_url::PageUrl;

pub use found_article::FoundArticle;

/// At most so many articles are named where several are meant: a person chooses among ten, and one
/// more tells that there are others.
const MOST_FOUND: i64 = 11;

/// The longest name that is looked for, in bytes: no id and no address is longer.
const LONGEST_NAME: usize = 4_096;

/// Rows of articles, each once.
type ArticleRows = BTreeSet<i64>;

/// A way to read a name.
type NameReading = fn(&Reader, &str) -> Result<ArticleRows, ArchiveError>;

/// The ways to read a name, the exact ones first.
const READINGS: [NameReading; 5] = [
    Reader::rows_of_key,
    Reader::rows_of_address,
    Reader::rows_of_key_in_address,
    Reader::rows_of_id_ending,
    Reader::rows_of_address_ending,
];

impl Reader {
    /// Finds an article by its id (`readersnews/81193`), its number or text, an address of it (with
    /// or without its scheme, of its mobile site, with further parameters), or an ending of its id
    /// or address that no other article has. Sees saved changes only.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::NoSuchArticle`] where there is none, [`ArchiveError::Ambiguous`]
    /// where there are several, and [`ArchiveError::TakenDown`] where it was taken out.
    pub fn find_article(&self, wanted: &str) -> Result<FoundArticle, ArchiveError> {
        let rows = self.rows_named(wanted.trim())?;
        let mut found: Vec<FoundArticle> = rows
            .into_iter()
            .map(|row| self.found(row))
            .collect::<Result<_, _>>()?;

        match found.len() {
            0 => Err(ArchiveError::NoSuchArticle {
                wanted: wanted.to_owned(),
            }),
            1 => self.unless_taken_down(found.remove(0)),
            _ => {
                let mut ids: Vec<String> = found.into_iter().map(|article| article.id).collect();
                ids.sort();
                Err(ArchiveError::Ambiguous {
                    wanted: wanted.to_owned(),
                    ids,
                })
            }
        }
    }

    fn rows_named(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        if wanted.is_empty() || wanted.len() > LONGEST_NAME {
            return Ok(ArticleRows::new());
        }

        for read in READINGS {
            let rows = read(self, wanted)?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(ArticleRows::new())
    }

    /// Returns the articles with this id, number or text.
    fn rows_of_key(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let (site, name) = wanted
            .split_once('/')
            .map_or((None, wanted), |(site, name)| (Some(site), name));
        let number = name.parse::<u64>().ok().map(u64::cast_signed);
        let (text, whole) = (ArticleKey::text(name), ArticleKey::text(wanted));

        // SQLite has a row for each site, and asks an index once for each of them.
        self.rows(
            "SELECT article.id FROM site
             CROSS JOIN article ON article.site_id = site.id AND article.number = ?2
             WHERE ?1 IS NULL OR site.name = ?1
             UNION
             SELECT article.id FROM site
             CROSS JOIN article ON article.site_id = site.id AND article.text_id = ?3
             WHERE site.name = ?1
             UNION
             SELECT article.id FROM site
             CROSS JOIN article ON article.site_id = site.id AND article.text_id = ?4
             LIMIT ?5",
            params![
                site,
                number,
                text.as_ref().and_then(ArticleKey::as_text),
                whole.as_ref().and_then(ArticleKey::as_text),
                MOST_FOUND
            ],
        )
    }

    /// Returns the articles of an address, or of one that differs by its scheme, by `www.` or `m.`,
    /// or by parameters.
    fn rows_of_address(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let Some(typed) = TypedAddress::read(wanted) else {
            return Ok(ArticleRows::new());
        };

        for address in typed.spellings() {
            let rows = self.rows(
                "SELECT id FROM article WHERE url = ?1 AND number IS NULL AND text_id IS NULL
                 UNION SELECT article_id FROM canonical WHERE url = ?1
                 UNION SELECT article.id FROM page CROSS JOIN article
                   ON article.site_id = page.site_id AND article.number = page.number
                   WHERE page.url = ?1
                 UNION SELECT article.id FROM page CROSS JOIN article
                   ON article.site_id = page.site_id AND article.text_id = page.text_id
                   WHERE page.url = ?1
                 LIMIT ?2",
                params![address.as_str(), MOST_FOUND],
            )?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(ArticleRows::new())
    }

    /// Returns the articles whose number or text stands in an address of their paper, in the same
    /// parameter or as the same part of the path as in their own addresses.
    fn rows_of_key_in_address(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
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

    /// Returns the articles whose id ends so.
    fn rows_of_id_ending(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let mut rows = self.rows_behind_site_ending(wanted)?;
        rows.extend(self.rows_of_number_ending(wanted)?);

        // An index has the texts alone.
        let text = ArticleKey::text(wanted).map_or(wanted.to_owned(), |key| key.to_string());
        rows.extend(self.rows(
            "SELECT id FROM article
             WHERE text_id IS NOT NULL AND substr(text_id, -length(?1)) = ?1 LIMIT ?2",
            params![text, MOST_FOUND],
        )?);
        Ok(rows)
    }

    /// Returns the articles with an exact name behind the ending of a site's name: `news/81193`.
    fn rows_behind_site_ending(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let Some((site, name)) = wanted.split_once('/') else {
            return Ok(ArticleRows::new());
        };

        let key = ArticleKey::text(name);
        self.rows(
            "SELECT article.id FROM site
             CROSS JOIN article ON article.site_id = site.id AND article.number = ?2
             WHERE substr(site.name, -length(?1)) = ?1
             UNION
             SELECT article.id FROM site
             CROSS JOIN article ON article.site_id = site.id AND article.text_id = ?3
             WHERE substr(site.name, -length(?1)) = ?1
             LIMIT ?4",
            params![
                site,
                key.as_ref()
                    .and_then(ArticleKey::as_number)
                    .map(u64::cast_signed),
                key.as_ref().and_then(ArticleKey::as_text),
                MOST_FOUND
            ],
        )
    }

    /// Returns the articles whose number has more digits than these, and ends with them. An index
    /// has the numbers alone.
    fn rows_of_number_ending(&self, digits: &str) -> Result<ArticleRows, ArchiveError> {
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let ending: Option<i64> = digits.parse().ok().filter(|_| is_number);
        let longer = u32::try_from(digits.len())
            .ok()
            .and_then(|length| 10_i64.checked_pow(length));
        let (Some(ending), Some(longer)) = (ending, longer) else {
            return Ok(ArticleRows::new());
        };

        // A number beyond SQLite's own is kept as a negative one.
        self.rows(
            "SELECT id FROM article WHERE number IS NOT NULL
               AND ((number >= ?2 AND number % ?2 = ?1)
                    OR (number < 0 AND substr(printf('%u', number), -length(?3)) = ?3))
             LIMIT ?4",
            params![ending, longer, digits, MOST_FOUND],
        )
    }

    /// Returns the articles whose address ends so. Only the table has all addresses: of a million
    /// articles it is read in a part of a second.
    fn rows_of_address_ending(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        self.rows(
            "SELECT id FROM article
             WHERE substr(url, -length(?1)) = ?1 OR substr(url, -length(?2)) = ?2 LIMIT ?3",
            params![wanted, escaped(wanted), MOST_FOUND],
        )
    }

    fn rows(&self, select: &str, values: &[&dyn ToSql]) -> Result<ArticleRows, ArchiveError> {
        let mut select = self.connection.prepare_cached(select)?;
        let rows = select.query_map(values, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
