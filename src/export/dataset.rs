//! A dataset as Hugging Face has them: a folder with Parquet in `data` and a card, README.md.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::export::exported_counts::ExportedCounts;
use crate::export::parquet_file::{ParquetFiles, Shards};
use crate::export::record::COLUMNS;
use crate::export::{ExportError, FormatWriter, Record, WrittenFiles, fault};

/// The name of the card.
const CARD: &str = "README.md";

pub(super) struct DatasetFolder {
    folder: PathBuf,
    /// For error messages.
    target: PathBuf,
    files: ParquetFiles,
}

impl DatasetFolder {
    /// Begins the dataset in an empty folder.
    pub(super) fn begin(folder: &Path, target: &Path) -> Result<Self, ExportError> {
        let data = folder.join("data");
        fs::create_dir(&data).map_err(|why| fault(target, why))?;
        Ok(Self {
            folder: folder.to_owned(),
            target: target.to_owned(),
            files: ParquetFiles::begin(Shards::Folder(data), target)?,
        })
    }
}

impl FormatWriter for DatasetFolder {
    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        self.files.article(record)
    }

    fn end(mut self: Box<Self>, counts: &ExportedCounts) -> Result<WrittenFiles, ExportError> {
        let names = self.files.finish()?;
        fs::write(self.folder.join(CARD), card(counts)).map_err(|why| fault(&self.target, why))?;

        let inside = names.iter().map(|name| format!("data/{name}"));
        Ok(WrittenFiles {
            inside: inside.chain([CARD.to_owned()]).collect(),
            contents: ["data", CARD].map(str::to_owned).into(),
            ..WrittenFiles::default()
        })
    }
}

/// What `datasets.load_dataset` and the site of Hugging Face read of the card.
const FRONT: &str = "---
license: other
license_name: rights-of-the-papers
license_link: README.md
pretty_name: Newspaper articles
tags:
- news
configs:
- config_name: articles
  data_files:
  - split: train
    path: data/articles-*.parquet
---
";

/// Returns the card: what programs read, and what people should know.
fn card(counts: &ExportedCounts) -> String {
    let (first, last) = counts.published_days();
    format!(
        "{FRONT}\n# Newspaper articles\n\n\
         {} articles in {} rows, published from {first} to {last}, archived by saseo {}. \
         `manifest.json` tells the selection, and the SHA-256 of each file.\n\n\
         ```python\nfrom datasets import load_dataset\n\n\
         articles = load_dataset(\"./FOLDER\", \"articles\")\n```\n\n\
         | site | rows |\n|---|---|\n{}\n{}\n{}",
        counts.articles,
        counts.rows,
        env!("CARGO_PKG_VERSION"),
        rows_of(&counts.sites),
        rights(counts),
        columns(),
    )
}

/// Returns the part of the card about rights.
fn rights(counts: &ExportedCounts) -> String {
    format!(
        "## Licence and rights\n\n\
         The articles belong to their papers and authors. This dataset gives no licence to them: \
         what may be done with it is for the law of your country and for each paper to say. What \
         the pages say against uses of them stands in the column `opt_outs`, and their copyright \
         line in `rights`. {} articles say something against a use, {} have a copyright line, and \
         of {} only the part that is public is here.\n\n\
         | opt-out | articles |\n|---|---|\n{}\n\
         The column `uses` tells, for search, AI input, AI training and text and data mining, what \
         each paper allows, reserves or leaves unsaid; `licences` has the licences that it names. \
         A use that is reserved needs the leave of the paper.\n\n\
         | reserved use | articles |\n|---|---|\n{}\n\
         | licence | articles |\n|---|---|\n{}",
        counts.rights.articles_with_opt_outs,
        counts.rights.articles_with_rights_line,
        counts.rights.for_members,
        rows_of(&counts.rights.opt_outs),
        rows_of(&counts.rights.reserved),
        rows_of(&counts.rights.licences),
    )
}

/// Returns the part of the card about columns.
fn columns() -> String {
    let columns = COLUMNS.iter();
    let rows: String = columns
        .map(|column| format!("| `{}` | {} |\n", column.name, column.about))
        .collect();
    format!(
        "## Columns\n\nMoments are in UTC; `published_at_local` and `modified_at_local` have them \
         with the paper's own offset.\n\n| column | meaning |\n|---|---|\n{rows}"
    )
}

/// Returns counts as rows of a Markdown table.
fn rows_of(counts: &BTreeMap<impl AsRef<str>, u64>) -> String {
    counts
        .iter()
        .map(|(name, count)| format!("| {} | {count} |\n", in_cell(name.as_ref())))
        .collect()
}

/// Returns a text as it may stand in a cell of a Markdown table.
fn in_cell(text: &str) -> String {
    let is_plain = |letter: &char| !letter.is_control() && !matches!(letter, '|' | '<' | '>' | '`');
    text.chars().filter(is_plain).collect()
}
