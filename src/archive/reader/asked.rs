//! The sites of the archive, and the hosts that their crawls ask.

use std::collections::BTreeSet;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::page_url::PageUrl;

#[doc(hidden)]
impl Reader {
    /// Returns every site's name and title. Sees saved changes only.
    pub fn titles(&self) -> Result<Vec<(String, String)>, ArchiveError> {
        let mut select = self
            .connection
            .prepare("SELECT name, title FROM site ORDER BY name")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the hosts of these sites' home pages and other pages. A host that is the home of
    /// another site is left out: a link of these sites may lead there. Sees saved changes only.
    pub fn hosts_of_sites(&self, sites: &[String]) -> Result<BTreeSet<String>, ArchiveError> {
        let mut select = self.connection.prepare("SELECT name, home FROM site")?;
        let homes = select.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let (mut hosts, mut others) = (BTreeSet::new(), BTreeSet::new());
        for row in homes {
            let (name, home) = row?;
            // A damaged home page names no host. The site's other pages still do.
            let Ok(home) = PageUrl::from_stored(&home) else {
                continue;
            };
            let found = if sites.contains(&name) {
                &mut hosts
            } else {
                &mut others
            };
            found.insert(home.host().as_str().to_owned());
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
