//! An archive in which articles change, as tests of incremental exports and of `watch` have it.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::archive_desk::{Desk, article, found_article, links, story};
use crate::program::{Crawler, lines, said};
use crate::store;

/// Articles of the archive that tests begin with.
pub const ARTICLES: u64 = 4;

/// An archive, and `saseo` to read it with.
pub struct ChangingArchive {
    pub crawler: Crawler,
}

impl ChangingArchive {
    /// Begins with new articles.
    pub fn new() -> Self {
        let mut desk = Desk::new();
        let numbers = [1, 2, 3, 4];
        desk.answer_next(links(numbers.map(found_article)));
        for number in numbers {
            let text = format!("글 {number}: 오늘도 책방은 문을 열었다. ").repeat(20);
            desk.answer_next(story(article(&text)));
        }

        let crawler = Crawler::empty();
        let folder = desk.closed();
        match store::of(crawler.folder.path()) {
            Some(database) => {
                let from = folder.path().to_str().unwrap();
                // `verify` finds fault with a desk: no server gave its answers.
                let copy = ["archive", "copy", "--even-damaged"];
                let places = ["--from", from, "--to", &database];
                let out = crawler.run(&[copy.as_slice(), &places].concat());
                assert!(out.status.success(), "{}", said(&out));
            }
            None => {
                std::fs::create_dir_all(crawler.data()).unwrap();
                let file = folder.path().join("archive.db");
                std::fs::copy(file, crawler.data().join("archive.db")).unwrap();
            }
        }
        Self { crawler }
    }

    /// Runs SQL in the archive, and returns the rows as psql prints them.
    pub fn sql(&self, sql: &str) -> String {
        store::sql_of(self.crawler.folder.path(), sql)
    }

    /// Notes a change of an article, as the writer does.
    pub fn change(&self, article: u64, kind: &str) {
        self.sql(&format!(
            "INSERT INTO change (article_id, kind, n, at)
             SELECT id, '{kind}', 1, 1795520550000 FROM article WHERE number = {article}"
        ));
    }

    /// Notes that an article is gone.
    pub fn mark_gone(&self, article: u64) {
        self.sql(&format!(
            "UPDATE article SET access = 'gone' WHERE number = {article}"
        ));
        self.change(article, "gone");
    }

    /// Notes so many edits in one commit, of all articles in turn.
    pub fn edit(&self, times: u64) {
        self.sql(&format!(
            "WITH RECURSIVE counter (k) AS
               (SELECT 1 UNION ALL SELECT k + 1 FROM counter WHERE k < {times})
             INSERT INTO change (article_id, kind, n, at)
             SELECT article.id, 'changed', 1, 1795520550000 + k
             FROM counter JOIN article ON article.number = 1 + k % 4 ORDER BY k"
        ));
    }

    /// Returns position, kind and id of every change that the archive has.
    pub fn all_changes(&self) -> Vec<(u64, String, String)> {
        let changes = self.sql(
            "SELECT seq, kind, 'paper/' || number FROM change
             JOIN article ON article.id = article_id ORDER BY seq",
        );
        let change = |line: &str| {
            let mut columns = line.split('|').map(str::to_owned);
            let mut next = || columns.next().unwrap();
            (next().parse().unwrap(), next(), next())
        };
        changes.lines().map(change).collect()
    }

    /// The folder of the export.
    pub fn out(&self) -> PathBuf {
        self.crawler.folder.path().join("desk")
    }

    /// Runs the export `desk` into its folder.
    pub fn export(&self, options: &[&str]) -> Output {
        let out = self.out();
        let mut args = vec!["export", "--incremental", "desk", "--out"];
        args.push(out.to_str().unwrap());
        args.extend(options);
        self.crawler.run(&args)
    }

    /// Runs the export, which must succeed.
    pub fn exported(&self, options: &[&str]) {
        let out = self.export(options);
        assert!(out.status.success(), "{}", said(&out));
    }
}

/// Returns the manifest in a folder.
pub fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

/// Returns the names of a folder's files.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Returns the lines of the parts that the manifest names.
pub fn named_lines(folder: &Path) -> Vec<Value> {
    let manifest = manifest(folder);
    let files = manifest["files"].as_array().unwrap();
    files
        .iter()
        .flat_map(|file| lines(&folder.join(file["path"].as_str().unwrap())))
        .collect()
}

/// Returns position, kind and id of each line.
pub fn told_changes(lines: &[Value]) -> Vec<(u64, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    lines
        .iter()
        .map(|line| {
            (
                line["seq"].as_u64().unwrap(),
                text(&line["change"]),
                text(&line["id"]),
            )
        })
        .collect()
}
