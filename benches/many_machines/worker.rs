//! A worker in this process, with a paper of its own.

use std::sync::Arc;

use saseo::archive::{
    ArchiveLocation, Completed, Completion, Lease, RequestOfRun, RunId, SeedMode, Sharing, Terms,
    Writer,
};
use saseo::frontier::{Judged, Page, Role};
use saseo::page_url::PageUrl;
use tempfile::TempDir;

use crate::archive_desk::{NOW, announcement, completion, later, seed, url};
use crate::cluster::Cluster;
use crate::open_archive::open_archive_at;

/// A worker that has begun to crawl its paper.
pub struct Worker {
    pub archive: Writer,
    pub lease: Lease,
    pub paper: String,
    run: RunId,
    home: Page,
    _folder: TempDir,
}

impl Worker {
    pub fn of(cluster: &Cluster, number: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let address = cluster.address("papers");
        let place = ArchiveLocation::parse(&address, folder.path()).unwrap();
        let mut archive = open_archive_at(&place).unwrap();
        let lease = archive
            .take_lease_as("a worker", Sharing::WithWorkers, NOW, None)
            .unwrap();
        let run = archive
            .begin_run(lease, "worker", &Terms::default(), NOW)
            .unwrap();

        let paper = format!("paper{number}");
        let home = url(&format!("https://{paper}.example/"));
        let seeds = [seed(&paper, [(home.clone(), Role::Home)])];
        archive.seed(lease, &seeds, SeedMode::Begin, NOW).unwrap();
        let site = archive.site(&paper).unwrap().unwrap();
        let due = archive.due_pages(&home.host(), &[site], 1, later(1));
        Self {
            home: due.unwrap().remove(0),
            archive,
            lease,
            paper,
            run,
            _folder: folder,
        }
    }

    /// The address of an article of the paper.
    pub fn article(&self, number: u64) -> PageUrl {
        let paper = &self.paper;
        url(&format!(
            "https://{paper}.example/news/articleView.html?idxno={number}"
        ))
    }

    /// Announces the request for the home page, as a crawl does: one commit.
    pub fn announce_home(&mut self) {
        let request = RequestOfRun {
            run: self.run,
            request: &announcement(self.home.url.clone(), NOW),
            page: Some(&self.home),
        };
        self.archive
            .announce_and_save(self.lease, &[request])
            .unwrap();
    }

    /// Announces the request for the home page, and settles it, as a crawl does: two commits.
    pub fn answer_home(&mut self, judged: Judged) {
        let request = announcement(self.home.url.clone(), NOW);
        let announced = self.archive.announce(self.lease, self.run, &[request]);
        let announced = announced.unwrap()[0];
        self.archive.save().unwrap();

        let done = Completed::Page {
            page: Arc::new(self.home.clone()),
            settlement: Box::new(judged.into()),
            capture: None,
        };
        let answer = Completion {
            host: self.home.url.host(),
            ..completion(announced, later(1), done)
        };
        self.archive
            .settle(self.lease, self.run, &[answer], later(1))
            .unwrap();
        self.archive.save().unwrap();
    }
}
