//! Articles that were read before the licence files that they name: what a file says is joined as
//! soon as it is read.

use std::sync::Arc;

use crate::archive::ArchiveError;
use crate::crawl::Crawl;
use crate::fetch::Web;
use crate::opt_out::Reservations;
use crate::rights::{DeclaredRights, RSL};

/// Which articles a licence file is joined to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JoinTo {
    /// All that name it: it is read for the first time.
    All,
    /// Those for which no licence speaks yet. For others, a licence of before holds until they are
    /// fetched again.
    Unlicensed,
}

impl<W: Web> Crawl<'_, W> {
    /// Reads the files of a paper's host and its licences at the beginning of its run. Articles for
    /// which no licence speaks yet may have been read before the files that they name.
    pub(super) fn begin_reservations(&mut self, site: &str) -> Result<(), ArchiveError> {
        self.install_reservations(site)?;
        let files = Arc::clone(&self.papers[site].reservations);
        let readable: Vec<&str> = files.licence_addresses().collect();
        self.join_licences(site, &files, (&readable, JoinTo::Unlicensed))
    }

    /// Reads those files anew, and joins licences that are read for the first time.
    pub(super) fn renew_reservations(&mut self, site: &str) -> Result<(), ArchiveError> {
        let before = Arc::clone(&self.papers[site].reservations);
        self.install_reservations(site)?;
        let files = Arc::clone(&self.papers[site].reservations);
        let mut readable: Vec<&str> = files.licence_addresses().collect();
        readable.retain(|address| !before.licence_addresses().any(|known| known == *address));
        self.join_licences(site, &files, (&readable, JoinTo::All))
    }

    /// Joins what licences say to the articles that name them.
    fn join_licences(
        &mut self,
        site: &str,
        files: &Reservations,
        (licences, to): (&[&str], JoinTo),
    ) -> Result<(), ArchiveError> {
        if licences.is_empty() {
            return Ok(());
        }
        let names_one =
            |rights: &DeclaredRights| rights.rsl_licences().any(|one| licences.contains(&one));
        let is_meant = |rights: &DeclaredRights| match to {
            JoinTo::All => names_one(rights),
            JoinTo::Unlicensed => names_one(rights) && !is_licensed(rights),
        };
        let meant = self.archive.licensed_rights(is_meant)?;
        if meant.is_empty() {
            return Ok(());
        }

        let (mut last, now) = (0, self.clock.now());
        loop {
            let articles = self.archive.articles_with_rights(site, &meant, last)?;
            let Some(end) = articles.last() else {
                return Ok(());
            };
            last = end.row;
            for article in &articles {
                let mut named: Vec<String> =
                    article.rights.rsl_licences().map(str::to_owned).collect();
                named.retain(|one| licences.contains(&one.as_str()));
                let licensed = files.licensed(&named, &article.url);
                if licensed.is_empty() {
                    continue;
                }
                let told = article.rights.statements().iter().cloned();
                let rights = DeclaredRights::of(told.chain(licensed));
                self.archive
                    .join_licences(self.lease, article, &rights, now)?;
            }
        }
    }
}

/// Tells whether a licence says something.
fn is_licensed(rights: &DeclaredRights) -> bool {
    rights.statements().iter().any(|one| one.source == RSL)
}
