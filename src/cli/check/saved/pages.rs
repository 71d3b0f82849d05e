//! The saved pages beside a profile: those of the folder with the name of its file, or the shipped
//! ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::config::shipped;
use crate::config_folder::regular;

/// The most bytes of a saved page, as for `saseo extract`.
const LARGEST: u64 = 64 << 20;

/// A saved page, with the expectation beside it.
pub(crate) struct SavedPage {
    /// `ndsoft/g2.html`.
    pub name: String,
    /// The bytes in whatever encoding; `None` where only an expectation is there.
    pub bytes: Option<Vec<u8>>,
    /// JSON; `None` where only a page is there.
    pub expectation: Option<Vec<u8>>,
}

/// Returns the pages beside the profile of `file`. A user's own profile with the name of a shipped
/// one, and without a folder of pages, is compared with the shipped pages.
pub(crate) fn beside(file: &str, folder: Option<&Path>) -> anyhow::Result<Vec<SavedPage>> {
    let stem = Path::new(file)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();

    let own = folder
        .map(|folder| folder.join("profiles").join(&stem))
        .filter(|own| own.is_dir());
    let files = match own {
        Some(own) => of_folder(&own)?,
        None => of_shipped(&stem),
    };
    Ok(paired(&stem, files))
}

/// Returns the files of a folder, by their names. Backups and locks of editors are left out.
fn of_folder(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for path in entries(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();

        if !path.is_dir() && !name.starts_with(['.', '#']) && !name.ends_with('~') {
            let bytes = regular(&path, LARGEST)
                .with_context(|| format!("cannot read {}", path.display()))?;
            files.insert(name, bytes);
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect()
}

fn of_shipped(stem: &str) -> BTreeMap<String, Vec<u8>> {
    let prefix = format!("profiles/{stem}/");
    let mut files = BTreeMap::new();
    for file in shipped::files() {
        if let Some(name) = file.path.strip_prefix(&prefix) {
            files.insert(name.to_owned(), file.bytes.to_vec());
        }
    }
    files
}

/// Pairs the files: `g2.html` and `g2.json` are one page. Either may be missing.
fn paired(stem: &str, files: BTreeMap<String, Vec<u8>>) -> Vec<SavedPage> {
    let (mut expectations, pages): (BTreeMap<_, _>, BTreeMap<_, _>) = files
        .into_iter()
        .partition(|(name, _)| name.ends_with(".json"));

    let mut paired = Vec::new();
    for (name, bytes) in pages {
        let beside = Path::new(&name).with_extension("json");
        paired.push(SavedPage {
            name: format!("{stem}/{name}"),
            bytes: Some(bytes),
            expectation: expectations.remove(&*beside.to_string_lossy()),
        });
    }
    for (name, expectation) in expectations {
        paired.push(SavedPage {
            name: format!("{stem}/{name}"),
            bytes: None,
            expectation: Some(expectation),
        });
    }
    paired
}
