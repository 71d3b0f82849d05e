//! The manifest of a named export: the parts that are whole, and how far it came. It is the one
//! place that says so. A part that it does not name is written over.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::archive::{ArticleChange, SCHEMA};
use crate::export::exported_counts::RightsSummary;
use crate::export::incremental::change_line::{ChangeLine, FIELDS};
use crate::export::incremental::named_exports::{read_json, sync_folder};
use crate::export::manifest::{MANIFEST, SOFTWARE, ToldSelection};
use crate::export::record::COLUMNS;
use crate::export::written_file::write_beside;
use crate::export::{ExportError, fault};
use crate::time::Timestamp;

/// A change by which an archive is known again: another one has another article there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ChangeMark {
    pub seq: u64,
    id: String,
    change: String,
    changed_at: String,
}

impl From<&ArticleChange> for ChangeMark {
    fn from(change: &ArticleChange) -> Self {
        Self {
            seq: change.seq,
            id: change.id.clone(),
            change: change.kind.name().to_owned(),
            changed_at: change.at.to_string(),
        }
    }
}

/// What some lines have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LineCounts {
    pub lines: u64,
    /// Of each kind of change, its lines.
    changes: BTreeMap<String, u64>,
    /// Of each reason why an article is left out, its lines.
    pub left_out: BTreeMap<String, u64>,
    /// Of each site, its lines.
    sites: BTreeMap<String, u64>,
    rights: RightsSummary,
}

impl LineCounts {
    pub(super) fn see(&mut self, line: &ChangeLine) {
        let one_more = |counts: &mut BTreeMap<String, u64>, name: Option<&str>| {
            if let Some(name) = name {
                *counts.entry(name.to_owned()).or_default() += 1;
            }
        };

        self.lines += 1;
        one_more(&mut self.changes, Some(line.change()));
        one_more(&mut self.left_out, line.left_out());
        one_more(&mut self.sites, line.site());
        if let Some(record) = line.record() {
            self.rights.see(record);
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        let maps = [
            (&mut self.changes, &other.changes),
            (&mut self.left_out, &other.left_out),
            (&mut self.sites, &other.sites),
        ];
        for (sums, counts) in maps {
            for (name, count) in counts {
                *sums.entry(name.clone()).or_default() += count;
            }
        }
        self.lines += other.lines;
        self.rights.add(&other.rights);
    }
}

/// A part that is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartFile {
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
    /// The position of its first change.
    pub first: u64,
    /// Its last change.
    pub last: ChangeMark,
    pub counts: LineCounts,
}

/// Who made the manifest.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct MadeBy {
    name: String,
    version: String,
}

/// The state of the archive at the last run.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct SeenArchive {
    schema: i64,
    last_change: u64,
}

/// A field of the lines.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct ToldField {
    name: String,
    about: String,
}

/// The first and the last change in the parts.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct ChangeRange {
    first: Option<u64>,
    last: Option<u64>,
}

/// The manifest of a named export.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct PartList {
    made_by: MadeBy,
    /// The moment of the last run; null before the first one.
    pub made_at: Option<String>,
    archive: SeenArchive,
    /// The name of the export.
    pub export: String,
    pub format: String,
    schema: String,
    pub selection: ToldSelection,
    changes: ChangeRange,
    /// The change that the export has come to. Those after the last part were not selected.
    position: Option<ChangeMark>,
    counts: LineCounts,
    fields: Vec<ToldField>,
    pub files: Vec<PartFile>,
}

impl PartList {
    /// Returns the manifest of a new export.
    pub(super) fn begin(name: &str, format: &str, selection: ToldSelection) -> Self {
        let fields = FIELDS.into_iter();
        let columns = COLUMNS.iter().map(|column| (column.name, column.about));
        let told = |(name, about): (&str, &str)| ToldField {
            name: name.to_owned(),
            about: about.to_owned(),
        };
        Self {
            made_by: MadeBy {
                name: SOFTWARE.to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            made_at: None,
            archive: SeenArchive {
                schema: SCHEMA,
                last_change: 0,
            },
            export: name.to_owned(),
            format: format.to_owned(),
            schema: "saseo".to_owned(),
            selection,
            changes: ChangeRange::default(),
            position: None,
            counts: LineCounts::default(),
            fields: fields.chain(columns).map(told).collect(),
            files: Vec::new(),
        }
    }

    /// Reads the manifest in a folder; `None` where there is none.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, ExportError> {
        read_json(&folder.join(MANIFEST))
    }

