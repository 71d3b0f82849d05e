//! Plain text: a folder with one file an article, an index of them, and their checksums.
//!
//! `articles/SITE/YEAR/NUMBER.txt` has the headline, the lines under it and the story, with blank
//! lines between them; the last ones are the paragraphs, whose number the index tells. `index.csv`
//! has what else is known, and `checksums.sha256` is for `sha256sum --check`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::archive::VersionChoice;
use crate::export::csv::{write_guarded_row, write_row};
use crate::export::exported_counts::ExportedCounts;
use crate::export::output::{FileCoding, Output};
use crate::export::record::statements_in_json;
use crate::export::{ExportError, FormatWriter, Record, WrittenFiles, fault};

/// The columns of the index.
const INDEX: [&str; 16] = [
    "path",
    "id",
    "title",
    "authors",
    "published_at",
    "published_precision",
    "section",
    "url",
    "rights",
    "opt_outs",
    "uses",
    "use_level",
    "licences",
    "statements",
    "first_copy",
    "paragraphs",
];

/// The longest name of a site that is a name in a folder as it is.
const MAX_NAME: usize = 64;

/// Letters of a SHA-256 that stand for a name that is not safe: 64 bits, so that no two of a corpus
/// are alike.
const HASH_LETTERS: usize = 16;

pub(super) struct TextFolder {
    folder: PathBuf,
    /// For error messages.
    target: PathBuf,
    versions: VersionChoice,
    index: Output<'static>,
    checksums: Output<'static>,
    /// The folder that was made last.
    made: PathBuf,
}

impl TextFolder {
    /// Begins the files in an empty folder.
    pub(super) fn begin(
        folder: &Path,
        target: &Path,
        versions: VersionChoice,
    ) -> Result<Self, ExportError> {
        let output = |name: &str| {
            let file = File::create(folder.join(name)).map_err(|why| fault(target, why))?;
            Output::new(target, file, FileCoding::Plain)
        };
        Ok(Self {
            folder: folder.to_owned(),
            target: target.to_owned(),
            versions,
            index: output("index.csv")?,
            checksums: output("checksums.sha256")?,
            made: PathBuf::new(),
        })
    }

    fn write_file(&mut self, path: &str, text: &str) -> Result<(), ExportError> {
        let file = self.folder.join(path);
        let folder = file.parent().unwrap_or(&self.folder);
        if folder != self.made {
            fs::create_dir_all(folder).map_err(|why| fault(&self.target, why))?;
            self.made = folder.to_owned();
        }
        fs::write(&file, text).map_err(|why| fault(&self.target, why))?;

        let sum = hex::encode(Sha256::digest(text));
        self.checksums.put(|to| writeln!(to, "{sum}  {path}"))
    }
}

impl FormatWriter for TextFolder {
    fn begin(&mut self) -> Result<(), ExportError> {
        fs::create_dir_all(self.folder.join("articles")).map_err(|why| fault(&self.target, why))?;
        self.index.put(|to| write_row(to, INDEX.into_iter()))
    }

    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        let path = path_of(record, self.versions);
        self.write_file(&path, &text_of(record))?;

        let (authors, opt_outs) = (record.authors.join("; "), record.opt_outs.join("; "));
        let told = |field: &Option<String>| field.clone().unwrap_or_default();
        let row = [
            path,
            told(&record.id),
            told(&record.title),
            authors,
            told(&record.published_at),
            record.published_precision.unwrap_or_default().to_owned(),
            told(&record.section),
            told(&record.url),
            told(&record.rights),
            opt_outs,
            record.uses.to_string(),
            record.use_level.unwrap_or_default().to_owned(),
            record.licences.join(" "),
            statements_in_json(&record.statements),
            told(&record.first_copy),
            record.paragraphs.len().to_string(),
        ];
        // A spreadsheet opens the index, too.
        let cells = row.each_ref().map(String::as_str);
        self.index.put(|to| write_guarded_row(to, &cells))
    }

    fn end(self: Box<Self>, _: &ExportedCounts) -> Result<WrittenFiles, ExportError> {
        self.index.end()?;
        self.checksums.end()?;

        let files = ["index.csv", "checksums.sha256"].map(str::to_owned);
        let contents = [files.as_slice(), &["articles".to_owned()]].concat();
        Ok(WrittenFiles {
            inside: files.into(),
            contents,
            ..WrittenFiles::default()
        })
    }
}

fn text_of(record: &Record) -> String {
    let heads = [&record.title, &record.subtitle].into_iter().flatten();
    let parts: Vec<&str> = heads.map(String::as_str).chain([&*record.text]).collect();
    parts.join("\n\n") + "\n"
}

/// Returns the path of an article's file. Only letters and digits of ASCII, `-` and `_` stand in
/// it.
fn path_of(record: &Record, versions: VersionChoice) -> String {
    let site = safe_name(record.site.as_deref().unwrap_or_default());
    let year = record
        .published_at
        .as_deref()
        .and_then(|at| at.get(..4))
        .filter(|year| year.bytes().all(|digit| digit.is_ascii_digit()))
        .unwrap_or("undated");
    let name = record.number.map_or_else(
        || hashed_name(record.url.as_deref().unwrap_or_default()),
        |number| number.to_string(),
    );

    match (versions, record.version) {
        (VersionChoice::All, Some(n)) => format!("articles/{site}/{year}/{name}-v{n}.txt"),
        (VersionChoice::All, None) | (VersionChoice::Newest, _) => {
            format!("articles/{site}/{year}/{name}.txt")
        }
    }
}

fn safe_name(name: &str) -> String {
    let is_safe = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_');
    if !name.is_empty() && name.len() <= MAX_NAME && name.bytes().all(is_safe) {
        name.to_owned()
    } else {
        hashed_name(name)
    }
}

fn hashed_name(name: &str) -> String {
    let mut hash = hex::encode(Sha256::digest(name));
    hash.truncate(HASH_LETTERS);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article_key::ArticleKey;
    use crate::export::Provenance;
    use crate::extract::Article;

    fn path(site: &str, url: &str, number: Option<u64>) -> String {
        let provenance = Provenance {
            site: Some(site.into()),
            url: Some(url.into()),
            version: Some(2),
            ..Provenance::default()
        };
        let article = Article {
            key: number.map(ArticleKey::Number),
            ..Article::default()
        };
        path_of(&Record::new(article, provenance), VersionChoice::Newest)
    }

    #[test]
    fn no_name_leads_out_of_the_folder_and_no_two_articles_have_one_file() {
        let hostile = ["..", "a/b", "", "한글", "CON.", &"a".repeat(300)];
        for name in hostile {
            let path = path(name, name, None);
            assert!(!path.contains("..") && path.is_ascii(), "{path}");
            assert_eq!(path.split('/').count(), 4, "{path}");
            assert!(path.len() < 200, "{path}");
        }
        assert_ne!(
            path("p", "https://a.example/1", None),
            path("p", "https://a.example/2", None)
        );
        assert_eq!(path("p", "", Some(7)), "articles/p/undated/7.txt");
    }
}
