//! The one place that knows which article a person means: by its id, its number or text, an address
//! of it, or the ending of one of these.
//!
//! Each way is tried in turn, from the exact names to the loose ones. The first way that finds
//! something decides. Exact names are looked up in indexes. Endings cannot be: they are looked for
//! in the narrowest index that has the names, and the search ends at the eleventh article.

mod address_names;
mod found_article;
mod typed_address;

use std::collections::BTreeSet;

use rusqlite::params;
use rusqlite::types::ToSql;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_names::typed_address::escaped;
use crate::article_key::ArticleKey;

pub use found_article::FoundArticle;

/// At most so many articles are named where several are meant: a person chooses among ten, and one
/// more tells that there are others.
const MOST_FOUND: i64 = 11;

/// The articles whose text ends so. An index has the texts alone.
const TEXT_ENDINGS: &str = "SELECT id FROM article
     WHERE text_id IS NOT NULL AND substr(text_id, length(text_id) - length(?1) + 1) = ?1
     LIMIT ?2";

/// The articles whose number is larger and ends so: it leaves the rest `?1` when it is divided by
/// `?2`. A number beyond SQLite's own is kept as a negative one, which is smaller by 2^64: `?3` is
/// the rest of that. An index has the numbers alone.
const NUMBER_ENDINGS: &str = "SELECT id FROM article WHERE number IS NOT NULL
       AND ((number >= ?2 AND number % ?2 = ?1)
            OR (number < 0 AND (number % ?2 + ?3 + ?2) % ?2 = ?1))
     LIMIT ?4";

/// The longest name that is looked for, in bytes: no id and no address is longer.
const LONGEST_NAME: usize = 4_096;

/// Rows of articles, each once.
type ArticleRows = BTreeSet<i64>;

/// A way to read a name.
type NameReading = fn(&Reader, &str) -> Result<ArticleRows, ArchiveError>;

/// The ways to read a name, the exact ones first.
const READINGS: [NameReading; 8] = [
    Reader::rows_of_key,
    Reader::rows_of_other_key,
    Reader::rows_of_address,
    Reader::rows_of_canonical,
    Reader::rows_of_key_in_address,
    Reader::rows_of_bare_address,
    Reader::rows_of_id_ending,
    Reader::rows_of_address_ending,
];