    /// Puts the manifest in its place. From then on its parts count.
    pub(super) fn save(&self, folder: &Path) -> Result<(), ExportError> {
        let path = folder.join(MANIFEST);
        let text = serde_json::to_string_pretty(self).map_err(|why| fault(&path, why.into()))?;
        write_beside(&path, &format!("{text}\n"))?;
        sync_folder(folder)
    }

    /// Returns the change that the export has come to; `None` before the first one.
    pub(super) fn position(&self) -> Option<&ChangeMark> {
        self.position.as_ref()
    }

    /// Returns the position of that change; 0 before the first one.
    pub(super) fn seq(&self) -> u64 {
        self.position.as_ref().map_or(0, |mark| mark.seq)
    }

    /// Returns the number of lines in all parts.
    pub(super) fn lines(&self) -> u64 {
        self.counts.lines
    }

    /// Returns the path of the next part.
    pub(super) fn next_part(&self, folder: &Path) -> PathBuf {
        folder.join(part_name(self.files.len() + 1))
    }

    /// Notes how far a run came, with the part that it wrote.
    pub(super) fn advance(&mut self, part: Option<PartFile>, position: Option<ChangeMark>) {
        if let Some(part) = part {
            self.counts.add(&part.counts);
            self.changes.first.get_or_insert(part.first);
            self.changes.last = Some(part.last.seq);
            self.files.push(part);
        }
        self.position = position;
    }

    /// Notes a run: when it was, and the archive that it saw.
    pub(super) fn note_run(&mut self, at: Option<Timestamp>, last_change: u64) {
        self.made_at = at.map(|at| at.to_second().to_string());
        self.made_by.version = env!("CARGO_PKG_VERSION").to_owned();
        self.archive = SeenArchive {
            schema: SCHEMA,
            last_change,
        };
    }

    /// Goes back to the last end of a part up to this position.
    pub(super) fn rewind(&mut self, to: u64) {
        self.files.retain(|part| part.last.seq <= to);
        self.position = self.files.last().map(|part| part.last.clone());
        self.sum_up();
    }

    fn sum_up(&mut self) {
        let mut counts = LineCounts::default();
        for part in &self.files {
            counts.add(&part.counts);
        }
        self.counts = counts;
        self.changes = ChangeRange {
            first: self.files.first().map(|part| part.first),
            last: self.files.last().map(|part| part.last.seq),
        };
    }

    /// Removes the parts that it does not name: a run was killed before it named them, or the
    /// export was rewound.
    pub(super) fn remove_unnamed(&self, folder: &Path) -> Result<(), ExportError> {
        for entry in fs::read_dir(folder).map_err(|why| fault(folder, why))? {
            let entry = entry.map_err(|why| fault(folder, why))?;
            let number = entry.file_name().to_str().and_then(part_number);
            if number.is_some_and(|number| number > self.files.len()) {
                match fs::remove_file(entry.path()) {
                    Err(why) if why.kind() != ErrorKind::NotFound => {
                        return Err(fault(&entry.path(), why));
                    }
                    Err(_) | Ok(()) => {}
                }
            }
        }
        Ok(())
    }
}

fn part_name(number: usize) -> String {
    format!("part-{number:06}.jsonl")
}

/// Returns the number of a part by its name, also of one that is not whole.
fn part_number(name: &str) -> Option<usize> {
    let (number, _) = name.strip_prefix("part-")?.split_once(".jsonl")?;
    let number = number.parse().ok()?;
    let is_ours = name == part_name(number)
        || (name.starts_with(&part_name(number)) && name.ends_with(".part"));
    is_ours.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_parts_have_a_number() {
        assert_eq!(part_number("part-000012.jsonl"), Some(12));
        assert_eq!(part_number("part-000012.jsonl.77.part"), Some(12));
        assert_eq!(part_number("part-1000000.jsonl"), Some(1_000_000));
        for name in [
            "part-12.jsonl",
            "part-000012.jsonl.gz",
            "part-000012",
            "manifest.json",
            "my-part-000012.jsonl",
        ] {
            assert_eq!(part_number(name), None, "{name}");
        }
    }
}
