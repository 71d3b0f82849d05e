//! The hosts at which a paper is asked.

use std::collections::BTreeSet;

use rusqlite::Row;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::page_url::PageUrl;

impl Reader {
    /// Returns every site's name and title. Reads what was saved.
    pub fn titles(&self) -> Result<Vec<(String, String)>, ArchiveError> {
        let mut select = self
            .connection
            .prepare("SELECT name, title FROM site ORDER BY name")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the hosts of these sites' homes and pages, without those that are the home of
    /// another site: a link may lead there. Reads what was saved.
    pub fn hosts_asked_for(&self, sites: &[String]) -> Result<BTreeSet<String>, ArchiveError> {
        let mut select = self.connection.prepare("SELECT name, home FROM site")?;
        let site = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let (mut hosts, mut others) = (BTreeSet::new(), BTreeSet::new());
        for row in select.query_map([], site)? {
            let (name, home) = row?;
            // A home that is damaged names no host; its pages still do.
            let Ok(home) = PageUrl::from_stored(&home) else {
                continue;
            };
            let is_meant = sites.contains(&name);
            if is_meant { &mut hosts } else { &mut others }.insert(home.host().as_str().to_owned());
        }

        let homes = hosts.clone();
        let mut select = self.connection.prepare(
            "SELECT DISTINCT host FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1)",
        )?;
        for name in sites {
            for host in select.query_map([name], |row| row.get::<_, String>(0))? {
                hosts.insert(host?);
            }
        }
        hosts.retain(|host| homes.contains(host) || !others.contains(host));
        Ok(hosts)
    }
}