/// The articles whose name in the id is a number, a text or, where they have neither, an address.
#[cfg(feature = "cli")]
const BY_ID: &str = "SELECT article.id FROM site CROSS JOIN article
     WHERE site.name = ?1 AND article.site_id = site.id AND article.number = ?2
     UNION
     SELECT article.id FROM site CROSS JOIN article
     WHERE site.name = ?1 AND article.site_id = site.id AND article.text_id = ?3
     UNION
     SELECT article.id FROM site CROSS JOIN article
     WHERE site.name = ?1 AND article.site_id = site.id AND article.url = ?4
       AND article.number IS NULL AND article.text_id IS NULL
     LIMIT ?5";

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

        if found.len() > 1 {
            let kept = |article: &FoundArticle| self.unless_taken_down(article.clone()).is_ok();
            let (living, removed): (Vec<_>, Vec<_>) = found.into_iter().partition(kept);
            found = if living.is_empty() { removed } else { living };
        }
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

    /// Finds the article that exports name `SITE/NAME`, and no other one. Sees saved changes only.
    ///
    /// # Errors
    ///
    /// As [`Reader::find_article`], but no name has several articles.
    #[cfg(feature = "cli")]
    pub(crate) fn article_of_id(
        &self,
        site: &str,
        name: &str,
    ) -> Result<FoundArticle, ArchiveError> {
        let id = format!("{site}/{name}");
        let key = ArticleKey::text(name);
        let rows = self.rows(
            BY_ID,
            params![
                site,
                key.as_ref()
                    .and_then(ArticleKey::as_number)
                    .map(u64::cast_signed),
                key.as_ref().and_then(ArticleKey::as_text),
                name,
                MOST_FOUND
            ],
        )?;
        for row in rows {
            let found = self.found(row)?;
            if found.id == id {
                return self.unless_taken_down(found);
            }
        }
        Err(ArchiveError::NoSuchArticle { wanted: id })
    }

    /// Returns the article of an address, or of one that differs by its scheme, by `www.` or `m.`;
    /// `None` where there is none, or several. Sees saved changes only.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::TakenDown`] where it was taken out.
    #[cfg(feature = "cli")]
    pub(crate) fn article_at(&self, url: &str) -> Result<Option<FoundArticle>, ArchiveError> {
        let rows = self.rows_of_address(url)?;
        match rows.first() {
            Some(row) if rows.len() == 1 => self.unless_taken_down(self.found(*row)?).map(Some),
            Some(_) | None => Ok(None),
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
        let (key, whole) = (ArticleKey::text(name), ArticleKey::text(wanted));
        let number = key.as_ref().and_then(ArticleKey::as_number);

        // SQLite has a row for each site, and asks an index once for each of them.
        self.rows(
            "SELECT article.id FROM site CROSS JOIN article
             WHERE article.site_id = site.id AND article.number = ?2
               AND (CAST(?1 AS text) IS NULL OR site.name = ?1)
             UNION
             SELECT article.id FROM site CROSS JOIN article
             WHERE article.site_id = site.id AND article.text_id = ?3 AND site.name = ?1
             UNION
             SELECT article.id FROM site CROSS JOIN article
             WHERE article.site_id = site.id AND article.text_id = ?4
             LIMIT ?5",
            params![
                site,
                number.map(u64::cast_signed),
                key.as_ref().and_then(ArticleKey::as_text),
                whole.as_ref().and_then(ArticleKey::as_text),
                MOST_FOUND
            ],
        )
    }

    /// Returns the articles for which a later profile read this key in their page.
    fn rows_of_other_key(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let (site, name) = wanted
            .split_once('/')
            .map_or((None, wanted), |(site, name)| (Some(site), name));
        self.rows(
            "SELECT article_id FROM site CROSS JOIN other_key
             WHERE other_key.site_id = site.id AND other_key.key = ?2
               AND (CAST(?1 AS text) IS NULL OR site.name = ?1)
             UNION
             SELECT article_id FROM site CROSS JOIN other_key
             WHERE other_key.site_id = site.id AND other_key.key = ?3
             LIMIT ?4",
            params![site, name, wanted, MOST_FOUND],
        )
    }

    /// Returns the articles whose id ends so.
    fn rows_of_id_ending(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let mut rows = self.rows_behind_site_ending(wanted)?;
        rows.extend(self.rows_of_number_ending(wanted)?);

        let text = ArticleKey::text(wanted).map_or(wanted.to_owned(), |key| key.to_string());
        rows.extend(self.rows(TEXT_ENDINGS, params![text, MOST_FOUND])?);
        Ok(rows)
    }

    /// Returns the articles with an exact name behind the ending of a site's name: `news/81193`.
    fn rows_behind_site_ending(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        let Some((site, name)) = wanted.split_once('/') else {
            return Ok(ArticleRows::new());
        };

        let key = ArticleKey::text(name);
        self.rows(
            "SELECT article.id FROM site CROSS JOIN article
             WHERE article.site_id = site.id AND article.number = ?2
               AND substr(site.name, length(site.name) - length(?1) + 1) = ?1
             UNION
             SELECT article.id FROM site CROSS JOIN article
             WHERE article.site_id = site.id AND article.text_id = ?3
               AND substr(site.name, length(site.name) - length(?1) + 1) = ?1
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

    /// Returns the articles whose number has more digits than these, and ends with them.
    fn rows_of_number_ending(&self, digits: &str) -> Result<ArticleRows, ArchiveError> {
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let ending: Option<i64> = digits.parse().ok().filter(|_| is_number);
        let longer = u32::try_from(digits.len())
            .ok()
            .and_then(|length| 10_i64.checked_pow(length));
        let (Some(ending), Some(longer)) = (ending, longer) else {
            return Ok(ArticleRows::new());
        };

        let values = params![ending, longer, rest_beyond(longer), MOST_FOUND];
        self.rows(NUMBER_ENDINGS, values)
    }

    /// Returns the articles whose address ends so. Only the table has all addresses: of a million
    /// articles it is read in a part of a second.
    fn rows_of_address_ending(&self, wanted: &str) -> Result<ArticleRows, ArchiveError> {
        self.rows(
            "SELECT id FROM article
             WHERE substr(url, length(url) - length(?1) + 1) = ?1
                OR substr(url, length(url) - length(?2) + 1) = ?2 LIMIT ?3",
            params![wanted, escaped(wanted), MOST_FOUND],
        )
    }

    fn rows(&self, select: &str, values: &[&dyn ToSql]) -> Result<ArticleRows, ArchiveError> {
        let mut select = self.connection.prepare_cached(select)?;
        let rows = select.query_map(values, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Returns the rest of 2^64 divided by a number.
fn rest_beyond(divisor: i64) -> i64 {
    let rest = (1_u128 << 64) % u128::from(divisor.unsigned_abs());
    i64::try_from(rest).expect("a rest is smaller than its divisor")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::archive::engine::Connection;

    use super::*;
    use crate::archive::schema;

    #[test]
    fn a_number_is_found_by_its_ending_however_large_it_is() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        connection
            .execute_batch("INSERT INTO site (name, title, home, added_at) VALUES ('a', '', '', 0)")
            .unwrap();
        let numbers = [1_007, 10_007, 7, i64::MAX as u64, 1 << 63, u64::MAX - 608];
        for number in numbers {
            let sql = "INSERT INTO article (site_id, number, url, access, first_seen_at)
                       VALUES (1, ?1, '', 'open', 0)";
            connection.execute(sql, [number.cast_signed()]).unwrap();
        }
        let mut select = connection.prepare(NUMBER_ENDINGS).unwrap();

        for digits in ["7", "007", "0007", "807", "1007", "551007", "854775808"] {
            let ending: i64 = digits.parse().unwrap();
            let longer = 10_i64.pow(digits.len() as u32);
            let values = params![ending, longer, rest_beyond(longer), MOST_FOUND];
            let found = select.query_map(values, |row| row.get::<usize, usize>(0));
            let found: Vec<u64> = found
                .unwrap()
                .map(|row| numbers[row.unwrap() - 1])
                .collect();
            let ends =
                |number: &u64| *number >= longer as u64 && number.to_string().ends_with(digits);
            assert_eq!(
                found.len(),
                numbers.iter().filter(|number| ends(number)).count()
            );
            assert!(found.iter().all(ends), "{digits}: {found:?}");
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn an_id_is_looked_for_by_its_name_and_not_among_all_articles_of_its_paper() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        let mut select = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {BY_ID}"))
            .unwrap();
        let (mut rows, mut steps) = (select.raw_query(), Vec::<String>::new());
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get("detail").unwrap());
        }
        let of_article = steps.iter().filter(|step| step.contains(" article "));
        let mut count = 0;
        for step in of_article {
            let is_by_name = ["number=?", "text_id=?", "url=?"]
                .iter()
                .any(|key| step.contains(key));
            assert!(is_by_name, "{steps:?}");
            count += 1;
        }
        assert_eq!(count, 3, "{steps:?}");
    }

    #[test]
    fn endings_of_ids_are_looked_for_in_indexes_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(Path::new("archive.db"), &mut connection, 0).unwrap();

        for query in [TEXT_ENDINGS, NUMBER_ENDINGS] {
            let mut select = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
                .unwrap();
            let mut steps = select.raw_query();
            let step: String = steps.next().unwrap().unwrap().get("detail").unwrap();
            assert!(step.contains("COVERING INDEX"), "{query}: {step}");
        }
    }
}
