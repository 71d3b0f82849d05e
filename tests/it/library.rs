//! The library as other programs use it, over real sockets.

use std::future::{pending, ready};

use saseo::archive::RunEnd;
use saseo::{
    Archive, ArchiveError, ArticleFilter, AuditScope, ChangeKind, Config, ConfigError, CrawlError,
    CrawlLimits, CrawlReport, Crawler, ExportFormat, Site, audit, export,
};

use crate::program::{self, Paper};

/// Crawls the paper of a configuration as a program would, within these limits.
async fn crawl(of: &program::Crawler, limits: CrawlLimits) -> Result<CrawlReport, CrawlError> {
    let config = Config::load(of.config()).unwrap();
    let writer = Archive::lock(of.data()).unwrap();
    Crawler::new(writer, &config)
        .limits(limits)
        .run(pending())
        .await
}

#[tokio::test]
async fn a_crawled_archive_is_read_exported_and_audited() {
    let paper = Paper::start();
    let folder = program::Crawler::of(&paper, "1ms");

    let report = crawl(&folder, CrawlLimits::default()).await.unwrap();

    let stored = paper.to_be_stored().len() as u64;
    assert_eq!(
        (report.how, report.tally.articles_new),
        (RunEnd::Finished, stored)
    );
    let reader = Archive::read(folder.data()).unwrap();
    let out = folder.data().join("articles.csv");
    let summary = export(&reader, &ArticleFilter::default(), ExportFormat::Csv, &out).unwrap();
    assert_eq!(summary.articles, stored);
    let findings = audit(&reader, AuditScope::default()).unwrap();
    assert!(findings.violations.is_empty(), "{:?}", findings.violations);
    paper.assert_gap(std::time::Duration::from_millis(1));
}

#[tokio::test]
async fn changes_go_on_after_the_position_of_the_last_one() {
    let paper = Paper::start();
    let folder = program::Crawler::of(&paper, "1ms");
    let some = CrawlLimits {
        max_requests: Some(30),
        ..CrawlLimits::default()
    };
    crawl(&folder, some).await.unwrap();
    let reader = Archive::read(folder.data()).unwrap();
    let changes = |after| -> Vec<_> {
        let mut changes = reader.changes_after(after).unwrap();
        changes.into_iter().map(Result::unwrap).collect()
    };
    let first = changes(0);
    let last = first.last().unwrap().seq;

    crawl(&folder, CrawlLimits::default()).await.unwrap();

    let later = changes(last);
    assert!(later.iter().all(|change| change.seq > last));
    let ids = first.iter().chain(&later).map(|change| {
        assert_eq!((change.kind, change.version), (ChangeKind::New, 1));
        change.id.clone()
    });
    let ids: Vec<String> = ids.collect();
    assert_eq!(ids.len(), paper.to_be_stored().len());
    for id in &ids {
        assert_eq!(reader.find_article(id).unwrap().id, *id);
    }
    assert_eq!(changes(u64::MAX), []);
}

#[tokio::test]
async fn a_capture_has_the_body_that_came_or_is_refused() {
    let paper = Paper::start();
    let folder = program::Crawler::of(&paper, "1ms");
    crawl(&folder, CrawlLimits::default()).await.unwrap();
    let reader = Archive::read(folder.data()).unwrap();
    let mut captures = reader.captures().unwrap();
    let captures: Vec<_> = captures.into_iter().map(Result::unwrap).collect();
    let kept: Vec<_> = captures.iter().filter(|one| one.bytes.is_some()).collect();

    for capture in &kept {
        let body = reader.body(capture).unwrap().unwrap();
        assert_eq!(Some(body.len() as u64), capture.bytes, "{}", capture.url);
        assert!(capture.withheld.is_none() && capture.sha256.is_some());
    }
    for capture in captures.iter().filter(|one| one.bytes.is_none()) {
        assert_eq!(reader.body(capture).unwrap(), None);
        assert!(capture.withheld.is_some() && capture.sha256.is_none());
    }

    // Another body stands in the place of the first one.
    let sql = rusqlite::Connection::open(folder.data().join("archive.db")).unwrap();
    let [first, .., other] = kept.as_slice() else {
        panic!("the paper has several pages");
    };
    let body = "(SELECT body_id FROM capture WHERE id = ?1)";
    sql.execute(
        &format!(
            "UPDATE body SET (bytes, zstd) = (SELECT bytes, zstd FROM body AS b
               WHERE b.id = (SELECT body_id FROM capture WHERE id = ?2)) WHERE id = {body}"
        ),
        [first.id, other.id],
    )
    .unwrap();
    let damaged = reader.body(first);
    assert!(
        matches!(damaged, Err(ArchiveError::Damaged(_))),
        "{damaged:?}"
    );
}

#[tokio::test]
async fn a_crawl_that_is_told_to_stop_ends_and_the_next_one_goes_on() {
    let paper = Paper::start();
    let folder = program::Crawler::of(&paper, "1ms");
    let config = Config::load(folder.config()).unwrap();

    let stopped = Crawler::new(Archive::lock(folder.data()).unwrap(), &config)
        .run(ready(()))
        .await
        .unwrap();

    assert_eq!(stopped.how, RunEnd::Interrupted);
    assert!(stopped.queued > 0);
    let report = crawl(&folder, CrawlLimits::default()).await.unwrap();
    assert_eq!(
        report.tally.articles_new + stopped.tally.articles_new,
        paper.to_be_stored().len() as u64
    );
}

#[tokio::test]
async fn the_paper_of_others_is_not_crawled_without_a_contact() {
    let site = Site::parse(
        "paper.toml",
        "name = 'paper'\ntitle = 'The Paper'\nhome = 'https://paper.example/'\n",
    )
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = Config::of_sites([site]);

    let refused = Crawler::new(Archive::lock(folder.path()).unwrap(), &config)
        .run(pending())
        .await;

    assert!(
        matches!(
            refused,
            Err(CrawlError::Config(ConfigError::NoContact { .. }))
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_site_that_is_not_configured_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::of_sites([]);

    let refused = Crawler::new(Archive::lock(folder.path()).unwrap(), &config)
        .sites(["paper"])
        .run(pending())
        .await;

    let why = refused.unwrap_err().to_string();
    assert!(why.contains("paper"), "{why}");
}
