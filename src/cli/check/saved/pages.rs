//! The saved pages beside a profile: in the folder that is named like its file, or as they were shipped.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use crate::config::shipped;
use crate::config_folder::regular;

/// Bytes of a saved page.
const LARGEST: u64 = 64 << 20;

/// A page, and what a profile should read in it.
pub(crate) struct SavedPage {
    /// `ndsoft/g2.html`.
    pub name: String,
    /// As it came, in whatever encoding; `None` where only an expectation is there.
    pub bytes: Option<Vec<u8>>,
    /// The JSON beside it.
    pub expectation: Option<Vec<u8>>,
}

/// Returns the pages beside the profile that was read from `file`. A profile of the user's own that has a shipped one's
/// name and no folder of pages is held to the shipped pages.
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

fn of_folder(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let fault = || format!("cannot read {}", folder.display());
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(fault)? {
        let path = entry.with_context(fault)?.path();
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

fn of_shipped(stem: &str) -> BTreeMap<String, Vec<u8>> {
    let prefix = format!("profiles/{stem}/");
    let inside = |file: shipped::ShippedFile| {
        Some((
            file.path.strip_prefix(&prefix)?.to_owned(),
            file.bytes.to_vec(),
        ))
    };
    shipped::files().into_iter().filter_map(inside).collect()
}

/// `g2.html` and `g2.json` are one page; either may be missing.
fn paired(stem: &str, mut files: BTreeMap<String, Vec<u8>>) -> Vec<SavedPage> {
    let expectations: Vec<String> = files
        .keys()
        .filter(|name| name.ends_with(".json"))
        .cloned()
        .collect();
    let mut expected: BTreeMap<String, Vec<u8>> = expectations
        .into_iter()
        .filter_map(|name| files.remove_entry(&name))
        .collect();
    let page = |(name, bytes): (String, Vec<u8>)| {
        let expectation = Path::new(&name)
            .with_extension("json")
            .to_string_lossy()
            .into_owned();
        let expectation = expected.remove(&expectation);
        SavedPage {
            name: format!("{stem}/{name}"),
            bytes: Some(bytes),
            expectation,
        }
    };
    let mut pages: Vec<SavedPage> = files.into_iter().map(page).collect();
    let alone = |(name, text)| SavedPage {
        name: format!("{stem}/{name}"),
        bytes: None,
        expectation: Some(text),
    };
    pages.extend(expected.into_iter().map(alone));
    pages
}
